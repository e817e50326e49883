//! People, companies, and where they are. Names are put together by chance, phone numbers are kept for fiction.

use super::{
    Context,
    locale::{Country, Customs, Place, country},
    prose::one,
    shape,
};
use crate::schema::random::Random;

/// Countries where any may stand: in lists of countries, and in entries of such lists.
const COUNTRIES: &[Country] = &[
    country("Australia", "AU", "AUS", "AUD"),
    country("Brazil", "BR", "BRA", "BRL"),
    country("Canada", "CA", "CAN", "CAD"),
    country("Chile", "CL", "CHL", "CLP"),
    country("Denmark", "DK", "DNK", "DKK"),
    country("France", "FR", "FRA", "EUR"),
    country("Germany", "DE", "DEU", "EUR"),
    country("India", "IN", "IND", "INR"),
    country("Italy", "IT", "ITA", "EUR"),
    country("Japan", "JP", "JPN", "JPY"),
    country("Kenya", "KE", "KEN", "KES"),
    country("Mexico", "MX", "MEX", "MXN"),
    country("Netherlands", "NL", "NLD", "EUR"),
    country("New Zealand", "NZ", "NZL", "NZD"),
    country("Norway", "NO", "NOR", "NOK"),
    country("Poland", "PL", "POL", "PLN"),
    country("Portugal", "PT", "PRT", "EUR"),
    country("South Africa", "ZA", "ZAF", "ZAR"),
    country("South Korea", "KR", "KOR", "KRW"),
    country("Spain", "ES", "ESP", "EUR"),
    country("Sweden", "SE", "SWE", "SEK"),
    country("Switzerland", "CH", "CHE", "CHF"),
    country("United Kingdom", "GB", "GBR", "GBP"),
    country("United States", "US", "USA", "USD"),
];

fn customs(context: Context) -> &'static Customs {
    context.background.locale.customs()
}

pub(in crate::schema) fn first_name(random: &mut Random, context: Context) -> String {
    one(random, customs(context).first_names).to_owned()
}

pub(in crate::schema) fn last_name(random: &mut Random, context: Context) -> String {
    one(random, customs(context).last_names).to_owned()
}

pub(in crate::schema) fn full_name(random: &mut Random, context: Context) -> String {
    let (first, last) = (first_name(random, context), last_name(random, context));
    if customs(context).family_first { format!("{last}{first}") } else { format!("{first} {last}") }
}

pub(in crate::schema) fn initials(random: &mut Random, _: Context) -> String {
    random.text(b"ABCDEFGHJKLMNPRSTW", 2)
}

/// A first and a last name in ASCII letters, whatever the locale: for what goes into addresses and accounts.
pub(in crate::schema) fn plain_names(random: &mut Random) -> (String, String) {
    let english = crate::schema::names::Locale::En.customs();
    let plain = |name: &str| name.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
    (plain(one(random, english.first_names)), plain(one(random, english.last_names)))
}

pub(in crate::schema) fn user_name(random: &mut Random, _: Context) -> String {
    let (first, last) = plain_names(random);
    match random.index(3) {
        0 => format!("{first}{}", random.within(10..=99)),
        1 => format!("{first}.{last}"),
        _ => format!("{first}_{}", &last[..last.len().min(1)]),
    }
}

/// RFC 2606 keeps these domains for examples.
pub(in crate::schema) fn email(random: &mut Random, _: Context) -> String {
    let (first, last) = plain_names(random);
    format!("{first}.{last}@{}", one(random, &["example.com", "example.org", "example.net"]))
}

pub(in crate::schema) fn short_email(random: &mut Random, _: Context) -> String {
    format!("{}@example.com", random.text(b"abcdefghijklmnopqrstuvwxyz", 1))
}

pub(in crate::schema) fn company(random: &mut Random, context: Context) -> String {
    let customs = customs(context);
    let blank = if customs.family_first { "" } else { " " };
    format!("{}{blank}{}", one(random, customs.last_names), one(random, customs.company_forms))
}

pub(in crate::schema) fn shop(random: &mut Random, context: Context) -> String {
    let kind = one(random, &["Bakery", "Books", "Café", "Coffee", "Deli", "Flowers", "Grill", "Market", "Pharmacy"]);
    format!("{} {kind}", last_name(random, context))
}

pub(in crate::schema) fn job_title(random: &mut Random, _: Context) -> String {
    let field = one(random, &["Account", "Design", "Engineering", "Finance", "Marketing", "Office", "Product", "Sales", "Support"]);
    format!("{field} {}", one(random, &["Analyst", "Assistant", "Coordinator", "Director", "Lead", "Manager", "Specialist"]))
}

pub(in crate::schema) fn bio(random: &mut Random, context: Context) -> String {
    let work = job_title(random, context);
    let pastime = one(random, &["baking", "birds", "chess", "climbing", "cycling", "gardening", "old maps", "sailing"]);
    format!("{work} from {}, fond of {pastime}.", city(random, context))
}

pub(in crate::schema) fn phone(random: &mut Random, context: Context) -> String {
    shape(random, customs(context).phone)
}

fn place(random: &mut Random, context: Context) -> Option<&'static Place> {
    random.pick(customs(context).places)
}

pub(in crate::schema) fn city(random: &mut Random, context: Context) -> String {
    place(random, context).map_or_else(String::new, |place| place.city.to_owned())
}

pub(in crate::schema) fn region(random: &mut Random, context: Context) -> String {
    place(random, context).map_or_else(String::new, |place| place.region.to_owned())
}

pub(in crate::schema) fn region_code(random: &mut Random, context: Context) -> String {
    place(random, context).map_or_else(String::new, |place| place.region_code.to_owned())
}

pub(in crate::schema) fn postal_code(random: &mut Random, context: Context) -> String {
    place(random, context).map_or_else(String::new, |place| shape(random, place.postal_code))
}

pub(in crate::schema) fn house_number(random: &mut Random, _: Context) -> String {
    random.within(1..=199).to_string()
}

pub(in crate::schema) fn street(random: &mut Random, context: Context) -> String {
    one(random, customs(context).streets).replace("{}", &house_number(random, context))
}

pub(in crate::schema) fn street_name(random: &mut Random, context: Context) -> String {
    let street = one(random, customs(context).streets).replace("{}", "");
    street.trim_matches([' ', ',']).to_owned()
}

pub(in crate::schema) fn apartment(random: &mut Random, _: Context) -> String {
    format!("{} {}", one(random, &["Apt", "Suite", "Unit", "Floor"]), random.within(1..=40))
}

/// An address on one line.
pub(in crate::schema) fn address(random: &mut Random, context: Context) -> String {
    let street = street(random, context);
    let Some(place) = place(random, context) else { return street };
    let code = shape(random, place.postal_code);
    match context.background.locale {
        super::Locale::En => format!("{street}, {}, {} {code}", place.city, place.region_code),
        _ => format!("{street}, {code} {}", place.city),
    }
}

/// The country of the locale, where the rest of an address is; any where there are several.
fn land(random: &mut Random, context: Context) -> Country {
    let home = customs(context).country;
    if context.name.many { random.pick(COUNTRIES).copied().unwrap_or(home) } else { home }
}

pub(in crate::schema) fn country_name(random: &mut Random, context: Context) -> String {
    land(random, context).name.to_owned()
}

pub(in crate::schema) fn country_code(random: &mut Random, context: Context) -> String {
    land(random, context).code.to_owned()
}

pub(in crate::schema) fn country_code_of_three(random: &mut Random, context: Context) -> String {
    land(random, context).code_of_three.to_owned()
}

/// Where what is described is itself a country.
pub(in crate::schema) fn any_country_name(random: &mut Random, context: Context) -> String {
    country_name(random, Context { name: context.name.item(), ..context })
}

pub(in crate::schema) fn any_country_code(random: &mut Random, context: Context) -> String {
    country_code(random, Context { name: context.name.item(), ..context })
}

pub(in crate::schema) fn currency(random: &mut Random, context: Context) -> String {
    land(random, context).currency.to_owned()
}

pub(in crate::schema) fn language(random: &mut Random, context: Context) -> String {
    let home = customs(context).language;
    let several = [home.0, "English", "French", "German", "Italian", "Japanese", "Portuguese", "Spanish", "Swedish"];
    if context.name.many { one(random, &several) } else { home.0 }.to_owned()
}

pub(in crate::schema) fn language_code(random: &mut Random, context: Context) -> String {
    let home = customs(context).language;
    let several = [home.1, "en", "fr", "de", "it", "ja", "pt", "es", "sv", "nl", "pl"];
    if context.name.many { one(random, &several) } else { home.1 }.to_owned()
}

/// A language tag with its region, such as `en-US`.
pub(in crate::schema) fn locale_tag(random: &mut Random, context: Context) -> String {
    let several = ["en-US", "en-GB", "fr-FR", "de-DE", "it-IT", "ja-JP", "pt-BR", "es-ES", "sv-SE"];
    if context.name.many {
        return one(random, &several).to_owned();
    }
    let customs = customs(context);
    format!("{}-{}", customs.language.1, customs.country.code)
}

pub(in crate::schema) fn time_zone(random: &mut Random, context: Context) -> String {
    let several = ["America/Chicago", "America/New_York", "Asia/Tokyo", "Australia/Sydney", "Europe/Berlin", "Europe/Paris", "UTC"];
    if context.name.many { one(random, &several) } else { customs(context).time_zone }.to_owned()
}
