//! Sends dead letters once more, after a mapping was put right or a block was lifted.
//!
//! A file is renamed to `….replaying` first, so that what is refused again goes to a new one, and deleted when every letter in it is stored or
//! buried again. Killed in the middle, the file is found again; what was stored already overwrites itself.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::{Elasticsearch, Error, Report};
use crate::batch::{Delivered, ReadyBatch, Receipt};
use crate::output::dead_letter::{DeadLetter, FileError};

/// The ending of a file that is being replayed.
const REPLAYING: &str = "replaying";

/// What became of a file of dead letters.
#[derive(Clone, Debug, Default)]
pub struct Replayed {
    /// What became of the documents.
    pub report: Report,
    /// Letters that hold no document (records past their retention).
    pub without_document: u64,
    /// Letters of records that Kafka refused. The file is kept for them.
    pub for_kafka: u64,
    /// Lines that are no dead letters (a write that was cut off, another file). The file is kept for them.
    pub unreadable: u64,
}

/// Sends what is in a file.
///
/// # Errors
/// If the file can't be read, renamed or deleted.
pub async fn replay(server: &Elasticsearch, file: &Path) -> Result<Replayed, Error> {
    let wrong = |error: std::io::Error| FileError::new("can't replay", file, error.kind());
    let opened = File::open(file).map_err(wrong)?;
    // Held until the end: whoever writes to the file has it shared.
    if opened.try_lock().is_err() {
        let why = std::io::ErrorKind::ResourceBusy;
        let what = "a running tuomin writes to these dead letters; replay them when it has ended, or tomorrow";
        return Err(FileError::new(what, file, why).into());
    }
    let working = if file.extension().is_some_and(|e| e == REPLAYING) {
        file.to_path_buf()
    } else {
        let working = PathBuf::from(format!("{}.{REPLAYING}", file.display()));
        if working.exists() {
            // Left by a run that was killed: it must be replayed first, not overwritten.
            let why = std::io::ErrorKind::AlreadyExists;
            let what = "an unfinished replay is in the way; replay that first";
            return Err(FileError::new(what, &working, why).into());
        }
        fs::rename(file, &working).map_err(wrong)?;
        working
    };
    let mut done = Replayed::default();
    let (mut body, mut ends) = (Vec::new(), Vec::new());
    let mut lines = BufReader::new(&opened);
    let mut line = Vec::new();
    loop {
        line.clear();
        let more = lines.read_until(b'\n', &mut line).map_err(wrong)? > 0;
        match serde_json::from_slice::<DeadLetter>(&line) {
            _ if !more || line.trim_ascii().is_empty() => {}
            Ok(letter) if letter.is_for_kafka() => done.for_kafka += 1,
            Ok(letter) => match letter.item() {
                Some(item) => {
                    body.extend_from_slice(&item);
                    ends.push(body.len());
                }
                None => done.without_document += 1,
            },
            Err(_) => done.unreadable += 1,
        }
        if !body.is_empty() && (!more || body.len() >= server.settings.bulk.max_bytes) {
            let (body, ends) = (std::mem::take(&mut body), std::mem::take(&mut ends));
            let report = server
                .deliver(ReadyBatch {
                    sequence: 0,
                    body,
                    ends,
                    read: Instant::now(),
                    receipt: Receipt::none(),
                })
                .await;
            done.report.add(&report);
        }
        if !more {
            break;
        }
    }
    if done.report.delivered == Delivered::Safe && done.unreadable + done.for_kafka == 0 {
        fs::remove_file(&working).map_err(wrong)?;
    }
    Ok(done)
}

/// The files of a folder that can be replayed: unfinished ones first.
///
/// # Errors
/// If the folder can't be read. A folder that is not there holds no files.
pub fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let unfinished = format!(".ndjson.{REPLAYING}");
    let mut found: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.file_name().and_then(|n| n.to_str()).is_some_and(|n| {
                n.starts_with("dead-") && (n.ends_with(".ndjson") || n.ends_with(&unfinished))
            })
        })
        .collect();
    found.sort_by_key(|path| {
        (
            path.extension().is_none_or(|e| e != REPLAYING),
            path.clone(),
        )
    });
    Ok(found)
}
