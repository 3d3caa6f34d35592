//! What to look for again in a record, and where it stands there.
//!
//! The first pass over a line notes what it finds. Needles are made of that ([`super::variants`]) only if any of it may still stand in the
//! line; [`super`] looks for them. A list of persons makes more than are looked for at once: they are searched in shares, one after the other.

use std::ops::Range;

use super::compare::{rarity, stands};
use super::noted::Noted;
use super::starts::Starts;
use crate::redact::core::Core;
use crate::redact::edit::action::CategoryId;
use crate::redact::words::accents;
use crate::redact::words::script::{is_han, is_hangul};

/// More values than these are not looked for again.
const MOST_VALUES: usize = 1024;
/// Nor in more shares, and of a long record in fewer: each may cost a pass over it, and so many bytes are passed.
const MOST_SHARES: usize = 64;
const MOST_BYTES: usize = 4 << 20;
/// One look at so many values tells if any of them may stand in a text.
const FEW: usize = 48;
/// A share with so many needles is full.
const FULL: usize = 48;
/// A value makes several needles; of the last one of a share so many fit.
const MOST_NEEDLES: usize = 64;
/// Longer values are not looked for.
pub(super) const LONGEST: usize = 256;
/// What is longer will be too long in its narrow form as well, or is mostly white space.
const LONGEST_NOTED: usize = 3 * LONGEST;

#[derive(Clone)]
pub(crate) struct Needle {
    text: Range<usize>,
    pub(crate) category: CategoryId,
    /// Compared without case, and only as a whole word.
    latin: bool,
    /// Chinese characters of three bytes: some space may stand between them.
    pub(crate) han: bool,
    /// Words of one name belong together.
    pub(crate) group: u16,
    /// Counts only beside another word of its name: `Tan` alone is too short to be told from a word of the log.
    pub(crate) short: bool,
    /// A part of a name in Latin letters.
    pub(crate) part: bool,
    /// A Chinese name that is a word as well: counts only where no other character stands beside it.
    pub(crate) word: bool,
    /// Where a machine's identifier stands, it is one, whatever else the record calls it.
    pub(crate) secret: bool,
    /// It is one wherever it stands.
    pub(crate) spared: bool,
}

/// The values to look for again.
#[derive(Default)]
pub(crate) struct Needles {
    pub(super) bytes: Vec<u8>,
    pub(crate) list: Vec<Needle>,
    starts: Box<Starts>,
    /// All words of Latin names, short ones too, to complete a find of one of them.
    pub(super) words: Vec<(u16, Range<usize>)>,
    pub(super) groups: u16,
    /// The name noted last, if it is one short word: a surname or a given name.
    pub(super) previous: Range<usize>,
    /// Names put together so far.
    pub(super) joined: u8,
    searching: bool,
    /// What was found while nobody knows if any of it is to be searched.
    noted: Noted,
    /// How many values of that are in this share or were in one before, and how many shares there were.
    made: usize,
    shares: usize,
    /// Bytes that were passed for them.
    passed: usize,
}

impl Needles {
    pub fn clear(&mut self) {
        if self.noted.is_empty() {
            // most records: even to fill nothing costs a call
            return;
        }
        self.clear_share();
        self.searching = false;
        self.noted.clear();
        self.made = 0;
        self.shares = 0;
        self.passed = 0;
    }

    fn clear_share(&mut self) {
        for needle in &self.list {
            self.starts.remove(&self.bytes[needle.text.clone()]);
        }
        // filled first: what stays reachable is not optimised away
        self.bytes.fill(0);
        self.bytes.clear();
        self.list.clear();
        self.words.clear();
        self.groups = 0;
        self.previous = 0..0;
        self.joined = 0;
    }

    /// False in the second pass: there is nothing to search for in the first.
    pub fn is_empty(&self) -> bool {
        !self.searching
    }

    /// Makes needles of the next share of the values that may still stand in what is left of the record. False if there is none. Of what is
    /// `encoded` there only the search itself can tell.
    pub fn may_repeat(&mut self, left: &[u8], encoded: bool, core: &Core) -> bool {
        let few = self.made == 0 && self.noted.len() <= FEW;
        if few && !(encoded || self.noted.may_stand_in(left)) {
            return false;
        }
        while (self.shares == 0 || self.passed + left.len() <= MOST_BYTES) && self.make(core) {
            if !self.list.is_empty() && (encoded || self.may_stand_in(left)) {
                self.passed += left.len();
                return true;
            }
        }
        false
    }

    /// Looks for no secret of which `is_identifier` says that a machine is called so.
    pub fn spare(&mut self, mut is_identifier: impl FnMut(&[u8]) -> bool) {
        for needle in self.list.iter_mut().filter(|needle| needle.secret) {
            needle.spared = is_identifier(&self.bytes[needle.text.clone()]);
        }
    }

    /// From now on repetitions are searched and nothing more is noted.
    pub fn search(&mut self) {
        self.searching = true;
    }

    /// Notes a value that was found.
    pub fn note(&mut self, value: &[u8], category: CategoryId, core: &Core) {
        if self.searching
            || !core.is_repeated(category)
            || core.catalog.is_secret(category) && !is_unmistakable(value)
        {
            return;
        }
        if self.noted.len() < MOST_VALUES && value.len() <= LONGEST_NOTED {
            self.noted.add(value, category, core.is_name(category));
        }
    }

    /// Makes needles of the next values that were noted, as many as are looked for at once. False if there are none.
    fn make(&mut self, core: &Core) -> bool {
        if self.made == self.noted.len() || self.shares == MOST_SHARES {
            return false;
        }
        self.clear_share();
        self.shares += 1;
        let noted = std::mem::take(&mut self.noted);
        // the last one of the share before may be the other half of a name
        let mut next = self.made.saturating_sub(1);
        while let Some((value, category)) = noted.get(next)
            && (next <= self.made || self.list.len() < FULL)
        {
            self.take_apart(value, category, core);
            next += 1;
        }
        self.made = next;
        self.noted = noted;
        true
    }

    pub(super) fn add(&mut self, text: &[u8], category: CategoryId, latin: bool) {
        self.add_as(text, category, latin, |_| ());
    }

    pub(super) fn add_as(
        &mut self,
        text: &[u8],
        category: CategoryId,
        latin: bool,
        what: impl FnOnce(&mut Needle),
    ) {
        if self
            .list
            .iter()
            .any(|n| self.bytes[n.text.clone()] == *text)
        {
            return;
        }
        if self.list.len() == MOST_NEEDLES {
            return;
        }
        let from = self.bytes.len();
        self.bytes.extend_from_slice(text);
        let mut needle = Needle {
            text: from..self.bytes.len(),
            category,
            latin,
            han: !latin && is_all_han(text),
            group: self.groups,
            short: false,
            part: false,
            word: false,
            secret: false,
            spared: false,
        };
        what(&mut needle);
        if !Self::stands_within_words(&needle, text) {
            self.starts.add(text, self.list.len());
        }
        self.list.push(needle);
    }

    /// May any of the values stand in the text as it is, or with marks on its letters?
    fn may_stand_in(&self, text: &[u8]) -> bool {
        self.seen(text) != 0 || (self.list.iter().any(|n| n.latin) && accents::may_hold(text))
    }

    /// What the values say, and what the needles made of them.
    #[cfg(test)]
    pub fn both_looks(&mut self, text: &[u8], core: &Core) -> (bool, bool) {
        let allowed = self.noted.may_stand_in(text);
        let mut found = false;
        while self.make(core) {
            found |= self.may_stand_in(text);
        }
        (allowed, found)
    }

    /// The values that stand in a text, a bit each: one pass over the text serves all.
    pub(crate) fn seen(&self, text: &[u8]) -> u64 {
        let mut seen = 0;
        for (i, needle) in self.list.iter().enumerate() {
            let wanted = &self.bytes[needle.text.clone()];
            if Self::stands_within_words(needle, wanted)
                && memchr::memmem::find(text, wanted).is_some()
            {
                seen |= 1 << i;
            }
        }
        self.starts.each(text, |at, possible| {
            let mut possible = possible & !seen;
            while possible != 0 {
                let i = possible.trailing_zeros();
                possible &= possible - 1;
                let needle = &self.list[i as usize];
                let wanted = &self.bytes[needle.text.clone()];
                let stands = match needle {
                    Needle { latin: true, .. } => stands(text, at, wanted).is_some(),
                    Needle { han: true, .. } => {
                        crate::redact::names::spaced::stands(text, at, wanted).is_some()
                    }
                    _ => text[at..].starts_with(wanted),
                };
                if stands {
                    seen |= 1 << i;
                }
            }
        });
        seen
    }

    /// May a letter or digit stand right before the value? `No. 5, 北京路` is found in `地址No. 5, 北京路`, and as well in `xNo. 5, 北京路`.
    fn stands_within_words(needle: &Needle, value: &[u8]) -> bool {
        !needle.latin && value[0].is_ascii_alphanumeric()
    }

    pub(crate) fn find(&self, needle: &Needle, text: &[u8], from: usize) -> Option<Range<usize>> {
        let wanted = &self.bytes[needle.text.clone()];
        if needle.han {
            return crate::redact::names::spaced::find(text, from, wanted);
        }
        if !needle.latin {
            return memchr::memmem::find(text.get(from..)?, wanted)
                .map(|i| from + i..from + i + wanted.len());
        }
        // anchored at the rarest letter of the value: names share their first letters with half of all words
        let rarest = |(i, c): &(usize, u8)| (rarity(*c), usize::MAX - i);
        let (mut offset, mut anchor) = wanted
            .iter()
            .copied()
            .take(16)
            .enumerate()
            .max_by_key(rarest)?;
        if wanted[..=offset].iter().any(u8::is_ascii_digit) {
            // separators may stand between digits: only the first one has a fixed place
            (offset, anchor) = (0, wanted[0]);
        }
        let (lower, upper) = (anchor.to_ascii_lowercase(), anchor.to_ascii_uppercase());
        let mut at = from + offset;
        loop {
            let hit = at + memchr::memchr2(lower, upper, text.get(at..)?)?;
            let start = hit - offset;
            if let Some(end) = stands(text, start, wanted) {
                return Some(start..end);
            }
            at = hit + 1;
        }
    }

    /// Is it only one word of a name at a place, in small letters where the name has capitals, or glued to a number or a host? Where the text has
    /// marks on its letters, or had some (`several`), two words of three say no more.
    pub(crate) fn is_plain(
        &self,
        needle: &Needle,
        text: &[u8],
        span: &Range<usize>,
        several: bool,
    ) -> bool {
        let capital = |text: &[u8]| text.iter().any(u8::is_ascii_uppercase);
        let found = &text[span.clone()];
        let parts = found.split(|c| !c.is_ascii_alphanumeric() && c.is_ascii());
        let count = parts.filter(|word| !word.is_empty()).count();
        let words = self.words.iter().filter(|(g, _)| *g == needle.group);
        let some = if several || !found.is_ascii() {
            count < words.count().max(3)
        } else {
            count < 2
        };
        let glued = matches!(text.get(span.end), Some(b'-' | b'_' | b'.'))
            && text.get(span.end + 1).is_some_and(u8::is_ascii_digit);
        // grace.example.com
        let host = text.get(span.end) == Some(&b'.')
            && text.get(span.end + 1).is_some_and(u8::is_ascii_lowercase);
        let glued = glued || host;
        let small = !capital(found) && capital(&self.bytes[needle.text.clone()]);
        some && (glued || small || several && !capital(found))
    }

    /// Grows a find over neighbouring words of the same name.
    pub(crate) fn complete(&self, group: u16, text: &[u8], mut span: Range<usize>) -> Range<usize> {
        let own = |word: &[u8]| {
            self.words
                .iter()
                .any(|(g, w)| *g == group && self.bytes[w.clone()].eq_ignore_ascii_case(word))
        };
        let letter = |c: &u8| c.is_ascii_alphanumeric() || *c >= 0x80;
        let joint = |c: u8| matches!(c, b' ' | b',' | b'_' | b'-' | b'.' | b'+' | b'/' | b'<');
        loop {
            let gap = text[span.end..]
                .iter()
                .take(2)
                .take_while(|c| joint(**c))
                .count();
            let word = text[span.end + gap..]
                .iter()
                .take_while(|c| letter(c))
                .count();
            if gap > 0 && word > 0 && own(&text[span.end + gap..span.end + gap + word]) {
                span.end += gap + word;
            } else {
                break;
            }
        }
        loop {
            let gap = text[..span.start]
                .iter()
                .rev()
                .take(2)
                .take_while(|c| joint(**c))
                .count();
            let word = text[..span.start - gap]
                .iter()
                .rev()
                .take_while(|c| letter(c))
                .count();
            let start = span.start - gap - word;
            if gap > 0 && word > 0 && own(&text[start..start + word]) {
                span.start = start;
            } else {
                break;
            }
        }
        span
    }
}

/// Is a secret told from words and numbers of a program: letters and digits or signs, or many digits?
fn is_unmistakable(value: &[u8]) -> bool {
    const SHORTEST: usize = 8;
    const DIGITS: usize = 12;
    let digits = value.iter().filter(|c| c.is_ascii_digit()).count();
    let hex = |c: &u8| c.is_ascii_hexdigit() || *c == b'-';
    value.len() >= SHORTEST
        && value.iter().all(u8::is_ascii_graphic)
        && digits > 0
        && (value.len() >= DIGITS || !value.iter().all(hex))
}

/// Nothing but Chinese characters of three bytes, or the syllables of a Korean name?
fn is_all_han(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|t| {
        t.chars().all(|c| is_han(c) && c.len_utf8() == 3) || t.chars().all(is_hangul)
    })
}
