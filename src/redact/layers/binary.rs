//! Messages that are bytes and hold texts: protobuf, gRPC frames, MessagePack, CBOR, serialised Java. Their lengths stand before their texts, so
//! nothing in one can be replaced: where something is found, the message goes as a whole.

use super::payload::Media;
use crate::redact::pass::{Context, Pass, Rule};
use crate::redact::words::spans::valid_prefix;

/// Shorter texts are chance: a third of all bytes are letters and signs.
const TEXT: usize = 4;
/// Bytes of a head, and how many of them must be of texts.
const HEAD: usize = 18;
const TOLD: usize = 9;

/// May bytes that begin so be a message with texts?
pub(crate) fn may_be_message(head: &[u8]) -> bool {
    head.len() >= HEAD
        && texts(head, 2)
            .map(|text| text.len().min(HEAD))
            .sum::<usize>()
            >= TOLD
}

impl Pass<'_> {
    /// Looks at the texts of a message that `run` encodes. True if the message was taken out.
    pub(crate) fn open_message(
        &mut self,
        message: &[u8],
        run: &[u8],
        at: usize,
        context: Context,
    ) -> bool {
        let mut text = Vec::with_capacity(message.len());
        for part in texts(message, TEXT) {
            text.extend_from_slice(part.as_bytes());
            text.push(b'\n');
        }
        let found = text.len() * 2 >= message.len() && self.is_telling(&text, context);
        if found {
            let placed = at..at + run.len();
            let rule = Rule::Named("message in bytes");
            self.take_payload(run, placed, "data", Media::Data, None, rule, b"");
        }
        found
    }
}

/// The texts of at least so many bytes between other bytes.
fn texts(bytes: &[u8], least: usize) -> impl Iterator<Item = &str> {
    bytes
        .utf8_chunks()
        .flat_map(|chunk| chunk.valid().split(|c: char| c.is_control()))
        .filter(move |text| text.len() >= least)
        .map(|text| valid_prefix(text.as_bytes()))
}
