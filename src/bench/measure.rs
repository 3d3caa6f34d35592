//! Runs a program over lines in memory on some threads, and measures.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::programs::{Program, Thread};
use crate::redact::Redactor;

/// Bytes that a thread takes at once: that of the pipeline, so that the buffers stay in a core's own cache.
pub const BATCH: usize = 256 << 10;

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
            let want = (start + BATCH).min(bytes.len());
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
    let before = memory("VmRSS:");
    reset_peak();
    let started = Instant::now();
    let work = || {
        let mut latencies = Vec::with_capacity(workload.ends.len() / threads + 1);
        let Some(mut thread) = Thread::of(program, redactor) else {
            return latencies;
        };
        let mut out = Vec::with_capacity(BATCH * 5 / 4);
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
        peak: memory("VmHWM:").saturating_sub(before),
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

/// Runs a process and measures it.
///
/// # Errors
/// If it can't be started or ends with an error.
pub fn timed(mut command: Command) -> anyhow::Result<Sample> {
    let started = Instant::now();
    let mut child = command.spawn()?;
    let peak = wait(&mut child)?;
    Ok(Sample {
        seconds: started.elapsed().as_secs_f64(),
        batches: Vec::new(),
        peak,
    })
}

/// Waits for a child; its peak resident memory in bytes.
#[cfg(unix)]
fn wait(child: &mut std::process::Child) -> anyhow::Result<u64> {
    let (mut status, pid) = (0, child.id() as libc::pid_t);
    // SAFETY: an all-zero rusage is a valid one, and wait4 only writes to the two places it is given, which outlive the call.
    let (result, usage) = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        (libc::wait4(pid, &mut status, 0, &mut usage), usage)
    };
    anyhow::ensure!(
        result == pid && libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0,
        "`tuomin run` failed"
    );
    // Kibibytes on Linux, bytes on macOS.
    Ok(usage.ru_maxrss as u64 * if cfg!(target_os = "macos") { 1 } else { 1024 })
}

/// Waits for a child where peak memory can't be had so.
#[cfg(not(unix))]
fn wait(child: &mut std::process::Child) -> anyhow::Result<u64> {
    anyhow::ensure!(child.wait()?.success(), "`tuomin run` failed");
    Ok(0)
}

/// A figure of this process in bytes (Linux; 0 elsewhere).
fn memory(key: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
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
            crate::generate::traffic::lines(crate::generate::traffic::Shape::Text, 2_000_000, 1);
        let workload = Workload::new(text.clone());
        let batches: Vec<_> = (0..).map_while(|i| workload.batch(i)).collect();
        assert!(batches.len() > 4 && batches.iter().all(|b| b.ends_with(b"\n")));
        assert_eq!(batches.concat(), text);
        assert_eq!(Workload::new(b"x".to_vec()).records, 1);
        assert_eq!(Workload::new(Vec::new()).records, 0);
    }
}
