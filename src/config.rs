//! The whole configuration: composes the settings that each room declares, from file, environment and flags.
//!
//! Each later layer wins: built-in defaults, `tuomin.toml`, environment variables (`TUOMIN_SECTION__KEY`), flags. All of it is
//! checked before the first byte is read. Messages name the file, line, variable or setting, never a value: one pasted into the
//! wrong place may be a secret.
//!
//! The JSON Schema that the types yield is the one source for everything that needs to know which settings there are:
//! suggestions, the conversion of environment variables, the commented example, `tuomin config --schema`.

mod environment;
mod example;
mod file;
mod schema;

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    input::InputSettings, metrics::MetricsSettings, output::OutputSettings,
    pipeline::PipelineSettings, record::settings::RecordSettings, redact::RedactSettings,
    spool::SpoolSettings, telemetry::LogSettings,
};

pub use example::example;
pub use schema::json_schema;

/// The variable that names the configuration file where `--config` doesn't.
pub const FILE_VARIABLE: &str = "TUOMIN_CONFIG";
/// The file that is read where nothing names one, if it is there.
pub const DEFAULT_FILE: &str = "tuomin.toml";

/// Everything that can be set.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// What is taken out of the lines, and how.
    pub redact: RedactSettings,
    /// How a record's kind and time are read.
    pub record: RecordSettings,
    /// Where lines come from besides the files and the standard input of `tuomin run`.
    pub input: InputSettings,
    /// How lines travel from input to output.
    pub pipeline: PipelineSettings,
    /// Where records go.
    pub output: OutputSettings,
    /// A queue on disk in front of the server. Unset: none.
    pub spool: Option<SpoolSettings>,
    /// What the program says about itself.
    pub log: LogSettings,
    /// What can be asked over HTTP while it runs.
    pub metrics: MetricsSettings,
}

/// A configuration and where it came from.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The settings in force, before flags.
    pub config: Config,
    /// The file that was read.
    pub file: Option<PathBuf>,
    /// Names of the environment variables that count.
    pub variables: Vec<String>,
}

/// What is wrong with a configuration. One line, fit to be shown.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

impl Config {
    /// Reads file and environment. `path` is what `--config` says.
    ///
    /// # Errors
    /// [`ConfigError`] for the first thing that is wrong.
    pub fn load(path: Option<&Path>) -> Result<Loaded, ConfigError> {
        Self::load_from(path, std::env::vars_os())
    }

    /// Like [`Config::load`], with the environment given.
    pub fn load_from(
        path: Option<&Path>,
        variables: impl Iterator<Item = (std::ffi::OsString, std::ffi::OsString)>,
    ) -> Result<Loaded, ConfigError> {
        let mut named = None;
        let mut settings = Vec::new();
        for (name, value) in variables {
            // Names that are not text can't be ours; a value that is not text is an error only for ours.
            let Some(name) = name.to_str().map(str::to_owned) else {
                continue;
            };
            let is_file = name == FILE_VARIABLE;
            if !is_file && !environment::is_setting(&name) {
                continue;
            }
            let Some(value) = value.to_str().map(str::to_owned) else {
                return Err(ConfigError(format!(
                    "environment variable {name}: is not UTF-8"
                )));
            };
            match is_file {
                true => named = Some(PathBuf::from(value)),
                false => settings.push((name, value)),
            }
        }
        let file = match path.map(Path::to_path_buf).or(named) {
            Some(path) => Some(path),
            None => Some(PathBuf::from(DEFAULT_FILE)).filter(|path| path.is_file()),
        };
        let table = match &file {
            Some(path) => file::read(path)?,
            None => toml::Table::new(),
        };
        settings.sort();
        let config = environment::overlay(table, &settings)?;
        let variables = settings.into_iter().map(|(name, _)| name).collect();
        Ok(Loaded {
            config,
            file,
            variables,
        })
    }

    /// Checks what the types can't, for everything that is going to be used.
    ///
    /// # Errors
    /// [`ConfigError`] that names the setting.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.pipeline.check().map_err(ConfigError)?;
        self.record.check().map_err(ConfigError)?;
        self.log.check().map_err(ConfigError)?;
        if let Some(kafka) = &self.input.kafka {
            kafka.check().map_err(ConfigError)?;
        }
        if let Some(kafka) = &self.output.kafka {
            kafka.check().map_err(ConfigError)?;
            if self.output.elasticsearch.is_some() || self.output.file.is_some() {
                let message = "[output.kafka]: records go to one place, so neither output.file nor output.elasticsearch can stand beside it";
                return Err(ConfigError(message.into()));
            }
        }
        if let Some(store) = &self.output.elasticsearch {
            store
                .check()
                .map_err(|error| ConfigError(error.to_string()))?;
        }
        if let Some(spool) = &self.spool {
            spool.check().map_err(ConfigError)?;
            if self.output.elasticsearch.is_none() {
                let message = "[spool] is a queue in front of a server: it needs [output.elasticsearch] or --es";
                return Err(ConfigError(message.into()));
            }
        }
        Ok(())
    }

    /// As a `tuomin.toml` that would have the same effect. Secrets are not part of the configuration (only the names of the
    /// files that hold them), so there are none in it.
    ///
    /// # Errors
    /// If a setting can't be written as TOML.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string_pretty(self)
    }
}
