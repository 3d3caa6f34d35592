//! Is everything gone that should be? Gathers what the server says about policies, indices and documents, and judges it.
//!
//! Asking and judging are apart: [`gather()`] fills [`Facts`], [`judge`] is a pure function from them to problems.

mod gather;

use serde::Serialize;

pub use gather::gather;

use super::names::{self, Names};
use super::settings::{Bound, Settings};
use crate::record::Kind;

/// What the server says.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Facts {
    /// `RUNNING`, `STOPPING` or `STOPPED`.
    pub ilm: String,
    /// How often the server looks, in milliseconds.
    pub poll_ms: i64,
    /// The policies that should be there.
    pub policies: Vec<PolicyFacts>,
    /// Every index of ours.
    pub indices: Vec<IndexFacts>,
    /// Snapshot policies that cover our indices. `None` if the server has none to tell of (no such feature, or no privilege).
    pub snapshots: Option<Vec<SnapshotFacts>>,
}

/// A policy.
#[derive(Clone, Debug, Serialize)]
pub struct PolicyFacts {
    /// Its name.
    pub name: String,
    /// Of which kind.
    pub kind: Kind,
    /// When it deletes, as the server has it: `730d`. `None` where it has no delete phase; the policy is missing if `missing` is true.
    pub deletes_after: Option<String>,
    /// The same in milliseconds.
    pub deletes_after_ms: Option<i64>,
    /// When it should.
    pub should_delete_after: String,
    /// It is not there.
    pub missing: bool,
}

/// An index.
#[derive(Clone, Debug, Default, Serialize)]
pub struct IndexFacts {
    /// Its name.
    pub name: String,
    /// Of which kind; `None` where the name tells none.
    pub kind: Option<Kind>,
    /// The policy that manages it.
    pub policy: Option<String>,
    /// The policy that should.
    pub should_policy: String,
    /// The phase it is in.
    pub phase: Option<String>,
    /// The step it is in.
    pub step: Option<String>,
    /// The step that failed, and the type of the error.
    pub failed: Option<(String, String)>,
    /// From when its age counts, in milliseconds since 1970. `None` for the write index of a stream: from its rollover.
    pub counts_from_ms: Option<i64>,
    /// First day of its partition by its name.
    pub named_ms: Option<i64>,
    /// When it will be deleted, in milliseconds since 1970.
    pub deleted_at_ms: Option<i64>,
    /// Documents in it.
    pub documents: u64,
    /// Event time of its oldest document.
    pub oldest_ms: Option<i64>,
    /// `index.lifecycle.skip` is set: the policy is not applied.
    pub skipped: bool,
}

/// A snapshot policy.
#[derive(Clone, Debug, Serialize)]
pub struct SnapshotFacts {
    /// Its name.
    pub name: String,
    /// How long it keeps a snapshot: `30d`. `None`: for ever.
    pub expires_after: Option<String>,
}

/// Something that breaks the promise, or will.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The policy or index, or the server as a whole.
    pub of: String,
    /// What is wrong.
    pub what: String,
}

/// How long the server may take to do what is due: it looks every poll interval, and a deletion takes a few looks.
fn grace_ms(facts: &Facts) -> i64 {
    facts.poll_ms * 3 + 60_000
}

/// Lists what is wrong. Empty: everything is gone that should be, and what is left will go in time.
pub fn judge(facts: &Facts, settings: &Settings, now_ms: i64) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut problem = |of: &str, what: String| {
        problems.push(Problem {
            of: of.to_owned(),
            what,
        })
    };
    if facts.ilm != "RUNNING" {
        problem(
            "lifecycle management",
            format!(
                "is {}: nothing is deleted (POST _ilm/start)",
                facts.ilm.to_lowercase()
            ),
        );
    }
    for policy in &facts.policies {
        match (&policy.deletes_after, policy.missing) {
            (_, true) => problem(&policy.name, "is missing: run `tuomin setup`".into()),
            (None, _) => problem(&policy.name, "has no delete phase".into()),
            (Some(is), _) if *is != policy.should_delete_after => {
                problem(
                    &policy.name,
                    format!(
                        "deletes after {is}, should after {}",
                        policy.should_delete_after
                    ),
                );
            }
            _ => {}
        }
    }
    let grace = grace_ms(facts);
    for index in &facts.indices {
        match index.policy.as_deref() {
            None => problem(
                &index.name,
                "is managed by no policy: its documents stay for ever".into(),
            ),
            Some(policy) if policy != index.should_policy => problem(
                &index.name,
                format!(
                    "is managed by {policy}, should be by {}",
                    index.should_policy
                ),
            ),
            Some(_) => {}
        }
        if index.skipped {
            problem(
                &index.name,
                "has index.lifecycle.skip set: its policy is not applied".into(),
            );
        }
        if let Some((step, kind)) = &index.failed {
            problem(
                &index.name,
                format!("is stuck: step {step} failed ({kind})"),
            );
        }
        if index.deleted_at_ms.is_some_and(|at| at + grace < now_ms) {
            problem(&index.name, "should have been deleted by now".into());
        }
        if let (Some(counts), Some(named)) = (index.counts_from_ms, index.named_ms)
            && counts > named
        {
            problem(
                &index.name,
                "counts its age from a later day than its name says".into(),
            );
        }
        let (Some(oldest), Some(kind)) = (index.oldest_ms, index.kind) else {
            continue;
        };
        if index.named_ms.is_some_and(|named| oldest < named) {
            problem(
                &index.name,
                "holds documents older than the day its age counts from".into(),
            );
        }
        // What the bound allows: with `at_least`, the oldest of an index wait for its youngest.
        let longest = match settings.retention.bound {
            Bound::AtMost => settings.retention.of(kind).ms(),
            Bound::AtLeast if index.named_ms.is_some() => names::delete_age_ms(settings, kind),
            Bound::AtLeast => {
                settings.retention.of(kind).ms()
                    + settings.retention.rollover.ms()
                    + settings.retention.lateness.ms()
            }
        };
        if now_ms - oldest > longest + grace {
            problem(
                &index.name,
                format!(
                    "holds a document older than {}",
                    settings.retention.of(kind)
                ),
            );
        }
    }
    for snapshot in facts.snapshots.iter().flatten() {
        let how_long = snapshot
            .expires_after
            .as_deref()
            .map_or("for ever".into(), |age| format!("for {age}"));
        problem(
            &snapshot.name,
            format!(
                "copies these indices into snapshots and keeps them {how_long}: exclude them, or what is deleted lives on there"
            ),
        );
    }
    problems
}

/// The policy that should manage an index, by its name.
fn policy_for(names: &Names, index: &str) -> Option<(Kind, String)> {
    if let Some((kind, _)) = names.parse(index) {
        return Some((kind, names.base(kind)));
    }
    let stream = |kind: &Kind| index.starts_with(&format!(".ds-{}-2", names.base(*kind)));
    Kind::ALL
        .into_iter()
        .find(stream)
        .map(|kind| (kind, names.stream(kind)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::time::DAY_MS;

    const NOW: i64 = 20_000 * DAY_MS;

    fn sound() -> Facts {
        let policy = |kind: Kind| PolicyFacts {
            name: format!("tuomin-{kind}"),
            kind,
            deletes_after: Some("730d".into()),
            deletes_after_ms: Some(730 * DAY_MS),
            should_delete_after: "730d".into(),
            missing: false,
        };
        let index = IndexFacts {
            name: "tuomin-operation-2024.10.01-000001".into(),
            kind: Some(Kind::Operation),
            policy: Some("tuomin-operation".into()),
            should_policy: "tuomin-operation".into(),
            counts_from_ms: Some(NOW - 700 * DAY_MS),
            named_ms: Some(NOW - 700 * DAY_MS),
            deleted_at_ms: Some(NOW + 30 * DAY_MS),
            documents: 5,
            oldest_ms: Some(NOW - 699 * DAY_MS),
            ..IndexFacts::default()
        };
        Facts {
            ilm: "RUNNING".into(),
            poll_ms: 600_000,
            policies: Kind::ALL.map(policy).into(),
            indices: vec![index],
            snapshots: Some(vec![]),
        }
    }

    fn told(change: impl Fn(&mut Facts)) -> Vec<String> {
        let mut facts = sound();
        change(&mut facts);
        judge(&facts, &Settings::default(), NOW)
            .into_iter()
            .map(|p| p.what)
            .collect()
    }

    #[test]
    fn what_is_sound_has_no_problems() {
        assert!(told(|_| ()).is_empty());
    }

    #[test]
    fn everything_that_breaks_the_promise_is_found() {
        for (change, expected) in [
            (
                (|f| f.ilm = "STOPPED".into()) as fn(&mut Facts),
                "is stopped",
            ),
            (|f| f.policies[0].missing = true, "is missing"),
            (|f| f.policies[0].deletes_after = None, "no delete phase"),
            (
                |f| f.policies[0].deletes_after = Some("9999d".into()),
                "after 9999d, should after 730d",
            ),
            (|f| f.indices[0].policy = None, "no policy"),
            (
                |f| f.indices[0].policy = Some("other".into()),
                "managed by other",
            ),
            (|f| f.indices[0].skipped = true, "index.lifecycle.skip"),
            (
                |f| f.indices[0].failed = Some(("forcemerge".into(), "x".into())),
                "step forcemerge failed",
            ),
            (
                |f| f.indices[0].deleted_at_ms = Some(NOW - DAY_MS),
                "should have been deleted",
            ),
            (
                |f| f.indices[0].counts_from_ms = Some(NOW),
                "later day than its name",
            ),
            (
                |f| f.indices[0].oldest_ms = Some(NOW - 701 * DAY_MS),
                "older than the day its age counts from",
            ),
            (
                |f| {
                    f.snapshots = Some(vec![SnapshotFacts {
                        name: "nightly".into(),
                        expires_after: Some("30d".into()),
                    }])
                },
                "snapshots and keeps them for 30d",
            ),
        ] {
            let told = told(change);
            assert_eq!(told.len(), 1, "{told:?}");
            assert!(told[0].contains(expected), "{told:?}");
        }
        let old = told(|f| {
            f.indices[0].named_ms = None;
            f.indices[0].oldest_ms = Some(NOW - 731 * DAY_MS);
        });
        assert_eq!(old, ["holds a document older than 730d"]);
    }
}
