//! Steps of a path that a step before them names: `GET /users/name/Tan%20Wei%20Ming`, `/api/idNo/K1234567/check`.
//!
//! Paths have many steps, so only what is of its kind beyond doubt is a value.

use crate::redact::names::spoken::Promise;
use crate::redact::pass::Pass;
use crate::redact::words::spans::valid_prefix;

/// The longest step, in bytes.
const STEP: usize = 40;
/// So far a value is looked at, in bytes.
const REACH: usize = 128;

impl Pass<'_> {
    /// The value at `from`, behind the stroke that ends the step which may name it.
    pub(super) fn named_step(&mut self, t: &[u8], from: usize, at: usize, mark: usize) {
        let end = from - 1;
        let word = |c: &&u8| c.is_ascii_alphanumeric() || matches!(**c, b'_' | b'-');
        let length = t[..end].iter().rev().take(STEP).take_while(word).count();
        let start = end - length;
        if start == 0 || t[start - 1] != b'/' {
            return;
        }
        let class = self
            .scratch
            .keys
            .meaning(&t[start..end], &self.core.fields)
            .class;
        let Some((data, category)) = self
            .class(class)
            .and_then(|data| Some((data, data.category?)))
        else {
            return;
        };
        if data.keys_only || !data.is_everywhere() {
            return;
        }
        let core = self.core;
        let rest = &t[from..t.len().min(from + REACH)];
        let rest = &rest[..memchr::memchr2(b'/', b'?', rest).unwrap_or(rest.len())];
        let is_label = |word: &str| core.is_label(word);
        let length = if core.is_name(category) {
            let text = valid_prefix(rest);
            match core.names.spoken_name(text, Promise::Hint, is_label) {
                0 => core.names.told_name(text, is_label),
                length => length,
            }
        } else {
            let ends = |c: &u8| !c.is_ascii_alphanumeric() && !matches!(c, b'-' | b'+' | b'.');
            let run = rest.iter().position(ends).unwrap_or(rest.len());
            if run > 0 && self.stands_out(&rest[..run], data) {
                run
            } else {
                0
            }
        };
        if length > 0 {
            self.complained_of(t, class, from..from + length, at, mark);
        }
    }
}
