//! Who may read: everybody on this machine, or whoever has the token.
//!
//! On loopback without a token the `Host` header must name this machine: otherwise any web page could rebind a name to 127.0.0.1 and read
//! along. With a token the reader signs in once; the cookie is a keyed hash of the token under a secret that lives as long as the process.

use std::net::IpAddr;

use axum::http::{HeaderMap, header};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

/// Name of the cookie.
const COOKIE: &str = "tuomin";
/// A token shorter than this can be guessed.
pub const SHORTEST_TOKEN: usize = 16;

/// Decides who may read.
pub struct Guard {
    token: Option<SecretString>,
    secret: [u8; 32],
}

/// What the guard says of a request.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Go on.
    Allowed,
    /// Sign in first.
    SignIn,
    /// The request names another machine.
    WrongHost,
}

impl Guard {
    /// With a token, or open for this machine.
    pub fn new(token: Option<SecretString>) -> std::io::Result<Self> {
        use std::io::Read as _;
        let mut secret = [0; 32];
        std::fs::File::open("/dev/urandom")?.read_exact(&mut secret)?;
        Ok(Self { token, secret })
    }

    /// Readers must sign in.
    pub fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// Looks at a request's headers.
    pub fn judge(&self, headers: &HeaderMap) -> Verdict {
        let Some(token) = &self.token else {
            return if host_is_local(headers) {
                Verdict::Allowed
            } else {
                Verdict::WrongHost
            };
        };
        let bearer = headers
            .get(header::AUTHORIZATION)
            .and_then(|v| v.to_str().ok())
            .and_then(|v| v.strip_prefix("Bearer "))
            .is_some_and(|given| {
                self.same(given.trim().as_bytes(), token.expose_secret().as_bytes())
            });
        let ours = self.session(token);
        let cookie =
            cookies(headers).any(|given| bool::from(given.as_bytes().ct_eq(ours.as_bytes())));
        if bearer || cookie {
            Verdict::Allowed
        } else {
            Verdict::SignIn
        }
    }

    /// The `Set-Cookie` of a reader who gave the right token.
    pub fn sign_in(&self, given: &str) -> Option<String> {
        let token = self.token.as_ref()?;
        self.same(given.trim().as_bytes(), token.expose_secret().as_bytes())
            .then(|| {
                format!(
                    "{COOKIE}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200",
                    self.session(token)
                )
            })
    }

    /// The `Set-Cookie` of a reader who leaves.
    pub fn sign_out() -> String {
        format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0")
    }

    fn session(&self, token: &SecretString) -> String {
        blake3::keyed_hash(&self.secret, token.expose_secret().as_bytes())
            .to_hex()
            .to_string()
    }

    /// Compares hashes under the secret: in constant time, whatever the lengths.
    fn same(&self, a: &[u8], b: &[u8]) -> bool {
        let hash = |text| blake3::keyed_hash(&self.secret, text);
        hash(a).as_bytes().ct_eq(hash(b).as_bytes()).into()
    }
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'))
        .filter_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

fn host_is_local(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|v| v.to_str().ok()) else {
        return false;
    };
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(""),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(list: &[(header::HeaderName, &str)]) -> HeaderMap {
        list.iter()
            .map(|(k, v)| (k.clone(), v.parse().unwrap()))
            .collect()
    }

    #[test]
    fn without_a_token_only_this_machine() {
        let guard = Guard::new(None).unwrap();
        for host in ["localhost:9280", "127.0.0.1", "[::1]:9280", "LOCALHOST"] {
            assert_eq!(
                guard.judge(&headers(&[(header::HOST, host)])),
                Verdict::Allowed,
                "{host}"
            );
        }
        for host in [
            "evil.example:9280",
            "10.0.0.1",
            "localhost.evil.example",
            "",
        ] {
            assert_eq!(
                guard.judge(&headers(&[(header::HOST, host)])),
                Verdict::WrongHost,
                "{host}"
            );
        }
        assert_eq!(guard.judge(&HeaderMap::new()), Verdict::WrongHost);
    }

    #[test]
    fn with_a_token_whoever_has_it() {
        let guard = Guard::new(Some("correct horse battery".to_owned().into())).unwrap();
        assert_eq!(guard.judge(&HeaderMap::new()), Verdict::SignIn);
        assert!(guard.sign_in("wrong").is_none());
        let cookie = guard.sign_in(" correct horse battery\n").unwrap();
        let pair = cookie.split(';').next().unwrap();
        assert_eq!(
            guard.judge(&headers(&[(header::COOKIE, &format!("a=b; {pair}"))])),
            Verdict::Allowed
        );
        assert_eq!(
            guard.judge(&headers(&[(header::COOKIE, "tuomin=")])),
            Verdict::SignIn
        );
        assert_eq!(
            guard.judge(&headers(&[(
                header::AUTHORIZATION,
                "Bearer correct horse battery"
            )])),
            Verdict::Allowed
        );
        // Another process knows other sessions.
        let other = Guard::new(Some("correct horse battery".to_owned().into())).unwrap();
        assert_eq!(
            other.judge(&headers(&[(header::COOKIE, pair)])),
            Verdict::SignIn
        );
    }
}
