//! The lifecycle policies: when an index gets colder, and when it is deleted.

use serde_json::{Map, Value as Json, json};

use super::meta;
use crate::output::age::Age;
use crate::output::elasticsearch::names;
use crate::output::elasticsearch::settings::{Bound, Settings};
use crate::record::Kind;

/// The policy of dated indices. Their age counts from the first day of their partition.
pub(super) fn dated_policy(settings: &Settings, kind: Kind) -> Json {
    let retention = settings.retention.of(kind);
    let delete = retention.plus_ms(names::delete_age_ms(settings, kind) - retention.ms());
    policy(
        settings,
        json!({ "set_priority": { "priority": 100 } }),
        delete,
    )
}

/// The policy of a data stream. The age of a backing index counts from its rollover, so its oldest document is older than that by
/// up to the rollover's age and the lateness: the delete phase begins earlier by both.
pub(super) fn stream_policy(settings: &Settings, kind: Kind) -> Json {
    let retention = settings.retention.of(kind);
    let delete = match settings.retention.bound {
        Bound::AtMost => {
            retention.plus_ms(-settings.retention.rollover.ms() - settings.retention.lateness.ms())
        }
        Bound::AtLeast => retention,
    };
    let rollover = json!({
        "rollover": { "max_age": settings.retention.rollover.to_string(), "max_primary_shard_size": "50gb" },
        "set_priority": { "priority": 100 },
    });
    policy(settings, rollover, delete)
}

fn policy(settings: &Settings, hot: Json, delete: Age) -> Json {
    let retention = &settings.retention;
    let mut phases = Map::new();
    phases.insert("hot".into(), json!({ "min_age": "0ms", "actions": hot }));
    // A phase that would begin after the deletion is left out: that happens with retentions of less than a day only.
    let in_time = |phase: Option<Age>| phase.filter(|phase| phase.ms() < delete.ms());
    if let Some(after) = in_time(retention.warm_after) {
        // No `readonly` and no `shrink`: a late arrival must still find its index writable.
        let actions =
            json!({ "forcemerge": { "max_num_segments": 1 }, "set_priority": { "priority": 50 } });
        phases.insert(
            "warm".into(),
            json!({ "min_age": after.to_string(), "actions": actions }),
        );
    }
    if let Some(after) = in_time(retention.cold_after) {
        phases.insert("cold".into(), json!({ "min_age": after.to_string(), "actions": { "set_priority": { "priority": 0 } } }));
    }
    let mut actions = Map::new();
    if let Some(policy) = &retention.wait_for_snapshot {
        actions.insert("wait_for_snapshot".into(), json!({ "policy": policy }));
    }
    actions.insert(
        "delete".into(),
        json!({ "delete_searchable_snapshot": true }),
    );
    phases.insert(
        "delete".into(),
        json!({ "min_age": delete.to_string(), "actions": actions }),
    );
    json!({ "policy": { "phases": phases, "_meta": meta() } })
}
