//! How a reader reaches the store: the flags that `trace`, `search`, `top` and `serve` share, over the configuration file that `run` has.

use std::path::{Path, PathBuf};

use clap::Args;
use secrecy::SecretString;

use super::{
    elastic::Elastic,
    files::Files,
    source::{Source, SourceError},
};
use crate::{config::Config, output::elasticsearch::Settings, record::RecordTable};

/// Where the answers come from. Without files, from Elasticsearch.
#[derive(Args, Clone, Debug, Default)]
pub struct SourceArgs {
    /// Configuration file, the same that `tuomin run` has: its [output.elasticsearch] says where to ask
    #[arg(long, value_name = "FILE", help_heading = "Source")]
    pub config: Option<PathBuf>,

    /// Ask Elasticsearch at this URL (several, divided by commas, are taken in turn)
    #[arg(
        long,
        value_name = "URL",
        help_heading = "Source",
        value_delimiter = ','
    )]
    pub es: Vec<String>,

    /// Prefix of the index names [default: tuomin]
    #[arg(long, value_name = "PREFIX", help_heading = "Source")]
    pub prefix: Option<String>,

    /// User for basic authentication; the password comes from --password-file or TUOMIN_ES_PASSWORD
    #[arg(long, value_name = "NAME", help_heading = "Source")]
    pub user: Option<String>,

    /// File that holds the password and nothing else
    #[arg(long, value_name = "FILE", help_heading = "Source")]
    pub password_file: Option<PathBuf>,

    /// File that holds an API key (or set TUOMIN_ES_API_KEY)
    #[arg(long, value_name = "FILE", help_heading = "Source")]
    pub api_key_file: Option<PathBuf>,

    /// Certificate authority of the server, as a PEM file, where the system does not know it
    #[arg(long, value_name = "FILE", help_heading = "Source")]
    pub ca: Option<PathBuf>,
}

impl SourceArgs {
    /// Files, if some are named; Elasticsearch otherwise. Checks everything that can be checked without asking.
    pub fn source(&self, files: &[PathBuf]) -> Result<Source, SourceError> {
        let config = self.config()?;
        if files.is_empty() {
            return Ok(Source::Elastic(Elastic::new(&self.settings(&config))?));
        }
        if !self.es.is_empty() {
            return Err(SourceError::Settings("name files or --es, not both".into()));
        }
        let mut table = RecordTable::builtin();
        if let Some(offset) = config.record.offset_s() {
            table = table.with_offset(offset);
        }
        Ok(Source::Files(
            Files::new(files.to_vec())?.reading(table, config.record.kind),
        ))
    }

    /// The configuration that the flags are laid over.
    pub fn config(&self) -> Result<Config, SourceError> {
        let settings = |e: crate::config::ConfigError| SourceError::Settings(e.to_string());
        let config = Config::load(self.config.as_deref())
            .map_err(settings)?
            .config;
        config.check().map_err(settings)?;
        Ok(config)
    }

    /// The store's settings with the flags in force.
    pub fn settings(&self, config: &Config) -> Settings {
        let mut settings = config.output.elasticsearch.clone().unwrap_or_default();
        if !self.es.is_empty() {
            settings.urls.clone_from(&self.es);
        }
        if let Some(prefix) = &self.prefix {
            settings.prefix.clone_from(prefix);
        }
        // A flag for one way to sign in replaces the file's other way.
        if self.user.is_some() {
            (settings.username, settings.api_key_file) = (self.user.clone(), None);
        }
        if self.password_file.is_some() {
            settings.password_file.clone_from(&self.password_file);
        }
        if self.api_key_file.is_some() {
            (settings.username, settings.password_file) = (None, None);
            settings.api_key_file.clone_from(&self.api_key_file);
        }
        if self.ca.is_some() {
            settings.ca_file.clone_from(&self.ca);
        }
        settings
    }
}

/// A secret from a file or, failing that, the environment.
pub fn secret(file: Option<&Path>, variable: &str) -> Result<Option<SecretString>, SourceError> {
    let text = match file {
        Some(path) => Some(
            std::fs::read_to_string(path)
                .map_err(|e| SourceError::Settings(format!("{}: {e}", path.display())))?,
        ),
        None => std::env::var(variable).ok(),
    };
    let text = text.map(|t| t.trim_end_matches(['\r', '\n']).to_owned());
    match text {
        Some(text) if text.is_empty() => {
            let what = file.map_or_else(|| variable.to_owned(), |p| p.display().to_string());
            Err(SourceError::Settings(format!("{what} is empty")))
        }
        text => Ok(text.map(SecretString::from)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(es: &str) -> SourceArgs {
        SourceArgs {
            es: vec![es.into()],
            ..SourceArgs::default()
        }
    }

    #[test]
    fn settings_are_checked_before_anything_is_asked() {
        let said = |a: SourceArgs| {
            Elastic::new(&a.settings(&Config::default()))
                .err()
                .map(|e| e.to_string())
                .unwrap_or_default()
        };
        assert!(said(args("ftp://x")).contains("http"));
        assert!(said(args("http://u:p@x")).contains("no credentials"));
        assert!(said(args("::")).contains("urls"));
        assert!(
            said(SourceArgs {
                prefix: Some("*".into()),
                ..args("http://x")
            })
            .contains("prefix")
        );
        assert!(
            said(SourceArgs {
                ca: Some("/no/such".into()),
                ..args("http://x")
            })
            .contains("/no/such")
        );
        assert_eq!(said(args("http://a:9200")), "");
    }
}
