//! What the program says about itself: logs and panics, never content.

use std::{
    io::{self, IsTerminal},
    panic,
    sync::{Mutex, PoisonError},
};

use indicatif::ProgressBar;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tracing_subscriber::{EnvFilter, fmt};

/// `[log]`: what is said on standard error.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LogSettings {
    /// `error`, `warn`, `info`, `debug` or `trace`; also for parts: `info,tuomin::spool=debug`.
    pub level: String,
    /// The form of a log line.
    pub format: LogFormat,
    /// Lets the system write core dumps and other processes of the same user look into this one's memory. There is clear
    /// text in it.
    pub allow_core_dumps: bool,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self {
            level: "warn".into(),
            format: LogFormat::Text,
            allow_core_dumps: false,
        }
    }
}

/// The form of a log line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

impl LogSettings {
    /// Says what is wrong, naming the setting.
    ///
    /// # Errors
    /// If the level is none.
    pub fn check(&self) -> Result<(), String> {
        let wrong = |_| {
            "log.level must be error, warn, info, debug or trace, or a list like info,tuomin::spool=debug".into()
        };
        EnvFilter::try_new(&self.level).map(drop).map_err(wrong)
    }

    /// Starts logging, makes panics quiet and forbids core dumps.
    pub fn start(&self) {
        let filter = EnvFilter::try_new(&self.level).unwrap_or_else(|_| EnvFilter::new("warn"));
        let lines = fmt().with_env_filter(filter).with_writer(|| Above);
        // An error only says that someone else has started it before, as tests do.
        let _ = match self.format {
            LogFormat::Text => lines
                .with_ansi(std::io::stderr().is_terminal())
                .with_target(false)
                .try_init(),
            LogFormat::Json => lines.json().flatten_event(true).try_init(),
        };
        quiet_panics();
        if !self.allow_core_dumps {
            forbid_dumps();
        }
    }
}

/// What is drawn at the bottom of the terminal, if anything is.
static DRAWN: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// From now on, what is said stands above `bar` instead of running into it.
pub fn say_above(bar: Option<ProgressBar>) {
    *DRAWN.lock().unwrap_or_else(PoisonError::into_inner) = bar;
}

/// Standard error, above what is drawn there.
struct Above;

impl io::Write for Above {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let drawn = DRAWN.lock().unwrap_or_else(PoisonError::into_inner);
        let say = || io::Write::write_all(&mut io::stderr(), bytes).map(|()| bytes.len());
        match &*drawn {
            Some(bar) => bar.suspend(say),
            None => say(),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        io::Write::flush(&mut io::stderr())
    }
}

/// A panic's message can quote what was being worked on (`byte index 5 is not a char boundary; it is inside …`). Only its
/// place is shown.
fn quiet_panics() {
    panic::set_hook(Box::new(|info| {
        let (file, line) = info
            .location()
            .map_or(("", 0), |place| (place.file(), place.line()));
        let thread = std::thread::current();
        tracing::error!(
            file,
            line,
            thread = thread.name(),
            "internal error; the record it concerns is replaced"
        );
    }));
}

/// Clear text is in memory while it is worked on: no core dump may be made of it, and no other process of the same user
/// may look into it.
fn forbid_dumps() {
    use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    if set_dumpable_behavior(DumpableBehavior::NotDumpable).is_err()
        | setrlimit(Resource::Core, none).is_err()
    {
        tracing::warn!("core dumps could not be switched off");
    }
}
