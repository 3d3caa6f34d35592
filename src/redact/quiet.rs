//! Members of objects in which nothing can be found: most of a monitoring record is numbers and machine identifiers, one after the other.
//!
//! What [`super::json`] does for each member (its key's meaning, its place in lists of keys and values, what it inherits) has no effect
//! there, and the same keys follow each other in each record: they are passed with a comparison and a search for their end.

use super::fields::{ClassId, NO_CLASS, Part};
use super::keys::Quiet;
use super::number::number_end;
use super::pass::{Pass, Standing};
use super::remember::LONGEST_VALUE;
use super::scan::{bare_end, holds, string_end};
use super::settings::Posture;
use super::spoken::may_hold_name;

/// An integer of so many digits may be a value.
pub(super) const LONG_NUMBER: usize = 7;

impl Pass<'_> {
    /// Passes as many members as need no look, from the key at `p` on. Gives where the key of the next one is, and from where on
    /// nothing was inspected if that is none: the last member that was passed, or else `restart`. True if the object ends there instead.
    #[inline]
    pub(super) fn quiet_members(
        &mut self,
        t: &[u8],
        mut p: usize,
        mut restart: usize,
    ) -> (usize, usize, bool) {
        // the second pass looks everywhere, and an explanation names each key on its way
        if !self.scratch.needles.is_empty() || self.scratch.track_path {
            return (p, restart, false);
        }
        let frame = self.top();
        let (class, body) = (frame.class, frame.body);
        if frame.parent.part == Part::Persons {
            // the keys are values
            return (p, restart, false);
        }
        let means_nothing = |class: ClassId| self.class(class).is_none_or(|c| c.safe);
        let untold = means_nothing(class);
        let plain = untold && !(body && self.core.posture == Posture::Strict);
        while let Some((value, quiet, id)) = self.scratch.keys.peek(t, p) {
            // {"sex":{"code":"F"}}: a key may hold a part of what the one above tells
            let safe = quiet == Quiet::Safe && untold;
            let rest = &t[value..];
            let end = match rest.first() {
                Some(b'"') if safe => bare_end(t, value + 1).map(|(end, _)| end + 1),
                Some(b'"') if plain => self.quiet_string(t, value + 1, id, body),
                Some(b'-' | b'0'..=b'9') if safe || plain => number_end(t, value)
                    .filter(|(end, integer)| safe || !integer || end - value < LONG_NUMBER)
                    .map(|(end, _)| end),
                Some(b't') if rest.starts_with(b"true") => Some(value + 4),
                Some(b'f') if rest.starts_with(b"false") => Some(value + 5),
                Some(b'n') if rest.starts_with(b"null") => Some(value + 4),
                _ => None,
            };
            // what is not written like this is left to those who know all of JSON
            match end {
                Some(end) if t[end..].starts_with(b",\"") => {
                    (restart, p) = (p, end + 1);
                    self.scratch.keys.pass();
                }
                Some(end) if t.get(end) == Some(&b'}') => {
                    self.scratch.keys.pass();
                    return (end, p, true);
                }
                _ => break,
            }
        }
        (p, restart, false)
    }

    /// Passes as many elements of an array as need no look, from the one at `p` on, which is not the first. Gives where the next one is.
    ///
    /// Each must have one behind it: the last of two stands under the first, if that names something.
    #[inline]
    pub(super) fn quiet_elements(&mut self, t: &[u8], mut p: usize) -> usize {
        if !self.scratch.needles.is_empty() {
            return p;
        }
        let frame = self.top();
        let (class, body, country) = (frame.class, frame.body, frame.parent.country);
        let safe = self.class(class).is_some_and(|c| c.safe);
        let plain = class == NO_CLASS && !(body && self.core.posture == Posture::Strict);
        if country || !(safe || plain) {
            return p;
        }
        let mut passed = 0;
        loop {
            let end = match t.get(p) {
                Some(b'"') if safe => bare_end(t, p + 1).map(|(end, _)| end + 1),
                Some(b'"') => string_end(t, p + 1)
                    .filter(|(_, bits)| bits & (holds::ANYTHING | holds::UNKNOWN) == 0)
                    .map(|(end, _)| end + 1),
                Some(b'-' | b'0'..=b'9') => number_end(t, p)
                    .filter(|(end, integer)| safe || !integer || end - p < LONG_NUMBER)
                    .map(|(end, _)| end),
                _ => None,
            };
            match end {
                Some(end) if t.get(end) == Some(&b',') => {
                    p = end + 1;
                    passed += 1;
                }
                _ => break,
            }
        }
        self.top().index += passed;
        p
    }

    /// The end of the string whose content starts at `p`, if nothing can be found in it: words alone, or what is remembered.
    fn quiet_string(&self, t: &[u8], p: usize, id: u32, body: bool) -> Option<usize> {
        let within = &t[..t.len().min(p + LONGEST_VALUE + 1)];
        let (end, bits) = string_end(within, p)?;
        let value = &t[p..end];
        let nothing = if bits & holds::ANYTHING == 0 {
            !may_hold_name(value)
        } else {
            self.is_remembered(value, Standing::plain(id, body))
        };
        nothing.then_some(end + 1)
    }
}
