//! What names give, a table of names and of what must hold of twenty values each.
//!
//! `cargo test --lib samples -- --nocapture` prints a page to read.

use super::{Background, Name};
use crate::{clock::Timestamp, schema::random::Random, seed::Seed};

const NEW: Background = Background::at(Timestamp::FIXED);
const NOW: i64 = Timestamp::FIXED.as_millis() / 1000;

fn named(path: &str) -> Name {
    let mut steps = path.split('.').map(Name::read);
    let first = steps.next().unwrap();
    steps.fold(first, |holder, name| name.within(holder))
}

fn texts(path: &str, background: Background) -> Vec<String> {
    (0..20).map(|seed| named(path).text(&mut Random::new(Seed::new(seed)), background, usize::MAX)).collect()
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || b"-_ .:".contains(&byte))
}

fn is_name(text: &str) -> bool {
    text.chars().next().is_some_and(char::is_uppercase)
}

fn is_person(text: &str) -> bool {
    is_name(text) && text.contains(' ') && !text.ends_with('.')
}

fn is_sentence(text: &str) -> bool {
    is_name(text) && text.ends_with(['.', '!', '?']) && text.contains(' ')
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && text.bytes().enumerate().all(|(at, byte)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() })
}

fn is_time(text: &str) -> bool {
    text.len() == 24 && is_date(&text[..10]) && text.as_bytes()[10] == b'T' && text.ends_with('Z')
}

fn is_page(text: &str) -> bool {
    let host = text.strip_prefix("https://").map(|rest| rest.split('/').next().unwrap_or_default());
    host.is_some_and(|host| host.ends_with("example.com"))
}

fn is_image(text: &str) -> bool {
    is_page(text) && ["jpg", "png", "webp", "svg"].iter().any(|end| text.ends_with(end))
}

fn is_email(text: &str) -> bool {
    text.is_ascii() && text.split_once('@').is_some_and(|(_, host)| host.starts_with("example.")) && !text.contains(' ')
}

fn is_phone(text: &str) -> bool {
    text.len() == 12 && text.starts_with("+120255501")
}

fn is_number(text: &str) -> bool {
    text.parse::<f64>().is_ok()
}

fn is_id(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

fn is_code(text: &str, len: usize) -> bool {
    text.len() == len && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

type Holds = fn(&str) -> bool;

/// Names, and what must hold of their texts.
const TEXTS: &[(&str, Holds)] = &[
    ("first_name firstName given-name GivenName forename", |text| is_name(text) && !text.contains(' ')),
    ("last_name familyName surname", is_name),
    ("full_name fullName author owner assignee createdBy updated_by user.name customers.name UserFull.displayName owner.name", is_person),
    ("customer_name author_name senderName person.data.name members.name created_by.name card.name shipping_address.name", is_person),
    ("username userName login handle screen_name", |text| !text.contains(' ') && text.is_ascii()),
    ("email email_address emailAddress contact_email primaryEmail emails user.email email_primary", is_email),
    ("phone phone_number phoneNumber mobile fax tel contactPhone phones", is_phone),
    ("job_title jobTitle occupation user.title", |text| is_name(text) && text.contains(' ')),
    ("company company_name employer organization organization.name company.name companies.name vendor vendor_name", is_name),
    ("bio biography notes comment message description summary details user.description", is_sentence),
    ("product.name product_name productName items.title", |text| text.split(' ').count() == 3),
    ("title report_title headline", |text| is_name(text) && text.split(' ').count() == 2),
    ("name project workspace_name campaign", |text| is_name(text) && text.contains(' ')),
    ("team team.name department departments.name", is_name),
    ("street street_address address_line_1 addressLine1 address1 address line1", |text| {
        text.starts_with(|first: char| first.is_ascii_digit()) && text.contains(' ')
    }),
    ("address_line_2 addressLine2 address2", |text| ["Apt", "Suite", "Unit", "Floor"].iter().any(|kind| text.starts_with(kind))),
    ("city town locality address.city hometown", is_name),
    ("address.state state_code shipping.state region_code", |text| is_code(text, 2)),
    ("region province billing_state", |text| is_name(text) && text.len() > 3),
    ("zip zipCode postal_code postcode", |text| text.len() == 5 && is_number(text)),
    ("country country_name address.country", |text| text == "United States"),
    ("country_code countryCode country_iso", |text| text == "US"),
    ("country.name countries.name", |text| is_name(text) && text.len() > 3),
    ("country.code countries.code", |text| is_code(text, 2)),
    ("currency currencyCode currency.code default_currency", |text| is_code(text, 3)),
    ("language lang language_code", |text| text == "en"),
    ("locale", |text| text == "en-US"),
    ("timezone time_zone tz timeZone", |text| text.contains('/')),
    ("url html_url href link permalink webUrl website homepage followers_url docs_url callbackUrl webhook_url download_url", is_page),
    ("avatar_url avatarUrl image_url thumbnail logo photo_url profileImageUrl picture", is_image),
    ("redirect_uri return_url successUrl", |text| text.starts_with("https://app.example.com/")),
    ("webhook_url webhook.url", |text| text.starts_with("https://example.com/webhooks/")),
    ("git_url clone_url", |text| text.ends_with(".git")),
    ("hostname host", |text| text.ends_with(".example.com")),
    ("domain domain_name", |text| text.contains(".example.")),
    ("ip ip_address ipAddress client_ip ipv4", |text| {
        ["192.0.2.", "198.51.100.", "203.0.113."].iter().any(|range| text.starts_with(range))
    }),
    ("ipv6", |text| text.starts_with("2001:db8::")),
    ("mac_address", |text| text.starts_with("00:00:5e:00:53:")),
    ("user_agent userAgent", |text| text.starts_with("Mozilla/5.0 (")),
    ("path route", |text| text.starts_with('/')),
    ("http_method method", |text| ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&text)),
    ("file_name fileName filename file.name attachments.name documents.title", |text| text.contains('.') && !text.contains(' ')),
    ("extension fileExtension", |text| (3..=4).contains(&text.len())),
    ("mime_type contentType media_type file.type", |text| text.contains('/')),
    ("md5 checksum etag e_tag", |text| text.len() == 32 && is_hex(text)),
    ("sha sha1 commit_sha commit head_sha", |text| text.len() == 40 && is_hex(text)),
    ("hash sha256 signature", |text| text.len() == 64 && is_hex(text)),
    ("id user_id userID customerId external_id userIDs", is_id),
    ("uuid guid idempotency_key", |text| text.len() == 36),
    ("slug key alias", is_word),
    ("token access_token refreshToken client_secret api_key apiKey", |text| text.starts_with("test_")),
    ("password", |text| text.starts_with("not-a-secret")),
    ("next_cursor page_token cursor", |text| text.len() == 24),
    ("version api_version appVersion", |text| text.split('.').count() == 3),
    ("color background_color backgroundColor", |text| text.len() == 7 && text.starts_with('#')),
    ("sku", |text| text.len() == 8),
    ("order_number invoiceNumber reference tracking_number", |text| text.len() == 9),
    ("amount price unit_price totalAmount", |text| is_number(text) && text.contains('.')),
    ("card_number", |text| text.len() >= 15 && is_number(text)),
    ("last4", |text| text.len() == 4 && is_number(text)),
    ("status order_status state payment_status", is_word),
    ("type kind role level priority visibility environment event.type reason", is_word),
    ("tag tags categories category label labels tag.name category.name", is_word),
    ("error_code error.code errors.code", is_word),
    ("error error_message errorMessage error.message errors.message", is_sentence),
    ("created_at createdAt updated_at date_created", |text| text == "2026-01-01T00:00:00.000Z"),
    ("started_at last_login completedAt timestamp deleted_at lastSeen", |text| is_time(text) && text <= "2026-01-01T00:00:00.000Z"),
    ("expires_at expiresAt next_attempt_at current_period_end", |text| is_time(text) && text > "2026-01-01T00:00:00.000Z"),
    ("birthday dob date_of_birth birthDate", |text| is_date(text) && text < "2008"),
    ("date start_date due_date", is_date),
    ("weekday", |text| text.ends_with("day")),
    ("quantity count attempt_count duration_ms age", is_number),
    ("latitude longitude", is_number),
    ("subject email_subject", |text| is_name(text) && text.contains(' ')),
    ("body content text", |text| is_sentence(text) && text.len() > 50),
    ("pet.name", is_name),
    ("field.name parameters.name attribute", is_word),
    ("permission scopes", is_word),
    ("units unit", is_word),
    ("whatever foo_bar größe 日本", is_word),
];

/// Names, and the least and the greatest integer.
const INTEGERS: &[(&str, i64, i64)] = &[
    ("attempt_count retryCount retries attempt", 0, 5),
    ("count total_count followers users open_issues_count", 0, 500),
    ("quantity qty", 1, 9),
    ("age", 18, 80),
    ("port", 1024, 49_151),
    ("year", 2018, 2026),
    ("exp_year", 2018, 2026),
    ("month exp_month", 1, 12),
    ("day", 1, 28),
    ("price amount total_amount unitPrice", 50, 50_000),
    ("percent percentage progress", 0, 100),
    ("width height", 64, 1920),
    ("size file_size bytes size_in_bytes", 512, 5_000_000),
    ("page", 1, 9),
    ("limit per_page", 10, 100),
    ("offset", 0, 100),
    ("position index", 0, 20),
    ("version revision", 1, 12),
    ("status_code httpStatus", 200, 204),
    ("id user_id", 1000, 9_999_999),
    ("created created_at updatedAt", NOW, NOW),
    ("timestamp last_seen started_at", NOW - 31 * 86_400, NOW),
    ("expires_at expires trial_end", NOW, NOW + 31 * 86_400),
    ("created_at_ms updatedAtMillis", NOW * 1000, NOW * 1000),
    ("ttl timeout expires_in", 30, 3600),
    ("duration_seconds duration", 1, 3600),
];

const NUMBERS: &[(&str, f64, f64)] = &[
    ("probability ratio confidence score taxRate", 0.0, 1.0),
    ("latitude lat", -90.0, 90.0),
    ("longitude lng", -180.0, 180.0),
    ("price amount total", 0.5, 500.0),
    ("rating", 1.0, 5.0),
    ("weight", 0.1, 40.0),
    ("count", 0.0, 500.0),
];

#[test]
fn texts_are_what_their_names_say() {
    let paths = TEXTS.iter().flat_map(|(paths, holds)| paths.split(' ').map(move |path| (path, holds)));
    let wrong = |(path, holds): (&'static str, &Holds)| {
        let wrong = texts(path, NEW).into_iter().find(|text| !holds(text))?;
        Some(format!("{path}: {wrong}"))
    };
    let wrong: Vec<String> = paths.filter_map(wrong).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn numbers_are_what_their_names_say() {
    let random = |seed| Random::new(Seed::new(seed));
    for (paths, low, high) in INTEGERS {
        for path in paths.split(' ') {
            let made: Vec<i64> = (0..20).filter_map(|seed| named(path).integer(&mut random(seed), NEW)).collect();
            assert!(made.len() == 20 && made.iter().all(|number| (low..=high).contains(&number)), "{path}: {made:?}");
        }
    }
    for (paths, low, high) in NUMBERS {
        for path in paths.split(' ') {
            let made: Vec<f64> = (0..20).filter_map(|seed| named(path).number(&mut random(seed), NEW)).collect();
            assert!(made.len() == 20 && made.iter().all(|number| (low..=high).contains(&number)), "{path}: {made:?}");
        }
    }
    assert_eq!(named("whatever").integer(&mut random(1), NEW), None);
}

#[test]
fn flags_are_mostly_what_they_usually_are() {
    let set = |name: &str| (0..1000).filter(|seed| Name::read(name).boolean(&mut Random::new(Seed::new(*seed)))).count();
    for (names, of_eight) in [("enabled isActive email_verified", 7), ("deleted is_archived has_more", 1), ("gift foo", 4)] {
        for name in names.split(' ') {
            assert!(set(name).abs_diff(of_eight * 125) < 60, "{name}: {}", set(name));
        }
    }
}

#[test]
fn texts_keep_within_their_length() {
    for (paths, _) in TEXTS {
        for path in paths.split(' ') {
            for max in [0, 1, 2, 3, 5, 8, 12, 20, 40] {
                let made = named(path).text(&mut Random::new(Seed::new(3)), NEW, max);
                assert!(made.chars().count() <= max && (max == 0 || !made.is_empty()), "{path}, {max}: {made}");
            }
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_text() {
    for path in ["first_name", "city", "email", "title", "whatever", "", "created_at"] {
        assert_eq!(texts(path, NEW), texts(path, NEW), "{path}");
    }
}

#[test]
fn locales_have_names_of_their_own() {
    let of = |path: &str, tag: &str| texts(path, Background { locale: tag.parse().unwrap(), ..NEW });
    assert!(of("city", "de").iter().any(|city| city == "München"));
    assert!(of("country", "fr").iter().all(|country| country == "France"));
    assert!(of("phone", "de").iter().all(|phone| phone.starts_with("+493023125") && phone.len() == 13));
    assert!(of("user.name", "ja").iter().all(|name| !name.is_ascii() && !name.contains(' ')));
    assert!(of("email", "ja").iter().all(|email| is_email(email)));
    for tag in ["en", "de", "fr", "it", "nl", "pt", "tr", "ja", "zh"] {
        for path in ["user.name", "street", "postal_code", "address.state", "company", "full_address", "language", "locale"] {
            assert!(of(path, tag).iter().all(|text| !text.is_empty() && !text.contains('#')), "{tag} {path}");
        }
    }
}

#[test]
#[allow(clippy::print_stdout, reason = "it is there to be read")]
fn a_page_of_samples() {
    for (paths, _) in TEXTS {
        for path in paths.split(' ') {
            println!("{path:24} {}", texts(path, NEW)[..3].join(" | "));
        }
    }
}
