//! The methods of faker.js, by module. Adding one is adding a row.

use serde_json::{Number, Value};

use super::{
    super::names::{Background, Context, Tense, codes, people, prose, shape, web},
    Arguments, Method,
};
use crate::schema::random::Random;

/// A method that needs no arguments, by a maker of names.
macro_rules! by {
    ($make:path) => {
        |random, _, context| $make(random, context).into()
    };
}

/// One of a list.
macro_rules! one {
    ($($text:literal),+) => {
        |random, _, _| prose::one(random, &[$($text),+]).into()
    };
}

/// `#` is a digit, `@` an upper case letter, `*` a hexadecimal digit.
macro_rules! shaped {
    ($pattern:literal) => {
        |random, _, _| shape(random, $pattern).into()
    };
}

const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LETTERS_AND_DIGITS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const DIGITS: &[u8] = b"0123456789";
const HEX: &[u8] = b"0123456789abcdef";

#[rustfmt::skip]
pub(super) static TABLE: &[(&str, Method)] = &[
    ("airline.aircraftType", one!("narrowbody", "regional", "widebody")),
    ("airline.flightNumber", |random, _, _| random.within(1..=9999).to_string().into()),
    ("airline.iataCode", shaped!("@@@")),
    ("airline.recordLocator", shaped!("@@@@@@")),
    ("airline.seat", |random, _, _| format!("{}{}", random.within(1..=35), random.text(b"ABCDEF", 1)).into()),
    ("animal.bird", one!("Barn owl", "Blackbird", "Common swift", "House sparrow", "Robin")),
    ("animal.cat", one!("Bengal", "Maine Coon", "Ragdoll", "Siamese")),
    ("animal.dog", one!("Beagle", "Border Collie", "Dachshund", "Poodle")),
    ("animal.fish", one!("Cod", "Herring", "Salmon", "Trout")),
    ("animal.horse", one!("Arabian", "Haflinger", "Mustang")),
    ("animal.type", one!("bear", "bird", "cat", "dog", "fish", "horse", "rabbit")),
    ("color.hsl", |random, _, _| format!("hsl({}deg {}% {}%)", random.within(0..=359), random.within(0..=100), random.within(0..=100)).into()),
    ("color.human", one!("blue", "green", "orange", "red", "teal", "violet", "white")),
    ("color.rgb", by!(codes::colour)),
    ("commerce.department", one!("Books", "Clothing", "Electronics", "Garden", "Grocery", "Home", "Music", "Sports", "Toys")),
    ("commerce.isbn", shaped!("978-0-##-######-0")),
    ("commerce.price", price),
    ("commerce.product", by!(prose::short_product)),
    ("commerce.productAdjective", one!("Classic", "Compact", "Handmade", "Recycled", "Sturdy")),
    ("commerce.productDescription", by!(prose::product_description)),
    ("commerce.productMaterial", by!(prose::material)),
    ("commerce.productName", by!(prose::product)),
    ("company.buzzPhrase", |random, _, _| format!("{} {}", prose::one(random, &["deliver", "plan", "share"]), prose::one(random, &["better services", "new markets", "open platforms"])).into()),
    ("company.catchPhrase", one!("Every day, a little easier", "Made to last", "Open by design", "Simply better")),
    ("company.companySuffix", one!("Group", "Inc", "LLC", "Ltd")),
    ("company.name", by!(people::company)),
    ("database.column", by!(prose::identifier)),
    ("database.collation", one!("ascii_bin", "utf8_bin", "utf8_general_ci")),
    ("database.engine", one!("ARCHIVE", "InnoDB", "MEMORY")),
    ("database.mongodbObjectId", |random, _, _| random.text(HEX, 24).into()),
    ("database.type", one!("bigint", "boolean", "date", "text", "varchar")),
    ("datatype.boolean", |random, _, _| random.coin().into()),
    ("date.anytime", |random, _, context| moment(random, context, Tense::Past, 365)),
    ("date.between", |random, _, context| moment(random, context, Tense::Past, 365)),
    ("date.birthdate", |random, _, context| moment(random, context, Tense::Birth, 365)),
    ("date.future", |random, _, context| moment(random, context, Tense::Future, 365)),
    ("date.month", one!("January", "March", "May", "June", "September", "December")),
    ("date.past", |random, _, context| moment(random, context, Tense::Begun, 365)),
    ("date.recent", |random, _, context| moment(random, context, Tense::Past, 1)),
    ("date.soon", |random, _, context| moment(random, context, Tense::Future, 365)),
    ("date.timeZone", by!(people::time_zone)),
    ("date.weekday", one!("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")),
    ("finance.accountName", one!("Checking Account", "Credit Card Account", "Savings Account")),
    ("finance.accountNumber", |random, arguments, _| drawn(random, arguments, DIGITS, 8)),
    ("finance.amount", amount),
    ("finance.bic", one!("XXXXDEFF", "XXXXGB2L", "XXXXUS33")),
    ("finance.bitcoinAddress", |random, _, _| format!("test{}", random.text(LETTERS_AND_DIGITS, 30)).into()),
    ("finance.creditCardCVV", shaped!("###")),
    ("finance.creditCardIssuer", one!("american_express", "mastercard", "visa")),
    ("finance.creditCardNumber", by!(codes::card_number)),
    ("finance.currencyCode", one!("CHF", "EUR", "GBP", "JPY", "USD")),
    ("finance.currencyName", one!("Euro", "Pound Sterling", "Swiss Franc", "US Dollar", "Yen")),
    ("finance.currencySymbol", one!("$", "€", "£", "¥")),
    ("finance.ethereumAddress", |random, _, _| format!("0x{}", random.text(HEX, 40)).into()),
    ("finance.iban", one!("DE75512108001245126199", "FR7630006000011234567890189", "GB33BUKB20201555555555")),
    ("finance.maskedNumber", |random, _, _| format!("(...{})", random.text(DIGITS, 4)).into()),
    ("finance.pin", |random, arguments, _| drawn(random, arguments, DIGITS, 4)),
    ("finance.routingNumber", shaped!("1100000##")),
    ("finance.transactionDescription", |random, _, context| format!("payment of {} to {}", codes::amount(random, context), people::company(random, context)).into()),
    ("finance.transactionType", one!("deposit", "invoice", "payment", "withdrawal")),
    ("food.dish", one!("Mushroom risotto", "Onion soup", "Pancakes", "Vegetable curry")),
    ("food.fruit", one!("apple", "banana", "cherry", "pear", "plum")),
    ("food.ingredient", one!("basil", "butter", "flour", "garlic", "rice")),
    ("food.vegetable", one!("carrot", "leek", "onion", "potato", "spinach")),
    ("git.branch", by!(codes::branch)),
    ("git.commitDate", |random, _, context| moment(random, context, Tense::Past, 365)),
    ("git.commitMessage", one!("add tests", "fix a typo", "read all pages", "rename the field", "update dependencies")),
    ("git.commitSha", by!(codes::hex_40)),
    ("git.shortSha", by!(codes::hex_7)),
    ("hacker.abbreviation", one!("API", "HTTP", "JSON", "SQL", "TCP")),
    ("hacker.adjective", one!("digital", "open-source", "virtual", "wireless")),
    ("hacker.noun", one!("array", "driver", "interface", "protocol", "sensor")),
    ("hacker.phrase", |random, _, _| format!("Try to {} the {} again.", prose::one(random, &["copy", "index", "parse"]), prose::one(random, &["array", "driver", "sensor"])).into()),
    ("hacker.verb", one!("compress", "copy", "index", "parse", "program")),
    ("helpers.arrayElement", |random, arguments, _| random.pick(arguments.list()).cloned().unwrap_or_default()),
    ("helpers.arrayElements", array_elements),
    ("helpers.replaceSymbols", symbols),
    ("helpers.slugify", |random, arguments, context| arguments.text("string", 0).map_or_else(|| prose::slug(random, context), |text| text.replace(' ', "-")).into()),
    ("image.avatar", by!(web::avatar)),
    ("image.dataUri", |_, _, _| "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAAAOw==".into()),
    ("image.url", by!(web::image)),
    ("internet.domainName", by!(web::domain)),
    ("internet.domainSuffix", one!("com", "net", "org")),
    ("internet.domainWord", |random, _, context| prose::slug(random, context).into()),
    ("internet.email", by!(people::email)),
    ("internet.emoji", one!("👍", "🎉", "🚀", "🌱", "✅")),
    ("internet.exampleEmail", by!(people::email)),
    ("internet.httpMethod", one!("DELETE", "GET", "PATCH", "POST", "PUT")),
    ("internet.httpStatusCode", |random, _, _| [200, 201, 204, 301, 400, 404, 500][random.index(7)].into()),
    ("internet.ip", by!(web::ipv4)),
    ("internet.ipv4", by!(web::ipv4)),
    ("internet.ipv6", by!(web::ipv6)),
    ("internet.mac", by!(web::mac)),
    ("internet.password", by!(codes::password)),
    ("internet.port", |random, _, _| random.within(1024..=65_535).into()),
    ("internet.protocol", one!("http", "https")),
    ("internet.url", by!(web::site)),
    ("internet.userAgent", by!(web::user_agent)),
    ("internet.username", by!(people::user_name)),
    ("internet.displayName", by!(people::user_name)),
    ("location.buildingNumber", by!(people::house_number)),
    ("location.city", by!(people::city)),
    ("location.country", by!(people::any_country_name)),
    ("location.countryCode", by!(people::any_country_code)),
    ("location.county", by!(people::region)),
    ("location.direction", one!("East", "North", "South", "West")),
    ("location.latitude", |random, _, _| fraction(random, -60.0, 60.0, 4)),
    ("location.locale", by!(people::locale_tag)),
    ("location.longitude", |random, _, _| fraction(random, -180.0, 180.0, 4)),
    ("location.secondaryAddress", by!(people::apartment)),
    ("location.state", by!(people::region)),
    ("location.stateAbbr", by!(people::region_code)),
    ("location.street", by!(people::street_name)),
    ("location.streetAddress", by!(people::street)),
    ("location.timeZone", by!(people::time_zone)),
    ("location.zipCode", by!(people::postal_code)),
    ("lorem.lines", |random, arguments, context| sentences(random, arguments, context, 3, "\n")),
    ("lorem.paragraph", |random, arguments, context| sentences(random, arguments, context, 3, " ")),
    ("lorem.paragraphs", |random, arguments, context| sentences(random, arguments, context, 6, "\n")),
    ("lorem.sentence", by!(prose::sentence)),
    ("lorem.sentences", |random, arguments, context| sentences(random, arguments, context, 3, " ")),
    ("lorem.slug", by!(prose::slug)),
    ("lorem.text", by!(prose::paragraph)),
    ("lorem.word", |random, _, _| prose::one(random, prose::NOUNS).into()),
    ("lorem.words", |random, arguments, _| words(random, arguments)),
    ("music.genre", one!("Classical", "Folk", "Jazz", "Pop", "Rock", "Soul")),
    ("music.songName", by!(prose::work)),
    ("music.artist", by!(prose::proper_name)),
    ("number.bigInt", |random, _, _| random.within(0..=999_999_999_999_999).into()),
    ("number.binary", |random, _, _| format!("{:b}", random.within(0..=255)).into()),
    ("number.float", float),
    ("number.hex", |random, _, _| format!("{:x}", random.within(0..=255)).into()),
    ("number.int", int),
    ("person.bio", by!(people::bio)),
    ("person.firstName", by!(people::first_name)),
    ("person.fullName", by!(people::full_name)),
    ("person.gender", one!("female", "male", "non-binary")),
    ("person.jobArea", one!("Accounts", "Design", "Marketing", "Operations", "Sales")),
    ("person.jobDescriptor", one!("Chief", "Junior", "Lead", "Senior")),
    ("person.jobTitle", by!(people::job_title)),
    ("person.jobType", one!("Analyst", "Assistant", "Director", "Manager", "Specialist")),
    ("person.lastName", by!(people::last_name)),
    ("person.middleName", by!(people::first_name)),
    ("person.prefix", one!("Dr.", "Mr.", "Ms.", "Mx.")),
    ("person.sex", one!("female", "male")),
    ("person.suffix", one!("II", "III", "Jr.", "Sr.")),
    ("phone.imei", shaped!("00-######-######-#")),
    ("phone.number", by!(people::phone)),
    ("science.chemicalElement", one!("Carbon", "Helium", "Iron", "Neon", "Oxygen")),
    ("string.alpha", |random, arguments, _| drawn(random, arguments, LETTERS, 1)),
    ("string.alphanumeric", |random, arguments, _| drawn(random, arguments, LETTERS_AND_DIGITS, 1)),
    ("string.hexadecimal", |random, arguments, _| drawn(random, arguments, HEX, 1)),
    ("string.nanoid", |random, arguments, _| drawn(random, arguments, LETTERS_AND_DIGITS, 21)),
    ("string.numeric", |random, arguments, _| drawn(random, arguments, DIGITS, 1)),
    ("string.sample", |random, arguments, _| drawn(random, arguments, LOWER, 10)),
    ("string.ulid", |random, _, _| format!("01K{}", random.text(b"0123456789ABCDEFGHJKMNPQRSTVWXYZ", 23)).into()),
    ("string.uuid", by!(codes::uuid)),
    ("system.commonFileName", by!(web::file_name)),
    ("system.commonFileExt", by!(web::extension)),
    ("system.cron", one!("*/15 * * * *", "0 6 * * *", "0 9 * * 1")),
    ("system.directoryPath", by!(web::folder)),
    ("system.fileExt", by!(web::extension)),
    ("system.fileName", by!(web::file_name)),
    ("system.filePath", by!(web::file_path)),
    ("system.mimeType", one!("application/json", "application/pdf", "image/png", "text/plain")),
    ("system.semver", by!(codes::version)),
    ("vehicle.bicycle", one!("City Bicycle", "Mountain Bicycle", "Road Bicycle", "Touring Bicycle")),
    ("vehicle.color", one!("black", "blue", "red", "silver", "white")),
    ("vehicle.fuel", one!("Diesel", "Electric", "Gasoline", "Hybrid")),
    ("vehicle.manufacturer", one!("Example Motors", "Northern Cars", "Summit Automotive")),
    ("vehicle.model", one!("A100", "Compass", "Lantern", "Meadow", "X200")),
    ("vehicle.type", one!("Coupe", "Hatchback", "Minivan", "Sedan", "Wagon")),
    ("vehicle.vin", |random, _, _| format!("TEST{}", random.text(DIGITS, 13)).into()),
    ("vehicle.vrm", shaped!("@@##@@@")),
    ("word.adjective", |random, _, _| prose::one(random, prose::ADJECTIVES).into()),
    ("word.adverb", one!("gladly", "kindly", "often", "quietly", "soon")),
    ("word.noun", |random, _, _| prose::one(random, prose::NOUNS).into()),
    ("word.sample", |random, _, _| prose::one(random, prose::NOUNS).into()),
    ("word.verb", one!("build", "carry", "plant", "read", "send")),
    ("word.words", |random, arguments, _| words(random, arguments)),
];

/// A moment of so many days before now, or after it.
fn moment(random: &mut Random, context: Context, tense: Tense, days: i64) -> Value {
    let created = context.background.now.plus_millis(-days * 86_400_000);
    tense.moment(Background { created, ..context.background }, random).to_string().into()
}

/// An integer of a range; a range that is the wrong way round is turned.
fn int(random: &mut Random, arguments: &Arguments, _: Context) -> Value {
    // A number alone is the greatest.
    let low = arguments.integer("min", usize::MAX).unwrap_or(0);
    let high = arguments.integer("max", 0).unwrap_or(low.saturating_add(1000));
    let (low, high) = (low.min(high), high.max(low));
    let step = arguments.integer("multipleOf", usize::MAX).unwrap_or(1).max(1);
    let drawn = low.saturating_add_unsigned(random.within(0..=high.abs_diff(low)));
    let down = drawn.div_euclid(step).saturating_mul(step);
    if down < low { down.saturating_add(step) } else { down }.into()
}

fn float(random: &mut Random, arguments: &Arguments, _: Context) -> Value {
    let low = arguments.number("min", usize::MAX).unwrap_or(0.0);
    let high = arguments.number("max", 0).unwrap_or(low + 1.0);
    let digits = arguments.integer("fractionDigits", usize::MAX).unwrap_or(2).clamp(0, 10);
    fraction(random, low.min(high), high.max(low), digits as u32)
}

fn fraction(random: &mut Random, low: f64, high: f64, digits: u32) -> Value {
    let scale = f64::from(10_u32.pow(digits.min(9)));
    let share = random.within(0..=1_000_000) as f64 / 1_000_000.0;
    let rounded = ((low + (high - low) * share) * scale).round() / scale;
    Number::from_f64(rounded.clamp(low, high)).map_or(Value::Null, Value::Number)
}

/// A price is text, as faker.js has it.
fn price(random: &mut Random, arguments: &Arguments, _: Context) -> Value {
    let low = arguments.number("min", 0).unwrap_or(1.0);
    let high = arguments.number("max", 1).unwrap_or(low.max(0.0) + 999.0);
    money(random, low, high, arguments.text("symbol", 3).unwrap_or_default())
}

fn amount(random: &mut Random, arguments: &Arguments, _: Context) -> Value {
    let low = arguments.number("min", 0).unwrap_or(0.0);
    let high = arguments.number("max", 1).unwrap_or(low.max(0.0) + 1000.0);
    money(random, low, high, arguments.text("symbol", 3).unwrap_or_default())
}

fn money(random: &mut Random, low: f64, high: f64, symbol: &str) -> Value {
    let drawn = fraction(random, low.min(high), high.max(low), 2).as_f64().unwrap_or(low);
    format!("{symbol}{drawn:.2}").into()
}

fn drawn(random: &mut Random, arguments: &Arguments, alphabet: &[u8], usual: u64) -> Value {
    let (min, max) = arguments.length(&["length"], usual);
    let length = random.within(min..=max) as usize;
    random.text(alphabet, length).into()
}

fn words(random: &mut Random, arguments: &Arguments) -> Value {
    let (min, max) = arguments.length(&["count", "wordCount"], 3);
    let words: Vec<&str> = (0..random.within(min..=max)).map(|_| prose::one(random, prose::NOUNS)).collect();
    words.join(" ").into()
}

fn sentences(random: &mut Random, arguments: &Arguments, context: Context, usual: u64, between: &str) -> Value {
    let (min, max) = arguments.length(&["sentenceCount", "count", "min", "max"], usual);
    let sentences: Vec<String> = (0..random.within(min..=max)).map(|_| prose::sentence(random, context)).collect();
    sentences.join(between).into()
}

/// Some of a list, in the order of the list.
fn array_elements(random: &mut Random, arguments: &Arguments, _: Context) -> Value {
    let list = arguments.list();
    let (min, max) = arguments.length(&["count"], list.len() as u64 / 2 + 1);
    let mut wanted = random.within(min..=max).min(list.len() as u64) as usize;
    let mut chosen = Vec::with_capacity(wanted);
    for (index, item) in list.iter().enumerate() {
        // Each has the same chance: so many are wanted of those that are left.
        if random.index(list.len() - index) < wanted {
            chosen.push(item.clone());
            wanted -= 1;
        }
    }
    Value::Array(chosen)
}

/// `#` becomes a digit, `?` a letter, `*` either.
fn symbols(random: &mut Random, arguments: &Arguments, _: Context) -> Value {
    let pattern: String = arguments.text("string", 0).unwrap_or("###").chars().take(10_000).collect();
    let mut one = |alphabet: &[u8]| random.text(alphabet, 1);
    let made: String = pattern
        .chars()
        .map(|char| match char {
            '#' => one(DIGITS),
            '?' => one(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
            '*' => one(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"),
            other => other.to_string(),
        })
        .collect();
    made.into()
}
