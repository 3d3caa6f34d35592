//! What was found in a record is looked for in the whole rest of it: debug texts repeat names, responses echo requests.
//!
//! The first pass over a line notes what keys, labels and shapes gave away ([`needles`]). If any of it still stands in the redacted line (or
//! may stand there encoded) a second pass runs over that line and takes out the repetitions, through every encoding as the first one did.

mod compare;
mod halves;
pub(crate) mod needles;
pub(crate) mod noted;
pub(crate) mod starts;
mod variants;

use std::ops::Range;

use crate::redact::edit::Coding;
use crate::redact::pass::{Pass, Rule};
use crate::redact::words::accents;
use crate::redact::words::script::is_han;

impl Pass<'_> {
    /// In the second pass: takes out what the record gave away elsewhere.
    pub(crate) fn echoes(&mut self, t: &[u8], at: usize, wrap: &[u8]) {
        if self.scratch.needles.is_empty() {
            return;
        }
        self.repetitions(t, at, wrap, false, false);
        if accents::may_hold(t) {
            // without its marks one word of a name is too often another word: `thành` is no Thanh
            self.layer(t, at, Coding::Width, accents::strip, |pass, text| {
                pass.repetitions(text, 0, wrap, true, false)
            });
        }
    }

    /// The same in what is known to be a machine's.
    pub(crate) fn machine_echoes(&mut self, t: &[u8], at: usize) {
        if !self.scratch.needles.is_empty() {
            self.repetitions(t, at, b"", false, true);
        }
    }

    /// In the second pass over a JSON text: a Chinese name whose characters are strings of their own, `["章","若楠"]`.
    pub(crate) fn scattered(&mut self, t: &[u8], at: usize) {
        if self.scratch.needles.is_empty() {
            return;
        }
        for i in 0..self.scratch.needles.list.len() {
            let needle = self.scratch.needles.list[i].clone();
            let mut from = 0;
            while needle.han
                && let Some(found) = self.scratch.needles.find(&needle, t, from)
            {
                from = found.end;
                if !t[found.clone()].contains(&b'"') {
                    continue;
                }
                for piece in crate::redact::names::spaced::pieces(t, found) {
                    let placed = at + piece.start..at + piece.end;
                    let rule = Rule::Named("repeated in the record");
                    self.take(&t[piece], placed, needle.category, rule, 0, b"");
                }
            }
        }
    }

    fn repetitions(&mut self, t: &[u8], at: usize, wrap: &[u8], several: bool, machine: bool) {
        let seen = self.scratch.needles.seen(t);
        for i in (0..self.scratch.needles.list.len()).filter(|i| seen >> i & 1 == 1) {
            let needle = self.scratch.needles.list[i].clone();
            if needle.spared || machine && needle.secret {
                continue;
            }
            let mut from = 0;
            while let Some(found) = self.scratch.needles.find(&needle, t, from) {
                from = found.end;
                if let Some(ours) = self.core.catalog.placeholder_over(t, found.start) {
                    from = ours.end;
                    continue;
                }
                let alone = found.len();
                let span = self.scratch.needles.complete(needle.group, t, found);
                let word = needle.short || (several && !t[span.clone()].contains(&b' '));
                if word && span.len() == alone {
                    continue;
                }
                // a part of a name in small letters is a word, and so is one glued to a number: `lại lần`, `grace period`, `angel-01`
                if needle.part && self.scratch.needles.is_plain(&needle, t, &span, several) {
                    continue;
                }
                // 调用成功 where somebody is called 成功
                if needle.word && !stands_free(t, &span) {
                    continue;
                }
                from = from.max(span.end);
                if !wrap.is_empty() && span != (0..t.len()) {
                    continue; // half a number can't be replaced
                }
                let placed = at + span.start..at + span.end;
                // finds of several words of one name overlap; settling makes one of them
                self.take(
                    &t[span],
                    placed,
                    needle.category,
                    Rule::Named("repeated in the record"),
                    0,
                    wrap,
                );
            }
        }
    }
}

/// Does no Chinese character stand beside a span?
fn stands_free(text: &[u8], span: &Range<usize>) -> bool {
    let before =
        crate::redact::words::spans::valid_suffix(&text[span.start.saturating_sub(4)..span.start]);
    let after =
        crate::redact::words::spans::valid_prefix(&text[span.end..text.len().min(span.end + 4)]);
    !before.ends_with(is_han) && !after.starts_with(is_han)
}
