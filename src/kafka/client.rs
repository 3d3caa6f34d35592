//! Settings as librdkafka wants them, and what it says, without values.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use rdkafka::{
    ClientConfig, ClientContext,
    client::Client,
    config::RDKafkaLogLevel,
    error::{KafkaError, RDKafkaErrorCode},
    types::RDKafkaConfRes,
};

use super::{Cluster, Mechanism, PASSWORD_VARIABLE, Protocol};

/// How long a cluster may take to answer when the program starts.
const PATIENCE: Duration = Duration::from_secs(20);

impl Cluster<'_> {
    /// What both consumers and producers are made of.
    ///
    /// # Errors
    /// If a file can't be read, or there is no password where there must be one.
    pub fn client_config(&self) -> Result<ClientConfig, String> {
        let security = self.security;
        let setting = |name: &str| format!("{}.security.{name}", self.section);
        let readable = |name: &str, path: &Path| {
            fs::read_to_string(path)
                .map_err(|error| format!("{}: {}: {error}", setting(name), path.display()))
        };
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", self.brokers.join(","));
        config.set("client.id", "tuomin");
        config.set(
            "security.protocol",
            match security.protocol {
                Protocol::Plaintext => "plaintext",
                Protocol::Tls => "ssl",
                Protocol::SaslPlaintext => "sasl_plaintext",
                Protocol::SaslTls => "sasl_ssl",
            },
        );
        for (name, property, path) in [
            ("ca_file", "ssl.ca.location", &security.ca_file),
            (
                "certificate_file",
                "ssl.certificate.location",
                &security.certificate_file,
            ),
            ("key_file", "ssl.key.location", &security.key_file),
        ] {
            if let Some(path) = path {
                readable(name, path)?;
                config.set(property, path.display().to_string());
            }
        }
        if let Some(username) = &security.username {
            let password = match &security.password_file {
                Some(path) => readable("password_file", path)?,
                None => std::env::var(PASSWORD_VARIABLE).map_err(|_| {
                    format!(
                        "{}: a password is needed: set it or {PASSWORD_VARIABLE}",
                        setting("password_file")
                    )
                })?,
            };
            let mechanism = match security.mechanism {
                Mechanism::Plain => "PLAIN",
                Mechanism::ScramSha256 => "SCRAM-SHA-256",
                Mechanism::ScramSha512 => "SCRAM-SHA-512",
            };
            config.set("sasl.mechanism", mechanism);
            config.set("sasl.username", username);
            config.set("sasl.password", password.trim());
        }
        for (name, value) in self.properties {
            config.set(name, value);
        }
        Ok(config)
    }

    /// What is wrong with a configuration that librdkafka refuses, without the value.
    pub fn refused(&self, error: &KafkaError) -> String {
        let section = self.section;
        match error {
            KafkaError::ClientConfig(RDKafkaConfRes::RD_KAFKA_CONF_UNKNOWN, _, name, _) => {
                format!("{section}.properties: librdkafka knows no property `{name}`")
            }
            KafkaError::ClientConfig(_, _, name, _) => {
                format!("{section}.properties: librdkafka refuses the value of `{name}`")
            }
            _ => format!("{section}: librdkafka refuses the configuration"),
        }
    }

    /// Asks the cluster until it answers; says which of `topics` it doesn't have.
    ///
    /// # Errors
    /// If nobody answers in time, or a topic is missing.
    pub fn reach<C: ClientContext>(
        &self,
        client: &Client<C>,
        topics: &[&str],
    ) -> Result<(), String> {
        let (section, begin) = (self.section, Instant::now());
        let brokers = self.brokers.join(", ");
        let found = loop {
            match client.fetch_metadata(None, PATIENCE) {
                Ok(found) => break found,
                // A broker that only just starts has no leader yet.
                Err(_) if begin.elapsed() < PATIENCE / 4 => {
                    std::thread::sleep(Duration::from_millis(200));
                }
                Err(error) => {
                    let reason = error.rdkafka_error_code();
                    let reason = reason.map(|code| code.to_string()).unwrap_or_default();
                    return Err(format!("{section}: Kafka at {brokers}: {reason}"));
                }
            }
        };
        let is_there = |topic: &&str| found.topics().iter().any(|found| found.name() == *topic);
        match topics.iter().find(|topic| !is_there(topic)) {
            Some(topic) => Err(format!(
                "{section}: Kafka at {brokers} has no topic `{topic}` (or does not show it to us)"
            )),
            None => Ok(()),
        }
    }
}

/// Passes on what librdkafka says. Its messages name brokers, topics and protocol states, never what is in a message.
pub fn log(level: RDKafkaLogLevel, facility: &str, message: &str) {
    match level {
        RDKafkaLogLevel::Emerg
        | RDKafkaLogLevel::Alert
        | RDKafkaLogLevel::Critical
        | RDKafkaLogLevel::Error => tracing::error!(facility, "{message}"),
        RDKafkaLogLevel::Warning => tracing::warn!(facility, "{message}"),
        _ => tracing::debug!(facility, "{message}"),
    }
}

/// Says that something does not work now and is tried again by librdkafka itself.
pub fn trouble(error: &KafkaError, reason: &str) {
    match error.rdkafka_error_code() {
        // An idle connection that a broker closed, or one that is being opened: nothing to be told.
        Some(RDKafkaErrorCode::BrokerTransportFailure) => tracing::debug!("{reason}"),
        _ => tracing::warn!(%error, "Kafka: {reason}"),
    }
}
