//! Settings from environment variables: `TUOMIN_PIPELINE__THREADS=4` is `threads = 4` in `[pipeline]`.

use serde::Deserialize;
use toml::{Table, Value};

use super::{
    Config, ConfigError,
    file::{no_such_setting, without_values},
    schema::Node,
};

const PREFIX: &str = "TUOMIN_";
const DIVIDER: &str = "__";

/// Whether a variable of that name sets something. Others that begin with `TUOMIN_` hold secrets and the like.
pub fn is_setting(name: &str) -> bool {
    name.strip_prefix(PREFIX)
        .is_some_and(|rest| rest.contains(DIVIDER))
}

/// Puts variables over the file's table, and makes a configuration of it.
pub fn overlay(mut table: Table, variables: &[(String, String)]) -> Result<Config, ConfigError> {
    for (name, value) in variables {
        let wrong =
            |message: String| ConfigError(format!("environment variable {name}: {message}"));
        let path: Vec<_> = name[PREFIX.len()..]
            .split(DIVIDER)
            .map(str::to_ascii_lowercase)
            .collect();
        let node = find(&path).map_err(wrong)?;
        insert(&mut table, &path, convert(node, value)).map_err(wrong)?;
        // One by one, so that what is wrong can be told by its name.
        Config::deserialize(table.clone())
            .map_err(|error| wrong(without_values(error.message())))?;
    }
    Config::deserialize(table).map_err(|error| ConfigError(without_values(error.message())))
}

fn find(path: &[String]) -> Result<Node, String> {
    let mut node = Node::root();
    let mut place = String::new();
    for key in path {
        node = node
            .child(key)
            .ok_or_else(|| no_such_setting(node, &place, key))?;
        place = if place.is_empty() {
            key.clone()
        } else {
            format!("{place}.{key}")
        };
    }
    match node.is_section() {
        true => Err(format!("[{place}] is a section; set one of its settings")),
        false => Ok(node),
    }
}

/// A text stays as it is; a list may be written with commas; everything else as in TOML.
fn convert(node: Node, text: &str) -> Value {
    let as_toml = || {
        toml::from_str::<Table>(&format!("value = {text}"))
            .ok()
            .and_then(|mut table| table.remove("value"))
    };
    if node.is_text() {
        return Value::String(text.into());
    }
    if node.is_list() && !text.trim_start().starts_with('[') {
        let items = text
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty());
        return Value::Array(items.map(|item| Value::String(item.into())).collect());
    }
    as_toml().unwrap_or_else(|| Value::String(text.into()))
}

fn insert(table: &mut Table, path: &[String], value: Value) -> Result<(), String> {
    let Some((last, sections)) = path.split_last() else {
        return Ok(());
    };
    let mut here = table;
    for section in sections {
        let below = here
            .entry(section.clone())
            .or_insert_with(|| Value::Table(Table::new()));
        here = below
            .as_table_mut()
            .ok_or("the file has something else in its place")?;
    }
    here.insert(last.clone(), value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)]) -> Result<Config, String> {
        let variables: Vec<_> = variables
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect();
        overlay(Table::new(), &variables).map_err(|error| error.0)
    }

    #[test]
    fn numbers_texts_and_choices() {
        let config = with(&[
            ("TUOMIN_PIPELINE__THREADS", "3"),
            ("TUOMIN_REDACT__POSTURE", "strict"),
            ("TUOMIN_REDACT__KEY_FILE", "12"),
        ])
        .unwrap();
        assert_eq!(config.pipeline.threads, 3);
        assert_eq!(config.redact.key_file, Some("12".into()));
    }

    #[test]
    fn an_unknown_variable_is_told_with_a_suggestion() {
        let message = with(&[("TUOMIN_PIPELINE__THREAD", "3")]).unwrap_err();
        assert_eq!(
            message,
            "environment variable TUOMIN_PIPELINE__THREAD: [pipeline] has no setting `thread`; did you mean `threads`?"
        );
    }

    #[test]
    fn a_wrong_value_is_told_without_it() {
        let message = with(&[("TUOMIN_PIPELINE__THREADS", "hunter2")]).unwrap_err();
        assert_eq!(
            message,
            "environment variable TUOMIN_PIPELINE__THREADS: must be a whole number, 0 or more"
        );
    }

    #[test]
    fn other_variables_are_none_of_ours() {
        assert!(
            !is_setting("TUOMIN_KEY") && !is_setting("TUOMIN_ES_PASSWORD") && !is_setting("PATH")
        );
        assert!(is_setting("TUOMIN_LOG__LEVEL"));
    }
}
