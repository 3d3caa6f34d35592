//! Members of objects in which nothing can be found: most of a monitoring record is numbers and machine identifiers, one after the other.
//!
//! What [`super`] does for each member (its key's meaning, its place in lists of keys and values, what it inherits) has no effect
//! there, and the same keys follow each other in each record: they are passed with a comparison and a search for their end.

use super::begins_json;
use super::keys::{Peeked, Quiet};
use super::remember::LONGEST_VALUE;
use crate::redact::cards::lines::may_be_label;
use crate::redact::fields::{NO_CLASS, Part};
use crate::redact::names::spoken::may_hold_name;
use crate::redact::pass::{Pass, Standing};
use crate::redact::scan::number::number_end;
#[cfg(target_arch = "x86_64")]
use crate::redact::scan::wide::{self, Brief};
use crate::redact::scan::{
    Contents, MANY_DIGITS, bare_end, holds, is_odd, prose_end, speaks, string_end,
};
use crate::redact::settings::Posture;

/// A string of so many bytes under a key that is known to be safe may be a payload.
pub(crate) const LONG_SAFE: usize = 192;
/// An integer of so many digits may be a value.
pub(crate) const LONG_NUMBER: usize = 7;

/// The end of a machine's value that is too short for a payload, and no sentence.
fn safe_end(t: &[u8], p: usize, shaped: bool) -> Option<usize> {
    let (end, _) = bare_end(t, p)?;
    let value = &t[p..end];
    let odd = shaped && is_odd(value);
    (value.len() < LONG_SAFE && !odd && !speaks(value)).then_some(end + 1)
}

/// Has an integer so many digits that it may be a value?
#[inline(always)]
fn is_long(length: usize, safe: bool, shaped: bool) -> bool {
    length >= LONG_NUMBER && (!safe || shaped && length >= MANY_DIGITS)
}

/// How far members were passed.
pub(crate) struct Passed {
    /// Where the key of the next member is, or behind what the object's end is.
    pub at: usize,
    /// From where on nothing was inspected if that is no member: the last one that was passed, or else what was told.
    pub restart: usize,
    /// The object ends there.
    pub ended: bool,
    /// The string that is the next member's value, if it was looked at in vain.
    pub seen: Option<Seen>,
}

/// A string that was looked at, and of which it is not remembered that nothing is found in it.
#[derive(Clone, Copy)]
pub(crate) struct Seen {
    /// Where its quotes stand.
    pub start: usize,
    pub end: usize,
    pub holds: Contents,
}

/// What needs no look in an object.
#[derive(Clone, Copy)]
struct Allowed {
    /// The object's own key means nothing: {"sex":{"code":"F"}}: a key may hold a part of what the one above tells.
    untold: bool,
    /// And words and numbers under keys that mean nothing are let through.
    plain: bool,
    body: bool,
}

impl Pass<'_> {
    /// Passes as many members as need no look, from the key at `p` on.
    #[inline]
    pub(crate) fn quiet_members(&mut self, t: &[u8], p: usize, restart: usize) -> Passed {
        let mut passed = Passed {
            at: p,
            restart,
            ended: false,
            seen: None,
        };
        // the second pass looks everywhere, and an explanation names each key on its way
        if !self.scratch.needles.is_empty() || self.scratch.track_path {
            return passed;
        }
        let frame = self.top();
        let (class, body) = (frame.class, frame.body);
        if frame.parent.role.part == Part::Persons {
            // the keys are values
            return passed;
        }
        let untold = self.class(class).is_none_or(|c| c.safe);
        let allowed = Allowed {
            untold,
            plain: untold && !(body && self.core.posture == Posture::Strict),
            body,
        };
        loop {
            let mut over = false;
            #[cfg(target_arch = "x86_64")]
            if std::is_x86_feature_detected!("avx2") {
                // SAFETY: the processor has AVX2.
                over = unsafe { self.brief_members(t, &mut passed, allowed) };
            }
            if over || !self.quiet_member(t, &mut passed, allowed) {
                return passed;
            }
        }
    }

    /// Passes the members whose keys and values are shorter than a vector, or machine identifiers without escapes. True if the next one needs
    /// a look, or the object ends.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn brief_members(&mut self, t: &[u8], passed: &mut Passed, allowed: Allowed) -> bool {
        // in registers, not behind a reference: a record has dozens of members
        let (mut at, mut restart) = (passed.at, passed.restart);
        let over = loop {
            let key = match self.scratch.keys.peek_wide(t, at) {
                Some(Some(key)) => key,
                Some(None) => break true,
                None => break false,
            };
            let value = key.value;
            let safe = key.quiet != Quiet::Plain && allowed.untold;
            let shaped = key.quiet == Quiet::Shaped;
            if !(safe || allowed.plain) {
                break true;
            }
            let end = match wide::brief(t, value) {
                Some(Brief::String(short)) => {
                    let end = short.end;
                    let content = &t[value + 1..end];
                    let nothing = safe
                        && !short.speaks()
                        && !(shaped && short.may_be_odd() && is_odd(content))
                        || if safe || short.holds_anything() {
                            self.is_remembered(content, Standing::plain(key.id, allowed.body))
                        } else {
                            !may_hold_name(content)
                        };
                    if !nothing {
                        passed.seen = Some(Seen {
                            start: value,
                            end,
                            holds: wide::contents(content) | holds::ASKED,
                        });
                        break true;
                    }
                    end + 1
                }
                Some(Brief::Number { end, integer }) => {
                    if integer && is_long(end - value, safe, shaped) {
                        break true;
                    }
                    end
                }
                Some(Brief::Literal { end }) => end,
                None if safe
                    && t[value] == b'"'
                    && let Some(end) = wide::machine_end(t, value + 1)
                    && end - value <= LONG_SAFE
                    && !(shaped && is_odd(&t[value + 1..end])) =>
                {
                    end + 1
                }
                None => break false,
            };
            if !self.is_told(&key, &t[value..end]) {
                break false;
            }
            let Some((next, ended)) = behind_member(t, end) else {
                break false;
            };
            self.member_passed(&key, end);
            (restart, at) = (at, next);
            if ended {
                passed.ended = true;
                break true;
            }
        };
        (passed.at, passed.restart) = (at, restart);
        over
    }

    /// Passes the next member, if it needs no look. False if it does, or if the object ends behind it.
    fn quiet_member(&mut self, t: &[u8], passed: &mut Passed, allowed: Allowed) -> bool {
        let Some(key) = self.scratch.keys.peek(t, passed.at) else {
            return false;
        };
        let Peeked {
            value, quiet, id, ..
        } = key;
        let safe = quiet != Quiet::Plain && allowed.untold;
        let shaped = quiet == Quiet::Shaped;
        let plain = allowed.plain;
        let rest = &t[value..];
        let end = match rest.first() {
            Some(b'"') if safe => safe_end(t, value + 1, shaped),
            Some(b'"') if plain && let Some(end) = prose_end(t, value + 1) => Some(end + 1),
            Some(b'"') if plain && !begins_json(&rest[1..]) => {
                let Some((end, bits)) = string_end(t, value + 1) else {
                    return false;
                };
                let content = &t[value + 1..end];
                let nothing = if bits & (holds::ANYTHING | holds::UNKNOWN) == 0 {
                    !may_hold_name(content)
                } else {
                    content.len() <= LONGEST_VALUE
                        && bits & (holds::ESCAPE | holds::UNKNOWN) == 0
                        && self.is_remembered(content, Standing::plain(id, allowed.body))
                };
                if !nothing {
                    passed.seen = Some(Seen {
                        start: value,
                        end,
                        holds: bits | holds::ASKED,
                    });
                    return false;
                }
                Some(end + 1)
            }
            Some(b'-' | b'0'..=b'9') if safe || plain => number_end(t, value)
                .filter(|(end, integer)| !integer || !is_long(end - value, safe, shaped))
                .map(|(end, _)| end),
            Some(b't') if rest.starts_with(b"true") => Some(value + 4),
            Some(b'f') if rest.starts_with(b"false") => Some(value + 5),
            Some(b'n') if rest.starts_with(b"null") => Some(value + 4),
            _ => None,
        };
        let Some(end) = end.filter(|end| self.is_told(&key, &t[value..*end])) else {
            return false;
        };
        let Some((next, ended)) = behind_member(t, end) else {
            return false;
        };
        self.member_passed(&key, end);
        (passed.restart, passed.at) = (passed.at, next);
        passed.ended = ended;
        !ended
    }

    /// Goes on to the next key, behind a value that ends at `end`.
    #[inline(always)]
    fn member_passed(&mut self, key: &Peeked, end: usize) {
        self.scratch.keys.pass();
        if key.names {
            self.top().named = (key.value + 1, end - 1);
        }
    }

    /// Is all known that a member passed unseen tells: a country, or what the members beside it hold? Only the first string names these.
    #[inline(always)]
    fn is_told(&mut self, key: &Peeked, value: &[u8]) -> bool {
        (!key.country || self.country_is_known(value))
            && (!key.names || value.first() == Some(&b'"') && self.top().named.1 == 0)
    }

    /// Notes the country that a value names, if that is remembered. Only a string names one.
    fn country_is_known(&mut self, value: &[u8]) -> bool {
        let Some(content) = value.strip_prefix(b"\"") else {
            return true;
        };
        let known = self
            .scratch
            .country_values
            .get(&content[..content.len() - 1]);
        self.scratch.countries |= known.unwrap_or(0);
        known.is_some()
    }

    /// Passes as many elements of an array as need no look, from the one at `p` on, which is not the first. Gives where the next one is.
    ///
    /// Each must have one behind it: the last of two stands under the first, if that names something.
    #[inline]
    pub(crate) fn quiet_elements(&mut self, t: &[u8], mut p: usize) -> usize {
        if !self.scratch.needles.is_empty() {
            return p;
        }
        let frame = self.top();
        let (class, body, country) = (frame.class, frame.body, frame.parent.role.country);
        let safe = self.class(class).is_some_and(|c| c.safe);
        let shaped = self.class(class).is_some_and(|c| c.shaped);
        let plain = class == NO_CLASS && !(body && self.core.posture == Posture::Strict);
        if country || !(safe || plain) {
            return p;
        }
        let mut passed = 0;
        loop {
            let end = match t.get(p) {
                Some(b'"') if safe => safe_end(t, p + 1, shaped),
                // an option is a label of what follows it
                Some(b'"')
                    if t.get(p + 1) != Some(&b'-')
                        && let Some(end) = prose_end(t, p + 1) =>
                {
                    Some(end + 1)
                }
                Some(b'"') => string_end(t, p + 1)
                    .filter(|(end, bits)| {
                        let content = &t[p + 1..*end];
                        bits & (holds::ANYTHING | holds::UNKNOWN) == 0
                            && !may_hold_name(content)
                            && !may_be_label(content)
                    })
                    .map(|(end, _)| end + 1),
                Some(b'-' | b'0'..=b'9') => number_end(t, p)
                    .filter(|(end, integer)| !integer || !is_long(end - p, safe, shaped))
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
}

/// Where the next member is, behind one that ends at `end`, or else where the object ends, and if it does. What is not written like this
/// is left to those who know all of JSON.
#[inline(always)]
fn behind_member(t: &[u8], end: usize) -> Option<(usize, bool)> {
    match t.get(end) {
        Some(b',') if t.get(end + 1) == Some(&b'"') => Some((end + 1, false)),
        Some(b'}') => Some((end, true)),
        _ => None,
    }
}
