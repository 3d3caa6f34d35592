//! What must be so when the trouble is over, and what must never be.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt, fs,
    io::Read,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::{Map, Value as Json, json};

use super::{
    records::{Records, secrets},
    shipper::Shipper,
};
use crate::{
    delivery,
    es::{ask, count, send},
    program::Program,
};

/// How long nothing may come while something is to come.
const STUCK: Duration = Duration::from_secs(120);
/// Documents of one search.
const PAGE: usize = 1000;
const ZSTD: [u8; 4] = 0xfd2f_b528_u32.to_le_bytes();

/// Waits until so many documents are there; what has piled up may take long, but must become less. If no more come, those that are
/// missing will be named by [`nothing_is_lost_or_changed`].
pub fn everything_is_stored(url: &str, indices: &str, expected: u64, shippers: &[&Shipper]) {
    let (mut stored, mut since) = (0, Instant::now());
    while stored < expected {
        thread::sleep(Duration::from_millis(500));
        let now = count(url, indices);
        if now > stored {
            (stored, since) = (now, Instant::now());
        }
        if since.elapsed() > STUCK {
            let logs: String = shippers
                .iter()
                .map(|shipper| shipper.last_words())
                .collect();
            println!("soak: {stored} of {expected} are stored, and no more come:\n{logs}");
            return;
        }
    }
}

/// Every record is in exactly one document, and says what the redactor makes of its line.
pub fn nothing_is_lost_or_changed(url: &str, indices: &str, sources: &[&Records]) {
    let mut expected = HashMap::new();
    for records in sources {
        let lines: Vec<_> = records.all().collect();
        for lines in lines.chunks(10_000) {
            let input: String = lines.iter().map(|(_, line)| line.as_str()).collect();
            let ran = Program::new()
                .with("TUOMIN_KEY", delivery::key())
                .pipe(&["run", "--quiet"], input.as_bytes());
            assert_eq!(ran.code, 0, "{}", ran.err);
            for ((id, _), line) in lines.iter().zip(ran.text().lines()) {
                expected.insert(id.clone(), digest(serde_json::from_str(line).unwrap()));
            }
        }
    }
    let (stored, given) = (count(url, indices), expected.len() as u64);
    let mut after = Json::Null;
    loop {
        let mut query =
            json!({"size": PAGE, "sort": ["tuomin.request_id"], "track_total_hits": false});
        if !after.is_null() {
            query["search_after"] = after.clone();
        }
        let answer = ask(
            url,
            "POST",
            &format!("/{indices}/_search?expand_wildcards=all"),
            Some(&query),
        )
        .1;
        let text = answer.to_string();
        assert_clean("an index", text.as_bytes());
        let hits = answer["hits"]["hits"].as_array().unwrap();
        let Some(last) = hits.last() else { break };
        after = last["sort"].clone();
        for hit in hits {
            let Json::Object(document) = &hit["_source"] else {
                panic!("a document without a source")
            };
            let id = document["RequestId"].as_str().unwrap();
            let known = expected.remove(id);
            assert_eq!(known, Some(digest(document.clone())), "{id} is not whole");
        }
    }
    let lost: Vec<_> = expected.into_keys().collect();
    assert!(lost.is_empty(), "{} records are lost: {lost:?}", lost.len());
    assert_eq!(stored, given, "a record twice");
}

/// A record's own fields, as a number: what the store adds is left out.
fn digest(document: Map<String, Json>) -> u64 {
    let own = document
        .into_iter()
        .filter(|(name, _)| name != "@timestamp" && name != "tuomin")
        // Bodies that are texts have a name of their own in the store.
        .map(|(name, value)| (name.trim_end_matches("_text").to_owned(), value));
    let text = Json::Object(own.collect()).to_string();
    let hash = blake3::hash(text.as_bytes());
    u64::from_le_bytes(hash.as_bytes()[..8].try_into().unwrap())
}

/// Records past their retention are in the dead letters by name, without their content.
pub fn what_is_too_old_is_named(shippers: &[&Shipper], sources: &[&Records]) {
    for (shipper, records) in shippers.iter().zip(sources) {
        let mut named = BTreeSet::new();
        let folder = fs::read_dir(shipper.program().path("tuomin-dead-letters"));
        for file in folder.into_iter().flatten() {
            for line in fs::read_to_string(file.unwrap().path()).unwrap().lines() {
                let letter: Json = serde_json::from_str(line).unwrap();
                assert_eq!(
                    (&letter["error"], &letter["document"]),
                    (&json!("past_retention"), &Json::Null)
                );
                named.insert(letter["id"].as_str().unwrap().to_owned());
            }
        }
        assert_eq!(named.len() as u64, records.too_old());
    }
}

/// Nothing that was planted can be found by any field either: words of bodies are indexed and not kept.
pub fn no_secret_in_the_index(url: &str, indices: &str) {
    for secret in secrets() {
        let query = json!({"query": {"multi_match": {"query": secret, "fields": ["*"], "type": "phrase", "lenient": true}}});
        let (status, answer) = ask(url, "POST", &format!("/{indices}/_search"), Some(&query));
        assert_eq!(
            (status, &answer["hits"]["total"]["value"]),
            (200, &json!(0)),
            "a planted secret can be searched for"
        );
    }
}

/// Looks at everything that must hold no secret while it goes on.
#[derive(Default)]
pub struct Watch(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    /// Redacted bytes that spools held when they were looked at.
    spooled: usize,
    most_memory: f64,
    /// Items that were sent more than once, by reason.
    sent_again: BTreeMap<String, f64>,
}

impl Watch {
    /// What a program keeps on disk, but for what it reads. Spooled bytes are decompressed.
    pub fn disk(&self, shipper: &Shipper) {
        self.folder(&shipper.program().path(""));
    }

    /// Whether there was something spooled to look at.
    pub fn saw_a_spool(&self) -> bool {
        self.0.lock().unwrap().spooled > 0
    }

    fn folder(&self, folder: &Path) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("in") {
                self.folder(&path);
            } else if path.is_file()
                // A file of the spool that is delivered goes while one looks.
                && let Ok(bytes) = fs::read(&path)
            {
                assert_clean(&path.display().to_string(), &bytes);
                let plain = decompressed(&bytes);
                assert_clean(&path.display().to_string(), &plain);
                self.0.lock().unwrap().spooled += plain.len();
            }
        }
    }

    /// A text that something said.
    pub fn text(&self, what: &str, text: &str) {
        assert_clean(what, text.as_bytes());
    }

    /// Asks for a program's metrics until told to stop.
    pub fn metrics(&self, url: String, stop: &AtomicBool) {
        let mut before = BTreeMap::new();
        while !stop.load(Relaxed) {
            thread::sleep(Duration::from_millis(500));
            let Ok((200, page)) = send(&url, "GET", "/metrics", b"") else {
                continue;
            };
            assert_clean("the metrics", &page);
            let mut seen = self.0.lock().unwrap();
            for line in String::from_utf8_lossy(&page).lines() {
                let (name, value) = line.rsplit_once(' ').unwrap_or_default();
                let value: f64 = value.parse().unwrap_or_default();
                if name == "process_resident_memory_bytes" {
                    seen.most_memory = seen.most_memory.max(value);
                }
                if let Some(reason) = name.strip_prefix("tuomin_elasticsearch_sent_again_total") {
                    // A program that was started anew counts from nothing.
                    let last = before.insert(reason.to_owned(), value).unwrap_or(0.0);
                    let more = if value < last { value } else { value - last };
                    *seen.sent_again.entry(reason.to_owned()).or_default() += more;
                }
            }
        }
    }
}

impl fmt::Display for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seen = self.0.lock().unwrap();
        write!(
            f,
            "{:.0} MB of memory at most, {} spooled bytes looked at, sent again {:?}",
            seen.most_memory / 1e6,
            seen.spooled,
            seen.sent_again
        )
    }
}

/// All zstd frames in a file.
fn decompressed(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    for at in memchr::memmem::find_iter(bytes, &ZSTD) {
        if let Ok(decoder) = zstd::stream::read::Decoder::new(&bytes[at..]) {
            // A frame that was being written when the program died ends early.
            let _ = decoder.single_frame().read_to_end(&mut plain);
        }
    }
    plain
}

#[track_caller]
fn assert_clean(place: &str, bytes: &[u8]) {
    for secret in secrets() {
        assert!(
            memchr::memmem::find(bytes, secret.as_bytes()).is_none(),
            "a planted secret stands in {place}"
        );
    }
}
