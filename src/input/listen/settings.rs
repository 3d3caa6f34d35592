//! What can be set about inputs that others connect to.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::{ListenError, tls::TlsSettings};

/// The variable that holds the HTTP token where no file does.
pub const TOKEN_VARIABLE: &str = "TUOMIN_HTTP_TOKEN";

/// `[input.tcp]`: lines over TCP, without acknowledgement.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TcpSettings {
    /// Address and port. Whoever can reach it can send, unless `tls.client_ca_file` says who may.
    pub listen: SocketAddr,
    /// Encryption. Unset: none.
    pub tls: Option<TlsSettings>,
}

impl Default for TcpSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 5170)),
            tls: None,
        }
    }
}

/// `[input.unix]`: lines over a Unix socket.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct UnixSettings {
    /// Path of the socket. It belongs to the user and group of the process (mode 0660).
    pub path: PathBuf,
}

impl Default for UnixSettings {
    fn default() -> Self {
        Self {
            path: "tuomin.sock".into(),
        }
    }
}

/// `[input.http]`: `POST /` with lines, also gzip or zstd; answered with 200 only when they are safe.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct HttpSettings {
    /// Address and port. Anything but a loopback address needs a token, or `tls.client_ca_file`.
    pub listen: SocketAddr,
    /// A file with the token that senders must show (`Authorization: Bearer …`); or set `TUOMIN_HTTP_TOKEN`.
    pub token_file: Option<PathBuf>,
    /// Most bytes of a request once it is decompressed.
    pub max_body_bytes: usize,
    /// Encryption. Unset: none.
    pub tls: Option<TlsSettings>,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8088)),
            token_file: None,
            max_body_bytes: 64 << 20,
            tls: None,
        }
    }
}

/// `[input.bulk]`: Elasticsearch's bulk protocol, for whatever ships logs to Elasticsearch.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BulkSettings {
    /// Address and port. Anything but a loopback address needs a token, or `tls.client_ca_file`.
    pub listen: SocketAddr,
    /// A file with the token that senders must show, as an API key, a bearer token, or the password of any user; or set
    /// `TUOMIN_HTTP_TOKEN`.
    pub token_file: Option<PathBuf>,
    /// Most bytes of a request once it is decompressed.
    pub max_body_bytes: usize,
    /// Whose names documents get in Elasticsearch.
    pub names: BulkNames,
    /// Encryption. Unset: none.
    pub tls: Option<TlsSettings>,
}

/// Whose names documents of the bulk input get.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BulkNames {
    /// The client's: its `_id`, and its index as part of the name of an index under tuomin's policy, and as an alias of it.
    #[default]
    Client,
    /// tuomin's own: what the client says is only repeated in answers.
    Own,
}

impl Default for BulkSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 9200)),
            token_file: None,
            max_body_bytes: 100 << 20,
            names: BulkNames::default(),
            tls: None,
        }
    }
}

/// The token of an HTTP input, if there is one.
///
/// # Errors
/// If the file can't be read or the token is too short, or if there is none where there must be one.
pub fn token(
    section: &str,
    listen: SocketAddr,
    file: Option<&Path>,
    tls: Option<&TlsSettings>,
) -> Result<Option<SecretString>, ListenError> {
    let setting = |message: String| ListenError::Setting(format!("input.{section}{message}"));
    let token = match file {
        Some(file) => {
            let text = fs::read_to_string(file);
            Some(
                text.map_err(|error| setting(format!(".token_file: {}: {error}", file.display())))?,
            )
        }
        None => std::env::var(TOKEN_VARIABLE).ok(),
    };
    let token = token.map(|token| token.trim().to_owned());
    let knows_senders = tls.is_some_and(|tls| tls.client_ca_file.is_some());
    match &token {
        Some(token) if token.len() < 16 => {
            Err(setting(": a token must have at least 16 characters".into()))
        }
        None if !listen.ip().is_loopback() && !knows_senders => Err(setting(format!(
            ".listen: others than this machine can reach it, so it needs a token: set token_file or {TOKEN_VARIABLE}, or tls.client_ca_file"
        ))),
        _ => Ok(token.map(SecretString::from)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anything_but_loopback_needs_a_token() {
        let of = |listen: &str| token("http", listen.parse().unwrap(), None, None);
        assert!(of("127.0.0.1:1").unwrap().is_none());
        assert!(of("0.0.0.0:1").unwrap_err().to_string().contains("token"));
    }
}
