//! A [`Query`] in Elasticsearch's own words.
//!
//! Everything is a filter: nothing is scored, so that answers can be cached there. Regular expressions are built from literal text only.

use serde_json::{Value, json};

use super::{
    filter::{Condition, Field, Query, Test},
    record,
    source::{Order, OrderBy},
    wording::glue,
};
use crate::record::IndexAs;

/// The query part of a search request.
pub fn query(query: &Query) -> Value {
    let mut filter = Vec::new();
    let mut must_not = Vec::new();
    if query.from.is_some() || query.to.is_some() {
        let mut range = json!({"format": "epoch_millis"});
        if let Some(from) = query.from {
            range["gte"] = json!(from);
        }
        if let Some(to) = query.to {
            range["lt"] = json!(to);
        }
        filter.push(json!({"range": {"@timestamp": range}}));
    }
    for one in &query.conditions {
        if !one.negated {
            filter.push(condition(one));
            continue;
        }
        must_not.push(condition(one));
        if one.test != Test::Exists {
            filter.push(json!({"exists": {"field": one.field.path()}}));
        }
    }
    filter.extend(
        query
            .words
            .iter()
            .filter(|w| !w.trim().is_empty())
            .map(|w| words(w)),
    );
    if !query.persons.is_empty() {
        filter.push(persons(&query.persons));
    }
    json!({"bool": {"filter": filter, "must_not": must_not}})
}

/// The sort part, with the ties that [`Order::compare`] has.
pub fn sort(order: Order) -> Value {
    let direction = if order.descending { "desc" } else { "asc" };
    let by = |path: &str, direction: &str, kind: &str| json!({path: {"order": direction, "missing": "_last", "unmapped_type": kind}});
    let mut keys = Vec::new();
    match order.by {
        OrderBy::Time => keys.push(by("@timestamp", direction, "date")),
        OrderBy::Fact(field) => {
            let kind = match field {
                Field::Cost => "double",
                Field::ClientIp => "ip",
                _ => "keyword",
            };
            keys.push(by(field.path(), direction, kind));
            keys.push(by("@timestamp", "desc", "date"));
        }
    }
    keys.push(by(Field::RequestId.path(), "asc", "keyword"));
    Value::Array(keys)
}

fn any(clauses: Vec<Value>) -> Value {
    json!({"bool": {"should": clauses, "minimum_should_match": 1}})
}

fn condition(condition: &Condition) -> Value {
    let path = condition.field.path();
    match &condition.test {
        Test::Is(values) => json!({"terms": {path: values}}),
        Test::Like(patterns) => any(patterns
            .iter()
            .map(|p| json!({"wildcard": {path: {"value": p}}}))
            .collect()),
        Test::Exists => json!({"exists": {"field": path}}),
        Test::Range { low, high } => {
            let mut range = json!({});
            if let Some((n, ends)) = low {
                range[if *ends { "gte" } else { "gt" }] = json!(n);
            }
            if let Some((n, ends)) = high {
                range[if *ends { "lte" } else { "lt" }] = json!(n);
            }
            json!({"range": {path: range}})
        }
    }
}

/// Facts of which there are few different values: a regular expression over all of them is cheap.
const FEW: [Field; 8] = [
    Field::Action,
    Field::Code,
    Field::CodeText,
    Field::Caller,
    Field::Service,
    Field::Host,
    Field::Region,
    Field::Tag,
];

/// The fields that hold whole values, and those that hold words.
fn fields() -> (Vec<String>, Vec<String>) {
    let mut whole = Vec::new();
    let mut analyzed: Vec<String> = ["*_text", "raw", "tuomin.words", "tuomin.code_text.words"]
        .map(str::to_owned)
        .into();
    for (name, class) in record::table().mapped() {
        match class {
            IndexAs::Keyword | IndexAs::Body => whole.push(name),
            IndexAs::Text => analyzed.push(name),
            IndexAs::Number => {}
        }
    }
    (whole, analyzed)
}

/// Words anywhere in a document. What went through an analyzer (`text`) is asked for a phrase; of whole values (`keyword`, and `flattened`, whose root
/// field holds each leaf) those with few different ones are searched, the others compared: a pattern over millions of terms would take minutes.
fn words(words: &str) -> Value {
    let words = words.trim();
    let (whole, analyzed) = fields();
    let mut clauses: Vec<Value> = whole
        .into_iter()
        .map(|name| json!({"terms": {name: [words, format!("[{words}]")]}}))
        .collect();
    let pattern = bounded(words);
    clauses.extend(FEW.iter().map(
        |field| json!({"regexp": {field.path(): {"value": pattern, "case_insensitive": true}}}),
    ));
    clauses.push(json!({"multi_match": {"query": words, "type": "phrase", "fields": analyzed, "lenient": true}}));
    any(clauses)
}

/// Any of some pseudonyms. Each is one word to the analyzer and stands in brackets where it is a whole value, so one clause a field does for all.
fn persons(persons: &[String]) -> Value {
    let (whole, analyzed) = fields();
    let values: Vec<String> = persons.iter().map(|p| format!("[{p}]")).collect();
    let mut clauses: Vec<Value> = whole
        .into_iter()
        .map(|name| json!({"terms": {name: values}}))
        .collect();
    clauses.push(json!({"multi_match": {"query": persons.join(" "), "operator": "or", "fields": analyzed, "lenient": true}}));
    any(clauses)
}

/// The words anywhere in a value, with no letter or digit glued to their ends, as Lucene's regular expressions have it: always anchored, without `\b`.
fn bounded(words: &str) -> String {
    const OTHER: &str = "[^0-9a-zA-Z_\u{c0}-\u{24f}]";
    let mut pattern = String::new();
    pattern.push_str(&if words.starts_with(glue) {
        format!("(.*{OTHER})?")
    } else {
        ".*".to_owned()
    });
    for c in words.chars() {
        // Lucene's specials, all of which may be escaped; anything that is no letter or digit may be.
        if c.is_ascii_punctuation() {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push_str(&if words.ends_with(glue) {
        format!("({OTHER}.*)?")
    } else {
        ".*".to_owned()
    });
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_a_filter() {
        let q = Query {
            from: Some(1),
            to: Some(9),
            conditions: vec![
                Condition::parse("code!=0").unwrap(),
                Condition::parse("action=Id*").unwrap(),
                Condition::parse("cost>5").unwrap(),
            ],
            ..Query::default()
        };
        let dsl = query(&q);
        assert_eq!(
            dsl["bool"]["must_not"],
            json!([{"terms": {"tuomin.code": ["0"]}}])
        );
        assert_eq!(
            dsl["bool"]["filter"][0]["range"]["@timestamp"],
            json!({"format": "epoch_millis", "gte": 1, "lt": 9})
        );
        assert_eq!(
            dsl["bool"]["filter"][3],
            json!({"range": {"tuomin.cost_ms": {"gt": 5.0}}})
        );
    }

    #[test]
    fn words_are_literal() {
        assert_eq!(
            bounded("a.b"),
            "(.*[^0-9a-zA-Z_\u{c0}-\u{24f}])?a\\.b([^0-9a-zA-Z_\u{c0}-\u{24f}].*)?"
        );
        assert_eq!(
            bounded("(x"),
            format!(".*\\(x({}.*)?", "[^0-9a-zA-Z_\u{c0}-\u{24f}]")
        );
        assert_eq!(bounded("比对"), ".*比对.*");
    }
}
