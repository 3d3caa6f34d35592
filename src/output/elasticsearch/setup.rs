//! Brings the server to what [`super::schema`] says, or tells where it differs.

use serde_json::Value as Json;

use super::client::{Client, Method};
use super::error::Error;
use super::names::Names;
use super::schema::{self, Part, PartKind};
use super::settings::{Layout, Settings};
use crate::record::{Kind, RecordTable};

/// How a part of the server stands to what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// As it should be.
    Same,
    /// Not there.
    Missing,
    /// There, but different: what differs, as `path: is, should be`. No document's content is in a policy or template.
    Different(Vec<String>),
}

/// A part and how it stands.
pub struct Finding {
    /// What it is, with its name: `policy tuomin-operation`.
    pub what: String,
    /// How it stands.
    pub standing: Standing,
    /// The part itself; `None` for indices.
    part: Option<Part>,
    /// For an index: the policy that should manage it.
    policy: Option<(String, String)>,
}

impl Finding {
    /// Is written as it should be only by replacing something: breaks the promise how long documents live.
    fn breaks_retention(&self) -> Option<String> {
        let Standing::Different(differences) = &self.standing else {
            return None;
        };
        let of_interest = |difference: &&String| match &self.part {
            None => true,
            Some(part) => match part.kind {
                PartKind::Policy => difference.starts_with("policy.phases.delete"),
                PartKind::Template => {
                    difference.contains("lifecycle")
                        || difference.starts_with("index_patterns")
                        || difference.starts_with("data_stream")
                }
                PartKind::Component => false,
            },
        };
        differences
            .iter()
            .find(of_interest)
            .map(|difference| format!("{}: {difference}", self.what))
    }
}

/// The server's version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// 8 of 8.19.0.
    pub major: u32,
    /// 19 of 8.19.0.
    pub minor: u32,
}

/// Asks the server who it is.
pub async fn version(client: &Client) -> Result<Version, Error> {
    let root = client.json(Method::Get, "/", None).await?;
    let text = root["version"]["number"].as_str().unwrap_or_default();
    let mut parts = text.split('.').map(|part| part.parse().ok());
    let (Some(Some(major)), Some(Some(minor))) = (parts.next(), parts.next()) else {
        return Err(client.not_elasticsearch(Method::Get, "/"));
    };
    let version = Version { major, minor };
    if version < (Version { major: 8, minor: 7 }) {
        return Err(Error::Version(
            text.chars()
                .filter(|c| c.is_ascii_alphanumeric() || *c == '.')
                .take(20)
                .collect(),
        ));
    }
    Ok(version)
}

/// Compares everything: policies, templates, and the indices that are there already.
pub async fn compare(
    client: &Client,
    settings: &Settings,
    table: &RecordTable,
) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    for part in schema::parts(settings, table) {
        let standing = match client
            .json_or_missing(Method::Get, &part.path(), None)
            .await?
        {
            None => Standing::Missing,
            Some(answer) => {
                // Taking a proxy's answer for a template that differs would mean going on without one.
                let Some(is) = part.of_answer(&answer) else {
                    return Err(client.not_elasticsearch(Method::Get, &part.path()));
                };
                let mut differences = Vec::new();
                differ("", &part.body, is, &mut differences);
                if differences.is_empty() {
                    Standing::Same
                } else {
                    Standing::Different(differences)
                }
            }
        };
        findings.push(Finding {
            what: format!("{} {}", part.kind.title(), part.name),
            standing,
            part: Some(part),
            policy: None,
        });
    }
    let names = Names::new(settings);
    for kind in Kind::ALL {
        for (index, policy, expected) in unmanaged(client, settings, &names, kind).await? {
            let difference = format!(
                "index.lifecycle.name: is {}, should be {expected}",
                policy.as_deref().unwrap_or("nothing")
            );
            findings.push(Finding {
                what: format!("index {index}"),
                standing: Standing::Different(vec![difference]),
                part: None,
                policy: Some((index, expected)),
            });
        }
    }
    Ok(findings)
}

/// Puts what is missing or different; tells what was done. Safe to run again and again, and by several at once.
pub async fn apply(
    client: &Client,
    settings: &Settings,
    table: &RecordTable,
) -> Result<Vec<Finding>, Error> {
    let findings = compare(client, settings, table).await?;
    put(
        client,
        findings.iter().filter(|f| f.standing != Standing::Same),
    )
    .await?;
    Ok(findings)
}

/// Before the first document: puts what is missing, refuses what would break the retention. `never` refuses to put anything.
pub async fn ensure(
    client: &Client,
    settings: &Settings,
    table: &RecordTable,
) -> Result<(), Error> {
    let findings = compare(client, settings, table).await?;
    if let Some(what) = findings.iter().find_map(Finding::breaks_retention) {
        return Err(Error::Retention { what });
    }
    let missing: Vec<&Finding> = findings
        .iter()
        .filter(|f| f.standing == Standing::Missing)
        .collect();
    if !missing.is_empty() && settings.setup == super::settings::Setup::Never {
        let missing = missing
            .iter()
            .map(|f| f.what.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        return Err(Error::NotSetUp {
            prefix: settings.prefix.clone(),
            missing: format!("no {missing}"),
        });
    }
    for finding in &findings {
        if let Standing::Different(differences) = &finding.standing {
            tracing::warn!(
                what = finding.what,
                differences = differences.len(),
                "differs from what this version would set up; see `tuomin setup --check`"
            );
        }
    }
    put(client, missing.into_iter()).await
}

async fn put(client: &Client, findings: impl Iterator<Item = &Finding>) -> Result<(), Error> {
    for finding in findings {
        if let Some(part) = &finding.part {
            client.put(&part.path(), Some(&part.body)).await?;
        }
        if let Some((index, policy)) = &finding.policy {
            let parse = !index.starts_with(".ds-");
            let settings = serde_json::json!({ "index": { "lifecycle": { "name": policy, "parse_origination_date": parse } } });
            client
                .put(&format!("/{index}/_settings"), Some(&settings))
                .await?;
        }
        tracing::info!(what = finding.what, "set up");
    }
    Ok(())
}

/// Indices of a kind that the right policy does not manage: name, present policy, right policy.
async fn unmanaged(
    client: &Client,
    settings: &Settings,
    names: &Names,
    kind: Kind,
) -> Result<Vec<(String, Option<String>, String)>, Error> {
    let mut expressions = vec![(names.dated_pattern(kind), names.base(kind))];
    if settings.layout == Layout::DataStream {
        expressions.push((names.base(kind), names.stream(kind)));
    }
    let mut wrong = Vec::new();
    for (expression, expected) in expressions {
        for (index, policy) in lifecycle_names(client, &expression).await? {
            // A stream is compared under its own name only: the pattern of dated indices must not catch `.ds-` names.
            let of_stream = index.starts_with(".ds-");
            if of_stream == expression.ends_with('*') {
                continue;
            }
            if policy.as_deref() != Some(expected.as_str()) {
                wrong.push((index, policy, expected.clone()));
            }
        }
    }
    Ok(wrong)
}

/// The policy that each index of an expression names.
pub async fn lifecycle_names(
    client: &Client,
    expression: &str,
) -> Result<Vec<(String, Option<String>)>, Error> {
    let path = format!(
        "/{expression}/_settings/index.lifecycle.name,index.uuid?ignore_unavailable=true&allow_no_indices=true&expand_wildcards=all&flat_settings=true"
    );
    let answer = client
        .json_or_missing(Method::Get, &path, None)
        .await?
        .unwrap_or_default();
    let named = |(index, body): (&String, &Json)| {
        let settings = &body["settings"];
        // Each index has one: what has none tells of no index.
        settings["index.uuid"].as_str()?;
        let policy = settings["index.lifecycle.name"].as_str();
        Some((index.clone(), policy.map(str::to_owned)))
    };
    let indices = answer.as_object().into_iter().flatten().map(named);
    let indices: Option<Vec<_>> = indices.collect();
    indices.ok_or_else(|| client.not_elasticsearch(Method::Get, &path))
}

/// The policy that an index or stream of this name would get from the templates, were it made now.
pub async fn policy_to_be(client: &Client, name: &str) -> Result<Option<String>, Error> {
    let path = format!("/_index_template/_simulate_index/{name}");
    let answer = client.json_or_missing(Method::Post, &path, None).await?;
    let answer = answer.unwrap_or_default();
    let policy = &answer["template"]["settings"]["index"]["lifecycle"]["name"];
    Ok(policy.as_str().map(str::to_owned))
}

/// Lists where `is` lacks or changes what `should` says. What the server adds of itself (defaults, dates) is no difference, but phases and
/// actions of a policy are: an additional one could delete earlier.
fn differ(path: &str, should: &Json, is: &Json, out: &mut Vec<String>) {
    match (should, is) {
        (Json::Object(should), Json::Object(is)) => {
            let below = |key: &str| {
                if path.is_empty() {
                    key.to_owned()
                } else {
                    format!("{path}.{key}")
                }
            };
            for (key, value) in should {
                match is.get(key) {
                    Some(is) => differ(&below(key), value, is, out),
                    None if value.as_object().is_some_and(|o| o.is_empty()) && path.is_empty() => {
                        out.push(format!("{}: is missing", below(key)))
                    }
                    None if value.as_object().is_some_and(|o| o.is_empty()) => {}
                    None => out.push(format!("{}: is missing", below(key))),
                }
            }
            if path.ends_with(".phases")
                || path.ends_with(".actions")
                || path.ends_with("properties")
            {
                let extra = is.keys().filter(|key| !should.contains_key(*key));
                out.extend(extra.map(|key| format!("{}: should not be there", below(key))));
            }
        }
        _ => {
            // The server gives numbers and booleans of settings back as strings.
            let plain = |json: &Json| match json {
                Json::String(text) => text.clone(),
                other => other.to_string(),
            };
            if plain(should) != plain(is) {
                let short = |text: String| {
                    if text.len() > 120 {
                        format!("{}…", text.chars().take(100).collect::<String>())
                    } else {
                        text
                    }
                };
                out.push(format!(
                    "{path}: is {}, should be {}",
                    short(plain(is)),
                    short(plain(should))
                ));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn differences(should: Json, is: Json) -> Vec<String> {
        let mut out = Vec::new();
        differ("", &should, &is, &mut out);
        out
    }

    #[test]
    fn tells_what_differs_and_only_that() {
        let ours = json!({ "policy": { "phases": { "delete": { "min_age": "730d", "actions": { "delete": {} } } } } });
        assert!(differences(ours.clone(), json!({ "version": 3, "policy": { "phases": { "delete": { "min_age": "730d", "actions": { "delete": { "x": true } } } } } })).is_empty());
        let theirs = json!({ "policy": { "phases": { "delete": { "min_age": "90d", "actions": { "delete": {} } }, "frozen": {} } } });
        assert_eq!(
            differences(ours, theirs),
            [
                "policy.phases.delete.min_age: is 90d, should be 730d",
                "policy.phases.frozen: should not be there"
            ]
        );
        assert!(
            differences(
                json!({ "index": { "number_of_shards": 1 } }),
                json!({ "index": { "number_of_shards": "1" } })
            )
            .is_empty()
        );
    }
}
