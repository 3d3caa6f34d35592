//! Runs a program over lines in memory on some threads, and measures.

use std::fs;
use std::io::{self, Read as _, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::programs::{Program, Thread};
use crate::pipeline::BLOCK;
use crate::redact::Redactor;

/// Lines in memory, divided into batches of whole lines.
pub struct Workload {
    /// All lines, each ended by `\n`.
    pub bytes: Vec<u8>,
    /// Ends of the batches.
    ends: Vec<usize>,
    /// Number of lines.
    pub records: usize,
}

impl Workload {
    /// Divides lines.
    pub fn new(mut bytes: Vec<u8>) -> Self {
        if !bytes.ends_with(b"\n") && !bytes.is_empty() {
            bytes.push(b'\n');
        }
        let mut ends = Vec::new();
        let mut start = 0;
        while start < bytes.len() {
            let want = (start + BLOCK).min(bytes.len());
            let end = memchr::memchr(b'\n', &bytes[want - 1..]).map_or(bytes.len(), |n| want + n);
            ends.push(end);
            start = end;
        }
        Self {
            records: memchr::memchr_iter(b'\n', &bytes).count(),
            bytes,
            ends,
        }
    }

    fn batch(&self, i: usize) -> Option<&[u8]> {
        let end = *self.ends.get(i)?;
        let start = if i == 0 { 0 } else { self.ends[i - 1] };
        Some(&self.bytes[start..end])
    }
}

/// One run.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    /// Wall seconds.
    pub seconds: f64,
    /// Seconds of each batch, all threads together.
    pub batches: Vec<f64>,
    /// Bytes by which the process grew over what it held before, or the peak of a process of its own.
    pub peak: u64,
}

/// Runs once. `threads` workers take batches in turn; their output is thrown away, as the null device would.
pub fn run(program: Program, redactor: &Redactor, workload: &Workload, threads: usize) -> Sample {
    let next = AtomicUsize::new(0);
    let before = memory("self", "VmRSS:");
    reset_peak();
    let started = Instant::now();
    let work = || {
        let mut latencies = Vec::with_capacity(workload.ends.len() / threads + 1);
        let Some(mut thread) = Thread::of(program, redactor) else {
            return latencies;
        };
        let mut out = Vec::with_capacity(BLOCK * 5 / 4);
        while let Some(batch) = workload.batch(next.fetch_add(1, Ordering::Relaxed)) {
            let at = Instant::now();
            out.clear();
            thread.lines(batch, &mut out);
            std::hint::black_box(&out);
            latencies.push(at.elapsed().as_secs_f64());
        }
        latencies
    };
    let batches: Vec<f64> = if threads == 1 {
        work()
    } else {
        std::thread::scope(|scope| {
            let handles: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            handles
                .into_iter()
                .flat_map(|h| h.join().unwrap_or_default())
                .collect()
        })
    };
    Sample {
        seconds: started.elapsed().as_secs_f64(),
        batches,
        peak: memory("self", "VmHWM:").saturating_sub(before),
    }
}

/// `tuomin run` on a file as a process of its own, its output thrown away.
///
/// # Errors
/// If this program does not know where it is.
pub fn command(file: &Path, threads: usize) -> anyhow::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command
        .args(["run", "--quiet", "--threads", &threads.to_string()])
        .arg(file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    Ok(command)
}

/// A process that does nothing but [`copy_lines`].
///
/// # Errors
/// If this program does not know where it is.
pub fn copying(file: &Path) -> anyhow::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command
        .args(["bench", "--copy"])
        .arg(file)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    Ok(command)
}

/// Reads a file, finds its line ends, copies its lines and writes them.
///
/// # Errors
/// If it can't be read, or `out` not be written.
pub fn copy_lines(file: &Path, out: &mut impl Write) -> io::Result<()> {
    let mut file = fs::File::open(file)?;
    let (mut block, mut copied) = (vec![0; BLOCK], Vec::with_capacity(BLOCK));
    loop {
        let count = file.read(&mut block)?;
        if count == 0 {
            return Ok(());
        }
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', &block[..count]) {
            copied.extend_from_slice(&block[start..=end]);
            start = end + 1;
        }
        copied.extend_from_slice(&block[start..count]);
        out.write_all(&copied)?;
        copied.clear();
    }
}

/// How often a process is asked for its memory, in milliseconds.
const ASKED_EVERY: u64 = 2;

/// Runs a process and measures it.
///
/// # Errors
/// If it can't be started or ends with an error.
pub fn timed(mut command: Command) -> anyhow::Result<Sample> {
    let started = Instant::now();
    let mut child = command.spawn()?;
    let (id, ended) = (child.id().to_string(), AtomicBool::new(false));
    // asked while it runs: what the system says at its end counts this process in, of which it was a copy at first
    let (seconds, status, peak) = std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut peak = 0;
            while !ended.load(Ordering::Relaxed) {
                peak = memory(&id, "VmHWM:").max(peak);
                std::thread::sleep(Duration::from_millis(ASKED_EVERY));
            }
            peak
        });
        let status = child.wait();
        let seconds = started.elapsed().as_secs_f64();
        ended.store(true, Ordering::Relaxed);
        (seconds, status, watch.join().unwrap_or_default())
    });
    anyhow::ensure!(status?.success(), "a process that was measured failed");
    Ok(Sample {
        seconds,
        batches: Vec::new(),
        peak,
    })
}

/// A figure of a process in bytes (Linux; 0 elsewhere).
fn memory(process: &str, key: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let kib = status
        .lines()
        .find_map(|l| l.strip_prefix(key))
        .and_then(|l| l.trim().trim_end_matches(" kB").trim().parse::<u64>().ok());
    kib.unwrap_or(0) * 1024
}

/// Lets the kernel forget the peak of what ran before (Linux).
fn reset_peak() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_whole_lines_and_all_of_them() {
        let text =
            crate::generate::traffic::lines(crate::generate::traffic::Shape::Text, 8 * BLOCK, 1);
        let workload = Workload::new(text.clone());
        let batches: Vec<_> = (0..).map_while(|i| workload.batch(i)).collect();
        assert!(batches.len() > 4 && batches.iter().all(|b| b.ends_with(b"\n")));
        assert_eq!(batches.concat(), text);
        assert_eq!(Workload::new(b"x".to_vec()).records, 1);
        assert_eq!(Workload::new(Vec::new()).records, 0);
    }

    #[test]
    fn a_copy_is_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines");
        let text = [&b"one\n\ntwo\r\n"[..], &vec![b'x'; 3 * BLOCK], b"\nno end"].concat();
        fs::write(&path, &text).unwrap();
        let mut copy = Vec::new();
        copy_lines(&path, &mut copy).unwrap();
        assert!(copy == text);
    }
}
