//! A real Elasticsearch for tests: one node for the whole run, others with settings of their own where a fault needs them.
//!
//! The node is built from `tests/es-node` by Maven on first use. A running one with the same sources is shared, whoever started it: tests
//! therefore keep to names that begin with their own [`prefix`]. It ends by itself when the last test process that holds its lease is gone.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value as Json;

use crate::{
    maven::{assemble, java, source_hash},
    scratch,
};

/// How long a node may take to answer on a busy machine.
const PATIENCE: Duration = Duration::from_secs(180);

/// The URL of the run's node, which is started if it does not run. Ends the test with one line that says what is missing, if anything is.
pub fn es_url() -> &'static str {
    static NODE: OnceLock<(String, TcpStream)> = OnceLock::new();
    let (url, _lease) = NODE.get_or_init(|| {
        let folder = scratch::folder().join(format!("tuomin-es-{}", source_hash("es-node")));
        fs::create_dir_all(&folder).unwrap();
        let lock = File::create(folder.with_extension("lock")).unwrap();
        lock.lock().unwrap();
        if let Some(found) = join(&folder) {
            return found;
        }
        let _ = fs::remove_dir_all(&folder);
        let child = spawn(&folder, &["-Xmx512m", "-Xms512m"], &[]);
        wait(&folder, child).1
    });
    url
}

/// A prefix for names that no other test uses, on a shared node too.
pub fn prefix(test: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_millis()
        % 1_000_000_000;
    format!(
        "t-{test}-{:x}-{now:x}-{}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    )
}

/// A node of one test's own, with settings of its own. Killed when dropped.
pub struct Node {
    folder: tempfile::TempDir,
    settings: Vec<String>,
    child: Child,
    url: String,
    _lease: TcpStream,
}

impl Node {
    /// Starts a node with settings such as `indexing_pressure.memory.limit=10kb`.
    pub fn start(settings: &[&str]) -> Self {
        let folder = tempfile::tempdir_in(scratch::folder()).unwrap();
        let settings: Vec<String> = settings.iter().map(|s| format!("-E{s}")).collect();
        let child = spawn(folder.path(), &["-Xmx256m", "-Xms256m"], &settings);
        let (child, (url, lease)) = wait(folder.path(), child);
        Self {
            folder,
            settings,
            child,
            url,
            _lease: lease,
        }
    }

    /// Its URL; the same after a restart.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it has said so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("out.log")).unwrap()
    }

    /// Ends it as a power failure would. Its data stay.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again on its data and port.
    pub fn restart(&mut self) {
        let port = self.url.rsplit(':').next().unwrap();
        let mut settings = self.settings.clone();
        settings.push(format!("-Ehttp.port={port}"));
        let _ = fs::remove_file(self.folder.path().join("running"));
        let child = spawn(self.folder.path(), &["-Xmx256m", "-Xms256m"], &settings);
        (self.child, (self.url, self._lease)) = wait(self.folder.path(), child);
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks a node and gives back status and answer.
pub fn ask(url: &str, method: &str, path: &str, body: Option<&Json>) -> (u16, Json) {
    let body = body.map(Json::to_string).unwrap_or_default();
    let (status, answer) = send(url, method, path, body.as_bytes()).unwrap();
    let text = || Json::String(String::from_utf8_lossy(&answer).into_owned());
    (
        status,
        serde_json::from_slice(&answer).unwrap_or_else(|_| text()),
    )
}

/// One request to whoever listens there, who may be gone in the middle of it.
pub fn send(url: &str, method: &str, path: &str, body: &[u8]) -> io::Result<(u16, Vec<u8>)> {
    let host = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    )?;
    stream.write_all(body)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let split = answer
        .windows(4)
        .position(|w| w == b"\r\n\r\n")
        .ok_or(io::ErrorKind::UnexpectedEof)?;
    let head = String::from_utf8_lossy(&answer[..split]).to_lowercase();
    let status = head.get(9..12).and_then(|status| status.parse().ok());
    let content = match head.contains("transfer-encoding: chunked") {
        true => unchunk(&answer[split + 4..]),
        false => answer[split + 4..].to_vec(),
    };
    Ok((status.ok_or(io::ErrorKind::InvalidData)?, content))
}

/// The content of a chunked answer.
fn unchunk(mut rest: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    while let Some(line) = rest.windows(2).position(|w| w == b"\r\n") {
        let size =
            usize::from_str_radix(std::str::from_utf8(&rest[..line]).unwrap().trim(), 16).unwrap();
        if size == 0 {
            break;
        }
        content.extend_from_slice(&rest[line + 2..line + 2 + size]);
        rest = &rest[line + 4 + size..];
    }
    content
}

/// Number of documents in indices or streams, after a refresh.
pub fn count(url: &str, indices: &str) -> u64 {
    ask(
        url,
        "POST",
        &format!("/{indices}/_refresh?ignore_unavailable=true"),
        None,
    );
    let path = format!("/{indices}/_count?ignore_unavailable=true");
    let mut count = None;
    // An index that was made a moment ago has no shard to ask yet.
    until("the documents can be counted", PATIENCE, || {
        count = ask(url, "GET", &path, None).1["count"].as_u64();
        count.is_some()
    });
    count.unwrap()
}

/// Waits until something is so; panics with `what` if it does not come.
pub fn until(what: &str, patience: Duration, mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(
            begin.elapsed() < patience,
            "waited {patience:?} in vain until {what}"
        );
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// A running node in this folder: its URL and a lease.
fn join(folder: &Path) -> Option<(String, TcpStream)> {
    let running = fs::read_to_string(folder.join("running")).ok()?;
    let mut parts = running.split_whitespace();
    let (http, lease) = (parts.next()?, parts.next()?);
    let lease = TcpStream::connect(format!("127.0.0.1:{lease}")).ok()?;
    TcpStream::connect(format!("127.0.0.1:{http}")).ok()?;
    Some((format!("http://127.0.0.1:{http}"), lease))
}

fn wait(folder: &Path, mut child: Child) -> (Child, (String, TcpStream)) {
    let begin = Instant::now();
    let found = loop {
        if let Some(found) = join(folder) {
            break found;
        }
        let log = || fs::read_to_string(folder.join("out.log")).unwrap_or_default();
        if let Ok(Some(status)) = child.try_wait() {
            let log = log();
            let tail: Vec<&str> = log.lines().rev().take(20).collect();
            panic!(
                "the Elasticsearch node ended while it started ({status}):\n{}",
                tail.into_iter().rev().collect::<Vec<_>>().join("\n")
            );
        }
        assert!(
            begin.elapsed() < PATIENCE,
            "the Elasticsearch node is not ready after {PATIENCE:?}:\n{}",
            log()
        );
        std::thread::sleep(Duration::from_millis(100));
    };
    until("the node has its indices", PATIENCE, || {
        ask(
            &found.0,
            "GET",
            "/_cluster/health?wait_for_status=yellow&timeout=5s",
            None,
        )
        .0 == 200
    });
    (child, found)
}

fn spawn(folder: &Path, java_options: &[&str], settings: &[String]) -> Child {
    let home = home();
    let java = java();
    fs::create_dir_all(folder.join("tmp")).unwrap();
    let log = File::create(folder.join("out.log")).unwrap();
    let mut command = Command::new(&java.0);
    command
        .args(java_options)
        .args([
            // Removes its folder with the last who holds a lease, also if that one is killed.
            "-Dtidy=true",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Des.distribution.type=tar",
            "-Dorg.elasticsearch.nativeaccess.enableVectorLibrary=false",
        ])
        .args([
            "-Dlog4j2.disable.jmx=true",
            "-Dlog4j.shutdownHookEnabled=false",
            "-Dfile.encoding=UTF-8",
        ])
        .arg(format!("-Djava.io.tmpdir={}", folder.join("tmp").display()));
    if java.1 >= 24 {
        command.args(["--enable-native-access=ALL-UNNAMED,org.elasticsearch.nativeaccess,org.apache.lucene.core", "--sun-misc-unsafe-memory-access=allow"]);
    } else {
        command.arg("-Djava.security.manager=allow");
    }
    // `index.codec: best_compression` needs libzstd, which is in no jar.
    let libraries = [
        "/usr/lib/x86_64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu",
        "/lib/x86_64-linux-gnu",
        "/usr/lib64",
        "/lib64",
        "/usr/lib",
    ];
    if let Some(zstd) = libraries
        .iter()
        .map(|l| Path::new(l).join("libzstd.so.1"))
        .find(|l| l.exists())
    {
        let native = folder.join("native");
        fs::create_dir_all(&native).unwrap();
        let _ = std::os::unix::fs::symlink(zstd, native.join("libzstd.so"));
        command.arg(format!("-Des.nativelibs.path={}", native.display()));
    }
    command
        .arg("--module-path")
        .arg(home.join("lib"))
        .arg("--add-modules=ALL-MODULE-PATH,jdk.net")
        .arg("-cp")
        .arg(home.join("launcher.jar"))
        .arg("esnode.Launcher")
        .args([&home, folder])
        .args(settings)
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log);
    command.spawn().unwrap()
}

/// The assembled node.
fn home() -> PathBuf {
    assemble("es-node", "Elasticsearch").join("home")
}
