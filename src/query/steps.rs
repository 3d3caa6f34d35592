//! The debug steps of an operation log, in whatever form the service wrote them.
//!
//! Known forms: an array of objects (`[{"Step":"Compare","Cost":36,"Message":…}]`), an object from step to cost, message or object, JSON text
//! of either, and one long text, of which each line is a step; a cost is what stands there as `cost=36ms`, `耗时36ms`, `(36 ms)`.

use std::sync::OnceLock;

use regex::Regex;
use serde::Serialize;
use serde_json::{Map, Value};

use super::time::Millis;

/// One step of a call.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Step {
    /// Its name, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How long it took, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_ms: Option<f64>,
    /// When it began, if the log says so.
    #[serde(skip)]
    pub at: Option<Millis>,
    /// What it said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// More steps than these are not looked at.
const MOST: usize = 2_000;

/// The steps in a debug field's value.
pub fn of(value: &Value) -> Vec<Step> {
    let mut steps = match value {
        Value::Array(items) => items.iter().take(MOST).map(one).collect(),
        Value::Object(map) if is_step(map) => vec![one(value)],
        // An object round the list: {"Steps":[…],"Total":3}
        Value::Object(map) => match map
            .values()
            .find(|v| v.as_array().is_some_and(|a| a.iter().any(Value::is_object)))
        {
            Some(list) => of(list),
            None => map
                .iter()
                .take(MOST)
                .map(|(key, value)| named(key, value))
                .collect(),
        },
        Value::String(text) => match serde_json::from_str::<Value>(text.trim()) {
            Ok(inside @ (Value::Array(_) | Value::Object(_) | Value::String(_))) => {
                return of(&inside);
            }
            _ => lines(text),
        },
        Value::Null => Vec::new(),
        other => vec![Step {
            message: Some(other.to_string()),
            ..Step::default()
        }],
    };
    steps.retain(|step| *step != Step::default());
    steps
}

/// Names are compared without case, `_` and `-`.
fn find<'a>(map: &'a Map<String, Value>, names: &[&str]) -> Option<(&'a str, &'a Value)> {
    names.iter().find_map(|name| {
        map.iter()
            .find(|(key, value)| {
                !value.is_null()
                    && key
                        .bytes()
                        .filter(|b| !matches!(b, b'_' | b'-'))
                        .map(|b| b.to_ascii_lowercase())
                        .eq(name.bytes())
            })
            .map(|(k, v)| (k.as_str(), v))
    })
}

const NAMES: [&str; 12] = [
    "step",
    "stepname",
    "name",
    "stage",
    "phase",
    "op",
    "operation",
    "func",
    "function",
    "module",
    "action",
    "title",
];
const COSTS: [&str; 10] = [
    "cost",
    "costms",
    "elapsed",
    "elapsedms",
    "duration",
    "durationms",
    "latency",
    "timecost",
    "usedtime",
    "ms",
];
const TIMES: [&str; 8] = [
    "timestamp",
    "time",
    "starttime",
    "begintime",
    "start",
    "begin",
    "at",
    "ts",
];
const MESSAGES: [&str; 9] = [
    "message",
    "msg",
    "info",
    "detail",
    "log",
    "text",
    "content",
    "result",
    "description",
];

fn is_step(map: &Map<String, Value>) -> bool {
    find(map, &COSTS).is_some() && (find(map, &NAMES).is_some() || find(map, &MESSAGES).is_some())
}

fn one(value: &Value) -> Step {
    let Value::Object(map) = value else {
        return match value {
            Value::String(text) => line(text),
            other => Step {
                message: Some(other.to_string()),
                ..Step::default()
            },
        };
    };
    let name = find(map, &NAMES);
    let cost = find(map, &COSTS);
    let time = find(map, &TIMES);
    let message = find(map, &MESSAGES);
    let used: Vec<&str> = [name, cost, time, message]
        .into_iter()
        .flatten()
        .map(|(key, _)| key)
        .collect();
    let rest: Map<String, Value> = map
        .iter()
        .filter(|(k, _)| !used.contains(&k.as_str()))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    let mut text = message.map(|(_, v)| plain(v)).unwrap_or_default();
    if !rest.is_empty() {
        text.push_str(if text.is_empty() { "" } else { " " });
        text.push_str(&Value::Object(rest).to_string());
    }
    Step {
        name: name.map(|(_, v)| plain(v)),
        cost_ms: cost.and_then(|(_, v)| milliseconds(v)),
        at: time.and_then(|(_, v)| moment(v)),
        message: (!text.is_empty()).then_some(text),
    }
}

fn named(key: &str, value: &Value) -> Step {
    match value {
        Value::Object(_) => {
            let step = one(value);
            Step {
                name: Some(
                    step.name
                        .map_or_else(|| key.to_owned(), |n| format!("{key} {n}")),
                ),
                ..step
            }
        }
        Value::Number(n) => Step {
            name: Some(key.to_owned()),
            cost_ms: n.as_f64(),
            ..Step::default()
        },
        other => Step {
            name: Some(key.to_owned()),
            ..line(&plain(other))
        },
    }
}

fn lines(text: &str) -> Vec<Step> {
    let divider = if text.contains('\n') { '\n' } else { ';' };
    text.split(divider)
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .take(MOST)
        .map(line)
        .collect()
}

fn line(text: &str) -> Step {
    static COST: OnceLock<Option<Regex>> = OnceLock::new();
    let pattern = COST.get_or_init(|| {
        Regex::new(r"(?i)(?:(?:cost|elapsed|duration|latency|took|used|耗时|用时)\s*[=:：]?\s*(\d+(?:\.\d+)?)\s*(us|µs|ms|s|毫秒|秒)?)|(?:\b(\d+(?:\.\d+)?)\s?(us|µs|ms)\b)").ok()
    });
    let cost_ms = pattern
        .as_ref()
        .and_then(|p| p.captures(text))
        .and_then(|c| {
            let number: f64 = c.get(1).or_else(|| c.get(3))?.as_str().parse().ok()?;
            let unit = c.get(2).or_else(|| c.get(4)).map_or("ms", |u| u.as_str());
            Some(number * unit_factor(unit))
        });
    Step {
        cost_ms,
        message: Some(text.to_owned()).filter(|t| !t.is_empty()),
        ..Step::default()
    }
}

fn unit_factor(unit: &str) -> f64 {
    match unit.to_lowercase().as_str() {
        "us" | "µs" => 0.001,
        "s" | "秒" => 1_000.0,
        _ => 1.0,
    }
}

/// 36, "36", "36ms", "1.2s".
fn milliseconds(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(n) => n.as_f64(),
        Value::String(s) => {
            let s = s.trim();
            let end = s
                .find(|c: char| !c.is_ascii_digit() && c != '.')
                .unwrap_or(s.len());
            s[..end]
                .parse::<f64>()
                .ok()
                .map(|n| n * unit_factor(s[end..].trim()))
        }
        _ => None,
    };
    number.filter(|n| n.is_finite() && *n >= 0.0)
}

/// Epoch milliseconds or seconds (also with a fraction), or ISO 8601 with a zone.
fn moment(value: &Value) -> Option<Millis> {
    const EARLIEST: f64 = 946_684_800.0; // 2000-01-01
    const LATEST: f64 = 4_102_444_800.0; // 2100-01-01
    let number = match value {
        Value::Number(n) => n.as_f64()?,
        Value::String(s) => match s.parse::<f64>() {
            Ok(n) => n,
            Err(_) => {
                return s
                    .parse::<jiff::Timestamp>()
                    .ok()
                    .map(|t| t.as_millisecond());
            }
        },
        _ => return None,
    };
    [1_000.0, 1.0, 0.001]
        .into_iter()
        .map(|f| number * f)
        .find(|ms| (EARLIEST * 1e3..LATEST * 1e3).contains(ms))
        .map(|ms| ms as Millis)
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(s) => s.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_array_of_steps() {
        let steps = of(
            &json!([{"Step": "Compare", "Cost": 36, "Message": "ok", "Retry": 1}, {"step_name": "Save", "cost_ms": "1.5s"}, "plain cost=7ms"]),
        );
        assert_eq!(steps[0].name.as_deref(), Some("Compare"));
        assert_eq!(steps[0].message.as_deref(), Some("ok {\"Retry\":1}"));
        assert_eq!(steps[1].cost_ms, Some(1_500.0));
        assert_eq!(steps[2].cost_ms, Some(7.0));
    }

    #[test]
    fn an_object_of_steps() {
        let steps =
            of(&json!({"Ocr": 12, "Compare": {"Cost": 36, "Msg": "x"}, "Note": "耗时 1.2 秒"}));
        assert_eq!(
            steps.iter().map(|s| s.cost_ms).collect::<Vec<_>>(),
            [Some(12.0), Some(36.0), Some(1_200.0)]
        );
        assert_eq!(
            of(&json!({"Steps": [{"Step": "A", "Cost": 1}], "Total": 1})).len(),
            1
        );
        assert_eq!(of(&json!({"Step": "A", "Cost": 1})).len(), 1);
    }

    #[test]
    fn text() {
        let steps = of(&json!("[Ocr] begin\n[Ocr] done, 25 ms\n\n"));
        assert_eq!(steps.len(), 2);
        assert_eq!(steps[1].cost_ms, Some(25.0));
        assert_eq!(
            of(&json!("[{\"Step\":\"A\",\"Cost\":3}]"))[0].cost_ms,
            Some(3.0)
        );
        assert_eq!(of(&json!("a; b;")).len(), 2);
    }

    #[test]
    fn odd_values() {
        assert!(of(&Value::Null).is_empty());
        assert!(of(&json!([])).is_empty());
        assert!(of(&json!("")).is_empty());
        assert_eq!(of(&json!(7)).len(), 1);
        assert_eq!(of(&json!([null])).len(), 1);
    }

    #[test]
    fn moments() {
        assert_eq!(
            moment(&json!(1_795_502_216_382_i64)),
            Some(1_795_502_216_382)
        );
        assert_eq!(moment(&json!("1795502216")), Some(1_795_502_216_000));
        assert_eq!(
            moment(&json!("2026-11-24T07:01:02Z")),
            Some(1_795_503_662_000)
        );
        assert_eq!(moment(&json!(12)), None);
    }
}
