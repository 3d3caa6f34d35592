//! What every record has: who called what, when, where.

use super::node::Node;
use super::rng::Rng;

const ACTIONS: [&str; 16] = [
    "IdCardVerification",
    "LivenessCompare",
    "LivenessRecognition",
    "IdCardOCRVerification",
    "GetFaceIdResult",
    "DetectAuth",
    "CheckIdNameDate",
    "GetLiveCode",
    "BankCard4EVerification",
    "PhoneVerification",
    "GetDetectInfoEnhanced",
    "DetectAIFakeFaces",
    "ParseNfcData",
    "HKIDCardOCR",
    "MLIDPassportOCR",
    "ApplySdkVerificationToken",
];
const REGIONS: [&str; 8] = [
    "ap-guangzhou",
    "ap-hongkong",
    "ap-singapore",
    "ap-bangkok",
    "ap-jakarta",
    "ap-tokyo",
    "ap-seoul",
    "ap-mumbai",
];
const AGENTS: [&str; 5] = [
    "okhttp/4.12.0",
    "Mozilla/5.0 (Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.6478.122 Mobile Safari/537.36",
    "ekyc-ios-sdk/3.4.1 (iPhone15,3; iOS 17.5)",
    "python-requests/2.32.3",
    "SDK_JAVA_3.1.1042",
];

/// The common part of a record.
pub struct Head {
    /// Call ID.
    pub request_id: String,
    /// Merchant.
    pub app_id: String,
    /// What was called.
    pub action: &'static str,
    /// Data centre.
    pub region: &'static str,
    /// Client program.
    pub agent: &'static str,
    /// Event time, epoch milliseconds.
    pub ms: u64,
}

impl Head {
    /// A head a few milliseconds after the one before.
    pub fn next(ms: &mut u64, r: &mut Rng) -> Self {
        *ms += r.range(1, 900);
        let request_id = match r.below(12) {
            0 => r.hex(32),
            1 => format!("{}{}", *ms / 1000, r.digits(9)),
            _ => r.uuid(),
        };
        Self {
            request_id,
            app_id: format!("1{}", r.range(250_000_000, 399_999_999)),
            action: r.one(&ACTIONS),
            region: r.one(&REGIONS),
            agent: r.one(&AGENTS),
            ms: *ms,
        }
    }

    /// The event time in one of the forms that shippers write.
    pub fn time_node(&self, r: &mut Rng) -> Node {
        let (s, ms) = (self.ms / 1000, self.ms % 1000);
        let (y, mo, d, h, mi, se) = civil(s);
        match r.below(8) {
            0..=2 => Node::keep_bare("timestamp", self.ms),
            3 => Node::keep_bare("timestamp", s),
            4 => Node::keep(
                "timestamp",
                format!("{y}-{mo:02}-{d:02} {h:02}:{mi:02}:{se:02}.{ms:03}"),
            ),
            5 => Node::keep("timestamp", self.ms.to_string()),
            6 => Node::keep(
                "timestamp",
                format!("{y}-{mo:02}-{d:02}T{h:02}:{mi:02}:{se:02}+08:00"),
            ),
            _ => Node::keep(
                "timestamp",
                format!("{y}-{mo:02}-{d:02}T{h:02}:{mi:02}:{se:02}.{ms:03}Z"),
            ),
        }
    }
}

/// Date and time of epoch seconds (Howard Hinnant's algorithm), UTC.
pub fn civil(seconds: u64) -> (u64, u64, u64, u64, u64, u64) {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let z = days + 719_468;
    let era = z / 146_097;
    let doe = z % 146_097;
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (
        yoe + era * 400 + u64::from(month <= 2),
        month,
        day,
        rest / 3600,
        rest / 60 % 60,
        rest % 60,
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn civil_dates() {
        assert_eq!(super::civil(1_795_502_216), (2026, 11, 24, 6, 36, 56));
        assert_eq!(super::civil(0), (1970, 1, 1, 0, 0, 0));
    }
}
