//! Counts and failures of an evaluation, as a table for people and as JSON for programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Share {
    /// Good ones.
    pub good: u64,
    /// All.
    pub all: u64,
}

impl Share {
    /// Counts one.
    pub fn count(&mut self, good: bool) {
        self.good += u64::from(good);
        self.all += 1;
    }

    /// Percent; 100 of nothing.
    pub fn percent(self) -> f64 {
        if self.all == 0 {
            100.0
        } else {
            self.good as f64 * 100.0 / self.all as f64
        }
    }

    fn add(&mut self, other: Self) {
        self.good += other.good;
        self.all += other.all;
    }
}

/// Something that went wrong, without its value unless asked for.
#[derive(Clone, Debug, Serialize)]
pub struct Failure {
    /// Line of the record.
    pub line: u64,
    /// `leaked`, `lost`, `invalid`, `nested_invalid`, `not_idempotent`, `changed_without_finding`.
    pub kind: &'static str,
    /// Class of the plant or field of the keep.
    pub class: String,
    /// Where.
    pub path: String,
    /// Encoding and carrier of a plant.
    pub how: String,
    /// The value, with `--show-values`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// The whole result.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Records looked at.
    pub records: u64,
    /// Bytes of them.
    pub bytes: u64,
    /// Recall of plants that must be found.
    pub strong: Share,
    /// Recall of plants that should be found.
    pub weak: Share,
    /// The project's targets (see [`TARGETS`]).
    pub targets: BTreeMap<&'static str, Share>,
    /// Recall by class.
    pub by_class: BTreeMap<String, Share>,
    /// Recall by what carries the value.
    pub by_carrier: BTreeMap<String, Share>,
    /// Recall by encoding; a value inside two counts for both.
    pub by_encoding: BTreeMap<String, Share>,
    /// Survival of everything but free text.
    pub survival: Share,
    /// Survival of free text that names nobody.
    pub free_text: Share,
    /// Survival by field.
    pub by_field: BTreeMap<String, Share>,
    /// Records whose output is a JSON object.
    pub valid: Share,
    /// Records in which every JSON text inside a string still parses.
    pub nested_valid: Share,
    /// Records that a second run leaves alone.
    pub idempotent: Share,
    /// Records without findings that left byte for byte.
    pub untouched: Share,
    /// Things that went wrong, by line; no more than asked for.
    pub failures: Vec<Failure>,
    /// How often each sort of failure happened.
    pub reasons: BTreeMap<String, u64>,
    /// How many went wrong in all.
    pub failed: u64,
}

/// What the project has set itself: key of [`Report::targets`], title, least percent.
pub const TARGETS: [(&str, &str, f64); 8] = [
    (
        "key_or_label",
        "under a known key or label, in any encoding",
        100.0,
    ),
    ("strong_id", "strong ID numbers anywhere", 99.9),
    ("biometric", "biometrics", 100.0),
    ("weak_with_cue", "weak ID numbers with a cue", 99.5),
    (
        "name_with_cue",
        "Chinese names in free text with a cue",
        95.0,
    ),
    ("repeated", "repeated values", 100.0),
    ("survival", "survival of fields", 99.9),
    ("free_text", "survival of free text without persons", 99.5),
];

/// Sorts of failures that the table shows.
const MOST_FREQUENT: usize = 40;

impl Report {
    /// Joins the result of another part of the records.
    pub fn add(&mut self, other: Self) {
        self.records += other.records;
        self.bytes += other.bytes;
        self.failed += other.failed;
        self.failures.extend(other.failures);
        for (mine, theirs) in [
            (&mut self.strong, other.strong),
            (&mut self.weak, other.weak),
            (&mut self.survival, other.survival),
            (&mut self.free_text, other.free_text),
            (&mut self.valid, other.valid),
            (&mut self.nested_valid, other.nested_valid),
            (&mut self.idempotent, other.idempotent),
            (&mut self.untouched, other.untouched),
        ] {
            mine.add(theirs);
        }
        for (mine, theirs) in [
            (&mut self.by_class, other.by_class),
            (&mut self.by_carrier, other.by_carrier),
            (&mut self.by_encoding, other.by_encoding),
            (&mut self.by_field, other.by_field),
        ] {
            theirs
                .into_iter()
                .for_each(|(key, share)| mine.entry(key).or_default().add(share));
        }
        for (reason, n) in other.reasons {
            *self.reasons.entry(reason).or_default() += n;
        }
        other
            .targets
            .into_iter()
            .for_each(|(key, share)| self.targets.entry(key).or_default().add(share));
    }

    /// Sorts failures by line and keeps the first `limit`.
    pub fn finish(&mut self, limit: usize) {
        self.failures.sort_by_key(|f| f.line);
        self.failures.truncate(limit);
    }

    /// The least of what `--fail-under` looks at, in percent.
    pub fn worst(&self) -> f64 {
        [
            self.strong,
            self.survival,
            self.free_text,
            self.valid,
            self.nested_valid,
            self.idempotent,
            self.untouched,
        ]
        .into_iter()
        .map(Share::percent)
        .fold(100.0, f64::min)
    }

    /// The table.
    pub fn table(&self) -> String {
        let mut out = String::new();
        let _ = writeln!(
            out,
            "{} records, {:.1} MB\n",
            self.records,
            self.bytes as f64 / 1e6
        );
        let _ = writeln!(
            out,
            "{:<46} {:>9} {:>17}  {:>8}",
            "targets", "percent", "of", "target"
        );
        for (key, title, least) in TARGETS {
            let share = match key {
                "survival" => self.survival,
                "free_text" => self.free_text,
                key => self.targets.get(key).copied().unwrap_or_default(),
            };
            let verdict = if share.percent() >= least {
                ""
            } else {
                "  MISSED"
            };
            let _ = writeln!(
                out,
                "  {title:<44} {:>8.3}% {:>17}  {least:>7}%{verdict}",
                share.percent(),
                fraction(share)
            );
        }
        let sections: [(&str, Vec<(&str, Share)>); 6] = [
            (
                "invariants",
                vec![
                    ("valid JSON", self.valid),
                    ("JSON inside strings still parses", self.nested_valid),
                    ("idempotent", self.idempotent),
                    ("no change without a finding", self.untouched),
                ],
            ),
            ("recall", vec![("strong", self.strong), ("weak", self.weak)]),
            ("recall by class", rows(&self.by_class)),
            ("recall by carrier", rows(&self.by_carrier)),
            ("recall by encoding", rows(&self.by_encoding)),
            ("survival by field", rows(&self.by_field)),
        ];
        for (title, rows) in sections {
            let _ = writeln!(out, "\n{title}");
            for (name, share) in rows {
                let _ = writeln!(
                    out,
                    "  {name:<44} {:>8.3}% {:>17}",
                    share.percent(),
                    fraction(share)
                );
            }
        }
        if self.failed > 0 {
            let mut reasons: Vec<_> = self.reasons.iter().collect();
            reasons.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
            let _ = writeln!(out, "\nmost frequent failures");
            for (reason, n) in reasons.into_iter().take(MOST_FREQUENT) {
                let _ = writeln!(out, "  {n:>7}  {reason}");
            }
            let _ = writeln!(
                out,
                "\n{} failures, the first {}:",
                self.failed,
                self.failures.len()
            );
            for f in &self.failures {
                let _ = write!(
                    out,
                    "  line {:<7} {:<12} {:<22} {}",
                    f.line, f.kind, f.class, f.path
                );
                if !f.how.is_empty() {
                    let _ = write!(out, "  ({})", f.how);
                }
                if let Some(value) = &f.value {
                    let _ = write!(out, "  {value:?}");
                }
                out.push('\n');
            }
        }
        out
    }
}

fn rows(of: &BTreeMap<String, Share>) -> Vec<(&str, Share)> {
    of.iter().map(|(k, v)| (k.as_str(), *v)).collect()
}

fn fraction(share: Share) -> String {
    format!("{} / {}", share.good, share.all)
}
