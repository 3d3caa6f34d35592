//! The overview from Elasticsearch's aggregations: three requests, whatever the number of records.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{
    elastic::Elastic,
    elastic_dsl as dsl,
    filter::{Condition, Field, Query},
    record,
    source::SourceError,
    time,
    top::{self, CodeRow, CostRow, FailingRow, RegionRow, Series, Top, TopSpec},
};
use crate::record::Kind;

/// The overview.
pub async fn top(elastic: &Elastic, query: &Query, spec: &TopSpec) -> Result<Top, SourceError> {
    let first = elastic
        .ask(&json!({"size": 0, "query": dsl::query(query), "aggs": kinds()}))
        .await?;
    let by_kind = |kind: Kind| -> Option<&Value> {
        buckets(&first["aggregations"]["kinds"]).find(|b| b["key"] == kind.as_str())
    };
    let count_of = |kind| by_kind(kind).map_or(0, count);
    let (monitoring, operation) = (count_of(Kind::Monitoring), count_of(Kind::Operation));
    let counted = top::counted_kind(monitoring);
    let span = by_kind(counted).and_then(|b| {
        Some((
            b["from"]["value"].as_f64()? as i64,
            b["to"]["value"].as_f64()? as i64,
        ))
    });
    let interval_ms = top::interval(span.map_or(0, |(from, to)| to - from), spec.bins);

    let mut of_kind = query.clone();
    of_kind
        .conditions
        .push(Condition::is(Field::Kind, counted.as_str()));
    let second = elastic.ask(&json!({"size": 0, "query": dsl::query(&of_kind), "aggs": tables(interval_ms, spec.rows)})).await?;
    let tables = &second["aggregations"];

    let (operations, order) = top::sample_query(query);
    let sample = elastic
        .search(&operations, order, 0, spec.sample)
        .await?
        .records;

    let codes = buckets(&tables["codes"])
        .map(|b| CodeRow {
            code: key(b),
            count: count(b),
            error: record::is_error_code(&key(b)),
        })
        .collect();
    let mut failing = Vec::new();
    for code in buckets(&tables["errors"]["codes"]) {
        for action in buckets(&code["actions"]) {
            for caller in buckets(&action["callers"]) {
                failing.push(FailingRow {
                    code: key(code),
                    action: key(action),
                    caller: key(caller),
                    count: count(caller),
                });
            }
        }
    }
    let mut costs: Vec<CostRow> = buckets(&tables["costs"]["actions"])
        .filter_map(|b| cost_row(Some(key(b)), b))
        .collect();
    top::sort_costs(&mut costs);
    if let Some(all) = cost_row(None, &tables["costs"]) {
        costs.insert(0, all);
    }
    let bars: HashMap<_, _> = buckets(&tables["bars"])
        .filter_map(|b| Some((b["key"].as_i64()?, (count(b), count(&b["errors"])))))
        .collect();
    let regions = buckets(&tables["regions"])
        .map(|b| RegionRow {
            region: key(b),
            calls: count(b),
            errors: count(&b["errors"]),
        })
        .collect();
    Ok(Top {
        from: span.map(|(from, _)| time::iso(from)),
        to: span.map(|(_, to)| time::iso(to)),
        counted,
        monitoring,
        operation,
        calls: if counted == Kind::Monitoring {
            monitoring
        } else {
            operation
        },
        errors: count(&tables["errors"]),
        codes: top::largest(codes, spec.rows, |r: &CodeRow| (r.count, r.code.clone())),
        failing: top::largest(failing, spec.rows, |r: &FailingRow| {
            (r.count, format!("{} {} {}", r.code, r.action, r.caller))
        }),
        costs,
        series: Series::dense(interval_ms, &bars),
        steps: top::slowest_steps(&sample, spec.rows),
        steps_from: sample.len(),
        regions: top::largest(regions, spec.rows, |r: &RegionRow| {
            (r.calls, r.region.clone())
        }),
    })
}

fn kinds() -> Value {
    json!({"kinds": {"terms": {"field": Field::Kind.path()}, "aggs": {
        "from": {"min": {"field": "@timestamp"}}, "to": {"max": {"field": "@timestamp"}}
    }}})
}

fn tables(interval_ms: i64, rows: usize) -> Value {
    // Errors: a code that is there and no success.
    let errors = json!({"bool": {
        "filter": [{"exists": {"field": Field::Code.path()}}],
        "must_not": [{"terms": {Field::Code.path(): top::success_codes()}}, {"term": {Field::Code.path(): ""}}]
    }});
    // Each shard reports more than is shown, so that the counts that are shown are whole.
    let terms =
        |field: Field| json!({"field": field.path(), "size": rows * 2, "shard_size": rows * 50});
    let or_absent = |field: Field| json!({"field": field.path(), "size": rows, "shard_size": rows * 20, "missing": top::ABSENT});
    let percentiles = || {
        json!({"cost": {"percentiles": {"field": Field::Cost.path(), "percents": [50, 95, 99], "keyed": false}},
        "max": {"max": {"field": Field::Cost.path()}}})
    };
    let mut costs = percentiles();
    costs["actions"] = json!({"terms": or_absent(Field::Action), "aggs": percentiles()});
    json!({
        "codes": {"terms": terms(Field::Code)},
        "errors": {"filter": errors, "aggs": {"codes": {"terms": terms(Field::Code), "aggs": {"actions": {"terms": or_absent(Field::Action),
            "aggs": {"callers": {"terms": or_absent(Field::Caller)}}}}}}},
        "costs": {"filter": {"exists": {"field": Field::Cost.path()}}, "aggs": costs},
        "bars": {"date_histogram": {"field": "@timestamp", "fixed_interval": format!("{interval_ms}ms"), "min_doc_count": 1},
            "aggs": {"errors": {"filter": errors}}},
        "regions": {"terms": terms(Field::Region), "aggs": {"errors": {"filter": errors}}}
    })
}

fn cost_row(action: Option<String>, bucket: &Value) -> Option<CostRow> {
    let value = |i: usize| bucket["cost"]["values"][i]["value"].as_f64();
    Some(CostRow {
        action,
        count: count(bucket),
        p50: value(0)?,
        p95: value(1)?,
        p99: value(2)?,
        max: bucket["max"]["value"].as_f64()?,
    })
}

fn buckets(aggregation: &Value) -> impl Iterator<Item = &Value> {
    aggregation["buckets"].as_array().into_iter().flatten()
}

fn count(bucket: &Value) -> u64 {
    bucket["doc_count"].as_u64().unwrap_or(0)
}

fn key(bucket: &Value) -> String {
    record::scalar_text(&bucket["key"]).unwrap_or_default()
}
