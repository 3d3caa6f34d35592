//! One call's whole story, from all the records that carry its identifier.

use serde::Serialize;
use serde_json::Value;

use super::{
    filter::{Condition, Field, Query},
    opened, person,
    record::{Facts, Kind, Record},
    source::{Order, Source, SourceError},
    steps::{self, Step},
    time::{self, Millis},
};
use crate::record::Field as Role;

/// A call may write this many records and still be told whole.
const MOST_RECORDS: usize = 1_000;
/// Related calls that are listed.
const MOST_RELATED: usize = 50;

/// What happened in one call.
#[derive(Debug, Serialize)]
pub struct Story {
    /// Which call. Said by [`Self::facts`] where the story is written as JSON.
    #[serde(skip)]
    pub request_id: String,
    /// The first and the last moment that the records know, as ISO times.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub begin: Option<String>,
    /// As [`Self::begin`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
    /// The facts, each from the first record that has it, monitoring records first: they are written for the whole call.
    #[serde(flatten)]
    pub facts: Facts,
    /// With which client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// For which country's document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// If the code stands for a failure.
    pub failed: bool,
    /// The debug steps on the call's time axis.
    pub timeline: Vec<Moment>,
    /// Request and response bodies, opened.
    pub bodies: Vec<Body>,
    /// Every record, oldest first.
    pub records: Vec<Entry>,
    /// Other calls of the same session or person, if asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<Related>,
    /// The personal pseudonyms that stand in the call's records.
    pub persons: Vec<String>,
    /// More records carry the identifier than were read.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}

/// A step with its place on the axis.
#[derive(Debug, Serialize)]
pub struct Moment {
    /// Milliseconds after the call's begin.
    pub offset_ms: f64,
    /// The step came without a time: its place is the sum of the costs before it.
    pub estimated: bool,
    /// Which of [`Story::records`] it comes from.
    pub record: usize,
    /// What.
    #[serde(flatten)]
    pub step: Step,
}

/// A request or response.
#[derive(Debug, Serialize)]
pub struct Body {
    /// `request` or `response`.
    pub role: &'static str,
    /// The field's own name.
    pub name: String,
    /// Which of [`Story::records`] it comes from.
    pub record: usize,
    /// The body with JSON text opened.
    pub value: Value,
}

/// One record in the story.
#[derive(Debug, Serialize)]
pub struct Entry {
    /// When, as ISO time.
    #[serde(rename = "@timestamp", skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// The record without bodies and debug steps, which stand in the story's own parts.
    #[serde(flatten)]
    pub record: Record,
}

/// Another call.
#[derive(Debug, Serialize)]
pub struct Related {
    /// `session`, or the pseudonym that both have.
    pub by: String,
    /// When it began.
    #[serde(rename = "@timestamp", skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Its facts.
    #[serde(flatten)]
    pub facts: Facts,
    /// For order.
    #[serde(skip)]
    pub time: Option<Millis>,
}

/// Tells the story of a call. `None` where no record carries the identifier.
pub async fn tell(
    source: &Source,
    request_id: &str,
    related: bool,
) -> Result<Option<Story>, SourceError> {
    let found = source
        .search(&Query::call(request_id), Order::default(), 0, MOST_RECORDS)
        .await?;
    let mut records = found.records;
    if records.is_empty() {
        return Ok(None);
    }
    records.reverse(); // newest first as searched, oldest first as told
    let mut story = compose(request_id, records);
    story.cut = found.total > MOST_RECORDS as u64;
    if related {
        story.related = find_related(source, &story).await?;
    }
    Ok(Some(story))
}

/// Puts the records of one call, oldest first, into a story.
pub fn compose(request_id: &str, records: Vec<Record>) -> Story {
    let mut by_worth: Vec<&Record> = records.iter().collect();
    by_worth.sort_by_key(|r| r.kind != Kind::Monitoring);
    let facts = Facts {
        request_id: Some(request_id.to_owned()),
        ..join_facts(&by_worth)
    };
    let role_text = |role| {
        by_worth
            .iter()
            .find_map(|r| super::record::scalar_text(r.role(role)?.1))
    };
    let (user_agent, country) = (role_text(Role::UserAgent), role_text(Role::Country));
    let persons = person::in_values(records.iter().flat_map(|r| r.fields.values()));

    let mut timeline = Vec::new();
    let mut bodies = Vec::new();
    let begin = begin_of(&records);
    for (index, record) in records.iter().enumerate() {
        for (role, name) in [(Role::Request, "request"), (Role::Response, "response")] {
            if let Some((key, value)) = record.role(role) {
                bodies.push(Body {
                    role: name,
                    name: key.to_owned(),
                    record: index,
                    value: opened::open(value),
                });
            }
        }
        if let Some((_, debug)) = record.role(Role::Debug) {
            place(steps::of(debug), index, record, begin, &mut timeline);
        }
    }
    // Steps with their own times may come out of order; the sort is stable, so that equal ones keep theirs.
    timeline.sort_by(|a, b| a.offset_ms.total_cmp(&b.offset_ms));
    let end = records.iter().filter_map(|r| r.time).max();
    Story {
        request_id: request_id.to_owned(),
        begin: begin.map(time::iso),
        end: end.map(time::iso),
        failed: facts.is_error(),
        facts,
        user_agent,
        country,
        timeline,
        bodies,
        records: records.into_iter().map(entry).collect(),
        related: Vec::new(),
        persons,
        cut: false,
    }
}

/// A call begins with its earliest record or step, whichever is earlier.
fn begin_of(records: &[Record]) -> Option<Millis> {
    let steps = records
        .iter()
        .filter_map(|r| r.role(Role::Debug))
        .flat_map(|(_, v)| steps::of(v))
        .filter_map(|s| s.at);
    records.iter().filter_map(|r| r.time).chain(steps).min()
}

/// Steps without a time of their own follow one another from their record's begin.
fn place(
    found: Vec<Step>,
    index: usize,
    record: &Record,
    begin: Option<Millis>,
    timeline: &mut Vec<Moment>,
) {
    let since_begin = |at: Millis| begin.map_or(0.0, |b| (at - b) as f64);
    let mut clock = record.time.map_or(0.0, since_begin);
    for step in found {
        let estimated = step.at.is_none();
        let offset_ms = step.at.map_or(clock, since_begin);
        clock = offset_ms + step.cost_ms.unwrap_or(0.0);
        timeline.push(Moment {
            offset_ms,
            estimated,
            record: index,
            step,
        });
    }
}

fn join_facts(records: &[&Record]) -> Facts {
    let text = |field| {
        records
            .iter()
            .find_map(|r| r.facts.get(field))
            .map(str::to_owned)
    };
    // An error anywhere is what the reader looks for: it wins over a success that another record of the call reports.
    let code_of = records
        .iter()
        .find(|r| r.facts.is_error())
        .or_else(|| records.iter().find(|r| r.facts.code.is_some()));
    Facts {
        request_id: text(Field::RequestId),
        app_id: text(Field::AppId),
        action: text(Field::Action),
        code: code_of.and_then(|r| r.facts.code.clone()),
        code_text: code_of.and_then(|r| r.facts.code_text.clone()),
        cost_ms: records.iter().find_map(|r| r.facts.cost_ms),
        caller: text(Field::Caller),
        service: text(Field::Service),
        host: text(Field::Host),
        client_ip: text(Field::ClientIp),
        session: text(Field::Session),
        region: text(Field::Region),
    }
}

fn entry(mut record: Record) -> Entry {
    record.fields.retain(|key, value| {
        let role = super::record::table()
            .field(key.as_bytes())
            .map(|(role, _)| role);
        !value.is_null() && !matches!(role, Some(Role::Request | Role::Response | Role::Debug))
    });
    Entry {
        at: record.time.map(time::iso),
        record,
    }
}

async fn find_related(source: &Source, story: &Story) -> Result<Vec<Related>, SourceError> {
    let mut related: Vec<Related> = Vec::new();
    let mut asked: Vec<(String, Query)> = Vec::new();
    if let Some(session) = &story.facts.session {
        let query = Query {
            conditions: vec![Condition::is(Field::Session, session.as_str())],
            ..Query::default()
        };
        asked.push(("session".to_owned(), query));
    }
    // Enough for a call that compares several documents, and a bound for one whose log lists a thousand people.
    for person in story.persons.iter().take(8) {
        asked.push((
            person.clone(),
            Query {
                persons: vec![person.clone()],
                ..Query::default()
            },
        ));
    }
    for (by, mut query) in asked {
        let this = Condition {
            negated: true,
            ..Condition::is(Field::RequestId, story.request_id.as_str())
        };
        query.conditions.push(this);
        query.conditions.push(Condition {
            field: Field::RequestId,
            negated: false,
            test: super::filter::Test::Exists,
        });
        let found = source
            .search(&query, Order::default(), 0, MOST_RELATED * 2)
            .await?;
        for record in found.records {
            let Some(id) = &record.facts.request_id else {
                continue;
            };
            match related
                .iter_mut()
                .find(|r| r.facts.request_id.as_ref() == Some(id))
            {
                // A call has several records: the one that knows more speaks for it.
                Some(had) if had.facts.code.is_none() && record.facts.code.is_some() => {
                    had.facts = record.facts
                }
                Some(_) => {}
                None => related.push(Related {
                    by: by.clone(),
                    at: record.time.map(time::iso),
                    time: record.time,
                    facts: record.facts,
                }),
            }
        }
    }
    related.sort_by_key(|r| std::cmp::Reverse(r.time));
    related.truncate(MOST_RELATED);
    Ok(related)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(line: &str) -> Record {
        let mut record = Record::head(line.as_bytes());
        record.open(line.as_bytes());
        record
    }

    #[test]
    fn a_call_of_two_records() {
        let story = compose(
            "r-1",
            vec![
                record(
                    r#"{"RequestId":"r-1","Timestamp":1795502216000,"Action":"A","DebugInfo":[{"Step":"x","Cost":10},{"Step":"y","Cost":5}],"Request":"{\"Name\":\"[NAME_3fa17c20be94]\"}","Response":{"Result":"0"}}"#,
                ),
                record(
                    r#"{"RequestId":"r-1","timestamp":1795502216500,"action":"A","eCode":"-4","eCodeStr":"bad","cost":20,"Caller":"web","UA":"curl/8"}"#,
                ),
            ],
        );
        assert!(story.failed);
        assert_eq!(story.facts.caller.as_deref(), Some("web"));
        assert_eq!(story.user_agent.as_deref(), Some("curl/8"));
        assert_eq!(
            story
                .timeline
                .iter()
                .map(|m| m.offset_ms)
                .collect::<Vec<_>>(),
            [0.0, 10.0]
        );
        assert_eq!(story.bodies.len(), 2);
        assert_eq!(story.persons, ["NAME_3fa17c20be94"]);
        assert!(!story.records[0].record.fields.contains_key("Request"));
        assert_eq!(story.begin.as_deref(), Some("2026-11-24T06:36:56.000Z"));
    }

    #[test]
    fn steps_with_times_of_their_own_make_the_axis() {
        let story = compose(
            "r",
            vec![record(
                r#"{"RequestId":"r","Timestamp":1795502216500,"DebugInfo":[{"Step":"late","Cost":1,"Time":1795502216400},{"Step":"early","Cost":1,"Time":1795502216000}]}"#,
            )],
        );
        let offsets: Vec<_> = story
            .timeline
            .iter()
            .map(|m| (m.step.name.as_deref(), m.offset_ms, m.estimated))
            .collect();
        assert_eq!(
            offsets,
            [(Some("early"), 0.0, false), (Some("late"), 400.0, false)]
        );
    }
}
