//! Which URLs Kayle accepts, in its development environment.
//!
//! The text is read as browsers read it (WHATWG URL, sections 4.4 and 3.5), as far as scheme, credentials and host go:
//! `https:example.com`, blanks around it and `http:\\localhost` are URLs there. The well-kept crate for this costs as many
//! dependencies as a quarter of standin's, most of them tables of Unicode, so it is the reference of the tests only.

use crate::source::quote;

/// Which hosts are accepted beside names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hosts {
    /// No IP address but 127.0.0.1: webhook endpoints.
    NamesOnly,
    /// IP addresses as well: where a session sends its user back to.
    Any,
}

/// Why a URL is refused: the first rule that it breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    NoUrl,
    Credentials,
    Scheme,
    HttpElsewhere,
    Ipv4,
    Ipv6,
}

impl Refusal {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::NoUrl => "kayle.url.invalid",
            Self::Credentials => "kayle.url.credentials",
            Self::Scheme => "kayle.url.scheme",
            Self::HttpElsewhere => "kayle.url.http",
            Self::Ipv4 => "kayle.url.ipv4",
            Self::Ipv6 => "kayle.url.ipv6",
        }
    }

    pub(super) fn expected(self) -> &'static str {
        match self {
            Self::NoUrl => "an absolute https URL with a host",
            Self::Credentials => "a URL without user name and password",
            Self::Scheme => "an https URL",
            Self::HttpElsewhere => "an https URL (http is accepted for localhost and 127.0.0.1 only)",
            Self::Ipv4 => "a URL with a host name (127.0.0.1 is the only IPv4 address that is accepted)",
            Self::Ipv6 => "a URL with a host name (IPv6 addresses are not accepted)",
        }
    }
}

/// The URL for a message: cut if it is long, and without the password that it may hold.
pub(super) fn shown(text: &str) -> String {
    let begin = text.find(':').map_or(0, |colon| colon + 1);
    let begin = begin + text[begin..].bytes().take_while(|byte| matches!(byte, b'/' | b'\\')).count();
    let authority = &text[begin..];
    let authority = &authority[..authority.find(['/', '\\', '?', '#']).unwrap_or(authority.len())];
    match authority.rfind('@') {
        Some(at) => quote(&format!("{}***{}", &text[..begin], &text[begin + at..])),
        None => quote(text),
    }
}

/// Judges a URL by the rules in their order.
pub(super) fn judge(text: &str, hosts: Hosts) -> Result<(), Refusal> {
    let cleaned: String = text.trim_matches(|char| char <= ' ').chars().filter(|char| !matches!(char, '\t' | '\n' | '\r')).collect();
    let (scheme, rest) = cleaned.split_once(':').ok_or(Refusal::NoUrl)?;
    let scheme = scheme.to_ascii_lowercase();
    if !is_scheme(&scheme) {
        return Err(Refusal::NoUrl);
    }
    let is_web = scheme == "http" || scheme == "https";
    // Without `//` other schemes name no host, and nobody at it.
    if !is_web && !rest.starts_with("//") {
        return Err(Refusal::Scheme);
    }
    let rest = rest.trim_start_matches(['/', '\\']);
    let authority = &rest[..rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len())];
    let (credentials, host_and_port) = authority.rsplit_once('@').unwrap_or(("", authority));
    let host = if is_web { host(host_and_port)? } else { Host::Name(String::new()) };
    // A lone `:` or `@` names nobody.
    if !credentials.is_empty() && credentials != ":" {
        return Err(Refusal::Credentials);
    }
    if !is_web {
        return Err(Refusal::Scheme);
    }
    let local = host == Host::Name("localhost".into()) || host == Host::Ipv4(LOOPBACK);
    if scheme == "http" && !local {
        return Err(Refusal::HttpElsewhere);
    }
    match host {
        Host::Ipv4(address) if address != LOOPBACK && hosts == Hosts::NamesOnly => Err(Refusal::Ipv4),
        Host::Ipv6 if hosts == Hosts::NamesOnly => Err(Refusal::Ipv6),
        _ => Ok(()),
    }
}

const LOOPBACK: u32 = 0x7f00_0001;

#[derive(Debug, PartialEq)]
enum Host {
    Name(String),
    Ipv4(u32),
    Ipv6,
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|char: char| char.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

fn host(host_and_port: &str) -> Result<Host, Refusal> {
    if let Some(bracketed) = host_and_port.strip_prefix('[') {
        let (address, after) = bracketed.split_once(']').ok_or(Refusal::NoUrl)?;
        let port = after.strip_prefix(':').or(after.is_empty().then_some(""));
        let valid = address.parse::<std::net::Ipv6Addr>().is_ok() && port.is_some_and(is_port);
        return if valid { Ok(Host::Ipv6) } else { Err(Refusal::NoUrl) };
    }
    let (name, port) = host_and_port.split_once(':').unwrap_or((host_and_port, ""));
    let name = ascii(&crate::text::percent_decode(name));
    // WHATWG URL, section 3.5: forbidden domain code points.
    let forbidden = |char: char| char.is_ascii_control() || " #%/:<>?@[\\]^|".contains(char);
    if name.is_empty() || name.contains(forbidden) || !is_port(port) {
        return Err(Refusal::NoUrl);
    }
    if ends_in_a_number(&name) { ipv4(&name).map(Host::Ipv4).ok_or(Refusal::NoUrl) } else { Ok(Host::Name(name)) }
}

fn is_port(text: &str) -> bool {
    text.is_empty() || (text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u128>().is_ok_and(|port| port <= 65_535))
}

/// Lower case, and the wide forms of ASCII brought to ASCII, so that `１２７.0.0.1` is what it looks like. Other letters
/// stay: an internationalised name is a name.
fn ascii(name: &str) -> String {
    let narrow = |char: char| match char {
        '\u{3002}' | '\u{ff0e}' | '\u{ff61}' => Some('.'),
        // Characters that are mapped to nothing.
        '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}' => None,
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(char) - 0xfee0),
        other => Some(other),
    };
    name.chars().filter_map(narrow).flat_map(char::to_lowercase).collect()
}

fn ends_in_a_number(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let last = name.rsplit('.').next().unwrap_or_default();
    (!last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit())) || (last.starts_with("0x") && number(last).is_some())
}

/// An IPv4 address in any of its spellings: 1 to 4 numbers, decimal, octal or hexadecimal; the last fills the rest.
fn ipv4(name: &str) -> Option<u32> {
    let parts: Vec<&str> = name.strip_suffix('.').unwrap_or(name).split('.').collect();
    let numbers: Vec<u64> = parts.iter().map(|part| number(part)).collect::<Option<_>>()?;
    let (last, first) = numbers.split_last()?;
    if first.len() > 3 || first.iter().any(|number| *number > 255) || *last >= 1 << (8 * (4 - first.len())) {
        return None;
    }
    let high: u64 = first.iter().enumerate().map(|(place, number)| number << (8 * (3 - place))).sum();
    u32::try_from(high + last).ok()
}

fn number(text: &str) -> Option<u64> {
    let (digits, radix) = match text.strip_prefix("0x") {
        Some(digits) => (digits, 16),
        None if text.len() > 1 && text.starts_with('0') => (&text[1..], 8),
        None => (text, 10),
    };
    if text.is_empty() || !digits.bytes().all(|byte| char::from(byte).is_digit(radix)) {
        return None;
    }
    // `0x` alone is zero; what is too large for any address is too large for `u64` as well, or for the caller.
    if digits.is_empty() { Some(0) } else { Some(u64::from_str_radix(digits, radix).unwrap_or(u64::MAX)) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rules_in_their_order() {
        let cases = [
            ("https://example.com/webhooks/kayle", Ok(())),
            ("https://EXAMPLE.com:8443/a?b#c", Ok(())),
            (" https://example.com\n", Ok(())),
            ("https:example.com", Ok(())),
            ("https:///x", Ok(())),
            ("http://localhost:3000/hook", Ok(())),
            ("http://LOCALHOST", Ok(())),
            ("http://127.0.0.1", Ok(())),
            ("https://2130706433/", Ok(())),
            ("https://0x7f.1/", Ok(())),
            ("https://127.0.0.1./", Ok(())),
            ("https://bücher.example", Ok(())),
            ("https://host.internal", Ok(())),
            ("https://localhost.", Ok(())),
            ("", Err(Refusal::NoUrl)),
            ("/relative", Err(Refusal::NoUrl)),
            ("example.com", Err(Refusal::NoUrl)),
            ("https://", Err(Refusal::NoUrl)),
            ("https://a b/", Err(Refusal::NoUrl)),
            ("https://example.com:99999", Err(Refusal::NoUrl)),
            ("https://1.2.3.4.5", Err(Refusal::NoUrl)),
            ("https://256.1.1.1", Err(Refusal::NoUrl)),
            ("https://[::1", Err(Refusal::NoUrl)),
            ("https://user:pw@example.com", Err(Refusal::Credentials)),
            ("https://user@example.com", Err(Refusal::Credentials)),
            ("ftp://example.com", Err(Refusal::Scheme)),
            ("ftp://user@example.com", Err(Refusal::Credentials)),
            ("mailto:user@example.com", Err(Refusal::Scheme)),
            ("javascript:alert(1)", Err(Refusal::Scheme)),
            ("http://example.com", Err(Refusal::HttpElsewhere)),
            ("http://localhost.", Err(Refusal::HttpElsewhere)),
            ("http://10.0.0.1", Err(Refusal::HttpElsewhere)),
            ("https://10.0.0.1/", Err(Refusal::Ipv4)),
            ("https://10.1/", Err(Refusal::Ipv4)),
            ("https://8.8.8.8", Err(Refusal::Ipv4)),
            ("https://１０.0.0.1", Err(Refusal::Ipv4)),
            ("https://[::1]/", Err(Refusal::Ipv6)),
        ];
        for (text, expected) in cases {
            assert_eq!(judge(text, Hosts::NamesOnly), expected, "{text:?}");
        }
        assert_eq!(judge("https://10.0.0.1/", Hosts::Any), Ok(()));
        assert_eq!(judge("https://[::1]/", Hosts::Any), Ok(()));
    }

    #[test]
    fn a_message_shows_no_password() {
        assert_eq!(shown("https://user:canary@example.com"), r#""https://***@example.com""#);
        assert_eq!(shown("https:user:canary@example.com/@"), r#""https:***@example.com/@""#);
        assert_eq!(shown("https://user:can@ary@example.com"), r#""https://***@example.com""#);
        assert_eq!(shown("user:canary@example.com"), r#""user:***@example.com""#);
        assert_eq!(shown("https://example.com/@me"), r#""https://example.com/@me""#);
        assert!(shown(&"x".repeat(3_000_000)).len() < 100);
    }

    /// The same rules over the crate that browsers' authors keep.
    fn reference(text: &str) -> Result<(), Refusal> {
        let url = url::Url::parse(text).map_err(|_| Refusal::NoUrl)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refusal::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some_and(|password| !password.is_empty()) {
            return Err(Refusal::Credentials);
        }
        let host = url.host_str().unwrap_or_default();
        match url.host() {
            _ if url.scheme() == "http" && host != "localhost" && host != "127.0.0.1" => Err(Refusal::HttpElsewhere),
            Some(url::Host::Ipv4(_)) if host != "127.0.0.1" => Err(Refusal::Ipv4),
            Some(url::Host::Ipv6(_)) => Err(Refusal::Ipv6),
            _ => Ok(()),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn reads_urls_as_browsers_do(
            text in r"[ \t]{0,1}(http|https|HTTPS|ftp|h2|)(:|)[/\\]{0,3}([a-z:]{0,3}@|)(localhost|127\.0\.0\.1|10\.1|0x7f\.1|0177\.1|[a-z0-9.]{0,8}|\[::1\]|\[[:a-f0-9]{0,6}\]|%6c|[0-9]{1,12}|[a-z0-9.%/:?#@ -]{0,10})(:[0-9]{0,6}|)([/\\?#][ -~]{0,5}|)"
        ) {
            let (ours, theirs) = (judge(&text, Hosts::NamesOnly), reference(&text));
            prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{:?}: {:?} and {:?}", text, ours, theirs);
        }
    }
}
