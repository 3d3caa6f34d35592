//! Names of indices, and the arithmetic that the retention rests on.
//!
//! The name of a dated index holds the first day of its partition, and `index.lifecycle.parse_origination_date` makes
//! Elasticsearch count the index's age from that day. So the age of an index is the age of the oldest document that may be in it,
//! however late the document came.

use super::settings::{Bound, Partition, Settings};
use crate::record::Kind;
use crate::record::time::{self, DAY_MS};

/// How far ahead of the clock an event may be before its time is taken for a mistake.
pub const FUTURE_MS: i64 = DAY_MS;

/// Everything that is named after the prefix.
#[derive(Clone, Debug)]
pub struct Names {
    prefix: String,
}

impl Names {
    /// Names for these settings.
    pub fn new(settings: &Settings) -> Self {
        Self {
            prefix: settings.prefix.clone(),
        }
    }

    /// `tuomin-operation`: the data stream, and the policy and template of dated indices.
    pub fn base(&self, kind: Kind) -> String {
        format!("{}-{kind}", self.prefix)
    }

    /// `tuomin-operation-*`: the dated indices.
    pub fn dated_pattern(&self, kind: Kind) -> String {
        format!("{}-{kind}-*", self.prefix)
    }

    /// `tuomin-operation-stream`: the policy and template of the data stream.
    pub fn stream(&self, kind: Kind) -> String {
        format!("{}-{kind}-stream", self.prefix)
    }

    /// `tuomin-mappings`: the component template with the mappings.
    pub fn mappings(&self) -> String {
        format!("{}-mappings", self.prefix)
    }

    /// `tuomin-settings`: the component template with the settings.
    pub fn settings(&self) -> String {
        format!("{}-settings", self.prefix)
    }

    /// `tuomin@custom`: a component template that is left to the user.
    pub fn custom(&self) -> String {
        format!("{}@custom", self.prefix)
    }

    /// `app-logs` of `tuomin-operation-app-logs-2026.11.23-000001`: the name of the index that a client wanted to write to.
    pub fn wanted_by_client<'a>(&self, index: &'a str) -> Option<&'a str> {
        let (kind, _) = self.parse(index)?;
        let rest = index.strip_prefix(&self.base(kind))?.strip_prefix('-')?;
        let (name, _) = rest.rsplit_once('-')?.0.rsplit_once('-')?;
        Some(name)
    }

    /// Whether a name is one of those that we give now: under our prefix.
    pub fn owns(&self, name: &str) -> bool {
        let rest = name.strip_prefix(&self.prefix);
        rest.is_some_and(|rest| rest.starts_with('-'))
    }

    /// What a search for both kinds, dated and stream, asks for.
    pub fn search_pattern(&self, kind: Option<Kind>) -> String {
        let of = |kind: Kind| format!("{}-{kind}*", self.prefix);
        match kind {
            Some(kind) => of(kind),
            None => Kind::ALL.map(of).join(","),
        }
    }

    /// Which kind and first day (in milliseconds) a dated index has by its name. `None` for everything else.
    pub fn parse(&self, index: &str) -> Option<(Kind, i64)> {
        let rest = index.strip_prefix(&self.prefix)?.strip_prefix('-')?;
        let kind = Kind::ALL.into_iter().find(|kind| {
            rest.strip_prefix(kind.as_str())
                .is_some_and(|r| r.starts_with('-'))
        })?;
        // A client's name for the index may stand before the day.
        let (name, count) = rest[kind.as_str().len() + 1..].rsplit_once('-')?;
        let day = name.rsplit_once('-').map_or(name, |(_, day)| day);
        let mut parts = day.splitn(3, '.').map(|part| part.parse::<i64>().ok());
        let days = time::days(parts.next()??, parts.next()??, parts.next()??)?;
        (day.len() == 10 && !count.is_empty() && count.bytes().all(|b| b.is_ascii_digit()))
            .then_some((kind, days * DAY_MS))
    }
}

/// First day of the partition of a time, as days since 1970.
pub fn partition_start(partition: Partition, ms: i64) -> i64 {
    let day = ms.div_euclid(DAY_MS);
    match partition {
        Partition::Day => day,
        // 1970-01-01 was a Thursday.
        Partition::Week => (day + 3).div_euclid(7) * 7 - 3,
        Partition::Month => day - i64::from(time::date(day).2 - 1),
    }
}

/// Longest span of a partition, in milliseconds.
pub fn partition_span(partition: Partition) -> i64 {
    DAY_MS
        * match partition {
            Partition::Day => 1,
            Partition::Week => 7,
            Partition::Month => 31,
        }
}

/// Age of an index, from its first day, at which the policy deletes it.
pub fn delete_age_ms(settings: &Settings, kind: Kind) -> i64 {
    let retention = settings.retention.of(kind).ms();
    match settings.retention.bound {
        Bound::AtMost => retention,
        Bound::AtLeast => retention + partition_span(settings.partition),
    }
}

/// Appends `2026.11.23-000001` for a partition's first day.
pub fn write_suffix(day: i64, out: &mut Vec<u8>) {
    let (year, month, day) = time::date(day);
    time::write_digits(year, 4, out);
    out.push(b'.');
    time::write_digits(month.into(), 2, out);
    out.push(b'.');
    time::write_digits(day.into(), 2, out);
    out.extend_from_slice(b"-000001");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(partition: Partition, text: &str) -> String {
        let mut out = Vec::new();
        write_suffix(
            partition_start(partition, time::parse(text.as_bytes(), 0).unwrap()),
            &mut out,
        );
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn partitions_begin_where_people_expect() {
        for (text, day, week, month) in [
            (
                "2026-11-24T23:59:59Z",
                "2026.11.24",
                "2026.11.23",
                "2026.11.01",
            ),
            (
                "2026-11-23T00:00:00Z",
                "2026.11.23",
                "2026.11.23",
                "2026.11.01",
            ),
            (
                "2026-11-22T23:59:59Z",
                "2026.11.22",
                "2026.11.16",
                "2026.11.01",
            ),
            (
                "2028-02-29T12:00:00Z",
                "2028.02.29",
                "2028.02.28",
                "2028.02.01",
            ),
            (
                "2027-01-01T00:00:00Z",
                "2027.01.01",
                "2026.12.28",
                "2027.01.01",
            ),
        ] {
            for (partition, expected) in [
                (Partition::Day, day),
                (Partition::Week, week),
                (Partition::Month, month),
            ] {
                assert_eq!(
                    start(partition, text),
                    format!("{expected}-000001"),
                    "{partition:?} of {text}"
                );
            }
        }
    }

    #[test]
    fn reads_its_own_names_only() {
        let names = Names::new(&Settings {
            prefix: "log-x".into(),
            ..Settings::default()
        });
        let (kind, ms) = names.parse("log-x-operation-2026.11.23-000001").unwrap();
        assert_eq!((kind, ms), (Kind::Operation, 20_780 * DAY_MS));
        let kept = "log-x-operation-app-logs-2026.11.24-2026.11.23-000001";
        assert_eq!(names.parse(kept), Some((kind, ms)));
        assert_eq!(names.wanted_by_client(kept), Some("app-logs-2026.11.24"));
        let plain = "log-x-operation-2026.11.23-000001";
        assert_eq!(names.wanted_by_client(plain), None);
        for other in [
            "log-x-operation",
            "log-x-operation-2026.11.23",
            "log-x-operations-2026.11.23-1",
            "log-monitoring-2026.11.23-1",
            ".ds-log-x-operation-2026.11.23-000001",
            "log-x-operation-2026.13.23-1",
        ] {
            assert!(names.parse(other).is_none(), "{other}");
        }
    }
}
