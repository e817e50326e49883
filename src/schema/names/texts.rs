//! The table: the words that end a property's name, and the text that they stand for.
//!
//! Adding a name is adding a row. The longest phrase that ends a name counts, so the order of the rows is for readers only.

use std::sync::LazyLock;

use super::{
    Make::{self, By, OneOf, Shape},
    codes, people, prose, web,
    words::Index,
};

/// Phrases, what is made for them, and what is made where that is too long.
pub(super) struct Row {
    pub(super) phrases: &'static [&'static str],
    pub(super) make: Make,
    pub(super) short: Make,
}

type Phrases = &'static [&'static str];

const fn row(phrases: Phrases, make: Make) -> Row {
    Row { phrases, make, short: OneOf(&[]) }
}

impl Row {
    const fn or(self, short: Make) -> Self {
        Self { short, ..self }
    }
}

pub(super) static INDEX: LazyLock<Index<Row>> = LazyLock::new(|| Index::new(ROWS, |row| row.phrases));

/// For names that tell nothing.
pub(super) static UNKNOWN: Row = row(&[], By(prose::pair)).or(OneOf(prose::NOUNS));

#[rustfmt::skip]
pub(super) static ROWS: &[Row] = &[
    // People.
    row(&["first name", "given name", "forename", "firstname", "middle name", "preferred name", "nickname", "nick"], By(people::first_name)),
    row(&["last name", "family name", "surname", "lastname"], By(people::last_name)),
    row(&["full name", "fullname", "real name", "legal name", "person name", "author", "owner", "assignee", "reviewer", "sender", "recipient",
          "cardholder", "holder name", "created by", "updated by", "modified by", "approved by", "requested by", "contact"],
        By(people::full_name)).or(By(people::first_name)),
    row(&["initials"], By(people::initials)),
    row(&["user name", "username", "login", "handle", "screen name", "nick name"], By(people::user_name)).or(By(people::first_name)),
    row(&["email", "email address", "e mail", "mail", "reply to"], By(people::email)).or(By(people::short_email)),
    row(&["phone", "phone number", "telephone", "mobile", "mobile number", "cell", "cellphone", "fax", "msisdn", "tel", "whatsapp"], By(people::phone)),
    row(&["job title", "job", "occupation", "profession", "position title", "designation"], By(people::job_title))
        .or(OneOf(&["Analyst", "Designer", "Manager"])),
    row(&["department", "division", "unit name", "team"],
        OneOf(&["Design", "Engineering", "Finance", "Legal", "Marketing", "Operations", "People", "Sales", "Support"])),
    row(&["company", "company name", "organization", "organisation", "organization name", "organisation name", "employer", "business name", "vendor", "supplier",
          "manufacturer", "merchant", "brand", "publisher", "issuer"], By(people::company)).or(By(people::last_name)),
    row(&["bio", "biography", "about", "about me"], By(people::bio)).or(OneOf(prose::NOTES)),
    row(&["pronouns"], OneOf(&["they/them", "she/her", "he/him"])),
    row(&["gender", "sex"], OneOf(&["female", "male", "non-binary", "unspecified"])),
    row(&["salutation", "honorific", "name prefix"], OneOf(&["Dr.", "Ms.", "Mr.", "Mx."])),
    row(&["name suffix"], OneOf(&["Jr.", "Sr.", "II", "III"])),
    row(&["nationality"], OneOf(&["Canadian", "Danish", "Japanese", "Kenyan", "Mexican", "Polish"])),
    row(&["marital status"], OneOf(&["single", "married"])),
    row(&["relationship"], OneOf(&["colleague", "friend", "parent", "partner", "sibling"])),
    // Places.
    row(&["street", "address line", "address", "street address", "street line", "line", "addr", "street name and number"], By(people::street))
        .or(By(people::street_name)),
    row(&["address line 2", "address 2", "line 2", "street 2", "apartment", "suite"], By(people::apartment)),
    row(&["street name"], By(people::street_name)),
    row(&["full address", "formatted address", "formatted", "display address", "postal address", "mailing address"], By(people::address))
        .or(By(people::street)),
    row(&["house number", "building number", "street number"], By(people::house_number)),
    row(&["city", "town", "locality", "city name", "municipality", "hometown", "birthplace", "place of birth", "location"], By(people::city)),
    row(&["region", "province", "county", "state province", "state or province", "administrative area", "shipping state", "billing state", "state name",
          "prefecture"], By(people::region)).or(By(people::region_code)),
    row(&["state code", "region code", "province code", "subdivision"], By(people::region_code)),
    row(&["zip", "zip code", "zipcode", "postcode", "post code", "postal code", "postalcode"], By(people::postal_code)),
    row(&["country", "country name", "nation"], By(people::country_name)).or(By(people::country_code)),
    row(&["country code", "country iso", "country alpha 2", "iso country code", "iso country", "market"], By(people::country_code)),
    row(&["country code 3", "country alpha 3", "alpha 3", "iso 3"], By(people::country_code_of_three)),
    row(&["continent"], OneOf(&["Africa", "Asia", "Europe", "North America", "Oceania", "South America"])),
    row(&["time zone", "timezone", "tz", "tzid", "time zone id"], By(people::time_zone)).or(OneOf(&["UTC"])),
    row(&["language"], By(people::language_code)),
    row(&["language name", "display language"], By(people::language)),
    row(&["language code", "lang", "iso 639"], By(people::language_code)),
    row(&["locale", "culture", "language tag", "accept language"], By(people::locale_tag)).or(By(people::language_code)),
    row(&["geohash"], OneOf(&["c20f8b", "u33db2", "dr5ru7", "xn76ur"])),
    row(&["floor"], Shape("#")),
    row(&["room", "seat"], Shape("@##")),
    row(&["latitude", "lat"], Shape("4#.####")),
    row(&["longitude", "lng", "lon"], Shape("-7#.####")),
    // The web.
    row(&["url", "uri", "href", "link", "permalink", "html url", "page url", "web url", "share url"], By(web::page)).or(By(web::short_url)),
    row(&["website", "homepage", "home page", "web site", "blog", "site", "website url", "home url", "site url", "base url", "issuer url", "origin"], By(web::site)).or(By(web::short_url)),
    row(&["image", "image url", "photo", "photo url", "picture", "picture url", "thumbnail", "thumbnail url", "cover", "cover url", "banner", "banner url",
          "poster", "screenshot", "thumb url", "thumb", "preview url", "image uri", "background url", "image link"], By(web::image)).or(By(web::short_url)),
    row(&["avatar", "avatar url", "gravatar", "profile image", "profile picture", "profile image url"], By(web::avatar)).or(By(web::short_url)),
    row(&["logo", "logo url", "icon url", "favicon", "icon uri"], By(web::logo)).or(By(web::short_url)),
    row(&["video url", "movie url", "video uri", "video"], By(web::video)).or(By(web::short_url)),
    row(&["audio url", "recording url"], By(web::audio)).or(By(web::short_url)),
    row(&["download url", "file url", "attachment url", "export url", "archive url", "download link", "download"], By(web::download)).or(By(web::short_url)),
    row(&["webhook", "webhook url", "hook url", "notification url", "notify url", "webhook uri"], By(web::webhook)).or(By(web::short_url)),
    row(&["callback", "callback url", "redirect", "redirect url", "redirect uri", "return url", "success url", "cancel url", "callback uri", "return uri",
          "logout uri"], By(web::callback)).or(By(web::short_url)),
    row(&["documentation url", "docs url", "doc url", "help url", "documentation", "docs", "terms url", "policy url", "support url"], By(web::documentation))
        .or(By(web::short_url)),
    row(&["api url", "resource url", "self url", "resource uri", "endpoint", "endpoint url", "self", "resource"], By(web::resource)).or(By(web::short_url)),
    row(&["git url", "clone url", "repository url", "repo url", "svn url", "mirror url", "git http url"], By(web::repository)).or(By(web::short_url)),
    row(&["ssh url", "ssh uri", "git ssh url"], By(web::repository_by_ssh)),
    row(&["repository", "repo", "full repository name", "repository full name", "repository name with owner"], By(web::full_repository)).or(By(prose::slug)),
    row(&["domain", "domain name", "tld domain", "fqdn"], By(web::domain)).or(OneOf(&["example.com"])),
    row(&["host", "hostname", "host name", "server name", "server"], By(web::host)).or(OneOf(&["example.com"])),
    row(&["ip", "ip address", "ipv 4", "client ip", "remote addr", "ipv 4 address", "ip addr", "remote ip"], By(web::ipv4)),
    row(&["ipv 6", "ipv 6 address"], By(web::ipv6)),
    row(&["cidr", "subnet", "network", "ip range"], By(web::network)),
    row(&["mac", "mac address"], By(web::mac)),
    row(&["user agent", "useragent", "browser agent"], By(web::user_agent)).or(OneOf(&["curl/8.9.1", "test/1.0"])),
    row(&["browser"], OneOf(&["Chrome", "Edge", "Firefox", "Safari"])),
    row(&["os", "operating system", "platform"], OneOf(&["Android", "iOS", "Linux", "macOS", "Windows"])),
    row(&["device", "device type"], OneOf(&["desktop", "mobile", "tablet"])),
    row(&["protocol", "scheme"], OneOf(&["https", "http"])),
    row(&["method", "http method", "request method", "verb"], OneOf(&["GET", "POST", "PUT", "PATCH", "DELETE"])),
    row(&["path", "pathname", "route", "request path", "uri path"], By(web::path)),
    row(&["query string", "querystring"], OneOf(&["page=2", "sort=name", "limit=20&page=1", "q=lamp"])),
    row(&["query", "search", "search term", "keyword", "q"], OneOf(&["blue lamp", "garden chair", "oak table", "red bottle", "travel bag"])).or(OneOf(prose::NOUNS)),
    // Files.
    row(&["file name", "filename", "original name", "attachment", "attachment name", "document name", "file"], By(web::file_name)),
    row(&["file path", "filepath", "local path", "storage path"], By(web::file_path)),
    row(&["folder", "directory", "dir", "parent folder", "folder path"], By(web::folder)),
    row(&["extension", "file extension", "ext", "file type"], By(web::extension)),
    row(&["mime type", "mimetype", "content type", "media type", "mime"], OneOf(&["application/json", "application/pdf", "image/png", "image/jpeg", "text/plain", "text/csv"])),
    row(&["encoding", "charset"], OneOf(&["utf-8"])),
    row(&["content encoding"], OneOf(&["gzip", "br", "identity"])),
    row(&["md 5", "checksum", "etag", "e tag", "content md 5", "digest", "fingerprint", "content hash"], By(codes::hex_32)).or(By(codes::hex_8)),
    row(&["sha", "sha 1", "commit", "commit sha", "commit id", "head sha", "base sha", "tree sha", "commit hash", "sha hash"], By(codes::hex_40)).or(By(codes::hex_7)),
    row(&["hash", "sha 256", "file hash", "signature", "hmac"], By(codes::hex_64)).or(By(codes::hex_8)),
    row(&["sha 512"], By(codes::hex_128)),
    row(&["short sha", "revision", "rev", "etag short", "crc 32", "crc"], By(codes::hex_8)).or(Shape("#")),
    row(&["branch", "head branch", "head ref", "branch name"], By(codes::branch)),
    row(&["default branch", "base branch", "base ref"], OneOf(&["main"])),
    row(&["ref", "git ref"], OneOf(&["refs/heads/main", "refs/tags/v1.2.0"])).or(OneOf(&["main"])),
    // Identifiers and secrets.
    row(&["id", "key id", "identifier", "external id", "nonce", "sid", "gid", "uid"], By(codes::id)),
    row(&["uuid", "guid", "correlation id", "idempotency key"], By(codes::uuid)).or(By(codes::id)),
    row(&["request id", "trace id"], By(codes::hex_32)).or(By(codes::hex_8)),
    row(&["span id"], Shape("****************")),
    row(&["slug", "key", "permalink slug", "url key", "alias", "shortname"], By(prose::slug)).or(OneOf(prose::NOUNS)),
    row(&["token", "access token", "refresh token", "id token", "bearer token", "auth token", "jwt"], By(codes::token)).or(By(codes::id)),
    row(&["secret", "client secret", "signing secret", "secret key", "private key", "shared secret", "webhook secret"], By(codes::secret)).or(By(codes::id)),
    row(&["api key", "apikey", "public key", "access key", "publishable key", "license key"], By(codes::api_key)).or(By(codes::id)),
    row(&["password", "passphrase", "passwd"], By(codes::password)),
    row(&["pin", "otp", "verification code", "passcode", "security code"], Shape("######")).or(Shape("####")),
    row(&["cvv", "cvc"], Shape("###")),
    row(&["cursor", "page token", "next page token", "marker", "next cursor", "previous cursor", "starting after", "ending before", "continuation token", "after",
          "before", "next token", "sync token"], By(codes::opaque)).or(By(codes::id)),
    row(&["base 64", "data", "binary", "ciphertext", "encrypted", "blob", "bytes", "public key base 64"], By(codes::base64)).or(By(codes::short_code)),
    row(&["number", "order number", "invoice number", "reference", "reference number", "tracking number", "confirmation number", "receipt number", "ticket",
          "serial number", "transaction reference"], By(codes::reference)).or(Shape("####")),
    row(&["sku", "part number", "product code", "item code", "article number"], Shape("@@@-####")).or(By(codes::short_code)),
    row(&["barcode", "ean", "gtin", "upc"], Shape("20##########")),
    row(&["isbn"], Shape("978#########X")),
    row(&["coupon", "coupon code", "promo code", "promotion code", "voucher", "discount code", "referral code", "invite code"], By(codes::short_code)),
    row(&["code", "short code"], By(codes::short_code)).or(By(codes::upper_letter)),
    row(&["version", "semver", "release", "app version", "software version", "api version"], By(codes::version)).or(Shape("#")),
    row(&["license plate", "plate", "plate number"], Shape("@@@ ####")),
    row(&["vin"], Shape("TEST#############")),
    row(&["flight number"], Shape("XX###")),
    row(&["object", "object type", "resource type", "entity type", "kind"], OneOf(&["account", "event", "file", "item", "order", "user"])),
    // Money.
    row(&["currency", "currency code", "currency iso", "iso currency code"], By(people::currency)),
    row(&["currency symbol"], OneOf(&["$", "€", "£", "¥"])),
    row(&["currency name"], OneOf(&["Euro", "Pound sterling", "US dollar", "Yen"])),
    row(&["amount", "price", "cost", "balance", "fee", "subtotal", "tax", "discount", "total price", "total amount", "grand total", "money"], By(codes::amount)).or(Shape("#")),
    row(&["card number", "pan", "credit card", "credit card number"], By(codes::card_number)),
    row(&["last 4", "last four", "card last 4"], Shape("####")),
    row(&["card brand", "card type"], OneOf(&["amex", "mastercard", "visa"])),
    row(&["payment method", "payment type"], OneOf(&["bank transfer", "card", "cash", "invoice"])).or(OneOf(&["card"])),
    row(&["iban"], OneOf(&["GB33BUKB20201555555555", "DE75512108001245126199", "FR7630006000011234567890189"])),
    row(&["bic", "swift", "swift code"], OneOf(&["XXXXUS33", "XXXXDEFF", "XXXXGB2L"])),
    row(&["account number", "bank account", "bank account number"], Shape("000#######")),
    row(&["routing number", "sort code"], Shape("1100000##")).or(Shape("00##00")),
    row(&["bank", "bank name"], OneOf(&["Example Bank", "First Example Bank", "Example Savings"])),
    row(&["vat number", "vat id", "tax id", "tax number", "vat"], Shape("XX#########")),
    row(&["ssn", "social security number", "national id"], Shape("000-##-####")),
    row(&["billing interval", "interval", "frequency", "period", "recurrence", "cadence", "granularity"], OneOf(&["day", "week", "month", "year"])),
    // Times.
    row(&["at", "on", "timestamp", "date time", "datetime", "time", "last seen", "last login", "expiry", "expires", "expiration", "created", "updated", "modified",
          "started", "finished", "ended", "until", "since", "deadline", "time created", "start", "end", "last modified", "last updated", "completed", "date created", "date updated", "date modified"], By(codes::date_time))
        .or(By(codes::date)),
    row(&["date", "birthday", "birthdate", "dob", "birth day", "date of birth", "day", "due", "due date"], By(codes::date)),
    row(&["opening time", "closing time", "start time of day", "opens", "closes", "time of day"], By(codes::clock_time)),
    row(&["duration", "ttl", "timeout", "elapsed", "expires in", "max age"], By(codes::duration)),
    row(&["weekday", "day of week", "week day"], OneOf(&["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"])),
    row(&["month", "month name"], OneOf(&["January", "March", "May", "June", "July", "October", "December"])),
    row(&["year"], Shape("202#")),
    row(&["cron", "cron expression", "schedule expression"], OneOf(&["0 6 * * *", "0 9 * * 1", "*/15 * * * *"])),
    row(&["season"], OneOf(&["spring", "summer", "autumn", "winter"])),
    // What something is, and how it stands.
    row(&["status", "order status", "lifecycle", "state", "phase", "stage", "status text", "condition"],
        OneOf(&["active", "pending", "completed", "open", "closed", "paused", "ready"])),
    row(&["type", "subtype", "category type", "sort type"], OneOf(&["basic", "custom", "default", "internal", "external", "standard"])),
    row(&["event type", "event", "event name", "trigger", "topic"], OneOf(EVENTS)),
    row(&["mode"], OneOf(&["automatic", "manual", "test"])),
    row(&["level", "severity", "priority", "importance", "risk", "urgency"], OneOf(&["low", "medium", "high"])),
    row(&["log level"], OneOf(&["debug", "info", "warn", "error"])),
    row(&["visibility", "access", "privacy", "scope of access"], OneOf(&["internal", "private", "public"])),
    row(&["role", "user role", "member role"], OneOf(&["admin", "editor", "member", "owner", "viewer"])),
    row(&["permission", "scope", "grant"], OneOf(&["files:read", "files:write", "orders:read", "orders:write", "users:read"])).or(OneOf(&["read", "write"])),
    row(&["environment", "env", "deployment environment"], OneOf(&["development", "staging", "production", "test"])),
    row(&["plan", "tier", "subscription plan", "package"], OneOf(&["Basic", "Business", "Free", "Pro", "Starter", "Team"])),
    row(&["category", "tag", "label", "keyword tag", "genre", "group", "section", "collection", "theme", "interest", "topic name", "segment", "skill"], OneOf(prose::TAGS)),
    row(&["industry", "sector"], OneOf(&["Education", "Energy", "Finance", "Health care", "Logistics", "Retail", "Software", "Travel"])),
    row(&["reason", "cause", "cancellation reason", "reason text"],
        OneOf(&["duplicate", "no longer needed", "requested by customer", "too expensive", "changed plans"])).or(OneOf(&["other"])),
    row(&["source", "channel", "medium", "referrer source", "utm source"], OneOf(&["api", "app", "email", "import", "newsletter", "partner", "web"])),
    row(&["action", "operation", "activity", "command"], OneOf(&["create", "delete", "read", "update", "share"])),
    row(&["direction"], OneOf(&["inbound", "outbound"])),
    row(&["order by", "sort", "sort by", "order field"], OneOf(&["created_at", "name", "price", "updated_at"])),
    row(&["sort order", "sort direction"], OneOf(&["asc", "desc"])),
    row(&["format", "output format"], OneOf(&["csv", "json", "pdf", "xml"])),
    row(&["unit", "unit of measure", "measurement unit", "uom"], OneOf(&["piece", "kg", "m", "l", "hour", "box"])),
    row(&["weight unit"], OneOf(&["kg", "g", "lb"])),
    row(&["size", "shirt size", "variant"], OneOf(&["S", "M", "L", "XL"])),
    row(&["colour", "color", "background color", "hex color", "text color", "color hex", "foreground", "background"], By(codes::colour)).or(OneOf(&["red", "blue"])),
    row(&["color name", "colour name"], OneOf(&["blue", "green", "orange", "red", "white"])),
    row(&["material"], By(prose::material)),
    row(&["emoji", "reaction"], OneOf(&["👍", "🎉", "🚀", "🌱", "✅"])),
    row(&["icon"], OneOf(&["bell", "calendar", "check", "file", "house", "star", "user"])),
    row(&["model", "device model", "model name"], OneOf(&["A100", "Mk II", "One", "S5", "X200"])),
    row(&["algorithm", "alg"], OneOf(&["HS256", "RS256", "ES256"])),
    row(&["programming language", "code language"], OneOf(&["Go", "Java", "Python", "Rust", "TypeScript"])),
    row(&["field", "field name", "attribute", "property", "parameter", "param", "column", "variable", "variable name", "machine name", "system name", "metric", "metric name"],
        By(prose::identifier)).or(OneOf(prose::NOUNS)),
    row(&["error code", "error type", "failure code", "err code"], OneOf(ERROR_CODES)).or(OneOf(&["E100", "E204"])),
    row(&["error", "error message", "error description", "failure message", "failure reason", "last error", "warning", "error detail", "error text", "exception"],
        OneOf(prose::ERROR_MESSAGES)),
    // Prose.
    row(&["title", "headline", "heading", "caption", "display title"], By(prose::title)).or(OneOf(prose::NOUNS)),
    row(&["subject", "subject line", "email subject"], OneOf(&["Your order is on its way", "Minutes of Monday's meeting", "A question about the invoice",
          "Welcome to the team", "Changes to the schedule"])).or(OneOf(&["Hello", "Welcome"])),
    row(&["name", "display name", "label text", "friendly name", "nickname of thing"], By(prose::proper_name)).or(OneOf(prose::NOUNS)),
    row(&["product name", "product", "item name", "item", "product title"], By(prose::product)).or(By(prose::short_product)),
    row(&["project", "project name", "workspace", "workspace name", "account name", "campaign"], By(prose::proper_name)).or(OneOf(prose::NOUNS)),
    row(&["description", "summary", "detail", "explanation", "abstract", "synopsis", "excerpt", "overview", "short description", "alt text", "statement", "purpose"],
        By(prose::sentence)).or(OneOf(prose::NOTES)),
    row(&["body", "content", "text", "markdown", "article", "long description", "transcript", "plain text", "body text"], By(prose::paragraph))
        .or(By(prose::sentence)),
    row(&["html", "body html", "html body", "rendered"], By(prose::html)).or(OneOf(&["<p>Hello</p>", "<p>Thanks</p>"])),
    row(&["message", "comment", "note", "remark", "feedback", "memo", "instruction", "notice", "hint", "response text", "reply", "review", "special instruction"],
        OneOf(prose::NOTES)).or(OneOf(&["Thanks!", "Done.", "OK"])),
    row(&["placeholder", "help text", "tooltip"], OneOf(&["Enter a name", "Pick a date", "Type to search"])),
    row(&["prompt", "question", "input"], OneOf(&["What should be done next?", "When does it open?", "Where is it kept?", "Who can help with this?"])),
    row(&["answer", "output", "completion"], By(prose::sentence)).or(OneOf(&["Yes.", "No."])),
    row(&["slogan", "tagline", "catch phrase"], OneOf(&["Made to last.", "Simply better.", "Every day, a little easier."])),
];

pub(super) const EVENTS: &[&str] =
    &["customer.created", "invoice.paid", "order.created", "order.shipped", "payment.failed", "user.deleted", "user.updated"];

pub(super) const ERROR_CODES: &[&str] =
    &["conflict", "forbidden", "invalid_request", "missing_field", "not_found", "rate_limited", "timeout", "unauthorized"];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_phrase_stands_twice() {
        let mut seen = BTreeSet::new();
        for phrase in ROWS.iter().flat_map(|row| row.phrases) {
            assert!(seen.insert(phrase), "{phrase}");
            assert_eq!(super::super::words::words(phrase), **phrase);
        }
    }
}
