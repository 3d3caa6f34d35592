//! Asks the server for what [`judge`](super::judge) needs.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::super::client::{Client, Method};
use super::super::error::Error;
use super::super::names::Names;
use super::super::outcome::error_type;
use super::super::schema::{self, PartKind};
use super::super::settings::Settings;
use super::{Facts, IndexFacts, PolicyFacts, SnapshotFacts, policy_for};
use crate::output::age::Age;
use crate::record::{Kind, RecordTable};

/// More indices than two kinds by day over a decade.
const MOST_INDICES: u32 = 10_000;

/// Asks for everything. Needs the privileges `monitor`, `read_ilm` and, on the indices, `view_index_metadata` and `read`.
///
/// # Errors
/// If the server can't be reached or refuses a question (but for snapshots, which not every server knows).
pub async fn gather(
    client: &Client,
    settings: &Settings,
    table: &RecordTable,
) -> Result<Facts, Error> {
    let names = Names::new(settings);
    let status = client.json(Method::Get, "/_ilm/status", None).await?;
    let mut facts = Facts {
        ilm: status["operation_mode"]
            .as_str()
            .unwrap_or("UNKNOWN")
            .to_owned(),
        poll_ms: poll_interval(client).await?,
        policies: policies(client, settings, table).await?,
        ..Facts::default()
    };
    facts.indices = indices(client, &names, &facts.policies).await?;
    facts.snapshots = snapshots(client, settings).await;
    Ok(facts)
}

async fn poll_interval(client: &Client) -> Result<i64, Error> {
    let path =
        "/_cluster/settings?include_defaults=true&filter_path=*.indices.lifecycle.poll_interval";
    let answer = client.json(Method::Get, path, None).await?;
    let of = |group: &str| {
        answer[group]["indices"]["lifecycle"]["poll_interval"]
            .as_str()?
            .parse::<Age>()
            .ok()
    };
    Ok(["transient", "persistent", "defaults"]
        .into_iter()
        .find_map(of)
        .map_or(600_000, Age::ms))
}

async fn policies(
    client: &Client,
    settings: &Settings,
    table: &RecordTable,
) -> Result<Vec<PolicyFacts>, Error> {
    let names = Names::new(settings);
    let mut found = Vec::new();
    for part in schema::parts(settings, table)
        .into_iter()
        .filter(|part| part.kind == PartKind::Policy)
    {
        let min_age = |body: &Json| {
            body["policy"]["phases"]["delete"]["min_age"]
                .as_str()
                .map(str::to_owned)
        };
        let answer = client
            .json_or_missing(Method::Get, &part.path(), None)
            .await?;
        let kind = Kind::ALL
            .into_iter()
            .find(|kind| part.name.starts_with(&names.base(*kind)))
            .unwrap_or(Kind::Operation);
        let deletes_after = answer
            .as_ref()
            .and_then(|answer| min_age(part.of_answer(answer)?));
        found.push(PolicyFacts {
            kind,
            deletes_after_ms: deletes_after
                .as_ref()
                .and_then(|age| age.parse::<Age>().ok())
                .map(Age::ms),
            deletes_after,
            should_delete_after: min_age(&part.body).unwrap_or_default(),
            missing: answer.is_none(),
            name: part.name,
        });
    }
    Ok(found)
}

async fn indices(
    client: &Client,
    names: &Names,
    policies: &[PolicyFacts],
) -> Result<Vec<IndexFacts>, Error> {
    let pattern = names.search_pattern(None);
    let everywhere = "expand_wildcards=all&ignore_unavailable=true&allow_no_indices=true";
    let path =
        format!("/{pattern}/_settings/index.lifecycle*,index.uuid?flat_settings=true&{everywhere}");
    let answer = client
        .json_or_missing(Method::Get, &path, None)
        .await?
        .unwrap_or_default();
    let explained = explain(client, &pattern).await;
    let oldest = oldest(client, &pattern).await?;
    let mut found = Vec::new();
    for (name, body) in answer.as_object().into_iter().flatten() {
        let setting = |key: &str| body["settings"][key].as_str();
        let Some((kind, should_policy)) = policy_for(names, name) else {
            // Something under our prefix that we would not write to: only its being unmanaged matters.
            let policy = setting("index.lifecycle.name").map(str::to_owned);
            let should_policy = policy.clone().unwrap_or_default();
            found.push(IndexFacts {
                name: name.clone(),
                policy,
                should_policy,
                ..IndexFacts::default()
            });
            continue;
        };
        let state = explained.get(name).unwrap_or(&Json::Null);
        let text = |key: &str| state[key].as_str().map(str::to_owned);
        let named_ms = names.parse(name).map(|(_, ms)| ms);
        // A dated index counts from its name's day; a stream's from its rollover, which the server tells once it happened.
        let set = setting("index.lifecycle.origination_date").and_then(|ms| ms.parse().ok());
        let rolled_over = state["lifecycle_date_millis"]
            .as_i64()
            .filter(|_| state["phase"] != "hot" || state["action"] == "complete");
        let counts_from_ms = if named_ms.is_some() {
            set.or_else(|| state["lifecycle_date_millis"].as_i64())
                .or(named_ms)
        } else {
            rolled_over
        };
        let policy = setting("index.lifecycle.name").map(str::to_owned);
        let delete_age = policies
            .iter()
            .find(|p| Some(&p.name) == policy.as_ref())
            .and_then(|p| p.deletes_after_ms);
        let (documents, oldest_ms) = oldest.get(name).copied().unwrap_or_default();
        found.push(IndexFacts {
            name: name.clone(),
            kind: Some(kind),
            should_policy,
            phase: text("phase"),
            step: text("step"),
            failed: text("failed_step")
                .filter(|_| state["step"] == "ERROR")
                .map(|step| {
                    let kind = state["step_info"]["type"].as_str().unwrap_or_default();
                    (step, error_type(kind).to_owned())
                }),
            deleted_at_ms: counts_from_ms.zip(delete_age).map(|(from, age)| from + age),
            counts_from_ms,
            named_ms,
            policy,
            documents,
            oldest_ms,
            skipped: setting("index.lifecycle.skip") == Some("true"),
        });
    }
    Ok(found)
}

/// What lifecycle management says of each index. An index that can't be explained (one without a policy, on some servers) must not hide
/// the others: its settings tell enough.
async fn explain(client: &Client, pattern: &str) -> BTreeMap<String, Json> {
    let answer = client
        .json_or_missing(
            Method::Get,
            &format!("/{pattern}/_ilm/explain?ignore_unavailable=true"),
            None,
        )
        .await;
    let indices = answer
        .ok()
        .flatten()
        .and_then(|mut answer| answer.get_mut("indices").map(Json::take));
    match indices {
        Some(Json::Object(indices)) => indices.into_iter().collect(),
        _ => BTreeMap::new(),
    }
}

/// Documents and the oldest event time of each index.
async fn oldest(
    client: &Client,
    pattern: &str,
) -> Result<BTreeMap<String, (u64, Option<i64>)>, Error> {
    let query = json!({
        "size": 0,
        "track_total_hits": false,
        "aggs": { "index": { "terms": { "field": "_index", "size": MOST_INDICES }, "aggs": { "oldest": { "min": { "field": "@timestamp" } } } } },
    });
    let path = format!(
        "/{pattern}/_search?expand_wildcards=all&ignore_unavailable=true&allow_no_indices=true"
    );
    let answer = client
        .json_or_missing(Method::Post, &path, Some(&query))
        .await?
        .unwrap_or_default();
    let mut found = BTreeMap::new();
    for bucket in answer["aggregations"]["index"]["buckets"]
        .as_array()
        .into_iter()
        .flatten()
    {
        let Some(name) = bucket["key"].as_str() else {
            continue;
        };
        let oldest = bucket["oldest"]["value"].as_f64().map(|ms| ms as i64);
        found.insert(
            name.to_owned(),
            (bucket["doc_count"].as_u64().unwrap_or_default(), oldest),
        );
    }
    Ok(found)
}

/// Snapshot policies that cover our indices.
async fn snapshots(client: &Client, settings: &Settings) -> Option<Vec<SnapshotFacts>> {
    let answer = client
        .json_or_missing(Method::Get, "/_slm/policy", None)
        .await
        .ok()??;
    let covered = |policy: &Json| {
        let indices = match &policy["config"]["indices"] {
            Json::String(text) => text.split(',').map(|part| part.trim().to_owned()).collect(),
            Json::Array(list) => list
                .iter()
                .filter_map(|part| part.as_str().map(str::to_owned))
                .collect(),
            _ => vec!["*".to_owned()],
        };
        covers(&indices, &settings.prefix)
    };
    let of = |(name, body): (&String, &Json)| {
        covered(&body["policy"]).then(|| SnapshotFacts {
            name: name.clone(),
            expires_after: body["policy"]["retention"]["expire_after"]
                .as_str()
                .map(str::to_owned),
        })
    };
    Some(answer.as_object()?.iter().filter_map(of).collect())
}

/// Whether index expressions (with `*` and leading `-` for exclusion) cover indices that begin with `prefix-`.
fn covers(expressions: &[String], prefix: &str) -> bool {
    let mut covered = false;
    for expression in expressions {
        let (excluded, pattern) = match expression.strip_prefix('-') {
            Some(pattern) => (true, pattern),
            None => (false, expression.as_str()),
        };
        let start = pattern.split('*').next().unwrap_or_default();
        let ours = format!("{prefix}-");
        // A pattern covers some of ours if it and our prefix agree as far as both go; an exclusion counts only if it covers all of ours.
        let meets = if excluded {
            ours.starts_with(start) && pattern.ends_with('*')
        } else {
            ours.starts_with(start) && pattern.contains('*') || start.starts_with(&ours)
        };
        if meets {
            covered = !excluded;
        }
    }
    covered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_which_snapshots_hold_our_indices() {
        let covers = |list: &[&str]| {
            covers(
                &list.iter().map(|s| s.to_string()).collect::<Vec<_>>(),
                "tuomin",
            )
        };
        for list in [
            &["*"][..],
            &["tuo*"],
            &["tuomin-operation*"],
            &["a", "tuomin-*"],
            &["*", "-tuomin-operation-*"],
        ] {
            assert!(covers(list), "{list:?}");
        }
        for list in [&["other*"][..], &["tuomin"], &["*", "-tuomin-*"], &[]] {
            assert!(!covers(list), "{list:?}");
        }
    }
}
