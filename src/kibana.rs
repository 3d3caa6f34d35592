//! Data views, saved searches and a dashboard for Kibana, as its import takes them: saved objects, one JSON object a line.
//!
//! ```text
//! curl -H 'kbn-xsrf: true' -F file=@kibana.ndjson 'https://kibana:5601/api/saved_objects/_import?overwrite=true'
//! ```
//!
//! Kibana imports objects of the same or an earlier version, so these are in the form of 8.8 and 8.9 (`coreMigrationVersion`,
//! `typeMigrationVersion`): every 8.9 or later, and 9, takes them. Their identifiers are made of the prefix and a name, so that importing
//! again replaces them. They ask for `@timestamp` and `tuomin.*` only, which every stored document has.

use serde_json::{Value, json};

use crate::{output::elasticsearch::Names, output::elasticsearch::Settings, record::Kind};

/// What Kibana calls a saved object's form, by type.
const FORMS: [(&str, &str); 4] = [
    ("index-pattern", "8.0.0"),
    ("search", "8.0.0"),
    ("visualization", "8.5.0"),
    ("dashboard", "8.9.0"),
];

/// Every object, one a line.
pub fn saved_objects(prefix: &str) -> String {
    let names = Names::new(&Settings {
        prefix: prefix.to_owned(),
        ..Settings::default()
    });
    let kit = Kit { prefix };
    let mut objects = vec![kit.data_view("all", &names.search_pattern(None))];
    objects.extend(
        Kind::ALL.map(|kind| kit.data_view(kind.as_str(), &names.search_pattern(Some(kind)))),
    );
    objects.push(kit.search(
        "calls",
        "one call by its request ID",
        "all",
        "tuomin.request_id : \"\"",
        &[
            "tuomin.kind",
            "tuomin.request_id",
            "tuomin.action",
            "tuomin.code",
            "tuomin.code_text",
            "tuomin.cost_ms",
            "tuomin.caller",
        ],
    ));
    objects.push(kit.search(
        "errors",
        "calls that failed",
        "monitoring",
        &failed(),
        &[
            "tuomin.request_id",
            "tuomin.action",
            "tuomin.caller",
            "tuomin.code",
            "tuomin.code_text",
            "tuomin.cost_ms",
        ],
    ));
    objects.push(kit.search(
        "slow",
        "calls of two seconds and more",
        "monitoring",
        "tuomin.cost_ms >= 2000",
        &[
            "tuomin.request_id",
            "tuomin.action",
            "tuomin.caller",
            "tuomin.cost_ms",
            "tuomin.code",
        ],
    ));
    let panels = [
        kit.over_time(
            "calls a minute",
            "histogram",
            "",
            json!({"id": "1", "enabled": true, "type": "count", "schema": "metric", "params": {}}),
        ),
        kit.over_time(
            "cost percentiles",
            "line",
            "",
            json!({"id": "1", "enabled": true, "type": "percentiles", "schema": "metric",
            "params": {"field": "tuomin.cost_ms", "percents": [50, 95, 99]}}),
        ),
        kit.table(
            "errors by code, action and caller",
            &failed(),
            &["tuomin.code", "tuomin.action", "tuomin.caller"],
        ),
        kit.table("volume by region", "", &["tuomin.region"]),
    ];
    let dashboard = kit.dashboard(&panels);
    objects.extend(panels);
    objects.push(dashboard);
    objects
        .into_iter()
        .map(|object| object.to_string() + "\n")
        .collect()
}

/// Calls whose code is no success, in Kibana's query language.
fn failed() -> String {
    let codes: Vec<String> = crate::query::record::SUCCESS_CODES
        .iter()
        .map(|c| format!("\"{c}\""))
        .collect();
    format!(
        "tuomin.code : * and not tuomin.code : ({})",
        codes.join(" or ")
    )
}

struct Kit<'a> {
    prefix: &'a str,
}

impl Kit<'_> {
    fn id(&self, kind: &str, name: &str) -> String {
        format!("{}-{kind}-{}", self.prefix, name.replace([' ', ','], "-"))
    }

    fn object(&self, kind: &str, name: &str, attributes: Value, references: Value) -> Value {
        let form = FORMS
            .iter()
            .find(|(k, _)| *k == kind)
            .map_or("8.0.0", |(_, form)| *form);
        json!({
            "type": kind, "id": self.id(kind, name), "attributes": attributes, "references": references,
            "coreMigrationVersion": "8.8.0", "typeMigrationVersion": form, "managed": false
        })
    }

    fn data_view(&self, name: &str, pattern: &str) -> Value {
        let attributes = json!({
            "title": pattern, "name": format!("{} {name}", self.prefix), "timeFieldName": "@timestamp",
            "fieldFormatMap": "{}", "fieldAttrs": "{}", "runtimeFieldMap": "{}", "sourceFilters": "[]"
        });
        self.object("index-pattern", name, attributes, json!([]))
    }

    /// Text inside an object, as Kibana nests it, and the reference that it makes.
    fn source(&self, query: &str) -> Value {
        let text = json!({
            "query": {"language": "kuery", "query": query}, "filter": [], "indexRefName": "kibanaSavedObjectMeta.searchSourceJSON.index"
        });
        json!({"searchSourceJSON": text.to_string()})
    }

    fn view_reference(&self, view: &str) -> Value {
        json!([{"type": "index-pattern", "id": self.id("index-pattern", view), "name": "kibanaSavedObjectMeta.searchSourceJSON.index"}])
    }

    fn search(&self, name: &str, title: &str, view: &str, query: &str, columns: &[&str]) -> Value {
        let attributes = json!({
            "title": format!("{} {title}", self.prefix), "description": "", "columns": columns, "sort": [["@timestamp", "desc"]],
            "grid": {}, "hideChart": false, "isTextBasedQuery": false, "kibanaSavedObjectMeta": self.source(query)
        });
        self.object("search", name, attributes, self.view_reference(view))
    }

    fn visualization(&self, title: &str, query: &str, state: Value) -> Value {
        let attributes = json!({
            "title": format!("{} {title}", self.prefix), "description": "", "uiStateJSON": "{}", "version": 1,
            "visState": state.to_string(), "kibanaSavedObjectMeta": self.source(query)
        });
        self.object(
            "visualization",
            title,
            attributes,
            self.view_reference("monitoring"),
        )
    }

    /// A chart over time, calls that failed apart from the others by their colour where it is a histogram.
    fn over_time(&self, title: &str, kind: &str, query: &str, metric: Value) -> Value {
        let mut aggregations = vec![
            metric,
            json!({"id": "2", "enabled": true, "type": "date_histogram", "schema": "segment", "params": {"field": "@timestamp",
                "useNormalizedEsInterval": true, "interval": "auto", "drop_partials": false, "min_doc_count": 1, "extended_bounds": {}}}),
        ];
        if kind == "histogram" {
            aggregations.push(json!({"id": "3", "enabled": true, "type": "filters", "schema": "group", "params": {"filters": [
                {"input": {"language": "kuery", "query": format!("not ({})", failed())}, "label": "ok"},
                {"input": {"language": "kuery", "query": failed()}, "label": "failed"}
            ]}}));
        }
        let series = json!([{"show": true, "type": kind, "mode": if kind == "histogram" { "stacked" } else { "normal" },
            "data": {"label": title, "id": "1"}, "valueAxis": "ValueAxis-1", "drawLinesBetweenPoints": true, "showCircles": true}]);
        let axis = |id: &str, kind: &str, position: &str, scale: Value| {
            json!({"id": id, "type": kind, "position": position, "show": true,
            "style": {}, "scale": scale, "labels": {"show": true, "truncate": 100}, "title": {}})
        };
        let mut value_axis = axis(
            "ValueAxis-1",
            "value",
            "left",
            json!({"type": "linear", "mode": "normal"}),
        );
        value_axis["name"] = json!("LeftAxis-1");
        let params = json!({
            "type": kind, "grid": {"categoryLines": false}, "addTooltip": true, "addLegend": true, "legendPosition": "right", "times": [],
            "addTimeMarker": false, "categoryAxes": [axis("CategoryAxis-1", "category", "bottom", json!({"type": "linear"}))],
            "valueAxes": [value_axis], "seriesParams": series, "thresholdLine": {"show": false, "value": 10, "width": 1, "style": "full", "color": "#E7664C"}
        });
        self.visualization(
            title,
            query,
            json!({"title": title, "type": kind, "aggs": aggregations, "params": params}),
        )
    }

    fn table(&self, title: &str, query: &str, fields: &[&str]) -> Value {
        let mut aggregations = vec![
            json!({"id": "1", "enabled": true, "type": "count", "schema": "metric", "params": {}}),
        ];
        for (i, field) in fields.iter().enumerate() {
            aggregations.push(json!({"id": (i + 2).to_string(), "enabled": true, "type": "terms", "schema": "bucket", "params": {"field": field,
                "orderBy": "1", "order": "desc", "size": 10, "otherBucket": false, "otherBucketLabel": "Other", "missingBucket": true, "missingBucketLabel": "-"}}));
        }
        let params = json!({"perPage": 15, "showPartialRows": false, "showMetricsAtAllLevels": false, "showTotal": false, "totalFunc": "sum", "percentageCol": ""});
        self.visualization(
            title,
            query,
            json!({"title": title, "type": "table", "aggs": aggregations, "params": params}),
        )
    }

    fn dashboard(&self, panels: &[Value]) -> Value {
        let mut layout = Vec::new();
        let mut references = Vec::new();
        for (i, panel) in panels.iter().enumerate() {
            let index = (i + 1).to_string();
            let name = format!("panel_{index}");
            layout.push(json!({
                "version": "8.9.0", "type": "visualization", "panelIndex": index, "embeddableConfig": {"enhancements": {}}, "panelRefName": name,
                "gridData": {"x": (i % 2) * 24, "y": (i / 2) * 15, "w": 24, "h": 15, "i": index}
            }));
            references.push(json!({"type": "visualization", "id": panel["id"], "name": format!("{index}:{name}")}));
        }
        let attributes = json!({
            "title": format!("{} overview", self.prefix), "description": "Calls, errors, costs and regions", "version": 1,
            "panelsJSON": Value::Array(layout).to_string(), "optionsJSON": json!({"useMargins": true, "syncColors": false, "hidePanelTitles": false}).to_string(),
            "timeRestore": true, "timeFrom": "now-24h", "timeTo": "now",
            "kibanaSavedObjectMeta": {"searchSourceJSON": json!({"query": {"language": "kuery", "query": ""}, "filter": []}).to_string()}
        });
        self.object(
            "dashboard",
            "overview",
            attributes,
            Value::Array(references),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn objects() -> Vec<Value> {
        saved_objects("logs-x")
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    #[test]
    fn every_reference_is_in_the_file_and_used() {
        let objects = objects();
        let key = |o: &Value| {
            (
                o["type"].as_str().unwrap().to_owned(),
                o["id"].as_str().unwrap().to_owned(),
            )
        };
        let all: BTreeSet<_> = objects.iter().map(key).collect();
        assert_eq!(all.len(), objects.len(), "identifiers are unique");
        for object in &objects {
            for reference in object["references"].as_array().unwrap() {
                assert!(all.contains(&key(reference)), "{reference}");
                let name = reference["name"].as_str().unwrap();
                let short = name.rsplit(':').next().unwrap();
                assert!(object["attributes"].to_string().contains(short), "{name}");
            }
        }
        assert_eq!(
            objects.last().unwrap()["references"]
                .as_array()
                .unwrap()
                .len(),
            4
        );
    }

    #[test]
    fn nested_texts_are_json() {
        fn visit(value: &Value) {
            match value {
                Value::Object(map) => map.iter().for_each(|(key, value)| {
                    if key.ends_with("JSON") || key == "visState" {
                        serde_json::from_str::<Value>(value.as_str().unwrap()).unwrap();
                    }
                    visit(value);
                }),
                Value::Array(items) => items.iter().for_each(visit),
                _ => {}
            }
        }
        objects().iter().for_each(visit);
    }

    #[test]
    fn views_cover_dated_indices_and_streams() {
        let titles: Vec<_> = objects()
            .iter()
            .take(3)
            .map(|o| o["attributes"]["title"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(
            titles,
            [
                "logs-x-monitoring*,logs-x-operation*",
                "logs-x-monitoring*",
                "logs-x-operation*"
            ]
        );
    }
}
