//! What proves to Elasticsearch who we are: from files that the settings name, or from the environment.

use std::path::Path;

use secrecy::SecretString;

use super::{Error, Setting, Settings};

/// What proves who we are.
pub enum Secret {
    /// User and password.
    Basic(String, SecretString),
    /// An API key, encoded or as `id:key`.
    ApiKey(SecretString),
}

impl Settings {
    /// The credentials, from the files or the environment.
    pub fn credentials(&self) -> Result<Option<Secret>, Error> {
        if let Some(file) = &self.api_key_file {
            return read_secret(file, "api_key_file").map(|key| Some(Secret::ApiKey(key)));
        }
        if let Some(user) = &self.username {
            let password = match (&self.password_file, std::env::var("TUOMIN_ES_PASSWORD")) {
                (Some(file), _) => read_secret(file, "password_file")?,
                (None, Ok(password)) => password.into(),
                (None, Err(_)) => {
                    let why =
                        "has no password: set password_file or the variable TUOMIN_ES_PASSWORD"
                            .into();
                    return Err(refused("username", why));
                }
            };
            return Ok(Some(Secret::Basic(user.clone(), password)));
        }
        let Ok(key) = std::env::var("TUOMIN_ES_API_KEY") else {
            return Ok(None);
        };
        if !fits_header(key.trim()) {
            let why =
                "is not set, and the variable TUOMIN_ES_API_KEY holds characters that no key has"
                    .into();
            return Err(refused("api_key_file", why));
        }
        Ok(Some(Secret::ApiKey(key.trim().to_owned().into())))
    }
}

fn refused(field: &'static str, why: String) -> Error {
    Error::Setting(Setting { field, why })
}

fn read_secret(file: &Path, field: &'static str) -> Result<SecretString, Error> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        let why = format!("can't be read: {}: {}", file.display(), error.kind());
        refused(field, why)
    })?;
    let text = text.trim();
    if field == "api_key_file" && !fits_header(text) {
        let why = format!(
            "holds more than one line or characters that no key has: {}",
            file.display()
        );
        return Err(refused(field, why));
    }
    if text.is_empty() {
        return Err(refused(field, format!("is empty: {}", file.display())));
    }
    Ok(text.to_owned().into())
}

/// An API key stands in an HTTP header as it is. What can't is no key (pasted with its prompt, another file), and better found here than by a 401.
fn fits_header(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}
