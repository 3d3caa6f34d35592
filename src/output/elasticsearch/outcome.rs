//! What to do after an answer: pure functions from status to decision, so that every case can be read and tested here.

use std::time::Duration;

/// What an item's answer means for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemVerdict {
    /// Stored now.
    Stored,
    /// Stored before, by an earlier try or run: the identifier is a function of the record, so whatever has it is this record.
    AlreadyThere,
    /// May succeed later: send it again.
    Retry,
    /// May succeed a few times later (an index that is blocked or missing for a moment); otherwise a dead letter.
    RetryAFewTimes,
    /// Nothing will succeed until a person acts: hold everything, try again now and then.
    Hold,
    /// Refused for what is in it: send the safe form, or, where that was refused too, write a dead letter.
    Refused,
}

/// Judges one item of a bulk answer.
pub fn judge_item(status: u16, error: Option<&str>) -> ItemVerdict {
    match (status, error) {
        (200..=299, _) => ItemVerdict::Stored,
        (409, _) => ItemVerdict::AlreadyThere,
        (401, _) | (403, Some("security_exception")) => ItemVerdict::Hold,
        // A block on one index (read-only, frozen, being shrunk) must not stop the others for ever.
        (403 | 404, _) | (400, Some("index_closed_exception")) => ItemVerdict::RetryAFewTimes,
        (429 | 500..=599, _) => ItemVerdict::Retry,
        _ => ItemVerdict::Refused,
    }
}

/// What the answer to a whole request means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestVerdict {
    /// Look at its items.
    Read,
    /// Too large, or something in it can't be read at all: send the two halves; a single item that meets this is refused.
    Split,
    /// Send it again after a while, with less in flight if the server said that it has too much.
    Retry {
        /// The server has too much to do.
        overloaded: bool,
    },
    /// Nothing will succeed until a person acts.
    Hold,
}

/// Judges the status of a whole bulk answer.
pub fn judge_request(status: u16) -> RequestVerdict {
    match status {
        200..=299 => RequestVerdict::Read,
        400 | 413 => RequestVerdict::Split,
        429 | 503 => RequestVerdict::Retry { overloaded: true },
        408 | 500..=599 => RequestVerdict::Retry { overloaded: false },
        // 401 and 403 are ours to put right; a redirect, 404 or 405 come from something that is not Elasticsearch.
        _ => RequestVerdict::Hold,
    }
}

/// How often [`ItemVerdict::RetryAFewTimes`] tries.
pub const A_FEW_TIMES: u32 = 8;

/// How long to wait before try number `attempt` (1 is the first repetition): doubles from half a second, at most `longest`, and between half of
/// that and all of it by `dice` (0 to 1), so that many who failed together don't come back together. What the server asked for counts more.
pub fn backoff(
    attempt: u32,
    longest: Duration,
    dice: f64,
    asked_for: Option<Duration>,
) -> Duration {
    let doubled = Duration::from_millis(500)
        .saturating_mul(1u32 << attempt.saturating_sub(1).min(16))
        .min(longest);
    let jittered = doubled.mul_f64(0.5 + 0.5 * dice.clamp(0.0, 1.0));
    asked_for.map_or(jittered, |asked| asked.min(longest).max(jittered))
}

/// A number from 0 to 1 that differs from call to call. Seeded by the standard library's own random hash keys; not for secrets.
pub fn dice() -> f64 {
    use std::hash::{BuildHasher, Hasher};
    let random = std::hash::RandomState::new().build_hasher().finish();
    (random >> 11) as f64 / (1u64 << 53) as f64
}

/// An error's type as Elasticsearch names it, if it looks like one: everything else could be text that quotes a value.
pub fn error_type(text: &str) -> &str {
    let plain = !text.is_empty()
        && text.len() <= 64
        && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if plain { text } else { "unknown" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items() {
        for (status, error, expected) in [
            (200, None, ItemVerdict::Stored),
            (201, None, ItemVerdict::Stored),
            (
                409,
                Some("version_conflict_engine_exception"),
                ItemVerdict::AlreadyThere,
            ),
            (
                429,
                Some("es_rejected_execution_exception"),
                ItemVerdict::Retry,
            ),
            (429, Some("cluster_block_exception"), ItemVerdict::Retry),
            (500, None, ItemVerdict::Retry),
            (
                503,
                Some("unavailable_shards_exception"),
                ItemVerdict::Retry,
            ),
            (
                400,
                Some("document_parsing_exception"),
                ItemVerdict::Refused,
            ),
            (400, Some("mapper_parsing_exception"), ItemVerdict::Refused),
            (
                400,
                Some("index_closed_exception"),
                ItemVerdict::RetryAFewTimes,
            ),
            (413, None, ItemVerdict::Refused),
            (
                404,
                Some("index_not_found_exception"),
                ItemVerdict::RetryAFewTimes,
            ),
            (
                403,
                Some("cluster_block_exception"),
                ItemVerdict::RetryAFewTimes,
            ),
            (403, Some("security_exception"), ItemVerdict::Hold),
            (401, None, ItemVerdict::Hold),
            (0, None, ItemVerdict::Refused),
            (302, None, ItemVerdict::Refused),
        ] {
            assert_eq!(judge_item(status, error), expected, "{status} {error:?}");
        }
    }

    #[test]
    fn requests() {
        for (status, expected) in [
            (200, RequestVerdict::Read),
            (400, RequestVerdict::Split),
            (413, RequestVerdict::Split),
            (429, RequestVerdict::Retry { overloaded: true }),
            (503, RequestVerdict::Retry { overloaded: true }),
            (500, RequestVerdict::Retry { overloaded: false }),
            (502, RequestVerdict::Retry { overloaded: false }),
            (504, RequestVerdict::Retry { overloaded: false }),
            (401, RequestVerdict::Hold),
            (403, RequestVerdict::Hold),
            (404, RequestVerdict::Hold),
            (301, RequestVerdict::Hold),
        ] {
            assert_eq!(judge_request(status), expected, "{status}");
        }
    }

    #[test]
    fn waiting_doubles_within_bounds() {
        let longest = Duration::from_secs(30);
        assert_eq!(backoff(1, longest, 1.0, None), Duration::from_millis(500));
        assert_eq!(backoff(3, longest, 0.0, None), Duration::from_secs(1));
        assert_eq!(backoff(1000, longest, 1.0, None), longest);
        assert_eq!(
            backoff(1, longest, 0.0, Some(Duration::from_secs(5))),
            Duration::from_secs(5)
        );
        assert_eq!(
            backoff(1, longest, 0.0, Some(Duration::from_secs(3600))),
            longest
        );
        assert!((0..100).map(|_| dice()).all(|d| (0.0..1.0).contains(&d)));
    }

    #[test]
    fn only_types_pass() {
        assert_eq!(
            error_type("document_parsing_exception"),
            "document_parsing_exception"
        );
        for text in ["", "Preview of field's value: 'x'", "张三", "UPPER"] {
            assert_eq!(error_type(text), "unknown");
        }
    }
}
