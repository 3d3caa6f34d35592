//! What `tuomin setup` wants the server to hold: lifecycle policies, component templates, index templates. Pure: settings in, JSON out.
//!
//! | part | name | says |
//! |---|---|---|
//! | policy | `tuomin-operation` | when a dated index is merged, moved, deleted: by the age that its name tells |
//! | policy | `tuomin-operation-stream` | the same for a data stream, with rollover, deleting earlier by the rollover's age and the lateness |
//! | component | `tuomin-mappings` | which fields are indexed, and how |
//! | component | `tuomin-settings` | shards, codec, default search fields |
//! | component | `tuomin@custom` | yours, if there is one: it wins over the others |
//! | template | `tuomin-operation` | ties them to `tuomin-operation-*` |

mod policy;

use serde_json::{Map, Value as Json, json};

use policy::{dated_policy, stream_policy};

use super::names::Names;
use super::settings::{Layout, Mapping, Settings};
use crate::record::{IndexAs, Kind, RecordTable};

/// Longest keyword in characters; four bytes each at most keep it below Lucene's 32,766.
const KEYWORD: u32 = 1024;
/// Longest leaf of a body that is indexed as one term: with its key, in bytes, it must stay below Lucene's 32,766.
const LEAF: u32 = 4096;
/// Above every template that ships with Elasticsearch (100 to 200).
const PRIORITY: u32 = 500;

/// What a part is; in the order in which they must be put.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PartKind {
    /// A lifecycle policy.
    Policy,
    /// A component template.
    Component,
    /// An index template.
    Template,
}

impl PartKind {
    /// For messages.
    pub fn title(self) -> &'static str {
        match self {
            PartKind::Policy => "policy",
            PartKind::Component => "component template",
            PartKind::Template => "index template",
        }
    }
}

/// One thing that the server must hold.
#[derive(Clone, Debug)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// Its name.
    pub name: String,
    /// What to PUT.
    pub body: Json,
}

impl Part {
    /// Where it is put and read.
    pub fn path(&self) -> String {
        match self.kind {
            PartKind::Policy => format!("/_ilm/policy/{}", self.name),
            PartKind::Component => format!("/_component_template/{}", self.name),
            PartKind::Template => format!("/_index_template/{}", self.name),
        }
    }

    /// The part in a server's answer to GET, in the form that was PUT; `None` if the answer does not tell of it: then it is no answer of
    /// Elasticsearch, whatever its status.
    pub fn of_answer<'a>(&self, answer: &'a Json) -> Option<&'a Json> {
        let named = |list: &str, inner: &str| {
            let first = answer.get(list)?.get(0)?;
            (first.get("name")? == self.name.as_str()).then(|| first.get(inner))?
        };
        match self.kind {
            PartKind::Policy => answer.get(&self.name),
            PartKind::Component => named("component_templates", "component_template"),
            PartKind::Template => named("index_templates", "index_template"),
        }
    }
}

/// Everything, in the order in which it must be put.
pub fn parts(settings: &Settings, table: &RecordTable) -> Vec<Part> {
    let names = Names::new(settings);
    let stream = settings.layout == Layout::DataStream;
    let mut parts = Vec::new();
    for kind in Kind::ALL {
        parts.push(Part {
            kind: PartKind::Policy,
            name: names.base(kind),
            body: dated_policy(settings, kind),
        });
        if stream {
            parts.push(Part {
                kind: PartKind::Policy,
                name: names.stream(kind),
                body: stream_policy(settings, kind),
            });
        }
    }
    let component = |name: String, template: Json| Part {
        kind: PartKind::Component,
        name,
        body: json!({ "template": template, "_meta": meta() }),
    };
    parts.push(component(
        names.mappings(),
        json!({ "mappings": mappings(settings, table) }),
    ));
    parts.push(component(
        names.settings(),
        json!({ "settings": index_settings(settings, table) }),
    ));
    for kind in Kind::ALL {
        let lifecycle = json!({ "name": names.base(kind), "parse_origination_date": "true" });
        parts.push(template(
            &names,
            names.base(kind),
            names.dated_pattern(kind),
            lifecycle,
            false,
        ));
        if stream {
            let lifecycle = json!({ "name": names.stream(kind), "prefer_ilm": "true" });
            parts.push(template(
                &names,
                names.stream(kind),
                names.base(kind),
                lifecycle,
                true,
            ));
        }
    }
    parts
}

fn meta() -> Json {
    json!({ "managed_by": "tuomin" })
}

fn template(names: &Names, name: String, pattern: String, lifecycle: Json, stream: bool) -> Part {
    let mut body = json!({
        "index_patterns": [pattern],
        "priority": PRIORITY,
        "composed_of": [names.mappings(), names.settings(), names.custom()],
        "ignore_missing_component_templates": [names.custom()],
        "template": { "settings": { "index": { "lifecycle": lifecycle } } },
        "_meta": meta(),
    });
    if stream {
        body["data_stream"] = json!({});
    }
    Part {
        kind: PartKind::Template,
        name,
        body,
    }
}

/// Settings, with strings for numbers: that is how the server gives them back.
fn index_settings(settings: &Settings, table: &RecordTable) -> Json {
    let mut searched: Vec<String> = [
        "tuomin.request_id",
        "tuomin.code_text",
        "tuomin.words",
        "raw",
    ]
    .map(String::from)
    .into();
    for (name, class) in table.mapped() {
        match class {
            IndexAs::Text => searched.push(name),
            IndexAs::Body => searched.push(format!("{name}_text")),
            _ => {}
        }
    }
    let mut index = json!({
        "number_of_shards": settings.shards.to_string(),
        "codec": "best_compression",
        "query": { "default_field": searched },
    });
    if let Some(replicas) = settings.replicas {
        index["number_of_replicas"] = json!(replicas.to_string());
    }
    json!({ "index": index })
}

/// The mappings: nothing is mapped by what a record happens to hold, so no record can add a field or break one.
pub fn mappings(settings: &Settings, table: &RecordTable) -> Json {
    let modern = settings.mapping == Mapping::Modern;
    let keyword = json!({ "type": "keyword", "ignore_above": KEYWORD });
    let number = json!({ "type": "double", "ignore_malformed": true });
    let text = if modern {
        json!({ "type": "match_only_text" })
    } else {
        json!({ "type": "text", "norms": false })
    };
    let agent = if modern {
        json!({ "type": "wildcard", "ignore_above": KEYWORD })
    } else {
        keyword.clone()
    };
    let body = json!({ "type": "flattened", "ignore_above": LEAF, "depth_limit": 900 });

    let mut root = Map::new();
    root.insert("@timestamp".into(), json!({ "type": "date" }));
    root.insert("raw".into(), text.clone());
    for (name, class) in table.mapped() {
        let mapping = match class {
            IndexAs::Keyword => keyword.clone(),
            IndexAs::Number => number.clone(),
            IndexAs::Text => text.clone(),
            IndexAs::Body => {
                root.insert(format!("{name}_text"), text.clone());
                body.clone()
            }
        };
        root.insert(name, mapping);
    }
    let mut ours = Map::new();
    for name in [
        "kind",
        "request_id",
        "app_id",
        "action",
        "code",
        "caller",
        "service",
        "host",
        "session",
        "region",
        "country",
        "tags",
    ] {
        ours.insert(name.into(), keyword.clone());
    }
    ours.insert(
        "code_text".into(),
        json!({ "type": "keyword", "ignore_above": KEYWORD, "fields": { "words": text } }),
    );
    ours.insert("user_agent".into(), agent);
    ours.insert(
        "cost_ms".into(),
        json!({ "type": "double", "ignore_malformed": true }),
    );
    ours.insert(
        "client_ip".into(),
        json!({ "type": "ip", "ignore_malformed": true }),
    );
    ours.insert("findings_total".into(), json!({ "type": "long" }));
    // Names of categories hold dots (`id_number.cn`): without `subobjects` a family and its member could not both be counted.
    ours.insert(
        "findings".into(),
        json!({ "type": "object", "dynamic": "true", "subobjects": false }),
    );
    ours.insert("words".into(), text);
    root.insert(
        "tuomin".into(),
        json!({ "dynamic": "false", "properties": ours }),
    );
    json!({
        "dynamic": "false",
        "date_detection": false,
        "_source": { "excludes": ["tuomin.words"] },
        "properties": root,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::elasticsearch::settings::Bound;

    fn policy_of(settings: &Settings, name: &str) -> Json {
        let parts = parts(settings, &RecordTable::builtin());
        parts
            .iter()
            .find(|p| p.kind == PartKind::Policy && p.name == name)
            .unwrap()
            .body["policy"]["phases"]
            .clone()
    }

    #[test]
    fn two_years_are_730_days_from_the_datas_own_date() {
        let settings = Settings::default();
        assert_eq!(
            policy_of(&settings, "tuomin-operation")["delete"]["min_age"],
            "730d"
        );
        let template = &parts(&settings, &RecordTable::builtin())[4];
        assert_eq!(template.name, "tuomin-monitoring");
        assert_eq!(
            template.body["template"]["settings"]["index"]["lifecycle"]["parse_origination_date"],
            "true"
        );
    }

    #[test]
    fn bounds_move_the_delete_phase() {
        let mut settings = Settings {
            layout: Layout::DataStream,
            ..Settings::default()
        };
        assert_eq!(
            policy_of(&settings, "tuomin-monitoring-stream")["delete"]["min_age"],
            "722d"
        );
        settings.retention.bound = Bound::AtLeast;
        assert_eq!(
            policy_of(&settings, "tuomin-monitoring-stream")["delete"]["min_age"],
            "730d"
        );
        assert_eq!(
            policy_of(&settings, "tuomin-monitoring")["delete"]["min_age"],
            "737d"
        );
    }

    #[test]
    fn kinds_have_their_own_days() {
        let mut settings = Settings::default();
        settings.retention.monitoring = crate::output::age::Age::days(90);
        assert_eq!(
            policy_of(&settings, "tuomin-monitoring")["delete"]["min_age"],
            "90d"
        );
        assert_eq!(
            policy_of(&settings, "tuomin-operation")["delete"]["min_age"],
            "730d"
        );
    }

    #[test]
    fn the_portable_mapping_uses_portable_types_only() {
        fn types(json: &Json, found: &mut std::collections::BTreeSet<String>) {
            if let Some(object) = json.as_object() {
                if let Some(Json::String(name)) = object.get("type") {
                    found.insert(name.clone());
                }
                object.values().for_each(|value| types(value, found));
            }
        }
        let mut found = Default::default();
        let settings = Settings::default();
        types(
            &mappings(&settings, &RecordTable::builtin())["properties"]["@timestamp"],
            &mut found,
        );
        types(&mappings(&settings, &RecordTable::builtin()), &mut found);
        let found: Vec<_> = found.into_iter().collect();
        assert_eq!(
            found,
            [
                "date",
                "double",
                "flattened",
                "ip",
                "keyword",
                "long",
                "object",
                "text"
            ]
        );
    }
}
