//! `[record]` of the configuration.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Kind;

/// How a record's kind and time are read.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RecordSettings {
    /// Takes every record for this kind. Unset: what has a request, a response or step debug information is an operation log.
    pub kind: Option<Kind>,
    /// The zone of times that name none: `+08:00`, `-03:30`, `Z`.
    pub utc_offset: String,
}

impl Default for RecordSettings {
    fn default() -> Self {
        Self {
            kind: None,
            utc_offset: "+08:00".into(),
        }
    }
}

impl RecordSettings {
    /// Says what is wrong, naming the setting.
    ///
    /// # Errors
    /// If the offset is none.
    pub fn check(&self) -> Result<(), String> {
        self.offset_s()
            .map(drop)
            .ok_or_else(|| "record.utc_offset must be written like +08:00 or Z".into())
    }

    /// Seconds east of Greenwich.
    pub fn offset_s(&self) -> Option<i32> {
        if matches!(self.utc_offset.as_str(), "Z" | "z") {
            return Some(0);
        }
        let (sign, rest) = match self.utc_offset.split_at_checked(1)? {
            ("+", rest) => (1, rest),
            ("-", rest) => (-1, rest),
            _ => return None,
        };
        let (hours, minutes) = rest.split_once(':')?;
        let number = |text: &str, limit| {
            let is_plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse::<i32>()
                .ok()
                .filter(|number| is_plain && *number < limit)
        };
        Some(sign * (number(hours, 15)? * 3600 + number(minutes, 60)? * 60))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets() {
        let seconds = |text: &str| {
            RecordSettings {
                kind: None,
                utc_offset: text.into(),
            }
            .offset_s()
        };
        assert_eq!(seconds("+08:00"), Some(28_800));
        assert_eq!(seconds("-03:30"), Some(-12_600));
        assert_eq!(seconds("Z"), Some(0));
        for wrong in ["", "8", "+8:00", "+08", "+08:60", "+99:00", "é"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
