//! What a server refuses for good, kept in files until someone has put the cause right and calls `tuomin replay`
//! (for Elasticsearch) or sends the documents again (to Kafka).
//!
//! One JSON object a line, in `<folder>/dead-<yyyy-mm-dd>.ndjson`, readable by the owner only. The document in it is redacted: nothing else
//! ever leaves the encoder. The reason is the error's *type*; its text may quote a value, even if only a redacted one, and is not asked for.
//!
//! ```text
//! {"time":"2026-11-24T07:01:02.123Z","index":"tuomin-operation-2026.11.23-000001","id":"kXm…","op":"index","status":400,
//!  "error":"document_parsing_exception","attempts":2,"document":"{\"@timestamp\":…}"}
//! ```

mod letter;

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use letter::{Action, DeadLetter};

use super::age::Age;
use crate::record::clock::Now;
use crate::record::time;

/// Where records go that a server refuses for good. They are redacted like everything else on disk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DeadLetterSettings {
    /// Folder of the files, one a day. Made when the first one is needed.
    pub folder: PathBuf,
    /// Most bytes in the folder. When it is full, delivery waits: a dead letter is the last copy.
    pub max_bytes: u64,
    /// Files older than that are deleted. Keep it within the retention.
    pub keep: Age,
}

impl Default for DeadLetterSettings {
    fn default() -> Self {
        Self {
            folder: "tuomin-dead-letters".into(),
            max_bytes: 1 << 30,
            keep: Age::days(30),
        }
    }
}

/// A file of ours that can't be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{what}: {path}: {why}")]
pub struct FileError {
    what: &'static str,
    path: String,
    why: std::io::ErrorKind,
}

impl FileError {
    /// What was tried with which file, and the kind of failure.
    pub fn new(what: &'static str, path: &Path, why: std::io::ErrorKind) -> Self {
        Self {
            what,
            path: path.display().to_string(),
            why,
        }
    }
}

/// What is said where a file can't be written.
const WRITE: &str = "can't write dead letters";
/// The folder of dead letters. Shared by all threads; dead letters are rare, so one lock serves.
pub struct DeadLetters {
    state: Option<Mutex<State>>,
}

struct State {
    settings: DeadLetterSettings,
    /// The open file and the day it is for.
    open: Option<(String, File)>,
    /// Bytes in the folder.
    used: u64,
}

impl DeadLetters {
    /// A folder; nothing is made before the first letter.
    pub fn in_folder(settings: &DeadLetterSettings) -> Self {
        Self {
            state: Some(Mutex::new(State {
                settings: settings.clone(),
                open: None,
                used: 0,
            })),
        }
    }

    /// Keeps nothing, for tests and dry runs.
    pub fn discarding() -> Self {
        Self { state: None }
    }

    /// Writes letters and has them on disk when it returns.
    pub fn write(&self, letters: &[DeadLetter]) -> Result<(), FileError> {
        let Some(state) = &self.state else {
            return Ok(());
        };
        let mut text = Vec::new();
        for letter in letters {
            if serde_json::to_writer(&mut text, letter).is_ok() {
                text.push(b'\n');
            }
        }
        let mut state = state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        state.append(&text)?;
        for letter in letters {
            metrics::counter!("tuomin_dead_letters_total", "error" => letter.error.clone())
                .increment(1);
        }
        Ok(())
    }

    /// A record that was refused at the door: counted and named, without its content. A full or failing disk must not stop the flow for it.
    pub fn refuse(&self, action: &[u8], reason: &'static str) {
        metrics::counter!("tuomin_elasticsearch_refused_total", "reason" => reason).increment(1);
        if let Err(error) = self.write(&[DeadLetter::of(action, 0, reason, 0)]) {
            tracing::warn!(%error, reason, "a refused record could not be noted in the dead letters");
        }
    }
}

fn now() -> String {
    let mut now = Vec::new();
    time::write_iso(time::now_ms(), &mut now);
    String::from_utf8(now).unwrap_or_default()
}

impl State {
    fn append(&mut self, text: &[u8]) -> Result<(), FileError> {
        let mut today = now();
        today.truncate(10);
        if self.open.as_ref().is_none_or(|(day, _)| *day != today) {
            self.turn_to(&today)?;
        }
        let folder = &self.settings.folder;
        if self.used.saturating_add(text.len() as u64) > self.settings.max_bytes {
            return Err(FileError::new(
                "the dead letters have reached dead_letters.max_bytes",
                folder,
                std::io::ErrorKind::StorageFull,
            ));
        }
        let Some((_, file)) = &mut self.open else {
            return Ok(());
        };
        let before = file.metadata().map_or(0, |meta| meta.len());
        if let Err(error) = file.write_all(text).and_then(|()| file.sync_data()) {
            // Half a line must not run into the next. Other processes that append to the file find the same disk full, so that
            // nothing of theirs stands behind it.
            let _ = file.set_len(before);
            return Err(FileError::new(WRITE, folder, error.kind()));
        }
        self.used += text.len() as u64;
        Ok(())
    }

    /// Opens the day's file, and takes stock of the others.
    fn turn_to(&mut self, today: &str) -> Result<(), FileError> {
        let folder = self.settings.folder.clone();
        let wrong = |error: std::io::Error| FileError::new(WRITE, &folder, error.kind());
        make_folder(&folder).map_err(wrong)?;
        self.used = 0;
        // They are the last copies: a clock that was set must not make them old.
        let now = Now::read().earliest_ms();
        for file in files(&folder).map_err(wrong)? {
            let meta = fs::metadata(&file).map_err(wrong)?;
            let written = meta.modified().ok().and_then(time::since_1970_ms);
            let age = written.map_or(0, |written| now.saturating_sub(written));
            if age > self.settings.keep.ms() {
                tracing::warn!(file = %file.display(), "dead letters are past dead_letters.keep and were deleted");
                fs::remove_file(&file).map_err(wrong)?;
            } else {
                self.used += meta.len();
            }
        }
        let path = folder.join(format!("dead-{today}.ndjson"));
        self.open = Some((today.to_owned(), open_shared(&path).map_err(wrong)?));
        Ok(())
    }
}

/// Opens a file to append to, with a lock that other writers share and a replay must have alone.
fn open_shared(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    loop {
        let file = options.open(path)?;
        file.lock_shared()?;
        // A replay may have moved the file away between the two: what is written there now would be deleted.
        if is_at(&file, path) {
            return Ok(file);
        }
    }
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let (Ok(ours), Ok(there)) = (file.metadata(), fs::metadata(path)) else {
        return false;
    };
    (ours.dev(), ours.ino()) == (there.dev(), there.ino())
}

#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
}

/// The dead-letter files of a folder, oldest first.
pub fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.file_name()
                .and_then(|n| n.to_str())
                .is_some_and(|n| n.starts_with("dead-") && n.ends_with(".ndjson"))
        })
        .collect();
    found.sort();
    Ok(found)
}

fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ITEM: &[u8] = b"{\"create\":{\"_index\":\"i\",\"_id\":\"x\"}}\n{\"a\":1,\"a\":2}\n";

    #[test]
    fn an_item_comes_back_as_it_was() {
        let letter = DeadLetter::of(ITEM, 400, "document_parsing_exception", 2);
        assert_eq!(letter.item().as_deref(), Some(ITEM));
        assert_eq!(
            (
                letter.index.as_str(),
                letter.id.as_str(),
                letter.op.as_str()
            ),
            ("i", "x", "create")
        );
        let refused = DeadLetter::of(
            b"{\"index\":{\"_index\":\"i\",\"_id\":\"x\"}}\n",
            0,
            "past_retention",
            0,
        );
        assert_eq!(refused.item(), None);
        DeadLetter::of(b"\xff\n\xff", 400, "", 1);
    }

    #[test]
    fn files_are_private_bounded_and_dated() {
        let room = tempfile::tempdir().unwrap();
        let folder = room.path().join("dead");
        let settings = DeadLetterSettings {
            folder: folder.clone(),
            max_bytes: 450,
            keep: Age::days(30),
        };
        let letters = DeadLetters::in_folder(&settings);
        assert!(!folder.exists());
        let letter = DeadLetter::of(ITEM, 400, "document_parsing_exception", 2);
        letters.write(std::slice::from_ref(&letter)).unwrap();
        letters.write(std::slice::from_ref(&letter)).unwrap();
        assert!(matches!(
            letters.write(std::slice::from_ref(&letter)),
            Err(FileError {
                why: std::io::ErrorKind::StorageFull,
                ..
            })
        ));
        // Another process finds the folder as full as it is.
        assert!(
            DeadLetters::in_folder(&settings)
                .write(std::slice::from_ref(&letter))
                .is_err()
        );
        let files = files(&folder).unwrap();
        assert_eq!(files.len(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(
                fs::metadata(&files[0]).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
        let text = fs::read_to_string(&files[0]).unwrap();
        assert_eq!(text.lines().count(), 2);
        serde_json::from_str::<DeadLetter>(text.lines().next().unwrap()).unwrap();
    }
}
