//! Keys of objects, as they come: what each one means, and which one comes next.
//!
//! Records of one program have the same keys in the same order. The key that followed the last time is compared first, with its
//! quotes and its colon; only where another one stands is its end searched and its meaning looked up.

use super::remember::{LONGEST, Remembered, SOME};
use crate::redact::core::Core;
use crate::redact::fields::{Fields, KeyInfo, Part};
#[cfg(target_arch = "x86_64")]
use crate::redact::scan::wide;

/// So many distinct keys are remembered; then all are forgotten, and those that come often come back at once.
const MOST: usize = 4096;

struct Entry {
    /// The key with its quotes and its colon.
    text: Box<[u8]>,
    /// The first bytes of it.
    #[cfg(target_arch = "x86_64")]
    head: [u8; wide::LANES],
    info: KeyInfo,
    /// The same for every place, but that its value is behind the key's own length.
    peeked: Peeked,
    /// The entry that followed the last time, and the one that did before: behind the last member of an array's element another
    /// element may follow, or what stands behind the array.
    next: [usize; 2],
}

impl Entry {
    fn new(text: &[u8], info: KeyInfo, quiet: Quiet) -> Self {
        #[cfg(target_arch = "x86_64")]
        let head = std::array::from_fn(|i| text.get(i).copied().unwrap_or(0));
        Self {
            text: text.into(),
            #[cfg(target_arch = "x86_64")]
            head,
            info,
            peeked: Peeked {
                value: text.len(),
                quiet,
                id: info.id,
                country: info.role.country,
                names: info.role.part == Part::Key,
            },
            next: [0; 2],
        }
    }

    #[inline]
    fn peeked(&self, p: usize) -> Option<Peeked> {
        let passes = !matches!(self.peeked.quiet, Quiet::No | Quiet::Settled);
        passes.then_some(Peeked {
            value: p + self.peeked.value,
            ..self.peeked
        })
    }
}

/// A key that was seen to come next, and under which something needs no look.
#[derive(Clone, Copy)]
pub(crate) struct Peeked {
    /// The position behind its colon.
    pub value: usize,
    pub quiet: Quiet,
    /// [`KeyInfo::id`]
    pub id: u32,
    /// It names a country; see [`KeyInfo::role`].
    pub country: bool,
    /// Its value may name what another member holds; see [`Part::Key`].
    pub names: bool,
}

/// What under a key needs no look at all, wherever the key stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quiet {
    /// Everything may tell something, and what stands around the key says what.
    No,
    /// Everything may tell something, but the key means the same in every object that means nothing; as do all below.
    Settled,
    /// The key means nothing: a short number tells nothing either, nor do words alone.
    Plain,
    /// A measure, a time or a code, if it is written like one; see [`crate::redact::scan::is_odd`].
    Shaped,
    /// A machine identifier, whatever it is.
    Safe,
}

/// The keys that were seen.
pub(crate) struct Keys {
    /// The first one stands before the first key, and matches nothing.
    entries: Vec<Entry>,
    known: Remembered<u32>,
    /// Apart from the keys: any text may be asked for, and would take their places.
    names: Remembered<KeyInfo, LONGEST, SOME>,
    last: usize,
    /// The one that followed it the last time.
    expected: usize,
    /// Ids given so far; see [`KeyInfo::id`].
    ids: u32,
}

impl Default for Keys {
    fn default() -> Self {
        let mut keys = Self {
            entries: Vec::new(),
            known: Remembered::default(),
            names: Remembered::default(),
            last: 0,
            expected: 0,
            ids: 0,
        };
        keys.forget();
        keys
    }
}

impl Keys {
    /// If the key that followed the last time stands at `p`: the position behind its colon, what it means, and what needs no look.
    #[inline]
    pub fn follow(&mut self, t: &[u8], p: usize) -> Option<(usize, KeyInfo, Quiet)> {
        if !self.stands(t, p, self.expected) {
            self.expect_other(|keys, other| keys.stands(t, p, other))?;
        }
        let entry = &self.entries[self.expected];
        let followed = (p + entry.text.len(), entry.info, entry.peeked.quiet);
        self.pass();
        Some(followed)
    }

    /// If the key that followed the last time stands at `p`, what is known of its value. The key counts as passed only after
    /// [`Self::pass`].
    #[inline]
    pub fn peek(&mut self, t: &[u8], p: usize) -> Option<Peeked> {
        if !self.stands(t, p, self.expected) {
            self.expect_other(|keys, other| keys.stands(t, p, other))?;
        }
        self.entries[self.expected].peeked(p)
    }

    #[inline]
    fn stands(&self, t: &[u8], p: usize, at: usize) -> bool {
        begins(&t[p..], &self.entries[at].text)
    }

    /// Expects the key that followed the time before the last, if that stands there.
    fn expect_other(&mut self, stands: impl FnOnce(&Self, usize) -> bool) -> Option<()> {
        let [next, other] = self.entries[self.last].next;
        if !stands(self, other) {
            return None;
        }
        self.entries[self.last].next = [other, next];
        self.expected = other;
        Some(())
    }

    /// The same where the key is short enough to be compared at once, and else `None`: then [`Self::peek`] can tell.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    #[inline]
    pub fn peek_wide(&mut self, t: &[u8], p: usize) -> Option<Option<Peeked>> {
        let text = t.get(p..)?.first_chunk()?;
        let stands = |entry: &Entry| wide::begins(text, &entry.head, entry.text.len() as u32);
        if !stands(&self.entries[self.expected]) {
            let [next, other] = self.entries[self.last].next;
            if [next, other]
                .iter()
                .any(|at| self.entries[*at].text.len() > wide::LANES)
            {
                return None;
            }
            let found = self.expect_other(|keys, other| stands(&keys.entries[other]));
            if found.is_none() {
                return Some(None);
            }
        }
        Some(self.entries[self.expected].peeked(p))
    }

    /// Goes on to the key that followed the last time.
    #[inline]
    pub fn pass(&mut self) {
        self.last = self.expected;
        self.expected = self.entries[self.last].next[0];
    }

    /// What a key without escapes means, and that it follows the one before.
    pub fn learn(&mut self, key: &[u8], core: &Core) -> KeyInfo {
        let at = match self.known.get(key) {
            Some(at) => at as usize,
            None => self.add(key, core),
        };
        let next = &mut self.entries[self.last].next;
        if next[0] != at {
            *next = [at, next[0]];
        }
        self.expected = at;
        self.pass();
        self.entries[at].info
    }

    /// What a name means that is no key of an object: it follows none.
    pub fn meaning(&mut self, name: &[u8], fields: &Fields) -> KeyInfo {
        self.names.get_or(name, |name| fields.classify(name))
    }

    fn add(&mut self, key: &[u8], core: &Core) -> usize {
        if self.entries.len() > MOST {
            self.forget();
        }
        self.ids += 1;
        // what was taken out of its place tells nothing of its value: {"[ADDRESS]": …}
        let mut info = match core.catalog.is_placeholder(key) {
            true => KeyInfo::NOTHING,
            false => core.fields.classify(key),
        };
        info.id = self.ids;
        let at = self.entries.len();
        self.entries.push(Entry::new(
            &[b"\"", key, b"\":"].concat(),
            info,
            core.fields.quiet(key, &info),
        ));
        self.known.put(key, at as u32);
        at
    }

    fn forget(&mut self) {
        self.entries.clear();
        self.entries
            .push(Entry::new(&[0], KeyInfo::NOTHING, Quiet::No));
        self.known = Remembered::default();
        self.last = 0;
        self.expected = 0;
    }
}

/// [`slice::starts_with`] for a few bytes: eight at a time, the last of them overlapping, where a call of `memcmp` costs as much again.
#[inline(always)]
fn begins(text: &[u8], key: &[u8]) -> bool {
    const WORD: usize = size_of::<u64>();
    let Some(text) = text.get(..key.len()) else {
        return false;
    };
    let word = |bytes: &[u8], at: usize| bytes[at..].first_chunk().map(|b| u64::from_ne_bytes(*b));
    let Some(last) = key.len().checked_sub(WORD) else {
        return text.iter().eq(key);
    };
    if word(text, last) != word(key, last) {
        return false;
    }
    let mut at = 0;
    while at < last {
        if word(text, at) != word(key, at) {
            return false;
        }
        at += WORD;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_of_every_length() {
        let text: Vec<u8> = (0..40).collect();
        for length in 0..=text.len() {
            assert!(begins(&text, &text[..length]));
            for wrong in 0..length {
                let mut other = text.clone();
                other[wrong] ^= 1;
                assert!(!begins(&other, &text[..length]), "{length} {wrong}");
            }
            assert!(length == 0 || !begins(&text[..length - 1], &text[..length]));
        }
    }
}
