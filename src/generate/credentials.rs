//! Credentials that open nothing: right in shape, random in content.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::rng::Rng;

const ALNUM: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A JSON web token.
pub fn jwt(r: &mut Rng) -> String {
    let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let body = URL_SAFE_NO_PAD.encode(format!(
        r#"{{"sub":"{}","iat":{}}}"#,
        r.hex(12),
        r.range(1_700_000_000, 1_795_000_000)
    ));
    format!("{head}.{body}.{}", URL_SAFE_NO_PAD.encode(r.bytes(32)))
}

/// `Bearer …`.
pub fn bearer(r: &mut Rng) -> String {
    let secret = if r.chance(0.5) {
        jwt(r)
    } else {
        r.letters(40, ALNUM)
    };
    format!("Bearer {secret}")
}

/// `Basic …`.
pub fn basic(r: &mut Rng) -> String {
    format!(
        "Basic {}",
        STANDARD.encode(format!("svc-{}:{}", r.hex(6), r.letters(16, ALNUM)))
    )
}

/// Tencent Cloud's signed header. The secret ID and the signature are what must go.
pub fn tc3(r: &mut Rng) -> (String, String, String) {
    let (id, signature) = (secret_id(r), r.hex(64));
    let whole = format!(
        "TC3-HMAC-SHA256 Credential={id}/2026-{:02}-{:02}/faceid/tc3_request, SignedHeaders=content-type;host, Signature={signature}",
        r.range(1, 12),
        r.range(1, 28)
    );
    (whole, id, signature)
}

/// `AKID…`, 36 characters.
pub fn secret_id(r: &mut Rng) -> String {
    format!("AKID{}", r.letters(32, ALNUM))
}

/// 32 letters and digits.
pub fn secret_key(r: &mut Rng) -> String {
    r.letters(32, ALNUM)
}

/// A session token as services make them.
pub fn token(r: &mut Rng) -> String {
    match r.below(4) {
        0 => r.uuid().to_uppercase(),
        1 => r.hex(32),
        2 => jwt(r),
        _ => r.letters(48, ALNUM),
    }
}

/// A private key in PEM.
pub fn private_key(r: &mut Rng) -> String {
    let body = STANDARD.encode(r.bytes(120));
    let lines: Vec<_> = body
        .as_bytes()
        .chunks(64)
        .map(String::from_utf8_lossy)
        .collect();
    let kind = r.pick(&["RSA ", "EC ", ""]);
    format!(
        "-----BEGIN {kind}PRIVATE KEY-----\n{}\n-----END {kind}PRIVATE KEY-----",
        lines.join("\n")
    )
}

/// A cookie header and the value of its session.
pub fn cookie(r: &mut Rng) -> (String, String) {
    let session = r.hex(32);
    (
        format!("lang=zh-CN; SESSIONID={session}; theme=dark"),
        session,
    )
}

/// A signed URL to a stored picture, and its signature.
pub fn signed_url(r: &mut Rng) -> (String, String) {
    let file = r.uuid();
    match r.below(2) {
        0 => {
            let signature = r.hex(40);
            let (start, id) = (r.range(1_760_000_000, 1_795_000_000), r.letters(32, ALNUM));
            let url = format!(
                "https://ekyc-bucket.cos.ap-singapore.example.com/face/{file}.jpg?q-sign-algorithm=sha1&q-ak=AKID{id}&q-sign-time={start};{}&q-signature={signature}",
                start + 3600
            );
            (url, signature)
        }
        _ => {
            let signature = r.hex(64);
            let url = format!(
                "https://s3.ap-southeast-1.example.com/kyc/{file}.png?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=900&X-Amz-Signature={signature}"
            );
            (url, signature)
        }
    }
}
