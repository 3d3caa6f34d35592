//! Bytes that a text shows in another way than base64, whichever it is: taken out as a whole, since nothing within them can be replaced.

use std::ops::Range;

use super::payload::Media;
use crate::redact::edit::pseudonym::HEX;
use crate::redact::pass::{Context, LAYERS, Pass, Rule};
use crate::redact::scan::holds;

/// Bytes, and where a text shows them.
pub(crate) struct Shown {
    pub span: Range<usize>,
    pub bytes: Vec<u8>,
    pub name: &'static str,
    pub media: Media,
    /// They are a text, which is taken out only if it tells something.
    pub is_text: bool,
    pub rule: &'static str,
}

impl Pass<'_> {
    /// Takes out what `next` finds, from a place on, and inspects the parts of the text between. False if there is nothing.
    pub(super) fn take_shown(
        &mut self,
        t: &[u8],
        at: usize,
        next: impl Fn(usize) -> Option<Shown>,
        inspect: impl Fn(&mut Self, &[u8], usize),
    ) -> bool {
        let (mut from, mut looked) = (0, 0);
        while let Some(shown) = next(looked) {
            looked = shown.span.end;
            if !self.take_bytes(&shown, at, b"") {
                continue;
            }
            if shown.span.start > from {
                inspect(self, &t[from..shown.span.start], at + from);
            }
            from = looked;
        }
        if from > 0 && from < t.len() {
            inspect(self, &t[from..], at + from);
        }
        from > 0
    }

    /// Takes out a payload, or a text that tells something. False if it does not.
    pub(crate) fn take_bytes(&mut self, shown: &Shown, at: usize, wrap: &[u8]) -> bool {
        if shown.is_text && !self.is_telling(&shown.bytes, Context::NOTHING) {
            return false;
        }
        // payloads are described and have their pseudonym by what writes them; one in hexadecimal is the same one
        let digits: Vec<u8> = shown
            .bytes
            .iter()
            .flat_map(|c| HEX[usize::from(*c)])
            .collect();
        let placed = at + shown.span.start..at + shown.span.end;
        let rule = Rule::Named(shown.rule);
        self.take_payload(&digits, placed, shown.name, shown.media, None, rule, wrap);
        true
    }

    /// Is anything found in a text that can't be changed where it stands?
    pub(super) fn is_telling(&mut self, text: &[u8], context: Context) -> bool {
        if self.scratch.layers == LAYERS {
            return true;
        }
        let mark = self.scratch.edits.mark();
        self.scratch.layers += 1;
        self.scratch.encoded = true;
        self.text(text, 0, holds::UNKNOWN, context);
        self.scratch.layers -= 1;
        let found = self.scratch.edits.has_since(mark);
        self.scratch.edits.truncate(mark);
        found
    }
}
