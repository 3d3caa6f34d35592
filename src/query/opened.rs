//! Bodies made readable: JSON text inside strings is opened, to any depth, and everything is laid out over lines.
//!
//! Only for eyes. What is stored stays as it is; the page marks which parts were text.

use serde_json::{Map, Value};

/// How many times JSON text inside JSON text is opened. Deeper ones stay text.
const DEPTH: usize = 32;

/// The value with every string that holds a JSON object or array replaced by what it holds, marked by [`MARK`].
pub fn open(value: &Value) -> Value {
    open_at(value, DEPTH)
}

/// Key of the marker object that [`open`] puts round what was text: `{"⟨json text⟩": …}`.
pub const MARK: &str = "\u{27e8}json text\u{27e9}";

fn open_at(value: &Value, depth: usize) -> Value {
    match value {
        Value::String(text) => match inner(text, depth) {
            Some(inside) => Value::Object(Map::from_iter([(MARK.to_owned(), inside)])),
            None => value.clone(),
        },
        Value::Array(items) => Value::Array(items.iter().map(|v| open_at(v, depth)).collect()),
        Value::Object(map) => Value::Object(
            map.iter()
                .map(|(k, v)| (k.clone(), open_at(v, depth)))
                .collect(),
        ),
        _ => value.clone(),
    }
}

fn inner(text: &str, depth: usize) -> Option<Value> {
    let trimmed = text.trim();
    let depth = depth.checked_sub(1)?;
    let first = *trimmed.as_bytes().first()?;
    // A quote opens text that was escaped once more.
    if !matches!(first, b'{' | b'[' | b'"') || trimmed.len() < 2 {
        return None;
    }
    match serde_json::from_str(trimmed).ok()? {
        Value::String(again) => inner(&again, depth),
        value => Some(open_at(&value, depth)),
    }
}

/// Lays an opened value out over lines, two spaces a level; short arrays and objects stay on one line. What was text is introduced by `⟨json text⟩`.
pub fn pretty(value: &Value) -> String {
    let mut out = String::new();
    write(value, 0, &mut out);
    out
}

/// How wide something may be that stays on one line.
const WIDE: usize = 72;

fn write(value: &Value, level: usize, out: &mut String) {
    let (open, close, items): (char, char, Vec<(Option<&str>, &Value)>) = match value {
        Value::Object(map) if map.len() == 1 && map.contains_key(MARK) => {
            out.push_str(MARK);
            out.push(' ');
            return write(&map[MARK], level, out);
        }
        Value::Object(map) if !map.is_empty() => (
            '{',
            '}',
            map.iter().map(|(k, v)| (Some(k.as_str()), v)).collect(),
        ),
        Value::Array(items) if !items.is_empty() => {
            ('[', ']', items.iter().map(|v| (None, v)).collect())
        }
        other => return out.push_str(&other.to_string()),
    };
    let flat = items.iter().all(|(_, v)| !v.is_object() && !v.is_array());
    if flat {
        let mut line = String::from(open);
        for (i, (key, item)) in items.iter().enumerate() {
            line.push_str(if i == 0 { "" } else { ", " });
            push_key(*key, &mut line);
            line.push_str(&item.to_string());
            if line.len() > WIDE {
                break;
            }
        }
        line.push(close);
        if line.len() <= WIDE && (open == '[' || items.len() <= 3) {
            return out.push_str(&line);
        }
    }
    out.push(open);
    for (i, (key, item)) in items.iter().enumerate() {
        out.push_str(if i == 0 { "\n" } else { ",\n" });
        out.extend(std::iter::repeat_n("  ", level + 1));
        push_key(*key, out);
        write(item, level + 1, out);
    }
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", level));
    out.push(close);
}

fn push_key(key: Option<&str>, out: &mut String) {
    if let Some(key) = key {
        out.push_str(&Value::String(key.to_owned()).to_string());
        out.push_str(": ");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn opens_text_in_text() {
        let inner = json!({"Name": "[NAME_1]", "List": [1, 2]}).to_string();
        let twice = Value::String(Value::String(inner).to_string());
        let shown = pretty(&open(
            &json!({"Body": twice, "Note": "{not json", "Empty": ""}),
        ));
        assert!(
            shown.contains("\"Body\": \u{27e8}json text\u{27e9} {"),
            "{shown}"
        );
        assert!(shown.contains("\"List\": [1, 2]"));
        assert!(shown.contains("\"{not json\""));
    }

    #[test]
    fn gives_up_on_bottomless_text() {
        let mut text = "[1]".to_owned();
        for _ in 0..40 {
            text = json!([text]).to_string();
            if text.len() > 1 << 20 {
                break;
            }
        }
        let _ = pretty(&open(&Value::String(text)));
    }

    #[test]
    fn short_things_stay_on_a_line() {
        assert_eq!(pretty(&json!([])), "[]");
        assert_eq!(pretty(&json!({"a": 1, "b": "x"})), r#"{"a": 1, "b": "x"}"#);
        assert_eq!(
            pretty(&json!({"a": {"b": []}})),
            "{\n  \"a\": {\"b\": []}\n}".replace("{\"b\": []}", "{\n    \"b\": []\n  }")
        );
    }
}
