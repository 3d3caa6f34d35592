//! Accuracy on labelled records: what was found, what survived, and whether the promises about form hold.
//!
//! Looks for each planted value in the output after opening everything that can be opened ([`decode`], an independent decoder),
//! so a value that is only encoded in another way counts as leaked.

pub mod check;
pub mod decode;
pub mod place;
pub mod report;

use check::Case;
use place::Tree;
use report::{Failure, Report};

use crate::generate::labels::{Carrier, Labels, Plant, Strength};
use crate::redact::{Outcome, Worker};

/// Judges records one by one.
pub struct Judge {
    worker: Worker,
    show_values: bool,
    limit: usize,
    out: Vec<u8>,
    again: Vec<u8>,
}

impl Judge {
    /// Keeps at most `limit` failures; their values only if `show_values`, which is for made-up data.
    pub fn new(worker: Worker, show_values: bool, limit: usize) -> Self {
        Self {
            worker,
            show_values,
            limit,
            out: Vec::new(),
            again: Vec::new(),
        }
    }

    /// Redacts a record and adds the verdict to the report.
    pub fn judge(&mut self, raw: &str, labels: &Labels, report: &mut Report) {
        self.out.clear();
        let outcome: Outcome = self.worker.redact(raw.as_bytes(), &mut self.out);
        let redacted = String::from_utf8_lossy(&self.out).into_owned();
        let case = Case::new(raw, &redacted, labels);
        report.records += 1;
        report.bytes += raw.len() as u64;
        let mut failures = Vec::new();
        for plant in &labels.plants {
            let found = !case.leaked(plant);
            count(plant, found, report);
            if !found {
                let how = format!("{}, {}", plant.encoding, carrier(plant.carrier));
                failures.push((
                    "leaked",
                    plant.class.clone(),
                    plant.path.clone(),
                    how,
                    plant.value.clone(),
                ));
            }
        }
        for keep in &labels.keeps {
            let kept = case.survived(keep);
            if keep.field == "free_text" {
                &mut report.free_text
            } else {
                &mut report.survival
            }
            .count(kept);
            report
                .by_field
                .entry(keep.field.clone())
                .or_default()
                .count(kept);
            if !kept {
                failures.push((
                    "lost",
                    keep.field.clone(),
                    keep.path.clone(),
                    String::new(),
                    keep.value.clone(),
                ));
            }
        }
        let before = Tree::parse(raw);
        let after = Tree::parse(&redacted);
        let mut invariant =
            |share: &mut report::Share, good: bool, kind: &'static str, path: String| {
                share.count(good);
                if !good {
                    failures.push((kind, String::new(), path, String::new(), String::new()));
                }
            };
        invariant(
            &mut report.valid,
            matches!(after, Some(Tree::Map(_))),
            "invalid",
            String::new(),
        );
        if let (Some(before), Some(after)) = (&before, &after) {
            let good = check::still_parses(before, after);
            invariant(
                &mut report.nested_valid,
                good,
                "nested_invalid",
                check::unparsed_path(before, after),
            );
        }
        self.again.clear();
        self.worker.redact(&self.out, &mut self.again);
        let same = self.again == self.out;
        let place = || {
            let again = Tree::parse(&String::from_utf8_lossy(&self.again))?;
            place::first_difference(after.as_ref()?, &again)
        };
        let path = if same {
            String::new()
        } else {
            place().unwrap_or_default()
        };
        invariant(
            &mut report.idempotent,
            same,
            "not_idempotent",
            path.trim_start_matches('.').to_owned(),
        );
        if outcome.findings == 0 {
            let path = before
                .as_ref()
                .zip(after.as_ref())
                .and_then(|(a, b)| place::first_difference(a, b))
                .unwrap_or_default();
            invariant(
                &mut report.untouched,
                self.out == raw.as_bytes(),
                "changed_without_finding",
                path,
            );
        }
        for (kind, class, _, how, _) in &failures {
            *report
                .reasons
                .entry(
                    format!("{kind:<14} {class:<22} {how}")
                        .trim_end()
                        .to_owned(),
                )
                .or_default() += 1;
        }
        report.failed += failures.len() as u64;
        let room = self.limit.saturating_sub(report.failures.len());
        report.failures.extend(failures.into_iter().take(room).map(
            |(kind, class, path, how, value)| Failure {
                line: labels.line,
                kind,
                class,
                path,
                how,
                value: self.show_values.then_some(value),
            },
        ));
    }
}

fn carrier(carrier: Carrier) -> &'static str {
    match carrier {
        Carrier::Key => "key",
        Carrier::Label => "label",
        Carrier::FreeText => "free_text",
        Carrier::Number => "number",
        Carrier::Repeat => "repeat",
        Carrier::KvList => "kv_list",
        Carrier::MapKey => "map_key",
    }
}

fn count(plant: &Plant, found: bool, report: &mut Report) {
    match plant.strength {
        Strength::Strong => &mut report.strong,
        Strength::Weak => &mut report.weak,
    }
    .count(found);
    report
        .by_class
        .entry(plant.class.clone())
        .or_default()
        .count(found);
    report
        .by_carrier
        .entry(carrier(plant.carrier).to_owned())
        .or_default()
        .count(found);
    for part in plant.encoding.split('+') {
        report
            .by_encoding
            .entry(part.to_owned())
            .or_default()
            .count(found);
    }
    let mut target = |key| report.targets.entry(key).or_default().count(found);
    if plant.is_payload() {
        target("biometric");
    }
    let id = plant.class.starts_with("id_number");
    match (plant.carrier, plant.strength) {
        (Carrier::Repeat, _) => target("repeated"),
        (Carrier::FreeText, Strength::Weak) if plant.class == "name" => target("name_with_cue"),
        (Carrier::FreeText, Strength::Weak) if id => target("weak_with_cue"),
        (Carrier::FreeText | Carrier::MapKey, Strength::Strong) if id => target("strong_id"),
        (Carrier::FreeText | Carrier::MapKey, _) => {}
        (Carrier::Key | Carrier::Label | Carrier::Number | Carrier::KvList, _) => {
            target("key_or_label")
        }
    }
}
