//! What a terminal shows while the program runs: a bar with rate and time left where the end is known, else a line of figures.

use std::{
    collections::VecDeque,
    io::IsTerminal,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{RecvTimeoutError, Sender, bounded};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::summary::{bytes, grouped};
use crate::{metrics::Observed, telemetry};

/// How often it is drawn.
const PERIOD: Duration = Duration::from_millis(200);
/// What a rate is the mean of.
const RECENT: Duration = Duration::from_secs(5);

/// Drawn by a thread of its own, so that no worker spends time on it. Vanishes when dropped.
pub struct Progress {
    /// Closing it ends the thread.
    stop: Option<Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Progress {
    /// Shows how far `consumed` is of `total`, or the figures where the total isn't known. Nothing without a terminal, or if records go to
    /// the same one, since they would tear it.
    pub fn start(
        consumed: Arc<AtomicU64>,
        total: Option<u64>,
        observed: Observed,
        is_torn: bool,
    ) -> Self {
        if is_torn || !std::io::stderr().is_terminal() {
            return Self {
                stop: None,
                thread: None,
            };
        }
        let style = |form: &str| {
            ProgressStyle::with_template(form).unwrap_or_else(|_| ProgressStyle::default_bar())
        };
        let figures = style("{spinner} {wide_msg}");
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr()).with_style(
            style("{wide_bar} {decimal_bytes} of {decimal_total_bytes}  {decimal_bytes_per_sec}  {eta} left"),
        );
        telemetry::say_above(Some(bar.clone()));
        let (stop, stopped) = bounded::<()>(0);
        let thread = thread::Builder::new()
            .name("progress".into())
            .spawn(move || {
                let mut recent = VecDeque::new();
                while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(PERIOD) {
                    let read = consumed.load(Relaxed);
                    if total.is_some_and(|total| read < total) {
                        bar.set_position(read);
                        continue;
                    }
                    // All is read; a server may still take its time.
                    bar.set_style(figures.clone());
                    bar.set_message(status(&mut recent, Figures::of(&observed)));
                    bar.tick();
                }
                telemetry::say_above(None);
                bar.finish_and_clear();
            });
        Self {
            stop: Some(stop),
            thread: thread.ok(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What is known at a moment.
#[derive(Clone, Copy)]
struct Figures {
    at: Instant,
    records: u64,
    bytes: u64,
    /// Where they go to a server: stored, and in dead letters.
    delivered: Option<(u64, u64)>,
    /// Records in the spool, where there is one.
    spooled: Option<u64>,
    /// How long the oldest record has been waiting.
    oldest: Duration,
}

impl Figures {
    fn of(observed: &Observed) -> Self {
        let Observed {
            stats,
            delivery,
            spool,
            ..
        } = observed;
        Self {
            at: Instant::now(),
            records: stats.records.load(Relaxed),
            bytes: stats.bytes_in.load(Relaxed),
            delivered: delivery.as_ref().map(|delivery| {
                let stored = delivery.stored.load(Relaxed) + delivery.already_there.load(Relaxed);
                (stored, delivery.dead.load(Relaxed))
            }),
            spooled: spool.as_ref().map(|spool| spool.records()),
            oldest: observed.longest_wait().unwrap_or_default(),
        }
    }
}

/// The line of figures. `recent` are those of the last seconds.
fn status(recent: &mut VecDeque<Figures>, now: Figures) -> String {
    while recent.len() > 1 && recent[0].at + RECENT < now.at {
        recent.pop_front();
    }
    recent.push_back(now);
    let since = recent[0];
    let seconds = (now.at - since.at).as_secs_f64();
    let rate = |now: u64, before: u64| match seconds > 0.0 {
        true => ((now - before) as f64 / seconds) as u64,
        false => 0,
    };
    let mut line = format!(
        "{} records  {} a second  {}/s",
        grouped(now.records),
        grouped(rate(now.records, since.records)),
        bytes(rate(now.bytes, since.bytes)),
    );
    if let Some((stored, dead)) = now.delivered {
        line += &format!("  {} stored", grouped(stored));
        if dead > 0 {
            line += &format!("  {} dead letters", grouped(dead));
        }
    }
    if let Some(records) = now.spooled.filter(|records| *records > 0) {
        line += &format!("  {} in the spool", grouped(records));
    }
    if now.oldest.as_secs() > 0 {
        line += &format!("  the oldest waits {} s", grouped(now.oldest.as_secs()));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_of_the_last_seconds_and_nothing_is_said_of_what_is_not_there() {
        let start = Instant::now();
        let at = |seconds: u64, records: u64| Figures {
            at: start + Duration::from_secs(seconds),
            records,
            bytes: records * 1000,
            delivered: None,
            spooled: None,
            oldest: Duration::ZERO,
        };
        let mut recent = VecDeque::new();
        let line = status(&mut recent, at(0, 0));
        assert_eq!(line, "0 records  0 a second  0 B/s");
        status(&mut recent, at(10, 50_000));
        let line = status(&mut recent, at(14, 90_000));
        assert_eq!(line, "90,000 records  10,000 a second  10.0 MB/s");
        let line = status(&mut recent, at(100, 90_000));
        assert!(line.starts_with("90,000 records  0 a second"), "{line}");
        let waiting = Figures {
            delivered: Some((89_000, 2)),
            spooled: Some(1_000),
            oldest: Duration::from_secs(70),
            ..at(101, 90_000)
        };
        let line = status(&mut recent, waiting);
        assert!(
            line.ends_with(
                "  89,000 stored  2 dead letters  1,000 in the spool  the oldest waits 70 s"
            ),
            "{line}"
        );
    }
}
