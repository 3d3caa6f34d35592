//! One document of a batch on its way, and how several become the body of a request.

use std::io::Write;
use std::ops::Range;

use bytes::Bytes;

use super::client::Encoding;
use super::document::safe_form;

/// One action line with its document.
pub struct Item {
    /// Where it stands in the batch.
    pub span: Range<usize>,
    /// Its safe form, once it needs that.
    pub safe: Option<Bytes>,
    /// How often it was sent.
    pub attempts: u32,
    /// Its number among the records of the batch.
    pub record: usize,
    /// An earlier try may have stored it, though nothing said so. What the next one finds may be its own.
    pub unsure: bool,
}

/// The body of a request: a slice of the batch where the items stand in a row, else a copy of them; compressed off the async threads.
pub async fn request_body(batch: &Bytes, items: &[Item], level: u32) -> (Bytes, Encoding) {
    let in_a_row = items.iter().all(|item| item.safe.is_none())
        && items
            .windows(2)
            .all(|pair| pair[0].span.end == pair[1].span.start);
    let plain = match (items.first(), items.last()) {
        (Some(first), Some(last)) if in_a_row => batch.slice(first.span.start..last.span.end),
        _ => {
            let pieces = items
                .iter()
                .map(|item| item.safe.as_deref().unwrap_or(&batch[item.span.clone()]));
            Bytes::from(pieces.collect::<Vec<_>>().concat())
        }
    };
    if level == 0 || plain.len() < 1000 {
        return (plain, Encoding::Ndjson);
    }
    let source = plain.clone();
    match tokio::task::spawn_blocking(move || gzip(&source, level)).await {
        Ok(Ok(packed)) => (packed, Encoding::NdjsonGzip),
        _ => (plain, Encoding::Ndjson),
    }
}

/// The index that an item's action line names: `{"index":{"_index":"<this>"`.
pub fn index_of(item: &[u8]) -> &[u8] {
    const MARK: &[u8] = b"\"_index\":\"";
    let line = &item[..memchr::memchr(b'\n', item).unwrap_or(item.len())];
    let Some(at) = memchr::memmem::find(line, MARK) else {
        return b"";
    };
    let rest = &line[at + MARK.len()..];
    &rest[..memchr::memchr(b'"', rest).unwrap_or(rest.len())]
}

/// An item with its document in safe form.
pub fn safe_item(item: &[u8]) -> Option<Bytes> {
    let action = memchr::memchr(b'\n', item)? + 1;
    let mut safe = item[..action].to_vec();
    safe.extend_from_slice(&safe_form(&item[action..])?);
    Some(safe.into())
}

fn gzip(plain: &[u8], level: u32) -> std::io::Result<Bytes> {
    let mut encoder = flate2::write::GzEncoder::new(
        Vec::with_capacity(plain.len() / 4),
        flate2::Compression::new(level),
    );
    encoder.write_all(plain)?;
    Ok(encoder.finish()?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_index_of_an_item() {
        assert_eq!(index_of(b"{\"create\":{\"_index\":\"tuomin-operation\",\"_id\":\"x\"}}\n{\"_index\":\"y\"}\n"), b"tuomin-operation");
        assert_eq!(index_of(b"{}\n{\"_index\":\"y\"}\n"), b"");
        assert_eq!(index_of(b""), b"");
    }
}
