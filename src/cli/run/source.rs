//! Where a run's lines come from: files once, files that are followed, or others that connect.

use std::{path::PathBuf, sync::Arc, thread::JoinHandle};

use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::runtime::Handle;

use super::super::usage;
use crate::{
    config::Config,
    input::{
        InputSettings, Intake,
        files::{Checked, Files, Watch, check},
        follow::{Follow, FollowSettings, checkpoint::Checkpoints},
        listen::Listeners,
    },
    pipeline::{PipelineSettings, buffers::Buffers, shutdown::Shutdown},
};

/// What is read, checked.
pub enum Source {
    /// Files and standard input, to their end.
    Files(Checked),
    /// Files for as long as the program runs.
    Follow(Vec<PathBuf>, FollowSettings, Arc<Checkpoints>),
    /// What others send, for as long as the program runs.
    Listen(Box<Listeners>, Open),
}

/// What is known of listeners once they are open.
#[derive(Default)]
pub struct Open {
    places: Vec<(&'static str, String)>,
    threads: Vec<JoinHandle<()>>,
}

/// A pattern may match more files than a process may have open unless it asks.
fn allow_open_files() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // If that is refused, files are opened as others are closed.
    let _ = setrlimit(Resource::Nofile, limit);
}

impl Source {
    /// Looks at what is named before anything is read.
    pub fn open(files: &[PathBuf], follow: bool, config: &Config) -> anyhow::Result<Self> {
        let InputSettings {
            tcp,
            unix,
            http,
            bulk,
            kafka,
            ..
        } = config.input.clone();
        let listeners = Listeners {
            tcp,
            unix,
            http,
            bulk,
            kafka,
            is_stored: config.output.elasticsearch.is_some(),
        };
        if !follow && files.is_empty() && !listeners.is_empty() {
            return Ok(Self::Listen(Box::new(listeners), Open::default()));
        }
        if !follow {
            return check(files).map(Self::Files).map_err(usage);
        }
        if config.output.file.is_some() {
            let message = "--follow never ends, so a file (output.file) would never get its name: use standard output";
            return Err(usage(message));
        }
        if files.iter().any(|file| file.as_os_str() == "-") {
            let message = "--follow follows files by their names; standard input is read to its end without it";
            return Err(usage(message));
        }
        allow_open_files();
        let settings = config.input.follow.clone();
        let name = settings.checkpoints.display().to_string();
        let checkpoints = Checkpoints::open(&settings.checkpoints).map_err(|error| {
            usage(format!(
                "checkpoints {name} (input.follow.checkpoints): {error}"
            ))
        })?;
        Ok(Self::Follow(files.to_vec(), settings, checkpoints))
    }

    /// Bytes that will be read, if that is known.
    pub fn total_bytes(&self) -> Option<u64> {
        match self {
            Self::Files(checked) => checked.total_bytes,
            Self::Follow(..) | Self::Listen(..) => None,
        }
    }

    /// What the workers read from.
    pub fn intake(
        &mut self,
        settings: &PipelineSettings,
        shutdown: &Shutdown,
        buffers: &Arc<Buffers>,
        watch: &Watch,
        runtime: &Handle,
    ) -> anyhow::Result<Box<dyn Intake>> {
        let limits = settings.line_limits();
        Ok(match self {
            Self::Files(checked) => {
                let (inputs, width) = (checked.inputs.clone(), settings.workers());
                Box::new(Files::new(
                    inputs,
                    width,
                    limits,
                    shutdown.clone(),
                    buffers.clone(),
                    watch.clone(),
                ))
            }
            Self::Follow(patterns, follow, checkpoints) => {
                let (buffers, checkpoints) = (buffers.clone(), checkpoints.clone());
                let follow = Follow::new(
                    patterns,
                    follow,
                    limits,
                    shutdown.clone(),
                    buffers,
                    checkpoints,
                );
                Box::new(follow.map_err(usage)?)
            }
            Self::Listen(listeners, open) => {
                let opened = listeners.open(runtime, limits, settings.in_flight_bytes, shutdown);
                let opened = opened.map_err(usage)?;
                *open = Open {
                    places: opened.places,
                    threads: opened.threads,
                };
                Box::new(opened.intake)
            }
        })
    }

    /// Where it listens, by input; empty before it is read.
    pub fn places(&self) -> &[(&'static str, String)] {
        match self {
            Self::Listen(_, open) => &open.places,
            Self::Files(_) | Self::Follow(..) => &[],
        }
    }

    /// After the last acknowledgement. Waits for threads that end after it.
    pub fn finish(self) {
        match self {
            Self::Files(_) => {}
            Self::Follow(_, _, checkpoints) => checkpoints.save(),
            Self::Listen(_, open) => {
                for thread in open.threads {
                    // A panic was told when it happened, and what is not acknowledged comes again.
                    let _ = thread.join();
                }
            }
        }
    }
}
