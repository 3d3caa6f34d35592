//! Help texts, the same for `--help` and the man page: paragraphs flow to the width of the terminal, examples stay as they are.

use clap::Command;

/// The command and all that are under it, with texts that flow.
pub fn flowing(command: Command) -> Command {
    let command = match command.get_long_about().map(ToString::to_string) {
        Some(text) => command.long_about(flow(&text)),
        None => command,
    };
    command.mut_subcommands(flowing)
}

/// Joins the lines of each paragraph. An indented line, and what follows it, is an example.
fn flow(text: &str) -> String {
    let mut flowing = String::with_capacity(text.len());
    let mut before = "";
    for line in text.lines() {
        let is_new = line.is_empty() || line.starts_with(' ') || before.is_empty();
        if !flowing.is_empty() {
            flowing.push(
                if is_new || before.starts_with(' ') || before.ends_with(':') {
                    '\n'
                } else {
                    ' '
                },
            );
        }
        flowing.push_str(line);
        before = line;
    }
    flowing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_flow_and_examples_stay() {
        let text = "Title\n\nOne\ntwo.\n\n  a b\n  c\n\nExamples:\n  d";
        assert_eq!(
            flow(text),
            "Title\n\nOne two.\n\n  a b\n  c\n\nExamples:\n  d"
        );
    }
}
