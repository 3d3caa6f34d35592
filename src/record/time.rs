//! The event time of a record, in every form that logs use, as milliseconds since 1970-01-01T00:00:00Z.
//!
//! | form | example |
//! |---|---|
//! | epoch in s, ms, µs, ns, also with a fraction | `1795502216`, `"1795502216382"`, `1795502216.382` |
//! | ISO 8601, with or without zone | `2026-11-24T15:01:02.123+08:00`, `2026-11-24T07:01:02Z` |
//! | date and time with a space; `-`, `/` or `.` between; `.` or `,` before the fraction | `2026/11/24 15:01:02,123` |
//! | Go's and Java's own | `2026-11-24 15:01:02.123456789 +0800 CST`, `2026-11-24T15:01:02+08:00[Asia/Shanghai]` |
//! | digits only | `20261124150102`, `20261124150102123` |
//! | web servers and mail | `24/Nov/2026:15:01:02 +0800`, `Tue, 24 Nov 2026 15:01:02 +0800` |
//!
//! An epoch's unit is told by its size: the plausible years of the four units don't overlap. Years outside 2000 to 2099 are no
//! times but counters and durations that happen to stand under a name like `time`.

/// 2000-01-01T00:00:00Z in seconds.
const FIRST: i64 = 946_684_800;
/// 2100-01-01T00:00:00Z in seconds.
const END: i64 = 4_102_444_800;

/// Milliseconds of a day.
pub const DAY_MS: i64 = 86_400_000;

/// Reads a time; `offset_s` seconds east of Greenwich are taken for those that name no zone.
pub fn parse(text: &[u8], offset_s: i32) -> Option<i64> {
    let text = text.trim_ascii();
    let ms = match text.first()? {
        b'0'..=b'9' => {
            let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
            match (digits, text.get(digits)) {
                (9..=19, None | Some(b'.')) => {
                    epoch(text, digits).or_else(|| compact(text, offset_s))
                }
                (8, None) => compact(text, offset_s),
                (4, _) => civil(text, offset_s),
                _ => written(text),
            }
        }
        _ => written(text),
    }?;
    (FIRST * 1000..END * 1000).contains(&ms).then_some(ms)
}

/// `1795502216`, `1795502216.382`, `1795502216382` …
fn epoch(text: &[u8], digits: usize) -> Option<i64> {
    let whole: i64 = number(text.get(..digits)?)?;
    let ms = match whole {
        FIRST..END => {
            let fraction = text.get(digits + 1..).unwrap_or_default();
            whole * 1000 + i64::from(millis(fraction)?)
        }
        _ if (FIRST * 1_000..END * 1_000).contains(&whole) => whole,
        _ if (FIRST * 1_000_000..END * 1_000_000).contains(&whole) => whole / 1_000,
        _ if whole >= FIRST * 1_000_000_000 && whole / 1_000_000_000 < END => whole / 1_000_000,
        _ => return None,
    };
    Some(ms)
}

/// `20261124`, `20261124150102`, `20261124150102123`.
fn compact(text: &[u8], offset_s: i32) -> Option<i64> {
    if !matches!(text.len(), 8 | 14 | 17) || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let part = |from: usize, to: usize| text.get(from..to).map_or(Some(0), number);
    let days = days(part(0, 4)?, part(4, 6)?, part(6, 8)?)?;
    let clock = clock(part(8, 10)?, part(10, 12)?, part(12, 14)?)?;
    Some((days * 86_400 + clock - i64::from(offset_s)) * 1000 + part(14, 17)?)
}

/// `2026-11-24T15:01:02.123+08:00` and its relatives.
fn civil(text: &[u8], offset_s: i32) -> Option<i64> {
    let mut rest = Cursor { text, at: 0 };
    let year = rest.digits(4, 4)?;
    let separator = rest.one_of(b"-/.")?;
    let month = rest.digits(1, 2)?;
    rest.one_of(&[separator])?;
    let days = days(year, month, rest.digits(1, 2)?)?;
    let mut seconds = 0;
    let mut ms = 0;
    if rest.one_of(b"T t").is_some() {
        while rest.one_of(b" ").is_some() {}
        let hour = rest.digits(1, 2)?;
        rest.one_of(b":")?;
        let minute = rest.digits(1, 2)?;
        let second = if rest.one_of(b":").is_some() {
            rest.digits(1, 2)?
        } else {
            0
        };
        seconds = clock(hour, minute, second)?;
        if rest.one_of(b".,").is_some() {
            let from = rest.at;
            rest.digits(1, 18)?;
            ms = i64::from(millis(text.get(from..rest.at)?)?);
        }
    }
    let offset = zone(text.get(rest.at..)?, offset_s)?;
    Some((days * 86_400 + seconds - offset) * 1000 + ms)
}

/// Seconds east of Greenwich of `Z`, `+08:00`, `+0800`, `+08`, ` +0800 CST m=+0.1`, `+08:00[Asia/Shanghai]`, or nothing.
fn zone(text: &[u8], default_s: i32) -> Option<i64> {
    let text = text.trim_ascii();
    let mut rest = Cursor { text, at: 0 };
    let Some(sign) = rest.one_of(b"+-") else {
        let name = text
            .split(|b| matches!(b, b' ' | b'['))
            .next()
            .unwrap_or_default();
        return match name {
            b"" => Some(i64::from(default_s)),
            b"Z" | b"z" | b"UTC" | b"GMT" => Some(0),
            // Abbreviations of the region. `CST` is China's in these logs, not Chicago's.
            b"CST" | b"HKT" | b"SGT" | b"MYT" | b"PHT" | b"PST" | b"WITA" => Some(8 * 3600),
            b"JST" | b"KST" | b"WIT" => Some(9 * 3600),
            b"ICT" | b"WIB" => Some(7 * 3600),
            b"IST" => Some(5 * 3600 + 1800),
            _ => None,
        };
    };
    let hours = rest.digits(2, 2)?;
    rest.one_of(b":");
    let minutes = rest.digits(2, 2).unwrap_or(0);
    if hours > 18 || minutes > 59 || !matches!(text.get(rest.at), None | Some(b' ' | b'[')) {
        return None;
    }
    let seconds = hours * 3600 + minutes * 60;
    Some(if sign == b'-' { -seconds } else { seconds })
}

/// `24/Nov/2026:15:01:02 +0800`, `Tue, 24 Nov 2026 15:01:02 +0800`: rare, so the library's readers serve.
fn written(text: &[u8]) -> Option<i64> {
    if text.len() > 64 || !text.iter().any(u8::is_ascii_digit) {
        return None;
    }
    let text = std::str::from_utf8(text).ok()?;
    let zoned = jiff::fmt::strtime::parse("%d/%b/%Y:%H:%M:%S %z", text)
        .and_then(|parsed| parsed.to_timestamp());
    let stamp = zoned
        .or_else(|_| jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text))
        .ok()?;
    Some(stamp.as_millisecond())
}

struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn digits(&mut self, least: usize, most: usize) -> Option<i64> {
        let rest = self.text.get(self.at..)?;
        let count = rest
            .iter()
            .take(most)
            .take_while(|b| b.is_ascii_digit())
            .count();
        if count < least {
            return None;
        }
        self.at += count;
        number(&rest[..count])
    }

    fn one_of(&mut self, set: &[u8]) -> Option<u8> {
        let byte = *self.text.get(self.at)?;
        set.contains(&byte).then(|| self.at += 1)?;
        Some(byte)
    }
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0i64, |sum, digit| {
        sum.checked_mul(10)?.checked_add(i64::from(digit - b'0'))
    })
}

/// The first three digits of a fraction.
fn millis(fraction: &[u8]) -> Option<u16> {
    if !fraction.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some((0..3).fold(0, |sum, i| {
        sum * 10 + u16::from(fraction.get(i).map_or(0, |d| d - b'0'))
    }))
}

/// Seconds since midnight. A leap second counts as the one before it.
fn clock(hour: i64, minute: i64, second: i64) -> Option<i64> {
    (hour < 24 && minute < 60 && second <= 60).then(|| hour * 3600 + minute * 60 + second.min(59))
}

/// Days since 1970-01-01 of a date of the Gregorian calendar, `None` for one that it doesn't have.
pub fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) || !(1..=9999).contains(&year) {
        return None;
    }
    // Years that begin in March put the leap day last, so that the days before a month follow one formula.
    let year = if month <= 2 { year - 1 } else { year };
    let era_year = year.rem_euclid(400);
    let month = (month + 9) % 12;
    let of_year = (153 * month + 2) / 5 + day - 1;
    Some(
        year.div_euclid(400) * 146_097 + era_year * 365 + era_year / 4 - era_year / 100 + of_year
            - 719_468,
    )
}

/// Year, month and day of a count of days since 1970-01-01.
pub fn date(days: i64) -> (i64, u8, u8) {
    let days = days + 719_468;
    let era_day = days.rem_euclid(146_097);
    let era_year = (era_day - era_day / 1460 + era_day / 36_524 - era_day / 146_096) / 365;
    let of_year = era_day - (365 * era_year + era_year / 4 - era_year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (
        era_year + days.div_euclid(146_097) * 400 + i64::from(month <= 2),
        month as u8,
        day as u8,
    )
}

/// Appends `2026-11-24T07:01:02.123Z`.
pub fn write_iso(ms: i64, out: &mut Vec<u8>) {
    let (year, month, day) = date(ms.div_euclid(DAY_MS));
    let of_day = ms.rem_euclid(DAY_MS);
    let (second, fraction) = (of_day / 1000, of_day % 1000);
    let parts = [
        (year, 4, b'-'),
        (month.into(), 2, b'-'),
        (day.into(), 2, b'T'),
        (second / 3600, 2, b':'),
        (second / 60 % 60, 2, b':'),
        (second % 60, 2, b'.'),
        (fraction, 3, b'Z'),
    ];
    for (value, width, then) in parts {
        write_digits(value, width, out);
        out.push(then);
    }
}

/// Appends the last `width` decimal digits.
pub fn write_digits(value: i64, width: u32, out: &mut Vec<u8>) {
    for place in (0..width).rev() {
        out.push(b'0' + (value / 10i64.pow(place) % 10) as u8);
    }
}

/// Now, in milliseconds since 1970.
pub fn now_ms() -> i64 {
    since_1970_ms(std::time::SystemTime::now()).unwrap_or(0)
}

/// A time of the system in milliseconds since 1970; `None` for one before that.
pub fn since_1970_ms(time: std::time::SystemTime) -> Option<i64> {
    let past = time.duration_since(std::time::UNIX_EPOCH).ok()?;
    i64::try_from(past.as_millis()).ok()
}

/// A duration in milliseconds; a number without unit counts as such.
pub fn duration_ms(text: &str) -> Option<f64> {
    let text = text.trim();
    let split = text
        .find(|c: char| c.is_ascii_alphabetic() && !matches!(c, 'e' | 'E') || c == 'µ' || c == 'μ')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let value: f64 = number.trim().parse().ok()?;
    let factor = match unit.trim() {
        "" | "ms" | "millis" | "msec" | "MS" => 1.0,
        "s" | "sec" | "secs" | "seconds" => 1e3,
        "us" | "µs" | "μs" => 1e-3,
        "ns" => 1e-6,
        "m" | "min" => 6e4,
        _ => return None,
    };
    let ms = value * factor;
    // Longer than a year is no call's cost; JSON has no infinities.
    (ms.is_finite() && ms.abs() < 3.2e10).then_some(ms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CHINA: i32 = 8 * 3600;

    fn at(text: &str) -> Option<String> {
        let mut out = Vec::new();
        write_iso(parse(text.as_bytes(), CHINA)?, &mut out);
        Some(String::from_utf8(out).unwrap())
    }

    #[test]
    fn reads_every_form() {
        for (text, expected) in [
            ("1795502216", "2026-11-24T06:36:56.000Z"),
            ("1795502216.382", "2026-11-24T06:36:56.382Z"),
            ("1795502216382", "2026-11-24T06:36:56.382Z"),
            ("1795502216382001", "2026-11-24T06:36:56.382Z"),
            ("1795502216382001002", "2026-11-24T06:36:56.382Z"),
            ("2026-11-24T15:01:02.123+08:00", "2026-11-24T07:01:02.123Z"),
            (
                "2026-11-24T15:01:02.123456789+0800",
                "2026-11-24T07:01:02.123Z",
            ),
            ("2026-11-24T07:01:02Z", "2026-11-24T07:01:02.000Z"),
            ("2026-11-24T15:01:02", "2026-11-24T07:01:02.000Z"),
            ("2026-11-24T15:01", "2026-11-24T07:01:00.000Z"),
            ("2026-11-24 15:01:02", "2026-11-24T07:01:02.000Z"),
            ("2026-11-24 15:01:02.1", "2026-11-24T07:01:02.100Z"),
            ("2026-11-24 15:01:02,123", "2026-11-24T07:01:02.123Z"),
            ("2026-11-24 15:01:02 +0900", "2026-11-24T06:01:02.000Z"),
            (
                "2026-11-24 15:01:02.123456789 +0800 CST m=+0.1",
                "2026-11-24T07:01:02.123Z",
            ),
            (
                "2026-11-24T15:01:02+08:00[Asia/Shanghai]",
                "2026-11-24T07:01:02.000Z",
            ),
            ("2026-11-24 15:01:02 UTC", "2026-11-24T15:01:02.000Z"),
            ("2026/11/24 15:01:02", "2026-11-24T07:01:02.000Z"),
            ("2026.1.4 5:01:02", "2026-01-03T21:01:02.000Z"),
            ("20261124150102", "2026-11-24T07:01:02.000Z"),
            ("20261124150102123", "2026-11-24T07:01:02.123Z"),
            ("2026-11-24", "2026-11-23T16:00:00.000Z"),
            ("24/Nov/2026:15:01:02 +0800", "2026-11-24T07:01:02.000Z"),
            (
                "Tue, 24 Nov 2026 15:01:02 +0800",
                "2026-11-24T07:01:02.000Z",
            ),
            (" 2028-02-29T00:00:00Z ", "2028-02-29T00:00:00.000Z"),
            ("2026-12-31T23:59:60Z", "2026-12-31T23:59:59.000Z"),
        ] {
            assert_eq!(at(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in [
            "",
            "0",
            "36",
            "-1",
            "1e9",
            "12345678901234567890",
            "5000000000000000000",
            "2026-02-29 00:00:00",
            "2026-13-01",
            "1970-01-01T00:00:00Z",
            "2150-01-01T00:00:00Z",
            "2026-11-24T25:00:00Z",
            "2026-11-24T15:01:02 nowhere",
            "15:01:02",
            "now",
            "[TIME]",
            "2026-11/24",
            "二〇二六年",
        ] {
            assert_eq!(at(text), None, "{text}");
        }
    }

    #[test]
    fn reads_costs() {
        for (text, ms) in [
            ("36", 36.0),
            (" 36.5 ms", 36.5),
            ("1.2s", 1200.0),
            ("850us", 0.85),
            ("850µs", 0.85),
            ("1e3", 1000.0),
        ] {
            assert!((duration_ms(text).unwrap() - ms).abs() < 1e-9, "{text}");
        }
        for text in ["", "fast", "NaN", "inf", "1e300", "3 apples"] {
            assert_eq!(duration_ms(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn survives_anything(text in any::<Vec<u8>>()) {
            let _ = parse(&text, CHINA);
        }

        #[test]
        fn agrees_with_a_calendar_library(ms in FIRST * 1000..END * 1000) {
            let stamp = jiff::Timestamp::from_millisecond(ms).unwrap();
            prop_assert_eq!(parse(stamp.to_string().as_bytes(), CHINA), Some(ms));
            let mut iso = Vec::new();
            write_iso(ms, &mut iso);
            prop_assert_eq!(String::from_utf8(iso).unwrap(), stamp.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string());
        }
    }
}
