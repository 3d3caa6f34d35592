//! A bar with rate and time left while a terminal watches.

use std::{
    io::IsTerminal,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use crossbeam_channel::{Sender, bounded};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often it is drawn.
const PERIOD: Duration = Duration::from_millis(200);

/// Drawn by a thread of its own, so that no worker spends time on it. Vanishes when dropped.
pub struct Progress {
    /// Closing it ends the thread.
    stop: Option<Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Progress {
    /// Shows how far `consumed` is of `total`, or only its rate if the total isn't known. Nothing without a terminal.
    pub fn start(consumed: Arc<AtomicU64>, total: Option<u64>, quiet: bool) -> Self {
        // Output that goes to the same terminal would be torn by a bar.
        if quiet || !std::io::stderr().is_terminal() || std::io::stdout().is_terminal() {
            return Self {
                stop: None,
                thread: None,
            };
        }
        let form = match total {
            Some(_) => "{wide_bar} {bytes} of {total_bytes}  {bytes_per_sec}  {eta} left",
            None => "{spinner} {bytes} read  {bytes_per_sec}  {elapsed}",
        };
        let style =
            ProgressStyle::with_template(form).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar =
            ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr()).with_style(style);
        let (stop, stopped) = bounded::<()>(0);
        let thread = thread::Builder::new()
            .name("progress".into())
            .spawn(move || {
                while let Err(crossbeam_channel::RecvTimeoutError::Timeout) =
                    stopped.recv_timeout(PERIOD)
                {
                    bar.set_position(consumed.load(Relaxed));
                }
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
