//! The commented example of a configuration, from the doc comments of the settings.

use std::fmt::Write;

use serde_json::Value;

use super::schema::Node;

/// How long a comment line may be.
const WIDTH: usize = 110;

/// A `tuomin.toml` in which every setting stands with its meaning and default, commented out.
pub fn example() -> String {
    let mut text = String::from(
        "# tuomin.toml: every setting with its default. What is commented out has no effect.\n\
         # Each can also be set by an environment variable: TUOMIN_SECTION__KEY (TUOMIN_PIPELINE__THREADS=4).\n",
    );
    section(&mut text, Node::root(), "");
    text
}

fn section(text: &mut String, node: Node, path: &str) {
    let (sections, settings): (Vec<_>, Vec<_>) =
        node.children().partition(|(_, child)| child.is_section());
    for (name, setting) in settings {
        comment(text, setting.description().unwrap_or_default());
        for (choice, meaning) in setting.choices() {
            comment(
                text,
                &format!("- {choice}: {}", meaning.unwrap_or_default()),
            );
        }
        let _ = writeln!(text, "#{name} = {}\n", value(setting));
    }
    for (name, child) in sections {
        let path = if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}.{name}")
        };
        text.push('\n');
        comment(text, child.description().unwrap_or_default());
        let _ = writeln!(text, "#[{path}]\n");
        section(text, child, &path);
    }
}

fn comment(text: &mut String, paragraph: &str) {
    // The lines of a doc comment say nothing: only an empty one ends a paragraph.
    for part in paragraph.split("\n\n") {
        let mut width = 0;
        for word in part.split_whitespace() {
            if width > 0 && width + 1 + word.chars().count() > WIDTH {
                text.push('\n');
                width = 0;
            }
            if width == 0 {
                text.push('#');
                width = 1;
            }
            text.push(' ');
            text.push_str(word);
            width += 1 + word.chars().count();
        }
        if width > 0 {
            text.push('\n');
        }
    }
}

/// The default, or for what is not set something of its form.
fn value(setting: Node) -> String {
    let default = setting.default().and_then(to_toml);
    default.unwrap_or_else(
        || match (setting.is_text(), setting.is_list(), setting.is_map()) {
            (true, ..) => "\"\"".into(),
            (_, true, _) => "[]".into(),
            (.., true) => "{}".into(),
            _ => "0".into(),
        },
    )
}

fn to_toml(value: &Value) -> Option<String> {
    let value: toml::Value = serde_json::from_value(value.clone()).ok()?;
    Some(value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn the_example_is_a_valid_configuration_also_with_its_comments_taken_away() {
        let text = example();
        toml::from_str::<Config>(&text).unwrap();
        let uncommented: String = text
            .lines()
            .map(|line| match line.strip_prefix('#') {
                Some(rest) if !rest.starts_with(' ') => rest,
                _ => line,
            })
            // Settings that are not set unless someone sets them have no valid value to show.
            .filter(|line| !line.ends_with("= \"\"") && !line.ends_with("= 0"))
            .map(|line| format!("{line}\n"))
            .collect();
        toml::from_str::<Config>(&uncommented)
            .unwrap_or_else(|error| panic!("{error}\n{uncommented}"));
    }
}
