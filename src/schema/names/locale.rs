//! Where names of people, places and companies come from.

use std::str::FromStr;

use fake::locales::{DE_DE, Data, EN, FR_FR, IT_IT, JA_JP, NL_NL, PT_BR, TR_TR, ZH_CN};

use crate::text::{either, nearest};

/// The language and country that names of people, addresses and companies are made for.
///
/// Read from a language tag; the country in it counts for nothing:
///
/// ```
/// use standin::Locale;
///
/// assert_eq!("de-AT".parse(), Ok(Locale::De));
/// assert!("tlh".parse::<Locale>().unwrap_err().contains("en"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Locale {
    /// English, United States.
    #[default]
    En,
    /// German.
    De,
    /// French.
    Fr,
    /// Italian.
    It,
    /// Dutch.
    Nl,
    /// Portuguese, Brazil.
    Pt,
    /// Turkish.
    Tr,
    /// Japanese.
    Ja,
    /// Chinese.
    Zh,
}

/// What a locale consists of. In texts, `#` is a digit.
pub(super) struct Customs {
    tag: &'static str,
    locale: Locale,
    pub(super) first_names: &'static [&'static str],
    pub(super) last_names: &'static [&'static str],
    /// The family name comes first, and no blank stands between names.
    pub(super) family_first: bool,
    pub(super) company_forms: &'static [&'static str],
    pub(super) country: Country,
    pub(super) language: (&'static str, &'static str),
    pub(super) places: &'static [Place],
    /// `{}` is the number of the house.
    pub(super) streets: &'static [&'static str],
    pub(super) phone: &'static str,
    pub(super) time_zone: &'static str,
}

#[derive(Clone, Copy)]
pub(super) struct Country {
    pub(super) name: &'static str,
    pub(super) code: &'static str,
    pub(super) code_of_three: &'static str,
    pub(super) currency: &'static str,
}

/// A city, the region that it lies in, and how its postal codes look.
pub(super) struct Place {
    pub(super) city: &'static str,
    pub(super) region: &'static str,
    pub(super) region_code: &'static str,
    pub(super) postal_code: &'static str,
}

const fn place(city: &'static str, region: &'static str, region_code: &'static str, postal_code: &'static str) -> Place {
    Place { city, region, region_code, postal_code }
}

pub(super) const fn country(name: &'static str, code: &'static str, code_of_three: &'static str, currency: &'static str) -> Country {
    Country { name, code, code_of_three, currency }
}

/// 555-0100 to 555-0199 are kept for fiction. So they stand in for countries that keep no numbers of their own for it.
const FICTION: &str = "+120255501##";

impl Locale {
    pub(super) fn customs(self) -> &'static Customs {
        LOCALES.iter().find(|customs| customs.locale == self).unwrap_or(&LOCALES[0])
    }
}

impl FromStr for Locale {
    type Err = String;

    /// Reads a language tag; the region after the language does not count: `de`, `de-AT`, `pt_BR`.
    fn from_str(tag: &str) -> Result<Self, String> {
        let language = tag.split(['-', '_']).next().unwrap_or_default();
        let known = LOCALES.iter().find(|customs| customs.tag.eq_ignore_ascii_case(language));
        known.map(|customs| customs.locale).ok_or_else(|| {
            let tags: Vec<String> = LOCALES.iter().map(|customs| format!("`{}`", customs.tag)).collect();
            let hint = nearest(language, LOCALES.iter().map(|customs| customs.tag)).map(|tag| format!("; did you mean `{tag}`?"));
            format!("expected a locale, one of {}, found `{tag}`{}", either(&tags), hint.unwrap_or_default())
        })
    }
}

/// Adding a locale is adding a variant above and a row here.
static LOCALES: [Customs; 9] = [
    Customs {
        tag: "en",
        locale: Locale::En,
        first_names: EN::NAME_FIRST_NAME,
        last_names: EN::NAME_LAST_NAME,
        family_first: false,
        company_forms: &["Inc", "LLC", "Ltd", "Group", "& Co"],
        country: country("United States", "US", "USA", "USD"),
        language: ("English", "en"),
        places: &[
            place("Portland", "Oregon", "OR", "972##"),
            place("Austin", "Texas", "TX", "787##"),
            place("Denver", "Colorado", "CO", "802##"),
            place("Madison", "Wisconsin", "WI", "537##"),
            place("Savannah", "Georgia", "GA", "314##"),
            place("Seattle", "Washington", "WA", "981##"),
            place("Chicago", "Illinois", "IL", "606##"),
            place("Boston", "Massachusetts", "MA", "021##"),
            place("Phoenix", "Arizona", "AZ", "850##"),
            place("Nashville", "Tennessee", "TN", "372##"),
        ],
        streets: &[
            "{} Maple Avenue",
            "{} Cedar Lane",
            "{} Lake Street",
            "{} Hill Road",
            "{} Park Avenue",
            "{} Mill Street",
            "{} Elm Street",
            "{} River Road",
            "{} Chestnut Drive",
            "{} Orchard Way",
        ],
        phone: FICTION,
        time_zone: "America/New_York",
    },
    Customs {
        tag: "de",
        locale: Locale::De,
        first_names: DE_DE::NAME_FIRST_NAME,
        last_names: DE_DE::NAME_LAST_NAME,
        family_first: false,
        company_forms: &["GmbH", "AG", "KG", "e.K."],
        country: country("Deutschland", "DE", "DEU", "EUR"),
        language: ("Deutsch", "de"),
        places: &[
            place("Berlin", "Berlin", "BE", "10###"),
            place("Hamburg", "Hamburg", "HH", "20###"),
            place("München", "Bayern", "BY", "80###"),
            place("Köln", "Nordrhein-Westfalen", "NW", "50###"),
            place("Leipzig", "Sachsen", "SN", "04###"),
            place("Bremen", "Bremen", "HB", "28###"),
        ],
        streets: &["Lindenstraße {}", "Hauptstraße {}", "Gartenweg {}", "Bahnhofstraße {}", "Am Markt {}", "Schulstraße {}"],
        // Kept by the Bundesnetzagentur for films and television.
        phone: "+493023125###",
        time_zone: "Europe/Berlin",
    },
    Customs {
        tag: "fr",
        locale: Locale::Fr,
        first_names: FR_FR::NAME_FIRST_NAME,
        last_names: FR_FR::NAME_LAST_NAME,
        family_first: false,
        company_forms: &["SARL", "SA", "SAS", "et Fils"],
        country: country("France", "FR", "FRA", "EUR"),
        language: ("Français", "fr"),
        places: &[
            place("Paris", "Île-de-France", "IDF", "7500#"),
            place("Lyon", "Auvergne-Rhône-Alpes", "ARA", "6900#"),
            place("Nantes", "Pays de la Loire", "PDL", "440##"),
            place("Lille", "Hauts-de-France", "HDF", "590##"),
            place("Rennes", "Bretagne", "BRE", "350##"),
        ],
        streets: &["{} rue des Lilas", "{} avenue de la Gare", "{} rue du Moulin", "{} place du Marché", "{} boulevard Victor Hugo"],
        // Kept by ARCEP for fiction.
        phone: "+3319900####",
        time_zone: "Europe/Paris",
    },
    Customs {
        tag: "it",
        locale: Locale::It,
        first_names: IT_IT::NAME_FIRST_NAME,
        last_names: IT_IT::NAME_LAST_NAME,
        family_first: false,
        company_forms: &["S.r.l.", "S.p.A.", "e Figli", "Group"],
        country: country("Italia", "IT", "ITA", "EUR"),
        language: ("Italiano", "it"),
        places: &[
            place("Roma", "Lazio", "RM", "001##"),
            place("Milano", "Lombardia", "MI", "201##"),
            place("Torino", "Piemonte", "TO", "101##"),
            place("Bologna", "Emilia-Romagna", "BO", "401##"),
        ],
        streets: &["Via Garibaldi {}", "Via Roma {}", "Corso Italia {}", "Piazza Dante {}", "Via dei Tigli {}"],
        phone: FICTION,
        time_zone: "Europe/Rome",
    },
    Customs {
        tag: "nl",
        locale: Locale::Nl,
        first_names: NL_NL::NAME_FIRST_NAME,
        last_names: NL_NL::NAME_LAST_NAME,
        family_first: false,
        company_forms: &["B.V.", "N.V.", "en Zonen", "Groep"],
        country: country("Nederland", "NL", "NLD", "EUR"),
        language: ("Nederlands", "nl"),
        places: &[
            place("Amsterdam", "Noord-Holland", "NH", "10## AB"),
            place("Rotterdam", "Zuid-Holland", "ZH", "30## KD"),
            place("Utrecht", "Utrecht", "UT", "35## HL"),
            place("Groningen", "Groningen", "GR", "97## EX"),
        ],
        streets: &["Kerkstraat {}", "Dorpsstraat {}", "Molenweg {}", "Stationsplein {}", "Lindelaan {}"],
        phone: FICTION,
        time_zone: "Europe/Amsterdam",
    },
    Customs {
        tag: "pt",
        locale: Locale::Pt,
        first_names: PT_BR::NAME_FIRST_NAME,
        last_names: PT_BR::NAME_LAST_NAME,
        family_first: false,
        company_forms: &["Ltda.", "S.A.", "e Filhos", "e Associados"],
        country: country("Brasil", "BR", "BRA", "BRL"),
        language: ("Português", "pt"),
        places: &[
            place("São Paulo", "São Paulo", "SP", "01###-###"),
            place("Rio de Janeiro", "Rio de Janeiro", "RJ", "20###-###"),
            place("Curitiba", "Paraná", "PR", "80###-###"),
            place("Recife", "Pernambuco", "PE", "50###-###"),
        ],
        streets: &["Rua das Flores, {}", "Avenida Brasil, {}", "Rua do Comércio, {}", "Praça da República, {}"],
        phone: FICTION,
        time_zone: "America/Sao_Paulo",
    },
    Customs {
        tag: "tr",
        locale: Locale::Tr,
        first_names: TR_TR::NAME_FIRST_NAME,
        last_names: TR_TR::NAME_LAST_NAME,
        family_first: false,
        company_forms: &["A.Ş.", "Ltd. Şti.", "Holding"],
        country: country("Türkiye", "TR", "TUR", "TRY"),
        language: ("Türkçe", "tr"),
        places: &[
            place("İstanbul", "İstanbul", "34", "344##"),
            place("Ankara", "Ankara", "06", "064##"),
            place("İzmir", "İzmir", "35", "352##"),
        ],
        streets: &["Atatürk Caddesi {}", "Çınar Sokak {}", "Cumhuriyet Caddesi {}", "Gül Sokak {}"],
        phone: FICTION,
        time_zone: "Europe/Istanbul",
    },
    Customs {
        tag: "ja",
        locale: Locale::Ja,
        first_names: JA_JP::NAME_FIRST_NAME,
        last_names: JA_JP::NAME_LAST_NAME,
        family_first: true,
        company_forms: &["株式会社", "有限会社"],
        country: country("日本", "JP", "JPN", "JPY"),
        language: ("日本語", "ja"),
        places: &[
            place("千代田区", "東京都", "13", "100-####"),
            place("横浜市", "神奈川県", "14", "220-####"),
            place("大阪市", "大阪府", "27", "530-####"),
            place("札幌市", "北海道", "01", "060-####"),
        ],
        streets: &["本町{}番地", "中央{}番地", "桜木町{}番地", "緑町{}番地"],
        phone: FICTION,
        time_zone: "Asia/Tokyo",
    },
    Customs {
        tag: "zh",
        locale: Locale::Zh,
        first_names: ZH_CN::NAME_FIRST_NAME,
        last_names: ZH_CN::NAME_LAST_NAME,
        family_first: true,
        company_forms: &["有限公司", "集团", "股份公司"],
        country: country("中国", "CN", "CHN", "CNY"),
        language: ("中文", "zh"),
        places: &[
            place("北京市", "北京市", "BJ", "1000##"),
            place("上海市", "上海市", "SH", "2000##"),
            place("广州市", "广东省", "GD", "5100##"),
            place("成都市", "四川省", "SC", "6100##"),
        ],
        streets: &["人民路{}号", "中山路{}号", "解放街{}号", "和平路{}号"],
        phone: FICTION,
        time_zone: "Asia/Shanghai",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locales_are_language_tags() {
        assert_eq!("de".parse(), Ok(Locale::De));
        assert_eq!("de-AT".parse(), Ok(Locale::De));
        assert_eq!("PT_br".parse(), Ok(Locale::Pt));
        let error = "ed".parse::<Locale>().unwrap_err();
        assert!(error.starts_with("expected a locale, one of `en`, `de`, `fr`, ") && error.contains("found `ed`"), "{error}");
        assert!("".parse::<Locale>().is_err());
    }

    #[test]
    fn every_locale_has_a_row_of_its_own() {
        for customs in &LOCALES {
            assert!(std::ptr::eq(customs.locale.customs(), customs), "{}", customs.tag);
            assert!(!customs.first_names.is_empty() && !customs.last_names.is_empty() && !customs.places.is_empty());
        }
    }
}
