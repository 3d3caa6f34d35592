//! What the program says about itself: logs and panics, never content.

use std::{io::IsTerminal, panic};

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
        let lines = fmt().with_env_filter(filter).with_writer(std::io::stderr);
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
