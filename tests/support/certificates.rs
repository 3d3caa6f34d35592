//! Certificates that live as long as a test: an authority, and what it signs.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
};

use crate::program::Program;

/// An authority.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub fn new() -> Self {
        let mut params = named("authority", Vec::new());
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// Its certificate.
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// The same, to trust it.
    pub fn certificate(&self) -> rustls::pki_types::CertificateDer<'static> {
        self.0.der().clone()
    }

    /// A certificate and key for this machine, as server and as client.
    pub fn issue(&self) -> (rcgen::Certificate, KeyPair) {
        self.issue_for(&["localhost", "127.0.0.1"])
    }

    /// A certificate and key for these names of a machine.
    pub fn issue_for(&self, names: &[&str]) -> (rcgen::Certificate, KeyPair) {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = named("localhost", names);
        params.extended_key_usages = vec![
            ExtendedKeyUsagePurpose::ServerAuth,
            ExtendedKeyUsagePurpose::ClientAuth,
        ];
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        (certificate, key)
    }

    /// Writes `ca.pem`, `server.crt` and `server.key` into the program's folder.
    pub fn write(&self, program: &Program) {
        let (certificate, key) = self.issue();
        program.file("ca.pem", self.pem());
        program.file("server.crt", certificate.pem());
        program.file("server.key", key.serialize_pem());
    }
}

/// Issuer and subject must differ: where they are the same, clients take a certificate for one that nobody signed.
fn named(common_name: &str, names: Vec<String>) -> CertificateParams {
    let mut params = CertificateParams::new(names).unwrap();
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, common_name);
    params
}
