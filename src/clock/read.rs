//! Text to a moment: `date-time` and `full-date` of RFC 3339 (section 5.6).

use std::{fmt, str::FromStr};

use super::timestamp::{DAY, MAX, MIN, Timestamp, day_of};

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/// Why a text is no [`Timestamp`]: what was expected, and what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimestampError {
    expected: String,
    /// A part of the text, or nothing if it is the whole.
    found: String,
    text: String,
}

impl fmt::Display for TimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, found {:?}", self.expected, self.found)?;
        if self.found == self.text { Ok(()) } else { write!(f, " in {:?}", self.text) }
    }
}

impl std::error::Error for TimestampError {}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        Reader { text, rest: text }.moment()
    }
}

/// How much of a text a message shows.
const SHOWN: usize = 60;

struct Reader<'t> {
    text: &'t str,
    rest: &'t str,
}

impl Reader<'_> {
    fn moment(&mut self) -> Result<Timestamp, TimestampError> {
        let midnight = self.date()? * DAY;
        if self.rest.is_empty() {
            return Ok(Timestamp::from_millis(midnight));
        }
        // Some write a blank, for people (section 5.6, note).
        if !self.skip(&['T', 't', ' ']) {
            return self.wrong("`T` and a time after the date, or nothing", self.rest);
        }
        let (time, leaps) = self.time()?;
        let millis = midnight + time - self.offset()? * 60_000;
        if !self.rest.is_empty() {
            return self.wrong("nothing after the offset", self.rest);
        }
        // The second that is inserted at the end of a day is the first of the next to clocks that do not have it.
        if leaps && millis.rem_euclid(DAY) / 1_000 != 0 {
            return self.wrong("a second from 00 to 59, or 60 at the end of a day in UTC", self.text);
        }
        if !(MIN..=MAX).contains(&millis) {
            return self.wrong("a moment in the years 0000 to 9999 in UTC", self.text);
        }
        Ok(Timestamp::from_millis(millis))
    }

    /// The day, counted from 1970-01-01.
    fn date(&mut self) -> Result<i64, TimestampError> {
        const EXPECTED: &str = "a date such as 2026-03-01, or a time such as 2026-03-01T12:00:00Z";
        let Some(year) = self.number(4).filter(|_| self.skip(&['-'])) else { return self.wrong(EXPECTED, self.text) };
        let month = self.part(0..=99, EXPECTED)?;
        let Some(name) = usize::try_from(month - 1).ok().and_then(|index| MONTHS.get(index)) else {
            return self.wrong("a month from 01 to 12", &format!("{month:02}"));
        };
        if !self.skip(&['-']) {
            return self.wrong(EXPECTED, self.text);
        }
        let day = self.part(0..=99, EXPECTED)?;
        let number = |part: i64| u32::try_from(part).unwrap_or_default();
        day_of(year, number(month), number(day))
            .map_or_else(|| self.wrong(&format!("a day that {name} {year:04} has"), &format!("{day:02}")), Ok)
    }

    /// Milliseconds since midnight, and whether there is a leap second in it.
    fn time(&mut self) -> Result<(i64, bool), TimestampError> {
        let hour = self.part(0..=23, "an hour from 00 to 23")?;
        self.colon()?;
        let minute = self.part(0..=59, "a minute from 00 to 59")?;
        self.colon()?;
        let second = self.part(0..=60, "a second from 00 to 60")?;
        let millis = if self.skip(&['.']) { self.fraction()? } else { 0 };
        Ok(((hour * 60 + minute) * 60_000 + second * 1_000 + millis, second == 60))
    }

    /// Milliseconds. What is finer is cut off.
    fn fraction(&mut self) -> Result<i64, TimestampError> {
        let count = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.rest.split_at(count);
        if digits.is_empty() {
            return self.wrong("digits after the point", self.rest);
        }
        self.rest = rest;
        let millis = digits.bytes().chain([b'0'; 3]).take(3);
        Ok(millis.fold(0, |millis, digit| millis * 10 + i64::from(digit - b'0')))
    }

    /// Minutes that the text is ahead of UTC.
    fn offset(&mut self) -> Result<i64, TimestampError> {
        if self.skip(&['Z', 'z']) {
            return Ok(0);
        }
        let sign = if self.rest.starts_with('-') { -1 } else { 1 };
        if !self.skip(&['+', '-']) {
            return self.wrong("an offset after the time: Z, or one such as +01:00", self.rest);
        }
        let hours = self.part(0..=23, "the hours of an offset, from 00 to 23")?;
        self.colon()?;
        let minutes = self.part(0..=59, "the minutes of an offset, from 00 to 59")?;
        Ok(sign * (hours * 60 + minutes))
    }

    fn colon(&mut self) -> Result<(), TimestampError> {
        if self.skip(&[':']) { Ok(()) } else { self.wrong("a colon", self.rest) }
    }

    /// A number of two digits.
    fn part(&mut self, range: std::ops::RangeInclusive<i64>, expected: &str) -> Result<i64, TimestampError> {
        let before = self.rest;
        match self.number(2) {
            Some(number) if range.contains(&number) => Ok(number),
            Some(number) => self.wrong(expected, &format!("{number:02}")),
            None => self.wrong(expected, before),
        }
    }

    /// A number of so many digits.
    fn number(&mut self, digits: usize) -> Option<i64> {
        let (number, rest) = self.rest.split_at_checked(digits)?;
        let number = number.bytes().all(|byte| byte.is_ascii_digit()).then(|| number.parse().ok())??;
        self.rest = rest;
        Some(number)
    }

    /// Whether one of these comes, which is then read.
    fn skip(&mut self, chars: &[char]) -> bool {
        let rest = self.rest.strip_prefix(chars);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn wrong<T>(&self, expected: &str, found: &str) -> Result<T, TimestampError> {
        let cut = |text: &str| match text.char_indices().nth(SHOWN) {
            None => text.to_owned(),
            Some((end, _)) => format!("{}…", &text[..end]),
        };
        Err(TimestampError { expected: expected.to_owned(), found: cut(found), text: cut(self.text) })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dates_and_times_are_read() {
        let cases = [
            ("2026-03-01", "2026-03-01T00:00:00.000Z"),
            ("2026-03-01T12:34:56Z", "2026-03-01T12:34:56.000Z"),
            ("2026-03-01t12:34:56z", "2026-03-01T12:34:56.000Z"),
            ("2026-03-01 12:34:56Z", "2026-03-01T12:34:56.000Z"),
            ("2026-03-01T12:34:56.7Z", "2026-03-01T12:34:56.700Z"),
            ("2026-03-01T12:34:56.7891234567890123456789Z", "2026-03-01T12:34:56.789Z"),
            ("2026-03-01T00:30:00+01:00", "2026-02-28T23:30:00.000Z"),
            ("2026-02-28T23:30:00-01:45", "2026-03-01T01:15:00.000Z"),
            ("2026-03-01T12:00:00-00:00", "2026-03-01T12:00:00.000Z"),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"),
            ("2017-01-01T00:59:60.5+01:00", "2017-01-01T00:00:00.500Z"),
            ("0000-01-01", "0000-01-01T00:00:00.000Z"),
            ("9999-12-31T23:59:59.9999Z", "9999-12-31T23:59:59.999Z"),
            ("1600-02-29", "1600-02-29T00:00:00.000Z"),
        ];
        for (text, written) in cases {
            assert_eq!(text.parse::<Timestamp>().map(|at| at.to_string()).as_deref(), Ok(written), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_told() {
        let date = "a date such as 2026-03-01, or a time such as 2026-03-01T12:00:00Z";
        let cases = [
            ("", date, ""),
            ("now", date, "now"),
            ("2026", date, "2026"),
            ("20260301", date, "20260301"),
            ("+026-03-01", date, "+026-03-01"),
            ("2026-3-1", date, "3-1"),
            ("2026-13-01", "a month from 01 to 12", "13"),
            ("2026-00-01", "a month from 01 to 12", "00"),
            ("2026-02-29", "a day that February 2026 has", "29"),
            ("2026-03-00", "a day that March 2026 has", "00"),
            ("2026-03-01X", "`T` and a time after the date, or nothing", "X"),
            ("2026-03-01T", "an hour from 00 to 23", ""),
            ("2026-03-01T24:00:00Z", "an hour from 00 to 23", "24"),
            ("2026-03-01T12", "a colon", ""),
            ("2026-03-01T12:60:00Z", "a minute from 00 to 59", "60"),
            ("2026-03-01T12:00:61Z", "a second from 00 to 60", "61"),
            ("2026-03-01T12:00:60Z", "a second from 00 to 59, or 60 at the end of a day in UTC", "2026-03-01T12:00:60Z"),
            ("2026-03-01T12:00:00.Z", "digits after the point", "Z"),
            ("2026-03-01T12:00:00", "an offset after the time: Z, or one such as +01:00", ""),
            ("2026-03-01T12:00:00+1", "the hours of an offset, from 00 to 23", "1"),
            ("2026-03-01T12:00:00+01", "a colon", ""),
            ("2026-03-01T12:00:00+01:60", "the minutes of an offset, from 00 to 59", "60"),
            ("2026-03-01T12:00:00Z ", "nothing after the offset", " "),
            ("0000-01-01T00:00:00+00:01", "a moment in the years 0000 to 9999 in UTC", "0000-01-01T00:00:00+00:01"),
            ("9999-12-31T23:59:00-00:01", "a moment in the years 0000 to 9999 in UTC", "9999-12-31T23:59:00-00:01"),
            ("２０２６-03-01", date, "２０２６-03-01"),
        ];
        for (text, expected, found) in cases {
            let whole = if found == text { String::new() } else { format!(" in {text:?}") };
            let said = text.parse::<Timestamp>().unwrap_err().to_string();
            assert_eq!(said, format!("expected {expected}, found {found:?}{whole}"));
        }
        assert!("2026".repeat(10_000).parse::<Timestamp>().unwrap_err().to_string().len() < 300);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(millis in MIN..=MAX) {
            let at = Timestamp::from_millis(millis);
            prop_assert_eq!(at.to_string().parse(), Ok(at));
        }

        #[test]
        fn nothing_panics(text in "[0-9TZtz:.+\\- é]{0,30}|.{0,20}|2026-0[0-9]-[0-3][0-9]T.{0,15}") {
            if let Ok(at) = text.parse::<Timestamp>() {
                prop_assert_eq!(at.to_string().parse(), Ok(at));
            }
        }
    }
}
