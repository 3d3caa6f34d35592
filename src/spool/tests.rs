use std::{
    collections::BTreeSet,
    fs::{self, File},
    os::unix::fs::FileExt,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::SeqCst},
    },
    thread,
    time::{Duration, Instant},
};

use super::*;
use crate::{
    batch::{Delivered, ReadyBatch, Receipt},
    pipeline::shutdown::Shutdown,
};

fn settings(folder: &Path) -> SpoolSettings {
    SpoolSettings {
        folder: folder.into(),
        segment_bytes: 64 << 10,
        max_bytes: 256 << 10,
        ..Default::default()
    }
}

fn open(settings: &SpoolSettings) -> (Spool, Recovered) {
    Spool::open(settings, Shutdown::new().unwrap()).unwrap()
}

/// One record that does not compress, told by its first four bytes.
fn batch(number: u32, bytes: usize, receipt: Receipt) -> ReadyBatch {
    let mut noise = blake3::Hasher::new()
        .update(&number.to_le_bytes())
        .finalize_xof();
    let mut body = vec![0; bytes];
    noise.fill(&mut body);
    body[..4].copy_from_slice(&number.to_le_bytes());
    let ends = vec![bytes / 2, bytes];
    ReadyBatch {
        sequence: 0,
        body,
        ends,
        read: Instant::now(),
        receipt,
    }
}

fn number(batch: &ReadyBatch) -> u32 {
    assert_eq!(batch.ends, [batch.body.len() / 2, batch.body.len()]);
    u32::from_le_bytes(batch.body[..4].try_into().unwrap())
}

fn append(spool: &Spool, numbers: impl Iterator<Item = u32>, bytes: usize) {
    let safe = Arc::new(AtomicU32::new(0));
    let mut count = 0;
    for number in numbers {
        let safe = safe.clone();
        spool.append(batch(
            number,
            bytes,
            Receipt::new(move |how| {
                assert_eq!(how, Delivered::Safe);
                safe.fetch_add(1, SeqCst);
            }),
        ));
        count += 1;
    }
    for _ in 0..500 {
        if safe.load(SeqCst) == count {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("not every receipt was answered");
}

/// Delivers everything that is there.
fn drain(spool: &Spool) -> Vec<u32> {
    spool.close();
    let mut numbers = Vec::new();
    while let Some(batch) = spool.next() {
        numbers.push(number(&batch));
        batch.receipt.answer(Delivered::Safe);
    }
    numbers
}

fn files(folder: &Path) -> usize {
    fs::read_dir(folder)
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().path().extension().is_some())
        .count()
}

#[test]
fn what_goes_in_comes_out_in_order_and_files_go_away() {
    let folder = tempfile::tempdir().unwrap();
    let settings = SpoolSettings {
        max_bytes: 10 << 20,
        ..settings(folder.path())
    };
    let (spool, recovered) = open(&settings);
    assert_eq!(recovered, Recovered::default());
    append(&spool, 0..30, 10_000);
    assert_eq!(spool.records(), 60);
    assert!(files(folder.path()) > 3);
    assert_eq!(drain(&spool), (0..30).collect::<Vec<_>>());
    assert_eq!((spool.records(), files(folder.path())), (0, 0));
}

#[test]
fn what_is_not_delivered_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let settings = SpoolSettings {
        max_bytes: 10 << 20,
        ..settings(folder.path())
    };
    let (spool, _) = open(&settings);
    append(&spool, 0..20, 10_000);
    let mut held = Vec::new();
    for expected in 0..12 {
        let batch = spool.next().unwrap();
        assert_eq!(number(&batch), expected);
        // Number 3 is not answered: everything behind it in its file may come again, and it must.
        match expected {
            3 => held.push(batch),
            _ => batch.receipt.answer(Delivered::Safe),
        }
    }
    spool.stop();
    spool.close();
    std::mem::forget(held);
    // As after a crash: the lock goes with the process, here by hand.
    fs::remove_file(folder.path().join("lock")).unwrap();
    let (spool, recovered) = open(&settings);
    assert!(recovered.records >= 18, "{recovered:?}");
    let numbers: BTreeSet<_> = drain(&spool).into_iter().collect();
    assert!(
        numbers.contains(&3) && (12..20).all(|number| numbers.contains(&number)),
        "{numbers:?}"
    );
}

#[test]
fn what_is_refused_comes_again() {
    let folder = tempfile::tempdir().unwrap();
    let (spool, _) = open(&settings(folder.path()));
    append(&spool, 0..2, 1000);
    spool.next().unwrap().receipt.answer(Delivered::Failed);
    assert_eq!(drain(&spool), [1, 0]);
}

#[test]
fn a_file_cut_at_any_byte_gives_all_whole_entries() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let (spool, _) = open(&settings);
    append(&spool, 0..4, 100);
    spool.stop();
    let path = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some());
    let path = path.unwrap();
    let whole = fs::read(&path).unwrap();
    spool.close();
    for length in 0..whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        let mut damage = Damage::default();
        let segment = segment::Segment::recover(&path, 1, state::now_ms(), &mut damage).unwrap();
        let entries = segment.places.len();
        let expected = segment
            .places
            .back()
            .map_or(32.min(length as u64), |place| place.end());
        assert_eq!(
            damage.torn_bytes,
            length as u64 - expected,
            "cut at {length}: {entries} entries"
        );
        let size = (whole.len() - 32) / 4;
        assert_eq!(entries, length.saturating_sub(32) / size, "cut at {length}");
    }
}

#[test]
fn a_broken_entry_costs_only_itself() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let (spool, _) = open(&settings);
    append(&spool, 0..4, 1000);
    spool.stop();
    spool.close();
    let path = folder.path().join(format!("{:020}.spool", 1));
    let whole = fs::read(&path).unwrap();
    let size = (whole.len() - 32) / 4;
    // In the header and in the payload of the second entry.
    for at in [32 + size, 32 + size + 5, 32 + size + 100] {
        let mut broken = whole.clone();
        broken[at] ^= 0xff;
        let _ = fs::remove_file(folder.path().join("lock"));
        fs::write(&path, broken).unwrap();
        let (spool, _) = open(&settings);
        assert_eq!(drain(&spool), [0, 2, 3], "byte {at}");
    }
}

#[test]
fn a_full_queue_makes_the_writer_wait() {
    let folder = tempfile::tempdir().unwrap();
    let (spool, _) = open(&settings(folder.path()));
    let writer = {
        let spool = spool.clone();
        thread::spawn(move || append(&spool, 0..60, 10_000))
    };
    thread::sleep(Duration::from_millis(300));
    assert!(!writer.is_finished());
    assert!(spool.bytes() <= 256 << 10);
    for expected in 0..60 {
        let batch = spool.next().unwrap();
        assert_eq!(number(&batch), expected);
        batch.receipt.answer(Delivered::Safe);
    }
    writer.join().unwrap();
}

#[test]
fn or_the_oldest_are_dropped_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let settings = SpoolSettings {
        when_full: WhenFull::DropOldest,
        ..settings(folder.path())
    };
    let (spool, _) = open(&settings);
    append(&spool, 0..60, 10_000);
    let left = drain(&spool);
    assert_eq!(left.last(), Some(&59));
    assert!(left.len() > 10 && left.windows(2).all(|pair| pair[0] + 1 == pair[1]));
    assert_eq!(spool.dropped_records(), 2 * (60 - left.len() as u64));
}

#[test]
fn a_folder_is_used_by_one_process() {
    let folder = tempfile::tempdir().unwrap();
    let (_spool, _) = open(&settings(folder.path()));
    let second = Spool::open(&settings(folder.path()), Shutdown::new().unwrap());
    assert!(matches!(second, Err(SpoolError::InUse(_))));
}

#[test]
fn foreign_files_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("notes.txt"), "mine").unwrap();
    fs::write(
        folder.path().join("00000000000000000009.spool"),
        "garbage that is no spool at all, and longer than a header",
    )
    .unwrap();
    let (spool, recovered) = open(&settings(folder.path()));
    assert_eq!(recovered.records, 0);
    append(&spool, 0..1, 100);
    assert_eq!(drain(&spool), [0]);
    assert_eq!(fs::read(folder.path().join("notes.txt")).unwrap(), b"mine");
}

#[test]
fn a_clock_that_was_set_makes_nothing_too_old_or_breaks_anything() {
    let day = 86_400_000_u64;
    let begun = |when: u64, kept: u64| {
        let folder = tempfile::tempdir().unwrap();
        let settings = SpoolSettings {
            max_age_days: Some(2),
            sync: Sync::System,
            ..settings(folder.path())
        };
        let (spool, _) = open(&settings);
        append(&spool, 0..1, 1000);
        drop(spool);
        // As if the file had been begun at a moment that the clock now says is `when`.
        let file = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .find(|path| path.extension().is_some());
        let file = File::options().write(true).open(file.unwrap()).unwrap();
        file.write_all_at(&when.to_le_bytes(), 8).unwrap();
        let (spool, _) = open(&settings);
        let waited = spool.longest_wait().unwrap();
        append(&spool, 1..2, 1000);
        assert_eq!((spool.records(), spool.dropped_records()), (kept, 4 - kept));
        waited.as_secs()
    };
    let now = state::now_ms();
    // It was put back since: younger than nothing is nothing.
    assert_eq!(begun(now + 400 * day, 4), 0);
    assert_eq!(begun(u64::MAX, 4), 0);
    assert!((86_400..86_500).contains(&begun(now - day, 4)));
    assert!((259_200..259_300).contains(&begun(now - 3 * day, 2)));
}

/// Waits until so many spool files of `folder` are open in this process: the thread that syncs lets go of its own a little later.
#[track_caller]
fn comes_to_open(folder: &Path, expected: impl Fn(usize) -> bool) {
    let count = || {
        let handles = fs::read_dir("/proc/self/fd").unwrap();
        handles
            .filter_map(|handle| fs::read_link(handle.ok()?.path()).ok())
            .filter(|target| target.starts_with(folder) && target.extension().is_some())
            .count()
    };
    for _ in 0..500 {
        if expected(count()) {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("{} files are open", count());
}

#[test]
fn a_backlog_of_many_files_is_not_as_many_open_ones() {
    for sync in [Sync::System, Sync::Disk] {
        let folder = tempfile::tempdir().unwrap();
        let settings = SpoolSettings {
            max_bytes: 1 << 30,
            sync,
            ..settings(folder.path())
        };
        let (spool, _) = open(&settings);
        append(&spool, 0..40, 40_000);
        assert_eq!(files(folder.path()), 20);
        // The one that is written to.
        comes_to_open(folder.path(), |open| open == 1);
        spool.stop();
        spool.close();
        drop(spool);
        let _ = fs::remove_file(folder.path().join("lock"));
        let (spool, recovered) = open(&settings);
        assert_eq!(recovered.records, 80);
        comes_to_open(folder.path(), |open| open <= 1);
        // Those of which something is out, until it is delivered.
        let out: Vec<_> = (0..10).map(|_| spool.next().unwrap()).collect();
        comes_to_open(folder.path(), |open| open == 5);
        for batch in out {
            batch.receipt.answer(Delivered::Safe);
        }
        comes_to_open(folder.path(), |open| open == 0);
        assert_eq!(drain(&spool), (10..40).collect::<Vec<_>>());
    }
}
