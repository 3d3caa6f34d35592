//! The configuration: layers, mistakes, what is shown.

use crate::program::Program;

#[test]
fn file_then_environment_then_flag() {
    let program = Program::new();
    program.file("tuomin.toml", "[pipeline]\nthreads = 2\nflush_ms = 77\n");
    let shown = program.run(&["config"]);
    assert!(
        shown.text().contains("threads = 2") && shown.text().contains("# from tuomin.toml"),
        "{}",
        shown.text()
    );
    let program = program.with("TUOMIN_PIPELINE__THREADS", 3);
    let shown = program.run(&["config"]);
    assert!(
        shown.text().contains("threads = 3") && shown.text().contains("flush_ms = 77"),
        "{}",
        shown.text()
    );
    assert!(
        shown
            .text()
            .contains("# from the environment: TUOMIN_PIPELINE__THREADS")
    );
    program
        .pipe(&["run", "--threads", "1"], b"{\"a\":1}\n")
        .gives(b"{\"a\":1}\n");
}

#[test]
fn mistakes_are_told_with_their_place_and_a_suggestion_before_anything_is_read() {
    let program = Program::new();
    program.file("bad.toml", "[pipeline]\n\nthreds = 2\n");
    let ran = program.pipe(&["run", "--config", "bad.toml"], b"{\"a\":1}\n");
    ran.fails(2, &["bad.toml:3:", "`threds`", "did you mean `threads`?"]);
    assert!(ran.out.is_empty());
    program.file("worse.toml", "[pipeline]\nthreads = \"s3cret\"\n");
    let ran = program.run(&["config", "--config", "worse.toml"]);
    ran.fails(2, &["worse.toml:2:", "pipeline.threads"]);
    assert!(!ran.err.contains("s3cret"), "{}", ran.err);
    program
        .run(&["run", "--config", "none.toml"])
        .fails(2, &["none.toml", "can't be read"]);
    let program = Program::new().with("TUOMIN_PIPELINE__THREDS", 1);
    program
        .run(&["run"])
        .fails(2, &["TUOMIN_PIPELINE__THREDS", "did you mean `threads`?"]);
    let program = Program::new().with("TUOMIN_PIPELINE__BLOCK_BYTES", 1);
    program
        .run(&["run"])
        .fails(2, &["pipeline.block_bytes must be at least 1024"]);
    program.run(&["run", "--key-file", "no.key"]).fails(2, &[]);
}

#[test]
fn the_example_can_be_used_as_it_is() {
    let program = Program::new();
    let example = program.run(&["config", "--example"]);
    assert_eq!(example.code, 0);
    program.file("tuomin.toml", &example.out);
    assert_eq!(program.run(&["config"]).code, 0);
    // Nothing in it has an effect.
    let without = Program::new().run(&["config"]);
    let settings = |text: &str| text.lines().skip(1).collect::<Vec<_>>().join("\n");
    assert_eq!(
        settings(program.run(&["config"]).text()),
        settings(without.text())
    );
}

#[test]
fn the_schema_is_json() {
    let schema = Program::new().run(&["config", "--schema"]);
    let schema: serde_json::Value = serde_json::from_slice(&schema.out).unwrap();
    assert!(schema["properties"]["pipeline"].is_object());
}
