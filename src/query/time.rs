//! Points in time as people type and read them.

use jiff::{SignedDuration, Span, Timestamp, Zoned, civil, tz::TimeZone};

/// Milliseconds since 1970-01-01T00:00:00Z: what Elasticsearch's `date` resolves to and all that this room computes with.
pub type Millis = i64;

/// Why a text is no point in time. Says what is accepted; the text is the user's own, so it may be repeated.
#[derive(Debug, thiserror::Error)]
pub enum TimeError {
    /// Not a duration such as `90s`, `15m`, `2h`, `7d`, `2w`.
    #[error("`{0}` is no duration: write a number and one of s, m, h, d, w (`15m`, `2h`, `7d`)")]
    Duration(String),
    /// Not a date or time.
    #[error(
        "`{0}` is no time: write 2026-11-24, 2026-11-24T15:01:02, the same with Z or +08:00, `now`, or an age such as 2h"
    )]
    Time(String),
    /// Not a zone.
    #[error(
        "`{0}` is no time zone: write `UTC`, an offset such as +08:00, or a name such as Asia/Shanghai"
    )]
    Zone(String),
}

/// `15m` → 900,000 milliseconds.
pub fn duration(text: &str) -> Result<Millis, TimeError> {
    let bad = || TimeError::Duration(text.to_owned());
    let text_ = text.trim();
    let split = text_.find(|c: char| !c.is_ascii_digit()).ok_or_else(bad)?;
    let (number, unit) = text_.split_at(split);
    let number: i64 = number.parse().map_err(|_| bad())?;
    let unit = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        "w" => 7 * 86_400_000,
        _ => return Err(bad()),
    };
    number
        .checked_mul(unit)
        .filter(|ms| *ms < 100 * 366 * 86_400_000)
        .ok_or_else(bad)
}

/// A zone by name or offset.
pub fn zone(text: &str) -> Result<TimeZone, TimeError> {
    let bad = || TimeError::Zone(text.to_owned());
    if text.eq_ignore_ascii_case("utc") || text == "Z" {
        return Ok(TimeZone::UTC);
    }
    if text.starts_with(['+', '-']) {
        // Borrow the parser of a full timestamp: it knows every way to write an offset.
        let full = format!("2026-01-01T00:00:00{text}");
        let pieces = jiff::fmt::temporal::Pieces::parse(&full).map_err(|_| bad())?;
        return pieces
            .to_numeric_offset()
            .map(TimeZone::fixed)
            .ok_or_else(bad);
    }
    TimeZone::get(text).map_err(|_| bad())
}

/// A point in time: ISO with or without zone, a date (its midnight in `zone`), `now`, epoch milliseconds, or an age (`2h` = two hours before `now`).
pub fn point(text: &str, zone: &TimeZone, now: Millis) -> Result<Millis, TimeError> {
    let t = text.trim();
    if t.eq_ignore_ascii_case("now") {
        return Ok(now);
    }
    if t.len() == 13 && t.bytes().all(|b| b.is_ascii_digit()) {
        return t.parse().map_err(|_| TimeError::Time(text.to_owned()));
    }
    if let Ok(age) = duration(t) {
        return Ok(now - age);
    }
    if let Ok(instant) = t.parse::<Timestamp>() {
        return Ok(instant.as_millisecond());
    }
    let civil = t
        .parse::<civil::DateTime>()
        .or_else(|_| t.parse::<civil::Date>().map(|d| d.at(0, 0, 0, 0)))
        .map_err(|_| TimeError::Time(text.to_owned()))?;
    let zoned = civil
        .to_zoned(zone.clone())
        .map_err(|_| TimeError::Time(text.to_owned()))?;
    Ok(zoned.timestamp().as_millisecond())
}

/// Now, as the system clock has it.
pub fn now() -> Millis {
    Timestamp::now().as_millisecond()
}

/// `2026-11-24 15:01:02.123` in a zone; `-` where it can't be shown.
pub fn show(at: Millis, zone: &TimeZone) -> String {
    zoned(at, zone).map_or_else(
        || "-".to_owned(),
        |z| z.strftime("%Y-%m-%d %H:%M:%S%.3f").to_string(),
    )
}

/// `15:01:02` or `11-24 15:01`, whatever an axis that spans `span` needs.
pub fn show_axis(at: Millis, span: Millis, zone: &TimeZone) -> String {
    let form = match span {
        s if s <= 10 * 60_000 => "%H:%M:%S",
        s if s <= 2 * 86_400_000 => "%H:%M",
        s if s <= 10 * 86_400_000 => "%m-%d %H:%M",
        _ => "%Y-%m-%d",
    };
    zoned(at, zone).map_or_else(|| "-".to_owned(), |z| z.strftime(form).to_string())
}

/// `2026-11-24T15:01:02.123Z`.
pub fn iso(at: Millis) -> String {
    Timestamp::from_millisecond(at)
        .map(|t| {
            t.to_zoned(TimeZone::UTC)
                .strftime("%Y-%m-%dT%H:%M:%S%.3fZ")
                .to_string()
        })
        .unwrap_or_else(|_| at.to_string())
}

/// `12.5 ms`, `3.42 s`, `2 min 05 s`.
pub fn show_cost(ms: f64) -> String {
    if !ms.is_finite() {
        return "-".into();
    }
    let abs = ms.abs();
    if abs < 10.0 && ms.fract() != 0.0 {
        format!("{ms:.1} ms")
    } else if abs < 1_000.0 {
        format!("{ms:.0} ms")
    } else if abs < 120_000.0 {
        format!("{:.2} s", ms / 1_000.0)
    } else {
        let seconds = SignedDuration::from_millis(ms as i64).as_secs();
        format!("{} min {:02} s", seconds / 60, (seconds % 60).abs())
    }
}

/// The system's own zone as a name to show beside times.
pub fn zone_name(zone: &TimeZone, at: Millis) -> String {
    match zone.iana_name() {
        Some(name) => name.to_owned(),
        None => zoned(at, zone).map_or_else(|| "UTC".to_owned(), |z| z.strftime("%:z").to_string()),
    }
}

/// The start of the day in `zone`, `days` before the day of `at`.
pub fn midnight(at: Millis, days: i64, zone: &TimeZone) -> Option<Millis> {
    let day = zoned(at, zone)?.start_of_day().ok()?;
    let day = day.checked_sub(Span::new().try_days(days).ok()?).ok()?;
    Some(day.timestamp().as_millisecond())
}

fn zoned(at: Millis, zone: &TimeZone) -> Option<Zoned> {
    Timestamp::from_millisecond(at)
        .ok()
        .map(|t| t.to_zoned(zone.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        assert_eq!(duration("15m").unwrap(), 900_000);
        assert_eq!(duration(" 2w ").unwrap(), 1_209_600_000);
        for bad in [
            "",
            "h",
            "2",
            "2 h",
            "-2h",
            "2y",
            "99999999999999999999d",
            "9999999999w",
        ] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn points() {
        let east = zone("+08:00").unwrap();
        let now = 1_795_502_216_382;
        assert_eq!(point("2h", &east, now).unwrap(), now - 7_200_000);
        assert_eq!(point("now", &east, now).unwrap(), now);
        let midnight = point("2026-11-24", &east, now).unwrap();
        assert_eq!(iso(midnight), "2026-11-23T16:00:00.000Z");
        assert_eq!(
            point("2026-11-24T00:00:00+08:00", &TimeZone::UTC, now).unwrap(),
            midnight
        );
        assert_eq!(point("2026-11-24 00:00:00", &east, now).unwrap(), midnight);
        assert_eq!(point("1795502216382", &east, 0).unwrap(), now);
        assert!(point("yesterday", &east, now).is_err());
    }

    #[test]
    fn zones() {
        assert!(zone("UTC").is_ok());
        assert!(zone("-03:30").is_ok());
        assert!(zone("Mars/Olympus").is_err());
        assert!(zone("+99:99").is_err());
    }

    #[test]
    fn costs() {
        assert_eq!(show_cost(12.0), "12 ms");
        assert_eq!(show_cost(0.25), "0.2 ms");
        assert_eq!(show_cost(3_420.0), "3.42 s");
        assert_eq!(show_cost(125_000.0), "2 min 05 s");
        assert_eq!(show_cost(f64::NAN), "-");
    }
}
