//! The settings as JSON Schema, and walking it.

use std::sync::LazyLock;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::Config;

/// The schema without references, so that it can be walked.
static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
    let settings =
        SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    settings
        .into_generator()
        .into_root_schema_for::<Config>()
        .to_value()
});

/// The JSON Schema of `tuomin.toml`.
pub fn json_schema() -> Value {
    schemars::schema_for!(Config).to_value()
}

/// One place in the schema.
#[derive(Clone, Copy)]
pub struct Node(&'static Value);

impl Node {
    /// The whole configuration.
    pub fn root() -> Self {
        Self(&SCHEMA)
    }

    /// The part that is not `null`, where something is optional.
    fn solid(self) -> &'static Value {
        let alternatives = self.0.get("anyOf").and_then(Value::as_array);
        let solid =
            |alternative: &&Value| alternative.get("type").is_none_or(|kind| kind != "null");
        alternatives
            .and_then(|all| all.iter().find(solid))
            .unwrap_or(self.0)
    }

    fn properties(self) -> Option<&'static Map<String, Value>> {
        self.solid().get("properties").and_then(Value::as_object)
    }

    /// The settings below, in the order of declaration.
    pub fn children(self) -> impl Iterator<Item = (&'static str, Node)> {
        self.properties()
            .into_iter()
            .flatten()
            .map(|(name, node)| (name.as_str(), Self(node)))
    }

    /// The setting of that name, or the value of a map with free keys.
    pub fn child(self, name: &str) -> Option<Node> {
        let declared = self
            .properties()
            .and_then(|properties| properties.get(name));
        let free = || {
            self.solid()
                .get("additionalProperties")
                .filter(|value| value.is_object())
        };
        declared.or_else(free).map(Self)
    }

    /// Has named settings below it.
    pub fn is_section(self) -> bool {
        self.properties().is_some()
    }

    /// The type's name, `null` aside.
    fn is_type(self, wanted: &str) -> bool {
        match self.solid().get("type") {
            Some(Value::String(kind)) => kind == wanted,
            Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == wanted),
            _ => false,
        }
    }

    /// A text, or one of a list of texts.
    pub fn is_text(self) -> bool {
        self.is_type("string") || !self.choices().is_empty()
    }

    /// A list.
    pub fn is_list(self) -> bool {
        self.is_type("array")
    }

    /// A map with free keys.
    pub fn is_map(self) -> bool {
        self.solid()
            .get("additionalProperties")
            .is_some_and(Value::is_object)
    }

    /// What it may be, where that is a list, with what each means.
    pub fn choices(self) -> Vec<(&'static str, Option<&'static str>)> {
        let node = self.solid();
        let text = |value: &'static Value| value.as_str();
        if let Some(all) = node.get("enum").and_then(Value::as_array) {
            return all
                .iter()
                .filter_map(text)
                .map(|choice| (choice, None))
                .collect();
        }
        let all = node.get("oneOf").and_then(Value::as_array);
        let described = |choice: &'static Value| {
            Some((
                choice.get("const")?.as_str()?,
                choice.get("description").and_then(Value::as_str),
            ))
        };
        all.into_iter().flatten().filter_map(described).collect()
    }

    /// The doc comment.
    pub fn description(self) -> Option<&'static str> {
        self.0
            .get("description")
            .or_else(|| self.solid().get("description"))
            .and_then(Value::as_str)
    }

    /// What it is unless it is set.
    pub fn default(self) -> Option<&'static Value> {
        self.0.get("default").filter(|value| !value.is_null())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_has_a_doc_comment() {
        fn visit(node: Node, path: &str) {
            for (name, child) in node.children() {
                let path = format!("{path}.{name}");
                assert!(child.description().is_some(), "{path} has no doc comment");
                visit(child, &path);
            }
        }
        visit(Node::root(), "");
    }

    #[test]
    fn optional_sections_and_lists_of_choices_are_seen_through() {
        let posture = Node::root()
            .child("redact")
            .and_then(|redact| redact.child("posture"))
            .unwrap();
        assert_eq!(
            posture
                .choices()
                .iter()
                .map(|choice| choice.0)
                .collect::<Vec<_>>(),
            ["balanced", "strict"]
        );
        assert!(posture.is_text());
        let key_file = Node::root()
            .child("redact")
            .and_then(|redact| redact.child("key_file"))
            .unwrap();
        assert!(key_file.is_text() && !key_file.is_section());
    }
}
