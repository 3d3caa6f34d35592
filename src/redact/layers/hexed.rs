//! Text in hexadecimal, `7b226e616d65223a…`: bodies that a program could not log as they were.

use super::is_text;
use super::packed::Packing;
use crate::redact::edit::pseudonym::HEX;
use crate::redact::pass::{Context, LAYERS, Pass};

/// A shorter run is an identifier or a digest.
const SHORTEST: usize = 48;
/// So many bytes must be text for the rest to be decoded: of random ones one run in 15,000 begins so.
const HEAD: usize = 10;

impl Pass<'_> {
    /// Opens a run that is hexadecimal of a text. True if it was.
    pub(crate) fn open_hex(&mut self, run: &[u8], at: usize, context: Context) -> bool {
        let prefix = if run.starts_with(b"0x") { 2 } else { 0 };
        let digits = &run[prefix..];
        if digits.len() < SHORTEST
            || !digits.len().is_multiple_of(2)
            || self.scratch.layers == LAYERS
            || !digits[..2 * HEAD].iter().all(u8::is_ascii_hexdigit)
        {
            return false;
        }
        let head: Vec<u8> = bytes(&digits[..2 * HEAD]).collect();
        let packing = Packing::of(&head);
        let told = matches!(head[0], b'{' | b'[' | b'<') || is_text(&head) || packing.is_some();
        if !told || !digits.iter().all(u8::is_ascii_hexdigit) {
            return false;
        }
        let plain: Vec<u8> = bytes(digits).collect();
        let text = match packing {
            Some(packing) => packing.unpack(&plain).unwrap_or_default(),
            None => plain,
        };
        if text.is_empty() || !is_text(&text) {
            return false;
        }
        let upper = digits.iter().any(u8::is_ascii_uppercase);
        self.recode(&text, digits, at + prefix, context, |redacted| {
            let plain = match packing {
                Some(packing) => packing.pack(&redacted),
                None => redacted,
            };
            let mut out: Vec<u8> = plain.iter().flat_map(|c| HEX[usize::from(*c)]).collect();
            if upper {
                out.make_ascii_uppercase();
            }
            out
        });
        true
    }
}

pub(super) fn bytes(digits: &[u8]) -> impl Iterator<Item = u8> {
    let value = |c: u8| (c as char).to_digit(16).unwrap_or(0) as u8;
    digits
        .chunks_exact(2)
        .map(move |pair| value(pair[0]) << 4 | value(pair[1]))
}
