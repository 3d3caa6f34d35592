//! A span of time in the settings, as Elasticsearch writes it: `730d`, `12h`, `30s`.

use std::fmt;
use std::str::FromStr;

/// A span of time in one unit, so that a policy reads as it was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Age {
    count: u32,
    unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Days,
    Hours,
    Minutes,
    Seconds,
}

impl Unit {
    fn suffix(self) -> char {
        match self {
            Unit::Days => 'd',
            Unit::Hours => 'h',
            Unit::Minutes => 'm',
            Unit::Seconds => 's',
        }
    }

    fn ms(self) -> i64 {
        match self {
            Unit::Days => 86_400_000,
            Unit::Hours => 3_600_000,
            Unit::Minutes => 60_000,
            Unit::Seconds => 1000,
        }
    }
}

impl Age {
    /// So many days.
    pub const fn days(count: u32) -> Self {
        Self {
            count,
            unit: Unit::Days,
        }
    }

    /// In milliseconds.
    pub fn ms(self) -> i64 {
        i64::from(self.count) * self.unit.ms()
    }

    /// The same, longer by `ms`; in the largest unit that says it exactly (parts of a second are rounded down).
    pub fn plus_ms(self, ms: i64) -> Self {
        let total = (self.ms() + ms).max(0);
        for unit in [Unit::Days, Unit::Hours, Unit::Minutes, Unit::Seconds] {
            if total % unit.ms() == 0 || unit == Unit::Seconds {
                return Self {
                    count: u32::try_from(total / unit.ms()).unwrap_or(u32::MAX),
                    unit,
                };
            }
        }
        self
    }
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.count, self.unit.suffix())
    }
}

impl FromStr for Age {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "\"{text}\" is no span of time: write a number and d, h, m or s, such as \"730d\""
            )
        };
        let unit = match text.chars().last() {
            Some('d') => Unit::Days,
            Some('h') => Unit::Hours,
            Some('m') => Unit::Minutes,
            Some('s') => Unit::Seconds,
            _ => return Err(wrong()),
        };
        let count = text[..text.len() - 1].parse().map_err(|_| wrong())?;
        Ok(Self { count, unit })
    }
}

impl serde::Serialize for Age {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Age {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Age {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Age".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[0-9]+[dhms]$", "description": "A span of time: 730d, 12h, 5m, 30s." })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_itself() {
        for text in ["730d", "12h", "5m", "30s", "0s"] {
            assert_eq!(text.parse::<Age>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "d",
            "730",
            "-1d",
            "1.5d",
            "7 d",
            "2y",
            "九d",
            "99999999999d",
        ] {
            assert!(text.parse::<Age>().is_err(), "{text}");
        }
    }

    #[test]
    fn grows_and_shrinks() {
        assert_eq!(Age::days(730).plus_ms(7 * 86_400_000).to_string(), "737d");
        assert_eq!(Age::days(1).plus_ms(-3_600_000).to_string(), "23h");
        assert_eq!(
            "10s".parse::<Age>().unwrap().plus_ms(-60_000).to_string(),
            "0d"
        );
    }
}
