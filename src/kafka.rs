//! What the Kafka input and output share: how a cluster is reached and how connections to it are secured.
//!
//! The settings are there in every build, so that a configuration is understood everywhere; a build without the feature `kafka` says
//! so when one of them is used.

#[cfg(feature = "kafka")]
pub mod client;

use std::{collections::BTreeMap, path::PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The variable that holds the password where no file does.
pub const PASSWORD_VARIABLE: &str = "TUOMIN_KAFKA_PASSWORD";

/// Properties that are ours: another value would break a promise, or there is a setting for it.
const OURS: [&str; 13] = [
    "acks",
    "bootstrap.servers",
    "enable.auto.commit",
    "enable.auto.offset.store",
    "enable.idempotence",
    "group.id",
    "metadata.broker.list",
    "sasl.mechanism",
    "sasl.mechanisms",
    "sasl.username",
    "security.protocol",
    "statistics.interval.ms",
    "transactional.id",
];

/// `[input.kafka.security]`, `[output.kafka.security]`: who may read along, and who we say we are.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SecuritySettings {
    /// How connections are secured. Anything but `plaintext` and `sasl_plaintext` with `plain` needs a build with the feature `kafka-tls`.
    pub protocol: Protocol,
    /// PEM file with the certificate authorities that brokers' certificates are checked against. Unset: the system's.
    pub ca_file: Option<PathBuf>,
    /// PEM file with our certificate, where brokers ask for one.
    pub certificate_file: Option<PathBuf>,
    /// PEM file with its key.
    pub key_file: Option<PathBuf>,
    /// How we prove who we are (protocols with `sasl`).
    pub mechanism: Mechanism,
    /// User (protocols with `sasl`).
    pub username: Option<String>,
    /// A file with the user's password; or set `TUOMIN_KAFKA_PASSWORD`.
    pub password_file: Option<PathBuf>,
}

/// How connections to brokers are secured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// Not at all.
    #[default]
    Plaintext,
    /// Encrypted.
    Tls,
    /// With user and password, not encrypted.
    SaslPlaintext,
    /// Encrypted, with user and password.
    SaslTls,
}

impl Protocol {
    fn is_encrypted(self) -> bool {
        matches!(self, Self::Tls | Self::SaslTls)
    }

    fn has_user(self) -> bool {
        matches!(self, Self::SaslPlaintext | Self::SaslTls)
    }
}

/// How a user proves who they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mechanism {
    /// By sending the password.
    Plain,
    /// By knowing it, over SHA-256.
    ScramSha256,
    /// By knowing it, over SHA-512.
    #[default]
    ScramSha512,
}

impl Mechanism {
    fn is_scram(self) -> bool {
        self != Self::Plain
    }
}

/// A cluster as one section of the configuration names it.
pub struct Cluster<'a> {
    /// `input.kafka` or `output.kafka`, for messages.
    pub section: &'static str,
    /// Where to ask for the cluster's brokers.
    pub brokers: &'a [String],
    /// How connections are secured.
    pub security: &'a SecuritySettings,
    /// Anything else that librdkafka knows.
    pub properties: &'a BTreeMap<String, String>,
}

impl Cluster<'_> {
    /// Says what can't work, naming the setting.
    pub fn check(&self) -> Result<(), String> {
        let section = self.section;
        if !cfg!(feature = "kafka") {
            return Err(format!(
                "[{section}]: this tuomin was built without Kafka (cargo build --features kafka)"
            ));
        }
        if self.brokers.is_empty() || self.brokers.iter().any(|broker| broker.trim().is_empty()) {
            return Err(format!(
                "{section}.brokers: name at least one: [\"kafka1:9092\"]"
            ));
        }
        let SecuritySettings {
            protocol,
            certificate_file,
            key_file,
            mechanism,
            username,
            ..
        } = self.security;
        let security = format!("{section}.security");
        let needs_tls = protocol.is_encrypted() || (protocol.has_user() && mechanism.is_scram());
        if needs_tls && !cfg!(feature = "kafka-tls") {
            return Err(format!(
                "{security}: this tuomin was built without TLS and SCRAM for Kafka (cargo build --features kafka-tls)"
            ));
        }
        if protocol.has_user() != username.is_some() {
            return Err(format!(
                "{security}: a username goes with a protocol with `sasl`, and the other way round"
            ));
        }
        if certificate_file.is_some() != key_file.is_some() {
            return Err(format!(
                "{security}: certificate_file and key_file belong together"
            ));
        }
        for name in self.properties.keys() {
            let problem = match name.as_str() {
                name if OURS.contains(&name) => "is set by tuomin",
                name if name.contains("password") || name.contains("secret") => {
                    "is a secret, and secrets are no part of the configuration: use password_file"
                }
                _ => continue,
            };
            return Err(format!("{section}.properties: `{name}` {problem}"));
        }
        Ok(())
    }
}

#[cfg(all(test, feature = "kafka"))]
mod tests {
    use super::*;

    fn problem(security: &SecuritySettings, properties: &[(&str, &str)]) -> Option<String> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let cluster = Cluster {
            section: "input.kafka",
            brokers: &["a:9092".into()],
            security,
            properties: &properties.iter().map(owned).collect(),
        };
        cluster.check().err()
    }

    #[test]
    fn what_would_break_a_promise_is_refused_by_name_only() {
        let none = SecuritySettings::default();
        assert_eq!(problem(&none, &[("fetch.min.bytes", "1")]), None);
        let ours = problem(&none, &[("enable.auto.commit", "true")]).unwrap();
        assert!(ours.contains("`enable.auto.commit` is set by tuomin"));
        let secret = problem(&none, &[("sasl.password", "hunter2")]).unwrap();
        assert!(secret.contains("password_file") && !secret.contains("hunter2"));
    }

    #[test]
    fn settings_that_belong_together_are_told() {
        let lonely = SecuritySettings {
            username: Some("me".into()),
            ..SecuritySettings::default()
        };
        assert!(problem(&lonely, &[]).unwrap().contains("sasl"));
        let half = SecuritySettings {
            certificate_file: Some("cert.pem".into()),
            ..SecuritySettings::default()
        };
        assert!(problem(&half, &[]).unwrap().contains("key_file"));
    }
}
