//! The same word means something else in another holder: the name of a user, of a company, of a file.

use super::{
    Make::{self, By, OneOf, Shape},
    codes, people, prose,
    texts::{ERROR_CODES, EVENTS},
    web,
    words::{ends_with, singular},
};

/// What a property, or a component, holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    Address,
    Bank,
    Branch,
    Card,
    Channel,
    City,
    Company,
    Country,
    Currency,
    Error,
    Event,
    Field,
    File,
    Folder,
    Host,
    Job,
    Key,
    Language,
    Person,
    Pet,
    Plan,
    Product,
    Region,
    Repository,
    Role,
    Shop,
    Tag,
    Team,
    Topic,
    Webhook,
    Work,
}

use Holder::{
    Address, Bank, Branch, Card, Channel, City, Company, Country, Currency, Error, Event, Field, File, Folder, Host, Job, Key, Language,
    Person, Pet, Plan, Product, Region, Repository, Role, Shop, Tag, Team, Topic, Webhook, Work,
};

/// Adding a holder is adding a variant, the words for it here, and what its members are below.
#[rustfmt::skip]
const WORDS: &[(Holder, &[&str])] = &[
    (Address, &["address", "addr", "shipping", "billing", "residence", "destination", "pickup", "location"]),
    (Bank, &["bank"]),
    (Branch, &["branch"]),
    (Card, &["card"]),
    (Channel, &["channel", "room", "guild"]),
    (City, &["city", "town"]),
    (Company, &["company", "organization", "organisation", "org", "employer", "vendor", "supplier", "manufacturer", "merchant", "brand", "publisher", "business",
                "issuer", "tenant", "partner"]),
    (Country, &["country", "nation"]),
    (Currency, &["currency"]),
    (Error, &["error", "problem", "exception", "fault", "warning"]),
    (Event, &["event", "trigger"]),
    (Field, &["field", "attribute", "parameter", "variable", "column", "function", "property", "metric"]),
    (File, &["file", "document", "attachment", "upload", "image", "photo", "asset", "blob", "media"]),
    (Folder, &["folder", "directory", "drive"]),
    (Host, &["host", "server", "node", "instance", "machine", "cluster"]),
    (Job, &["job", "task", "workflow", "pipeline", "run", "process"]),
    (Key, &["key", "token", "credential", "secret"]),
    (Language, &["language"]),
    (Person, &["user", "person", "customer", "client", "owner", "author", "assignee", "member", "employee", "contact", "creator", "sender", "recipient",
               "reviewer", "guest", "patient", "student", "teacher", "driver", "admin", "manager", "participant", "attendee", "cardholder", "buyer", "seller",
               "subscriber", "player", "agent", "friend", "follower", "actor", "committer", "profile", "passenger", "buddy", "passholder", "by", "holder", "payer", "payee"]),
    (Pet, &["pet", "dog", "cat", "animal"]),
    (Plan, &["plan", "tier", "subscription"]),
    (Product, &["product", "item", "article", "good", "variant", "sku", "catalog"]),
    (Region, &["state", "region", "province"]),
    (Repository, &["repository", "repo", "package", "module", "app", "application"]),
    (Role, &["role", "permission", "scope"]),
    (Shop, &["shop", "store", "restaurant", "venue", "place", "hotel", "branch office"]),
    (Tag, &["tag", "label", "category", "genre", "group", "segment", "collection"]),
    (Team, &["team", "department", "division"]),
    (Topic, &["ticket", "issue", "post", "page", "report", "project", "course", "lesson", "meeting", "survey", "milestone", "story", "thread", "message", "note"]),
    (Webhook, &["webhook", "endpoint", "hook", "integration", "subscription endpoint"]),
    (Work, &["book", "movie", "film", "song", "album", "track", "artwork", "game", "show", "playlist"]),
];

/// Members, by holder and the words that end their names. The words must be phrases of the great table as well.
#[rustfmt::skip]
const MEMBERS: &[(Holder, &[&str], Make)] = &[
    (Address, &["name", "display name"], By(people::full_name)),
    (Address, &["state"], By(people::region_code)),
    (Address, &["number"], By(people::house_number)),
    (Address, &["code"], By(people::postal_code)),
    (Bank, &["name", "display name"], OneOf(&["Example Bank", "First Example Bank", "Example Savings"])),
    (Branch, &["name"], By(codes::branch)),
    (Card, &["number"], By(codes::card_number)),
    (Card, &["name"], By(people::full_name)),
    (Card, &["brand", "type"], OneOf(&["amex", "mastercard", "visa"])),
    (Channel, &["name", "title"], OneOf(&["announcements", "design", "general", "help", "random", "support"])),
    (City, &["name"], By(people::city)),
    (City, &["code"], OneOf(&["ATL", "BOS", "DEN", "PDX", "SEA"])),
    (Company, &["name", "display name", "title", "friendly name"], By(people::company)),
    (Country, &["name", "display name"], By(people::any_country_name)),
    (Country, &["code", "id"], By(people::any_country_code)),
    (Currency, &["name"], OneOf(&["Euro", "Pound sterling", "US dollar", "Yen"])),
    (Currency, &["code", "id"], OneOf(&["EUR", "GBP", "JPY", "USD"])),
    (Error, &["code", "type", "name", "reason", "key"], OneOf(ERROR_CODES)),
    (Error, &["message", "title", "description", "detail", "text"], OneOf(prose::ERROR_MESSAGES)),
    (Event, &["type", "name", "action"], OneOf(EVENTS)),
    (Field, &["name", "key", "code"], By(prose::identifier)),
    (Field, &["type"], OneOf(&["boolean", "date", "number", "string"])),
    (File, &["name", "title", "display name"], By(web::file_name)),
    (File, &["path"], By(web::file_path)),
    (File, &["type"], OneOf(&["application/pdf", "image/png", "text/plain"])),
    (Folder, &["name", "title"], OneOf(&["Contracts", "Drafts", "Invoices", "Photos", "Reports", "Shared"])),
    (Folder, &["path"], By(web::folder)),
    (Host, &["name", "label"], By(web::host_label)),
    (Host, &["address"], By(web::ipv4)),
    (Job, &["name", "title", "display name"], OneOf(&["Build and test", "Daily backup", "Nightly export", "Send reminders", "Sync contacts"])),
    (Key, &["name", "label", "title"], OneOf(&["Backup script", "Build server", "Local development", "Mobile app", "Production"])),
    (Language, &["name"], OneOf(&["English", "French", "German", "Italian", "Japanese", "Spanish"])),
    (Language, &["code", "id"], OneOf(&["de", "en", "es", "fr", "it", "ja"])),
    (Person, &["name", "display name", "friendly name"], By(people::full_name)),
    (Person, &["title", "position"], By(people::job_title)),
    (Person, &["description"], By(people::bio)),
    (Pet, &["name"], OneOf(&["Bailey", "Biscuit", "Luna", "Milo", "Nala", "Olive", "Pepper", "Rex"])),
    (Pet, &["type"], OneOf(&["cat", "dog", "hamster", "parrot", "rabbit"])),
    (Plan, &["name", "title", "display name"], OneOf(&["Basic", "Business", "Free", "Pro", "Starter", "Team"])),
    (Product, &["name", "title", "display name"], By(prose::product)),
    (Product, &["code", "number"], Shape("@@@-####")),
    (Product, &["description", "summary"], By(prose::product_description)),
    (Region, &["name"], By(people::region)),
    (Region, &["code", "id"], By(people::region_code)),
    (Repository, &["name"], By(prose::slug)),
    (Repository, &["full name"], By(web::full_repository)),
    (Role, &["name", "title"], OneOf(&["admin", "editor", "member", "owner", "viewer"])),
    (Shop, &["name", "title", "display name"], By(people::shop)),
    (Tag, &["name", "title", "display name"], OneOf(prose::TAGS)),
    (Team, &["name", "title", "display name"], OneOf(&["Design", "Engineering", "Finance", "Legal", "Marketing", "Operations", "People", "Sales", "Support"])),
    (Topic, &["name", "display name"], By(prose::title)),
    (Webhook, &["name", "title"], OneOf(&["Order notifications", "Payment updates", "Production", "Staging", "User events"])),
    (Webhook, &["url"], By(web::webhook)),
    (Work, &["name", "title"], By(prose::work)),
];

/// Words that hold what their own holder holds: the `profile` data of a user, the `attributes` of a product.
const TRANSPARENT: &[&str] = &[
    "data",
    "attributes",
    "details",
    "info",
    "information",
    "properties",
    "resource",
    "result",
    "results",
    "record",
    "entity",
    "value",
    "fields",
];

impl Holder {
    /// By the last word that tells, in the singular: `UserFull` is a user, `file_owner` is an owner.
    pub(super) fn of(text: &str) -> Option<Self> {
        text.split(' ').rev().filter(|word| !word.is_empty()).find_map(|word| {
            let by = |word: &str| WORDS.iter().find(|(_, words)| words.contains(&word)).map(|(holder, _)| *holder);
            by(word).or_else(|| by(&singular(word)))
        })
    }

    pub(super) fn member(self, phrase: &str) -> Option<&'static Make> {
        MEMBERS.iter().find(|(holder, phrases, _)| *holder == self && phrases.contains(&phrase)).map(|(.., make)| make)
    }
}

/// Whether a name says nothing of its own about what it holds.
pub(super) fn is_transparent(text: &str) -> bool {
    text.is_empty() || TRANSPARENT.iter().any(|word| ends_with(text, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holders_by_name() {
        let cases = [
            ("customers", Some(Person)),
            ("user full", Some(Person)),
            ("created by", Some(Person)),
            ("file owner", Some(Person)),
            ("organization", Some(Company)),
            ("categories", Some(Tag)),
            ("whatever", None),
            ("", None),
        ];
        for (words, holder) in cases {
            assert_eq!(Holder::of(words), holder, "{words}");
        }
    }

    #[test]
    fn every_member_is_a_phrase_of_the_great_table() {
        for phrase in MEMBERS.iter().flat_map(|(_, phrases, _)| *phrases) {
            let known = super::super::texts::ROWS.iter().any(|row| row.phrases.contains(phrase)) || *phrase == "position";
            assert!(known, "{phrase}");
        }
    }
}
