//! The form in which any document can be stored.

use super::write_json_string;
use crate::record::RootFields;

/// The safe form of a document that was refused: `@timestamp`, `tuomin` (without the words, with the tag `raw`) and everything else as one
/// JSON text in `raw`. Same `_id`, same index, and nothing in it that a mapping could refuse. `None` if the document is in safe form already
/// or was not written by this encoder.
pub fn safe_form(document: &[u8]) -> Option<Vec<u8>> {
    let mut walk = RootFields::of(document);
    let (time, ours) = (walk.next()?, walk.next()?);
    if time.key != b"@timestamp" || ours.key != b"tuomin" {
        return None;
    }
    let mut out = Vec::with_capacity(document.len() + document.len() / 8);
    out.extend_from_slice(b"{\"@timestamp\":");
    out.extend_from_slice(time.value.raw);
    out.extend_from_slice(b",\"tuomin\":{");
    let mut tags: &[u8] = b"";
    for (i, field) in RootFields::of(ours.value.raw)
        .filter(|f| f.key != b"words")
        .enumerate()
    {
        if field.key == b"tags" {
            tags = field.value.raw.strip_prefix(b"[")?.strip_suffix(b"]")?;
            continue;
        }
        if i > 0 {
            out.push(b',');
        }
        out.push(b'"');
        out.extend_from_slice(field.key);
        out.extend_from_slice(b"\":");
        out.extend_from_slice(field.value.raw);
    }
    if memchr::memmem::find(tags, b"\"raw\"").is_some() {
        return None;
    }
    out.extend_from_slice(b",\"tags\":[");
    out.extend_from_slice(tags);
    out.extend_from_slice(if tags.is_empty() {
        b"\"raw\"]}"
    } else {
        b",\"raw\"]}"
    });
    // `,"a":1}` after ours becomes the text `{"a":1}`.
    let rest = document.get(ours.end..)?.trim_ascii_end();
    let mut line = vec![b'{'];
    line.extend_from_slice(rest.strip_prefix(b",").unwrap_or(rest));
    out.extend_from_slice(b",\"raw\":");
    write_json_string(&line, &mut out);
    out.extend_from_slice(b"}\n");
    Some(out)
}
