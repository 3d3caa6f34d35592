//! Servers that are put together from published jars, by the projects beside the tests.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

/// What Maven makes of the project `tests/<folder>`, made if it is not there. Ends the test with one line that says what is missing, if
/// anything is.
pub fn assemble(folder: &str, what: &str) -> PathBuf {
    let out =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{folder}-{}", source_hash(folder)));
    fs::create_dir_all(&out).unwrap();
    let lock = File::create(out.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    let done = out.join("done");
    if done.exists() {
        return out;
    }
    java();
    let maven = Command::new("mvn")
        .args(["-q", "-B", "-f"])
        .arg(sources(folder).join("pom.xml"))
        .arg(format!("-Dout={}", out.display()))
        .arg("package")
        .output()
        .unwrap_or_else(|_| panic!("these tests need Maven 3.8 or newer to assemble {what}, and `mvn` was not found: apt-get install maven"));
    let said = String::from_utf8_lossy(&maven.stdout);
    assert!(
        maven.status.success(),
        "Maven could not assemble {what} (a JDK, not only a JRE, and Maven Central are needed):\n{said}"
    );
    File::create(done).unwrap();
    out
}

/// The Java to use, and its version.
pub fn java() -> (PathBuf, u32) {
    let java = std::env::var_os("JAVA_HOME").map_or_else(
        || PathBuf::from("java"),
        |home| Path::new(&home).join("bin/java"),
    );
    let needed = "these tests need a JDK 17 or newer to run servers from published jars";
    let install = "apt-get install openjdk-17-jdk-headless, or set JAVA_HOME";
    let Ok(answer) = Command::new(&java).arg("-version").output() else {
        panic!(
            "{needed}, and `{}` was not found: {install}",
            java.display()
        )
    };
    // openjdk version "17.0.15" 2025-04-15
    let text = String::from_utf8_lossy(&answer.stderr).into_owned();
    let version = text
        .split('"')
        .nth(1)
        .and_then(|v| v.split(['.', '-']).next()?.parse().ok())
        .unwrap_or(0);
    assert!(
        version >= 17,
        "{needed}, and `{}` is version {version}: {install}",
        java.display()
    );
    (java, version)
}

/// Where a project's sources are.
pub fn sources(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(folder)
}

/// Tells builds of different sources apart.
pub fn source_hash(folder: &str) -> String {
    fn add(path: &Path, hasher: &mut blake3::Hasher) {
        let mut entries: Vec<PathBuf> = fs::read_dir(path)
            .unwrap()
            .map(|e| e.unwrap().path())
            .collect();
        entries.sort();
        for entry in entries {
            if entry.is_dir() {
                // What Maven builds by hand leaves beside them is no source.
                if !entry.ends_with("target") {
                    add(&entry, hasher);
                }
            } else if entry.extension().is_some_and(|e| e != "md") {
                hasher.update(&fs::read(entry).unwrap());
            }
        }
    }
    let mut hasher = blake3::Hasher::new();
    add(&sources(folder), &mut hasher);
    hasher.finalize().to_hex()[..16].to_owned()
}
