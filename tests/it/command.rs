//! The command line itself.

use crate::program::Program;

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

#[test]
fn version_man_page_and_completions() {
    assert!(
        Program::new()
            .run(&["--version"])
            .text()
            .starts_with(concat!("tuomin ", env!("CARGO_PKG_VERSION")))
    );
    assert!(Program::new().run(&["man"]).text().contains(".TH tuomin"));
    for shell in ["bash", "zsh", "fish"] {
        let ran = Program::new().run(&["completions", shell]);
        assert!(ran.code == 0 && ran.text().contains("tuomin"), "{shell}");
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
    let ran = Program::new().pipe(&["run", "--quiet"], b"{\"a\":1}\n");
    assert_eq!(ran.err, "");
}
