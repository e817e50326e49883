//! What the web is made of: addresses, hosts, files. Domains and networks are those kept for examples and documentation.

use super::{
    Context,
    codes::LOWER_AND_DIGITS,
    prose::{ADJECTIVES, NOUNS, one, slug},
};
use crate::schema::random::Random;

/// RFC 2606.
const DOMAINS: &[&str] = &["example.com", "example.org", "example.net"];
const EXTENSIONS: &[&str] = &["pdf", "csv", "png", "jpg", "txt", "docx", "xlsx", "zip"];

pub(in crate::schema) fn domain(random: &mut Random, _: Context) -> String {
    format!("{}.{}", one(random, NOUNS), one(random, DOMAINS))
}

pub(in crate::schema) fn host(random: &mut Random, _: Context) -> String {
    format!("{}.example.com", one(random, &["api", "app", "cdn", "docs", "files", "mail", "shop", "status", "www"]))
}

pub(in crate::schema) fn host_label(random: &mut Random, _: Context) -> String {
    format!("{}-{:02}", one(random, &["api", "app", "cache", "db", "edge", "mail", "web", "worker"]), random.within(1..=20))
}

/// A page: the address that fits everywhere.
pub(in crate::schema) fn page(random: &mut Random, context: Context) -> String {
    format!("https://example.com/{}", slug(random, context))
}

pub(in crate::schema) fn site(random: &mut Random, _: Context) -> String {
    format!("https://{}.example.com", one(random, NOUNS))
}

pub(in crate::schema) fn short_url(random: &mut Random, _: Context) -> String {
    format!("https://example.com/{}", random.text(LOWER_AND_DIGITS, 4))
}

pub(in crate::schema) fn image(random: &mut Random, context: Context) -> String {
    format!("https://example.com/images/{}.{}", slug(random, context), one(random, &["jpg", "png", "webp"]))
}

pub(in crate::schema) fn avatar(random: &mut Random, _: Context) -> String {
    format!("https://example.com/avatars/{}.png", random.text(LOWER_AND_DIGITS, 8))
}

pub(in crate::schema) fn logo(random: &mut Random, _: Context) -> String {
    format!("https://example.com/logos/{}.svg", one(random, NOUNS))
}

pub(in crate::schema) fn video(random: &mut Random, context: Context) -> String {
    format!("https://example.com/videos/{}.mp4", slug(random, context))
}

pub(in crate::schema) fn audio(random: &mut Random, context: Context) -> String {
    format!("https://example.com/audio/{}.mp3", slug(random, context))
}

pub(in crate::schema) fn download(random: &mut Random, context: Context) -> String {
    format!("https://example.com/downloads/{}", file_name(random, context))
}

pub(in crate::schema) fn webhook(random: &mut Random, _: Context) -> String {
    format!("https://example.com/webhooks/{}", one(random, &["events", "inbox", "orders", "payments", "updates", "users"]))
}

pub(in crate::schema) fn callback(random: &mut Random, _: Context) -> String {
    format!("https://app.example.com/{}", one(random, &["auth/callback", "callback", "done", "login/callback", "return"]))
}

pub(in crate::schema) fn documentation(random: &mut Random, _: Context) -> String {
    format!("https://docs.example.com/{}", one(random, &["api", "errors", "getting-started", "guides", "reference"]))
}

pub(in crate::schema) fn resource(random: &mut Random, _: Context) -> String {
    let kind = one(random, &["accounts", "events", "files", "items", "orders", "users"]);
    format!("https://api.example.com/v1/{kind}/{}", random.text(LOWER_AND_DIGITS, 8))
}

pub(in crate::schema) fn repository(random: &mut Random, context: Context) -> String {
    format!("https://git.example.com/{}/{}.git", one(random, NOUNS), slug(random, context))
}

pub(in crate::schema) fn repository_by_ssh(random: &mut Random, context: Context) -> String {
    format!("git@git.example.com:{}/{}.git", one(random, NOUNS), slug(random, context))
}

pub(in crate::schema) fn full_repository(random: &mut Random, context: Context) -> String {
    format!("{}/{}", one(random, NOUNS), slug(random, context))
}

/// A path in an address.
pub(in crate::schema) fn path(random: &mut Random, _: Context) -> String {
    format!("/{}/{}", one(random, &["items", "orders", "pages", "users", "files"]), one(random, NOUNS))
}

pub(in crate::schema) fn file_name(random: &mut Random, context: Context) -> String {
    format!("{}.{}", slug(random, context), one(random, EXTENSIONS))
}

pub(in crate::schema) fn file_path(random: &mut Random, context: Context) -> String {
    format!("{}/{}", folder(random, context), file_name(random, context))
}

pub(in crate::schema) fn folder(random: &mut Random, _: Context) -> String {
    format!("/{}/{}", one(random, &["data", "documents", "projects", "uploads"]), one(random, ADJECTIVES))
}

pub(in crate::schema) fn extension(random: &mut Random, _: Context) -> String {
    one(random, EXTENSIONS).to_owned()
}

/// RFC 5737.
pub(in crate::schema) fn ipv4(random: &mut Random, _: Context) -> String {
    format!("{}.{}", one(random, &["192.0.2", "198.51.100", "203.0.113"]), random.within(1..=254))
}

/// RFC 3849.
pub(in crate::schema) fn ipv6(random: &mut Random, _: Context) -> String {
    format!("2001:db8::{:x}", random.within(1..=0xffff))
}

pub(in crate::schema) fn network(random: &mut Random, _: Context) -> String {
    one(random, &["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"]).to_owned()
}

/// RFC 7042 keeps these for documentation.
pub(in crate::schema) fn mac(random: &mut Random, _: Context) -> String {
    format!("00:00:5e:00:53:{:02x}", random.within(0..=255))
}

pub(in crate::schema) fn user_agent(random: &mut Random, _: Context) -> String {
    let system = one(random, &["X11; Linux x86_64", "Macintosh; Intel Mac OS X 10_15_7", "Windows NT 10.0; Win64; x64"]);
    let version = random.within(120..=140);
    format!("Mozilla/5.0 ({system}; rv:{version}.0) Gecko/20100101 Firefox/{version}.0")
}
