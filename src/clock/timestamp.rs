//! Moments, and the one way in which they are written. How they are read is for `read` to say.

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// A moment, in milliseconds since 1970-01-01T00:00:00Z.
///
/// Written as RFC 3339 in UTC with milliseconds, so that texts sort as times do:
///
/// ```
/// use standin::Timestamp;
///
/// assert_eq!(Timestamp::from_millis(1_767_225_600_000).to_string(), "2026-01-01T00:00:00.000Z");
/// ```
///
/// Read from what RFC 3339 calls a `date-time`, with whatever offset, or from a date, which is its midnight in UTC:
///
/// ```
/// use standin::Timestamp;
///
/// let noon: Timestamp = "2026-03-01T13:00:00+01:00".parse()?;
/// assert_eq!(noon.to_string(), "2026-03-01T12:00:00.000Z");
/// assert_eq!("2026-03-01".parse::<Timestamp>()?.to_string(), "2026-03-01T00:00:00.000Z");
/// assert_eq!(
///     "2026-03-32".parse::<Timestamp>().unwrap_err().to_string(),
///     "expected a day that March 2026 has, found \"32\" in \"2026-03-32\"",
/// );
/// # Ok::<(), standin::TimestampError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 2026-01-01T00:00:00.000Z: the time of a server that was given a seed and no clock.
    pub const FIXED: Self = Self(1_767_225_600_000);

    /// A moment, by milliseconds since 1970. Years before 0 and after 9999 cannot be written and are cut to those.
    pub const fn from_millis(millis: i64) -> Self {
        Self(if millis < MIN {
            MIN
        } else if millis > MAX {
            MAX
        } else {
            millis
        })
    }

    /// The time of the machine.
    pub fn now() -> Self {
        SystemTime::now().into()
    }

    /// Milliseconds since 1970.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// So much later, or the end of the year 9999.
    ///
    /// ```
    /// use std::time::Duration;
    /// use standin::Timestamp;
    ///
    /// let day = Duration::from_secs(86_400);
    /// assert_eq!(Timestamp::FIXED.plus(day).to_string(), "2026-01-02T00:00:00.000Z");
    /// assert_eq!(Timestamp::FIXED.plus(Duration::MAX).to_string(), "9999-12-31T23:59:59.999Z");
    /// ```
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        self.plus_millis(millis(duration))
    }

    /// So much earlier, or the beginning of the year 0.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        self.plus_millis(-millis(duration))
    }

    pub(crate) const fn plus_millis(self, millis: i64) -> Self {
        Self::from_millis(self.0.saturating_add(millis))
    }

    /// Year, month and day.
    pub(crate) fn date(self) -> (i64, u32, u32) {
        civil(self.0.div_euclid(DAY))
    }
}

pub(super) const DAY: i64 = 86_400_000;
pub(super) const MIN: i64 = -62_167_219_200_000;
pub(super) const MAX: i64 = 253_402_300_799_999;

/// As many milliseconds as all years have, at most.
fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX).min(MAX - MIN)
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let epoch = Self(0);
        match time.duration_since(UNIX_EPOCH) {
            Ok(after) => epoch.plus(after),
            // A part of a millisecond before is in the millisecond before.
            Err(before) => epoch.minus(before.duration() + Duration::from_nanos(999_999)),
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.date();
        let rest = self.0.rem_euclid(DAY);
        // By hand: a time is part of most answers, and formatting seven numbers is most of its cost.
        let mut text = *b"0000-00-00T00:00:00.000Z";
        digits(&mut text[..4], year);
        digits(&mut text[5..7], month.into());
        digits(&mut text[8..10], day.into());
        digits(&mut text[11..13], rest / 3_600_000);
        digits(&mut text[14..16], rest / 60_000 % 60);
        digits(&mut text[17..19], rest / 1_000 % 60);
        digits(&mut text[20..23], rest % 1_000);
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

/// Writes a number into its place, with zeros before it.
fn digits(place: &mut [u8], mut number: i64) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// The date of a day counted from 1970-01-01, in the proleptic Gregorian calendar.
///
/// Counts in years that begin in March, so that the leap day comes last (Howard Hinnant, "chrono-compatible
/// low-level date algorithms").
pub(super) fn civil(days: i64) -> (i64, u32, u32) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, u32::try_from(month).unwrap_or(1), u32::try_from(day).unwrap_or(1))
}

/// The other way: `None` for a date that no calendar has.
pub(super) fn day_of(year: i64, month: u32, day: u32) -> Option<i64> {
    let first = days_before(year);
    // No date is further from the first of January than this guess is off.
    let guess = first + (i64::from(month) - 1) * 30 + i64::from(day) - 1;
    (guess - 3..guess + 6).find(|days| civil(*days) == (year, month, day))
}

/// A date or time of RFC 3339 as HTTP writes it (RFC 9110, section 5.6.7): `Sat, 31 Jan 2026 12:00:00 GMT`. `None` for what is
/// neither; offsets other than `Z` are taken for it.
pub(crate) fn http_date(text: &str) -> Option<String> {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut parts = text.get(..10)?.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let time = text.get(11..19).filter(|time| time.len() == 8 && time.bytes().all(|byte| byte.is_ascii_digit() || byte == b':'));
    let date = day_of(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?)?;
    let weekday = DAYS[date.rem_euclid(7) as usize];
    let month = MONTHS.get(usize::try_from(month - 1).ok()?)?;
    Some(format!("{weekday}, {day:02} {month} {year:04} {} GMT", time.unwrap_or("00:00:00")))
}

/// The day on which a year begins, counted from 1970-01-01.
fn days_before(year: i64) -> i64 {
    let before = year - 1;
    365 * before + before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400) - 719_162
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_dates_that_calendars_get_wrong() {
        let written = |millis: i64| Timestamp::from_millis(millis).to_string();
        assert_eq!(written(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(written(951_782_400_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(written(4_107_542_400_000), "2100-03-01T00:00:00.000Z");
        assert_eq!(written(-1), "1969-12-31T23:59:59.999Z");
        assert_eq!(written(1_798_761_599_999), "2026-12-31T23:59:59.999Z");
        assert_eq!(written(i64::MAX), "9999-12-31T23:59:59.999Z");
        assert_eq!(written(i64::MIN), "0000-01-01T00:00:00.000Z");
    }

    #[test]
    fn http_has_dates_of_its_own() {
        assert_eq!(http_date("2026-01-31").as_deref(), Some("Sat, 31 Jan 2026 00:00:00 GMT"));
        assert_eq!(http_date("1994-11-06T08:49:37Z").as_deref(), Some("Sun, 06 Nov 1994 08:49:37 GMT"));
        assert_eq!(http_date("2000-02-29").as_deref(), Some("Tue, 29 Feb 2000 00:00:00 GMT"));
        assert_eq!(http_date("2026-02-30"), None);
        assert_eq!(http_date("soon, perhaps"), None);
    }

    #[test]
    fn the_days_of_a_thousand_years_follow_each_other() {
        let mut last = civil(-1);
        for day in 0..365_250 {
            let next = civil(day);
            let same_month = next == (last.0, last.1, last.2 + 1);
            let next_month = next == (last.0, last.1 + 1, 1) || next == (last.0 + 1, 1, 1);
            assert!(same_month || (next_month && last.2 >= 28), "{last:?} then {next:?}");
            assert_eq!(day_of(next.0, next.1, next.2), Some(day));
            last = next;
        }
        let none = [(2026, 0, 1), (2026, 13, 1), (2026, 1, 0), (2026, 2, 29), (2100, 2, 29), (2026, 4, 31), (2026, u32::MAX, u32::MAX)];
        assert_eq!(none.map(|(year, month, day)| day_of(year, month, day)), [None; 7]);
        assert_eq!((day_of(0, 1, 1), day_of(9999, 12, 31)), (Some(MIN / DAY), Some(MAX / DAY)));
    }

    #[test]
    fn moments_come_from_the_machine_and_stay_in_their_years() {
        let at = |time: SystemTime| Timestamp::from(time).as_millis();
        let (milli, nano) = (Duration::from_millis(1), Duration::from_nanos(1));
        assert_eq!([UNIX_EPOCH, UNIX_EPOCH + milli, UNIX_EPOCH + nano, UNIX_EPOCH - nano, UNIX_EPOCH - milli].map(at), [0, 1, 0, -1, -1]);
        let zero = Timestamp::from_millis(0);
        assert_eq!(zero.plus(milli).minus(milli), zero);
        assert_eq!((zero.plus(Duration::MAX).as_millis(), zero.minus(Duration::MAX).as_millis()), (MAX, MIN));
        assert_eq!(Timestamp::from_millis(MAX).minus(Duration::MAX).as_millis(), MIN);
    }
}
