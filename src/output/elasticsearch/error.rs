//! What can go wrong with the store. No text that a server wrote is in any of these: it may quote a field's value.

use crate::output::dead_letter::FileError;

/// A setting that can't work.
#[derive(Debug)]
pub struct Setting {
    /// Its name below `output.elasticsearch`.
    pub field: &'static str,
    /// Reads on after the name: `must be at least 1`.
    pub why: String,
}

/// What can go wrong with the store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A setting that can't work.
    #[error("output.elasticsearch.{} {}", .0.field, .0.why)]
    Setting(Setting),
    /// No node answers.
    #[error("Elasticsearch can't be reached at {urls}: {why}")]
    Unreachable {
        /// The nodes that were tried.
        urls: String,
        /// What kind of failure it was.
        why: &'static str,
    },
    /// The server says that we are not who we say, or may not do this.
    #[error(
        "Elasticsearch at {url} refuses the credentials for {what} (status {status}): check username and password_file, or api_key_file, and its privileges"
    )]
    Credentials {
        /// The node.
        url: String,
        /// What was asked: method and path.
        what: String,
        /// 401 or 403.
        status: u16,
    },
    /// The server answered with something else than success.
    #[error("Elasticsearch refuses {what} (status {status}, {kind})")]
    Refused {
        /// What was asked: method and path.
        what: String,
        /// The HTTP status.
        status: u16,
        /// The error's type as Elasticsearch names it, or `unknown`.
        kind: String,
    },
    /// Answered with success, but not with what this question is answered with.
    #[error("{url} does not answer like Elasticsearch ({what}): is the URL right?")]
    NotElasticsearch {
        /// The node.
        url: String,
        /// What was asked.
        what: String,
    },
    /// Too old.
    #[error("Elasticsearch {0} is too old: 8.7 or newer is needed")]
    Version(String),
    /// Policies or templates are missing, and `setup = "never"`.
    #[error(
        "the server is not set up for \"{prefix}\" and setup = \"never\": {missing}; run `tuomin setup` once"
    )]
    NotSetUp {
        /// The prefix.
        prefix: String,
        /// What is missing or differs.
        missing: String,
    },
    /// The server holds a policy, template or index under our name that would break the retention.
    #[error(
        "{what}: documents written now would not be deleted as promised; `tuomin setup --check` shows the differences, `tuomin setup` puts them right"
    )]
    Retention {
        /// What is wrong, with the name of the policy, template or index.
        what: String,
    },
    /// Records of an earlier configuration wait for an index that this one does not make.
    #[error(
        "records wait for index {index}, which is not under the prefix \"{prefix}\" and not there with a policy: run once with the prefix that they were read under"
    )]
    Foreign {
        /// The index that they are for.
        index: String,
        /// The prefix that is set now.
        prefix: String,
    },
    /// A file of ours.
    #[error(transparent)]
    File(#[from] FileError),
}

impl Error {
    /// Is it the server that can't be used, or how it is asked, rather than an answer that displeases?
    pub fn is_unusable(&self) -> bool {
        matches!(
            self,
            Self::Setting(_)
                | Self::Unreachable { .. }
                | Self::Credentials { .. }
                | Self::NotElasticsearch { .. }
                | Self::Version(_)
        )
    }
}
