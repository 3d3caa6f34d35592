//! TLS for what others connect to.

use std::{path::PathBuf, sync::Arc};

use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[input.http.tls]` and the like: encrypted connections.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TlsSettings {
    /// PEM file with our certificate, and after it those that lead to its authority.
    pub certificate_file: PathBuf,
    /// PEM file with its key.
    pub key_file: PathBuf,
    /// PEM file with the authorities that senders' certificates must come from. Unset: senders need none.
    pub client_ca_file: Option<PathBuf>,
}

impl Default for TlsSettings {
    fn default() -> Self {
        Self {
            certificate_file: "tuomin.crt".into(),
            key_file: "tuomin.key.pem".into(),
            client_ca_file: None,
        }
    }
}

impl TlsSettings {
    /// Reads the files. Connections then speak one of `protocols`, if any are named.
    ///
    /// # Errors
    /// If a file can't be read or holds something else, or certificate and key don't belong together.
    pub fn load(&self, section: &str, protocols: &[&str]) -> Result<Arc<ServerConfig>, String> {
        let wrong = |name: &str, path: &PathBuf, what: &str| {
            format!("{section}.tls.{name}: {}: {what}", path.display())
        };
        let certificates = |name: &str, path: &PathBuf| {
            let found: Vec<_> = CertificateDer::pem_file_iter(path)
                .and_then(Iterator::collect)
                .map_err(|error| wrong(name, path, &error.to_string()))?;
            match found.is_empty() {
                true => Err(wrong(name, path, "holds no certificate in PEM form")),
                false => Ok(found),
            }
        };
        let chain = certificates("certificate_file", &self.certificate_file)?;
        let key = PrivateKeyDer::from_pem_file(&self.key_file)
            .map_err(|error| wrong("key_file", &self.key_file, &error.to_string()))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = match &self.client_ca_file {
            None => WebPkiClientVerifier::no_client_auth(),
            Some(path) => {
                let mut roots = RootCertStore::empty();
                for root in certificates("client_ca_file", path)? {
                    roots
                        .add(root)
                        .map_err(|error| wrong("client_ca_file", path, &error.to_string()))?;
                }
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone())
                    .build()
                    .map_err(|error| wrong("client_ca_file", path, &error.to_string()))?
            }
        };
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| format!("{section}.tls: {error}"))?
            .with_client_cert_verifier(verifier)
            .with_single_cert(chain, key)
            .map_err(|error| wrong("key_file", &self.key_file, &error.to_string()))?;
        config.alpn_protocols = protocols
            .iter()
            .map(|name| name.as_bytes().into())
            .collect();
        Ok(Arc::new(config))
    }
}
