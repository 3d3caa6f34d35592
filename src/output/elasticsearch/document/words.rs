//! What stands in a record's bodies, as one text for full-text search.

use super::key;
use crate::record::walk::{skip_space, skip_string};
use crate::record::{Field, RootField, Shape};

/// Appends `,"words":"…"`: what stands in strings and numbers of bodies that are objects or arrays, for full-text search.
/// `flattened` indexes a value only as a whole. The field is indexed but not kept in `_source`, so it costs no disk twice.
pub(super) fn write_body_words(fields: &[(RootField<'_>, Option<Field>)], body: &mut Vec<u8>) {
    let before = body.len();
    key("words", body);
    body.push(b'"');
    let start = body.len();
    for (field, meaning) in fields {
        let nested = matches!(field.value.shape(), Shape::Object | Shape::Array);
        if nested && meaning.is_some_and(Field::is_body) {
            words(field.value.raw, body);
        }
    }
    if body.len() == start {
        body.truncate(before);
    } else {
        body.push(b'"');
    }
}

/// Appends the insides of all string values of a JSON text, still escaped as they stand, and its numbers.
fn words(json: &[u8], body: &mut Vec<u8>) {
    let mut at = 0;
    while let Some(&byte) = json.get(at) {
        match byte {
            b'"' => {
                let Some(end) = skip_string(json, at) else {
                    return;
                };
                // A string followed by a colon is a key; keys are found in the flattened field.
                if json.get(skip_space(json, end)) != Some(&b':') && end > at + 2 {
                    body.extend_from_slice(&json[at + 1..end - 1]);
                    body.push(b' ');
                }
                at = end;
            }
            b'-' | b'0'..=b'9' => {
                let length = json[at..]
                    .iter()
                    .take_while(|b| matches!(b, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9'))
                    .count();
                body.extend_from_slice(&json[at..at + length]);
                body.push(b' ');
                at += length;
            }
            _ => at += 1,
        }
    }
}
