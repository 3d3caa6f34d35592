//! The command line itself.

use crate::program::{Program, end};

#[test]
fn help_says_what_the_exit_codes_mean() {
    let ran = Program::new().run(&["--help"]);
    assert_eq!(ran.code, 0);
    assert!(
        ran.text().contains("Exit codes:") && ran.text().contains("run"),
        "{}",
        ran.text()
    );
}

#[test]
fn a_wrong_argument_is_a_usage_error() {
    Program::new()
        .run(&["run", "--thread", "2"])
        .fails(2, &["--threads"]);
    Program::new().run(&["rnu"]).fails(2, &["rnu"]);
    Program::new().run(&[]).fails(2, &["Usage"]);
}

/// `tuomin patterns | head`
#[test]
fn whoever_has_read_enough_may_go() {
    let program = Program::new();
    program.file("a.log", "{\"Name\":\"张三\"}\n");
    for arguments in [
        &["patterns"][..],
        &["patterns", "--test"],
        &["audit", "a.log"],
        &["evaluate", "--records", "10"],
        &["config", "--example"],
    ] {
        let mut child = program.start(arguments);
        drop(child.stdout.take());
        let ran = end(child);
        assert!(!ran.err.contains("panicked"), "{arguments:?}: {}", ran.err);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.err);
    }
}

#[test]
fn version_with_the_commit_it_was_built_from() {
    let version = Program::new().run(&["--version"]);
    let line = version.text().trim();
    let rest = line
        .strip_prefix(concat!("tuomin ", env!("CARGO_PKG_VERSION")))
        .unwrap_or_else(|| panic!("{line}"));
    let in_git = std::process::Command::new("git")
        .args(["rev-parse", "HEAD"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .is_ok_and(|asked| asked.status.success());
    if in_git {
        let commit = rest
            .strip_prefix(" (")
            .and_then(|rest| rest.strip_suffix(')'));
        let commit = commit.unwrap_or_else(|| panic!("{line}"));
        assert!(
            commit.len() == 12 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "{line}"
        );
    }
}

#[test]
fn man_page_and_completions_know_every_subcommand() {
    let program = Program::new();
    let help = program.run(&["--help"]);
    let commands: Vec<&str> = help
        .text()
        .lines()
        .skip_while(|line| !line.starts_with("Commands:"))
        .skip(1)
        .map_while(|line| line.strip_prefix("  "))
        .filter(|line| !line.starts_with(' '))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(
        commands.len() > 12 && commands.contains(&"trace"),
        "{commands:?}"
    );
    let man = program.run(&["man"]);
    assert!(man.text().contains(".TH tuomin"));
    let trace = program.run(&["man", "trace"]);
    assert!(
        trace.text().contains(".TH tuomin-trace") && trace.text().contains("related"),
        "{}",
        trace.text()
    );
    program.run(&["man", "no-such"]).fails(2, &["no-such"]);
    let completions = ["bash", "zsh", "fish", "elvish", "powershell"]
        .map(|shell| program.run(&["completions", shell]));
    for command in commands {
        assert!(
            man.text().contains(&format!("tuomin\\-{command}")),
            "man: {command}"
        );
        assert!(
            completions
                .iter()
                .all(|script| script.code == 0 && script.text().contains(command)),
            "{command}"
        );
    }
}

#[test]
fn the_summary_counts_and_can_be_left_out() {
    let ran = Program::new().pipe(&["run"], b"{\"a\":1}\n{\"b\":2}\n");
    assert!(
        ran.err.starts_with("2 records, 16 B in, 16 B out, "),
        "{}",
        ran.err
    );
    assert!(!ran.err.contains('\x1b'), "no colours without a terminal");
    assert!(!ran.err.contains("No key"), "nothing was taken out");
    let record = "{\"Name\":\"张三\"}\n".as_bytes();
    let ran = Program::new().pipe(&["run"], record);
    assert!(ran.err.contains("No key"), "{}", ran.err);
    let with_key = Program::new().with("TUOMIN_KEY", "5".repeat(64));
    assert!(!with_key.pipe(&["run"], record).err.contains("No key"));
    let ran = Program::new().pipe(&["run", "--quiet"], b"{\"a\":1}\n");
    assert_eq!(ran.err, "");
}
