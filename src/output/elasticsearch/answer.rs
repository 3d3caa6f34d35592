//! Reads the server's answer to a bulk request. It was asked for statuses and error types only, so it is small.

use serde::Deserialize;

/// What the answer says about one item.
#[derive(Debug, PartialEq, Eq)]
pub struct ItemStatus {
    /// Its HTTP status.
    pub status: u16,
    /// The type of its error, as the server wrote it.
    pub error: Option<String>,
}

/// The items' answers, in the order of the request. `None` unless there is exactly one for each: then nothing is known.
pub fn statuses(body: &[u8], expected: usize) -> Option<Vec<ItemStatus>> {
    #[derive(Deserialize)]
    struct Answer {
        #[serde(default)]
        items: Vec<Outer>,
    }
    #[derive(Deserialize)]
    struct Outer {
        #[serde(alias = "create")]
        index: Inner,
    }
    #[derive(Deserialize)]
    struct Inner {
        status: u16,
        #[serde(default)]
        error: Option<Reason>,
    }
    #[derive(Deserialize)]
    struct Reason {
        #[serde(rename = "type", default)]
        kind: String,
    }
    let answer: Answer = serde_json::from_slice(body).ok()?;
    let statuses: Vec<_> = answer
        .items
        .into_iter()
        .map(|outer| ItemStatus {
            status: outer.index.status,
            error: outer.index.error.map(|e| e.kind),
        })
        .collect();
    (statuses.len() == expected).then_some(statuses)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_narrow_answers() {
        let body = br#"{"errors":true,"items":[{"index":{"status":201}},{"create":{"status":400,"error":{"type":"document_parsing_exception"}}}]}"#;
        let expected = vec![
            ItemStatus {
                status: 201,
                error: None,
            },
            ItemStatus {
                status: 400,
                error: Some("document_parsing_exception".into()),
            },
        ];
        assert_eq!(statuses(body, 2), Some(expected));
        assert_eq!(statuses(body, 3), None);
        assert_eq!(statuses(&body[..80], 2), None);
        assert_eq!(statuses(b"{}", 0), Some(vec![]));
    }
}
