//! Keys of objects, as they come: what each one means, and which one comes next.
//!
//! Records of one program have the same keys in the same order. The key that followed the last time is compared first, with its
//! quotes and its colon; only where another one stands is its end searched and its meaning looked up.

use super::fields::{Fields, KeyInfo};
use super::remember::Remembered;

/// So many distinct keys are remembered; then all are forgotten, and those that come often come back at once.
const MOST: usize = 4096;

struct Entry {
    /// The key with its quotes and its colon.
    text: Box<[u8]>,
    info: KeyInfo,
    quiet: Quiet,
    /// The entry that followed the last time.
    next: usize,
}

/// What under a key needs no look at all, wherever the key stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quiet {
    /// Everything may tell something.
    No,
    /// The key means nothing: what is no text and no long number tells nothing either.
    Plain,
    /// A machine identifier, whatever it is.
    Safe,
}

/// The keys that were seen.
pub(crate) struct Keys {
    /// The first one stands before the first key, and matches nothing.
    entries: Vec<Entry>,
    known: Remembered<u32>,
    last: usize,
    /// Ids given so far; see [`KeyInfo::id`].
    ids: u32,
}

impl Default for Keys {
    fn default() -> Self {
        let mut keys = Self {
            entries: Vec::new(),
            known: Remembered::default(),
            last: 0,
            ids: 0,
        };
        keys.forget();
        keys
    }
}

impl Keys {
    /// If the key that followed the last time stands at `p`: the position behind its colon, and what it means.
    #[inline]
    pub fn follow(&mut self, t: &[u8], p: usize) -> Option<(usize, KeyInfo)> {
        let next = self.entries[self.last].next;
        let entry = &self.entries[next];
        if !t[p..].starts_with(&entry.text) {
            return None;
        }
        self.last = next;
        Some((p + entry.text.len(), entry.info))
    }

    /// If the key that followed the last time stands at `p`: the position behind its colon, and what of its value needs no look.
    /// The key counts as passed only after [`Self::pass`].
    #[inline]
    pub fn peek(&self, t: &[u8], p: usize) -> Option<(usize, Quiet)> {
        let entry = &self.entries[self.entries[self.last].next];
        (entry.quiet != Quiet::No && t[p..].starts_with(&entry.text))
            .then_some((p + entry.text.len(), entry.quiet))
    }

    /// Goes on to the key that followed the last time.
    #[inline]
    pub fn pass(&mut self) {
        self.last = self.entries[self.last].next;
    }

    /// What a key without escapes means, and that it follows the one before.
    pub fn learn(&mut self, key: &[u8], fields: &Fields) -> KeyInfo {
        let at = match self.known.get(key) {
            Some(at) => at as usize,
            None => self.add(key, fields),
        };
        self.entries[self.last].next = at;
        self.last = at;
        self.entries[at].info
    }

    /// What a name means that is no key of an object: it follows none.
    pub fn meaning(&mut self, name: &[u8], fields: &Fields) -> KeyInfo {
        let at = match self.known.get(name) {
            Some(at) => at as usize,
            None => self.add(name, fields),
        };
        self.entries[at].info
    }

    fn add(&mut self, key: &[u8], fields: &Fields) -> usize {
        if self.entries.len() > MOST {
            self.forget();
        }
        self.ids += 1;
        let mut info = fields.classify(key);
        info.id = self.ids;
        let at = self.entries.len();
        self.entries.push(Entry {
            text: [b"\"", key, b"\":"].concat().into(),
            quiet: fields.quiet(key, &info),
            info,
            next: 0,
        });
        self.known.put(key, at as u32);
        at
    }

    fn forget(&mut self) {
        self.entries.clear();
        self.entries.push(Entry {
            text: [0].into(),
            info: KeyInfo::NOTHING,
            quiet: Quiet::No,
            next: 0,
        });
        self.known = Remembered::default();
        self.last = 0;
    }
}
