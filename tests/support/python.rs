//! A Python with the official Elasticsearch client, in a folder of its own.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::Command,
};

/// The client's version, which is also the oldest server that it talks to.
const CLIENT: &str = "elasticsearch==8.19.0";

/// The interpreter. Ends the test with one line that says what is missing, if anything is.
pub fn python() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(CLIENT);
    let lock = File::create(folder.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    let (python, done) = (folder.join("bin/python"), folder.join("done"));
    if done.exists() {
        return python;
    }
    let made = Command::new("python3")
        .args(["-m", "venv", "--clear"])
        .arg(&folder)
        .output();
    assert!(
        made.is_ok_and(|made| made.status.success()),
        "this test needs Python 3 with venv for the official Elasticsearch client: apt-get install python3-venv"
    );
    let installed = Command::new(&python)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            CLIENT,
        ])
        .output()
        .unwrap();
    assert!(
        installed.status.success(),
        "{CLIENT} can't be installed (the Python package index is needed):\n{}",
        String::from_utf8_lossy(&installed.stderr)
    );
    File::create(done).unwrap();
    python
}
