//! `tuomin.toml`: read, and checked with line numbers.

use std::{fs, path::Path};

use serde::Deserialize;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{Config, ConfigError, schema::Node};
use crate::nearest::nearest;

/// Reads the file and checks it by itself, so that what is wrong in it is told with its line.
pub fn read(path: &Path) -> Result<toml::Table, ConfigError> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path)
        .map_err(|error| ConfigError(format!("{name}: can't be read: {error}")))?;
    check(&name, &text)?;
    toml::from_str(&text).map_err(|error| at(&name, &text, &error, ""))
}

/// Checks a file's text.
fn check(name: &str, text: &str) -> Result<(), ConfigError> {
    let table = DeTable::parse(text).map_err(|error| at(name, text, &error, error.message()))?;
    unknown(name, text, Node::root(), table.get_ref(), "")?;
    let parsed =
        toml::Deserializer::parse(text).map_err(|error| at(name, text, &error, error.message()))?;
    Config::deserialize(parsed).map(drop).map_err(|error| {
        let setting = error
            .span()
            .map(|span| setting_at(table.get_ref(), span.start))
            .unwrap_or_default();
        at(
            name,
            text,
            &error,
            &format!("{setting}: {}", without_values(error.message())),
        )
    })
}

/// The first key that there is no setting for.
fn unknown(
    name: &str,
    text: &str,
    node: Node,
    table: &DeTable<'_>,
    path: &str,
) -> Result<(), ConfigError> {
    for (key, value) in table {
        let key_name: &str = key.get_ref();
        let setting = join(path, key_name);
        let Some(child) = node.child(key_name) else {
            let line = line_of(text, key.span().start);
            return Err(ConfigError(format!(
                "{name}:{line}: {}",
                no_such_setting(node, path, key_name)
            )));
        };
        match value.get_ref() {
            DeValue::Table(below) if child.is_section() || child.is_map() => {
                unknown(name, text, child, below, &setting)?
            }
            _ => {}
        }
    }
    Ok(())
}

/// `no setting "redact.postur"; did you mean "posture"?`
pub fn no_such_setting(section: Node, path: &str, key: &str) -> String {
    let place = if path.is_empty() {
        "there is no section".into()
    } else {
        format!("[{path}] has no setting")
    };
    let known = || section.children().map(|(name, _)| name);
    match nearest(key, known()) {
        Some(name) => format!("{place} `{key}`; did you mean `{name}`?"),
        None => format!(
            "{place} `{key}`; there are: {}",
            known().collect::<Vec<_>>().join(", ")
        ),
    }
}

/// `output.elasticsearch.urls`: the innermost setting whose value covers the byte at `position`.
fn setting_at(table: &DeTable<'_>, position: usize) -> String {
    let covers = |value: &Spanned<DeValue<'_>>| value.span().contains(&position);
    for (key, value) in table {
        let name: &str = key.get_ref();
        if let DeValue::Table(below) = value.get_ref() {
            let inner = setting_at(below, position);
            if !inner.is_empty() {
                return join(name, &inner);
            }
        }
        if covers(value) || key.span().contains(&position) {
            return name.to_owned();
        }
    }
    String::new()
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.into()
    } else {
        format!("{path}.{key}")
    }
}

fn at(name: &str, text: &str, error: &toml::de::Error, message: &str) -> ConfigError {
    let line = error.span().map_or(1, |span| line_of(text, span.start));
    let message = message.trim_start_matches(": ");
    ConfigError(format!("{name}:{line}: {message}"))
}

fn line_of(text: &str, position: usize) -> usize {
    text.as_bytes()
        .iter()
        .take(position)
        .filter(|byte| **byte == b'\n')
        .count()
        + 1
}

/// serde's messages quote the value (`invalid type: string "…", expected u16`). What was expected is all that is shown, and
/// for a word that is none of the choices the nearest of them.
pub fn without_values(message: &str) -> String {
    let Some((got, expected)) = message.split_once("expected ") else {
        // Written by hand in this program, where no value is put into a message; or by a parser of addresses and the like.
        return if message.contains(['"', '`']) {
            "is not valid".into()
        } else {
            message.into()
        };
    };
    let quoted = |text: &'_ str| {
        text.split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let expected = match expected {
        "usize" | "u8" | "u16" | "u32" | "u64" => "a whole number, 0 or more",
        "f64" | "f32" => "a number",
        "a sequence" => "a list",
        "a map" => "a table",
        expected => expected,
    };
    let choices = quoted(expected);
    match quoted(got)
        .first()
        .and_then(|word| nearest(word, choices.iter().map(String::as_str)))
    {
        Some(choice) => format!("must be {expected}; did you mean `{choice}`?"),
        None => format!("must be {expected}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        check("tuomin.toml", text).unwrap_err().0
    }

    #[test]
    fn an_unknown_key_is_told_with_line_and_suggestion() {
        let message = error("[pipeline]\nthreads = 2\nflush_m = 3\n");
        assert_eq!(
            message,
            "tuomin.toml:3: [pipeline] has no setting `flush_m`; did you mean `flush_ms`?"
        );
        let message = error("\n[pipelin]\n");
        assert_eq!(
            message,
            "tuomin.toml:2: there is no section `pipelin`; did you mean `pipeline`?"
        );
    }

    #[test]
    fn a_wrong_value_is_told_without_it() {
        let message = error("[pipeline]\nthreads = \"hunter2\"\n");
        assert_eq!(
            message,
            "tuomin.toml:2: pipeline.threads: must be a whole number, 0 or more"
        );
        let message = error("[redact]\nposture = \"stric\"\n");
        assert!(
            message.starts_with("tuomin.toml:2: redact.posture: must be"),
            "{message}"
        );
        assert!(message.ends_with("did you mean `strict`?"), "{message}");
    }

    #[test]
    fn broken_toml_is_told_with_its_line() {
        assert!(error("[pipeline]\nthreads = = 2\n").starts_with("tuomin.toml:2: "));
    }
}
