//! `x-faker`: the method of faker.js that a schema names for its values.
//!
//! Read as Prism reads it (a name, or an object of one name and its arguments: an object of options, a list of arguments, or
//! the one argument itself), with the names of old and of new versions. Which value a method gives is our own; that it is of
//! that kind is what is promised.

mod arguments;
mod methods;

use serde_json::Value;

use self::arguments::Arguments;
use super::{
    names::{Background, Context, Name},
    random::Random,
};
use crate::text::nearest;

type Method = fn(&mut Random, &Arguments, Context) -> Value;

/// What makes the values, read once for each schema.
#[derive(Debug, Clone)]
pub(crate) struct Faker {
    method: Method,
    arguments: Arguments,
    name: Name,
}

impl Faker {
    /// `None` for what is no method that standin knows: `is_known` says why.
    pub(crate) fn read(value: &Value) -> Option<Self> {
        let (name, arguments) = call(value)?;
        let method = method(name)?;
        Some(Self { method, arguments: Arguments::read(arguments), name: Name::read(name.rsplit('.').next().unwrap_or_default()) })
    }

    /// `None` where the arguments leave nothing to choose from.
    pub(super) fn make(&self, random: &mut Random, background: Background) -> Option<Value> {
        Some((self.method)(random, &self.arguments, self.name.context(background))).filter(|value| !value.is_null())
    }

    /// Says what is wrong with a value of `x-faker`, and what may have been meant.
    pub(crate) fn is_known(value: &Value) -> Result<(), String> {
        let Some((name, _)) = call(value) else {
            return Err("expected the name of a method of faker.js, or an object of one such name and its arguments".to_owned());
        };
        if method(name).is_some() {
            return Ok(());
        }
        let hint = nearest(name, methods::TABLE.iter().map(|(name, _)| *name).chain(OLD_NAMES.iter().map(|(old, _)| *old)));
        let hint = hint.map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
        Err(format!("`{name}` is no method of faker.js that standin knows{hint}"))
    }
}

fn call(value: &Value) -> Option<(&str, &Value)> {
    match value {
        Value::String(name) => Some((name.trim().trim_start_matches("faker."), &Value::Null)),
        Value::Object(members) if members.len() == 1 => members.iter().next().map(|(name, arguments)| (name.as_str(), arguments)),
        _ => None,
    }
}

fn method(name: &str) -> Option<Method> {
    let find = |name: &str| methods::TABLE.iter().find(|(known, _)| *known == name).map(|(_, method)| *method);
    find(name).or_else(|| find(OLD_NAMES.iter().find(|(old, _)| *old == name)?.1)).or_else(|| {
        // Whole modules were renamed.
        let (module, rest) = name.split_once('.')?;
        let (_, now) = OLD_MODULES.iter().find(|(old, _)| *old == module)?;
        find(&format!("{now}.{rest}"))
    })
}

const OLD_MODULES: &[(&str, &str)] =
    &[("name", "person"), ("address", "location"), ("random", "string"), ("datatype", "number"), ("time", "date")];

/// Methods that were renamed on their own.
const OLD_NAMES: &[(&str, &str)] = &[
    ("address.cityName", "location.city"),
    ("address.stateAbbr", "location.stateAbbr"),
    ("address.streetAddress", "location.streetAddress"),
    ("address.streetName", "location.street"),
    ("address.timeZone", "location.timeZone"),
    ("address.zipCodeByState", "location.zipCode"),
    ("company.bs", "company.buzzPhrase"),
    ("company.catchPhraseNoun", "company.catchPhrase"),
    ("company.companyName", "company.name"),
    ("datatype.datetime", "date.anytime"),
    ("datatype.hexadecimal", "string.hexadecimal"),
    ("datatype.number", "number.int"),
    ("datatype.string", "string.sample"),
    ("datatype.uuid", "string.uuid"),
    ("finance.account", "finance.accountNumber"),
    ("finance.mask", "finance.maskedNumber"),
    ("image.imageUrl", "image.url"),
    ("image.avatarGitHub", "image.avatar"),
    ("internet.avatar", "image.avatar"),
    ("internet.color", "color.rgb"),
    ("internet.domain", "internet.domainName"),
    ("internet.userName", "internet.username"),
    ("name.findName", "person.fullName"),
    ("name.title", "person.jobTitle"),
    ("phone.phoneNumber", "phone.number"),
    ("random.alphaNumeric", "string.alphanumeric"),
    ("random.arrayElement", "helpers.arrayElement"),
    ("random.arrayElements", "helpers.arrayElements"),
    ("random.boolean", "datatype.boolean"),
    ("random.float", "number.float"),
    ("random.image", "image.url"),
    ("random.locale", "location.locale"),
    ("random.number", "number.int"),
    ("random.numeric", "string.numeric"),
    ("random.word", "word.sample"),
    ("random.words", "word.words"),
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{clock::Timestamp, seed::Seed};

    fn made(value: &Value, seed: u64) -> Value {
        let faker = Faker::read(value).unwrap_or_else(|| panic!("{value}"));
        faker.make(&mut Random::new(Seed::new(seed)), Background::at(Timestamp::FIXED)).unwrap_or_else(|| panic!("{value}"))
    }

    #[test]
    fn every_method_gives_a_value_and_the_same_one_again() {
        for (name, _) in methods::TABLE.iter().filter(|(name, _)| !name.starts_with("helpers.")) {
            for seed in 0..10 {
                let value = made(&json!(name), seed);
                assert_eq!(value, made(&json!(name), seed), "{name}");
                assert!(value.as_str().is_none_or(|text| !text.is_empty() && !text.contains('#') || text.len() == 7), "{name}: {value}");
            }
        }
        for (old, new) in OLD_NAMES {
            assert_eq!(made_or_none(old), made_or_none(new), "{old}");
        }
    }

    fn made_or_none(name: &str) -> Option<Value> {
        Faker::read(&json!(name))
            .map(|faker| faker.make(&mut Random::new(Seed::new(1)), Background::at(Timestamp::FIXED)).unwrap_or_default())
    }

    #[test]
    fn arguments_are_kept() {
        type Holds = fn(&Value) -> bool;
        let cases: &[(Value, Holds)] = &[
            (json!({"number.int": {"min": 1, "max": 9}}), |value| value.as_i64().is_some_and(|number| (1..=9).contains(&number))),
            (json!({"number.int": 9}), |value| value.as_i64().is_some_and(|number| (0..=9).contains(&number))),
            (json!({"datatype.number": [{"min": 5, "max": 5}]}), |value| *value == 5),
            (json!({"number.int": {"min": 10, "max": 99, "multipleOf": 7}}), |value| value.as_i64().is_some_and(|number| number % 7 == 0)),
            (json!({"number.float": {"min": 0, "max": 1, "fractionDigits": 1}}), |value| {
                value.as_f64().is_some_and(|number| number <= 1.0)
            }),
            (json!({"helpers.arrayElement": [["a", "b"]]}), |value| value == "a" || value == "b"),
            (json!({"helpers.arrayElement": ["a", "b"]}), |value| value == "a" || value == "b"),
            (json!({"random.arrayElement": [[1, 2]]}), |value| *value == 1 || *value == 2),
            (json!({"helpers.arrayElements": [["a", "b", "c"], 2]}), |value| value.as_array().is_some_and(|items| items.len() == 2)),
            (json!({"commerce.price": [100, 10000]}), |value| {
                value.as_str().and_then(|text| text.parse().ok()).is_some_and(|price: f64| price >= 100.0)
            }),
            (json!({"string.alphanumeric": 10}), |value| value.as_str().is_some_and(|text| text.len() == 10)),
            (json!({"string.numeric": {"length": 4}}), |value| value.as_str().is_some_and(|text| text.len() == 4)),
            (json!({"lorem.words": 4}), |value| value.as_str().is_some_and(|text| text.split(' ').count() == 4)),
            (json!({"helpers.replaceSymbols": "##-@"}), |value| value.as_str().is_some_and(|text| text.len() == 4)),
            (json!({"number.int": {"min": 9, "max": 1}}), Value::is_i64),
            (json!({"string.alpha": {"length": 1e18}}), |value| value.as_str().is_some_and(|text| text.len() <= 10_000)),
            (json!("name.firstName"), Value::is_string),
            (json!("address.city"), Value::is_string),
            (json!("datatype.boolean"), Value::is_boolean),
            (json!("date.past"), |value| value.as_str().is_some_and(|text| text < "2026-01-01")),
            (json!("date.future"), |value| value.as_str().is_some_and(|text| text > "2026-01-01")),
        ];
        for (value, holds) in cases {
            for seed in 0..20 {
                assert!(holds(&made(value, seed)), "{value}: {}", made(value, seed));
            }
        }
        assert!(
            Faker::read(&json!({"helpers.arrayElement": [[]]}))
                .unwrap()
                .make(&mut Random::new(Seed::new(1)), Background::at(Timestamp::FIXED))
                .is_none()
        );
    }

    #[test]
    fn what_is_not_known_is_told() {
        assert_eq!(Faker::is_known(&json!("person.firstName")), Ok(()));
        assert_eq!(
            Faker::is_known(&json!("person.firstNam")).unwrap_err(),
            "`person.firstNam` is no method of faker.js that standin knows; did you mean `person.firstName`?"
        );
        assert!(Faker::is_known(&json!(["person.firstName"])).unwrap_err().starts_with("expected the name of a method"));
        assert!(Faker::read(&json!("quantum.entangle")).is_none());
    }
}
