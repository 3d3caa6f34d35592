//! Values that were found, kept as they are until the record is at its end: needles are made of them only if what is left of the record
//! may hold one of them.
//!
//! Most records repeat nothing, and to take a value apart (the words of a name, a number without its separators, two names together) costs
//! more than to find it. How each needle of a value begins is told by the value's words; three bytes of that rule out nearly every place
//! of a text, thirty-two places at a time where the processor has AVX2, and a comparison of the word rules out most of the others.

use std::ops::Range;

use super::halves::Halves;
#[cfg(target_arch = "x86_64")]
use super::halves::{LANES, Tables};
use super::starts::is_within_word;
use crate::redact::edit::action::CategoryId;
use crate::redact::words::accents;
use crate::redact::words::bytes::{DIGIT, HIGH, LETTER, ODD, kind, kinds};

/// Bytes of a beginning that are compared at all places at once.
const PLACES: usize = 3;

/// The values, in the order in which they were found.
#[derive(Default)]
pub(crate) struct Noted {
    bytes: Vec<u8>,
    values: Vec<Value>,
    beginnings: Beginnings,
}

#[derive(Clone)]
pub(crate) struct Value {
    pub text: Range<usize>,
    pub category: CategoryId,
    is_name: bool,
}

impl Noted {
    pub fn clear(&mut self) {
        // filled first: what stays reachable is not optimised away
        self.bytes.fill(0);
        self.bytes.clear();
        self.values.clear();
    }

    pub fn len(&self) -> usize {
        self.values.len()
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub fn add(&mut self, value: &[u8], category: CategoryId, is_name: bool) {
        let from = self.bytes.len();
        self.bytes.extend_from_slice(value);
        self.values.push(Value {
            text: from..self.bytes.len(),
            category,
            is_name,
        });
    }

    /// The value at `index`.
    pub fn get(&self, index: usize) -> Option<(&[u8], CategoryId)> {
        let value = self.values.get(index)?;
        Some((&self.bytes[value.text.clone()], value.category))
    }

    /// May a needle of any of the values stand in the text? False only if none does.
    pub fn may_stand_in(&mut self, text: &[u8]) -> bool {
        self.beginnings.clear();
        for value in &self.values {
            let told = each_beginning(&self.bytes, value, |word, alone| {
                self.beginnings.add(&self.bytes, word, alone);
            });
            if told.is_none() {
                return true;
            }
        }
        self.beginnings.stand_in(text, &self.bytes)
    }
}

/// Shows with what the needles of a value may begin, and if a letter or digit may not go on behind it. `None` if only the needles
/// themselves can tell.
fn each_beginning(
    bytes: &[u8],
    value: &Value,
    mut show: impl FnMut(Range<usize>, bool),
) -> Option<()> {
    let text = &bytes[value.text.clone()];
    let kinds = kinds(text);
    if kinds & ODD != 0 {
        return None;
    }
    let ascii = kinds & HIGH == 0;
    let start = value.text.start + (text.len() - text.trim_ascii_start().len());
    let end = value.text.start + text.trim_ascii_end().len();
    if start >= end {
        return Some(());
    }
    if !value.is_name {
        // as it stands, and without its separators
        show(start..end, false);
        if ascii && !is_said(bytes[start]) {
            let first = bytes[start..end].iter().position(|c| is_said(*c))?;
            show(start + first..end, false);
        }
    } else {
        let letters = ascii && kinds & LETTER != 0;
        if !letters && kinds & DIGIT != 0 {
            return None;
        }
        let mut at = start;
        let mut words = 0;
        while at < end {
            let rest = bytes[at + 1..end].iter();
            let word = at..at + 1 + rest.take_while(|c| is_said(**c)).count();
            // all of it, or all but its first word, may stand without spaces
            if letters && words < 2 && word.end < end {
                show(word.start + usize::from(words > 0)..end, false);
            }
            words += 1;
            // a word of a name is searched by itself from three bytes on
            if at == start || word.len() > PLACES {
                let from = word.start + usize::from(at > start);
                show(from..word.end, bytes[from..word.end].is_ascii());
            }
            at = word.end;
        }
        // a Chinese name of three characters without its surname
        if end - start >= 9 && bytes[end - 6] >= 0xe4 && bytes[end - 3] >= 0xe4 {
            show(end - 6..end, false);
        }
    }
    // what begins with a digit may stand within a word: its first character of another script does not
    if !ascii
        && bytes[start].is_ascii()
        && let Some(first) = bytes[start..end].iter().position(|c| !c.is_ascii())
    {
        let from = start + first;
        let rest = bytes[from..end].iter();
        show(
            from..from + rest.take_while(|c| is_said(**c)).count(),
            false,
        );
    }
    Some(())
}

/// What separators are not.
fn is_said(c: u8) -> bool {
    kind(c) != 0
}

/// How needles begin.
#[derive(Default)]
struct Beginnings {
    halves: Halves<PLACES>,
    list: Vec<(Range<usize>, bool)>,
}

impl Beginnings {
    fn clear(&mut self) {
        self.halves = Halves::default();
        self.list.clear();
    }

    fn add(&mut self, bytes: &[u8], word: Range<usize>, alone: bool) {
        let bit = 1 << (self.list.len() % 8);
        let text = &bytes[word.clone()];
        self.list.push((word, alone));
        if let Some(first) = text.first_chunk::<PLACES>()
            && first.iter().all(|c| is_said(*c))
        {
            self.allow(0, first[0], bit);
            for place in 1..PLACES {
                self.allow(place, first[place], bit);
                if first[place].is_ascii_digit() {
                    self.allow(place, first[place - 1], bit);
                    self.allow_separators(place, bit);
                }
            }
            return;
        }
        // without its separators as well, and with single ones between its digits
        let mut said = text.iter().copied().filter(|c| is_said(*c));
        let mut before = 0;
        for place in 0..PLACES {
            let (Some(here), Some(next)) = (text.get(place), said.next()) else {
                (0..16).for_each(|half| self.allow(place, half << 4 | half, bit));
                continue;
            };
            self.allow(place, next, bit);
            if *here != next {
                self.allow(place, *here, bit);
            }
            if place > 0 && (next.is_ascii_digit() || here.is_ascii_digit()) {
                self.allow(place, before, bit);
                self.allow_separators(place, bit);
            }
            before = next;
        }
    }

    /// Allows a byte at a place, in either case.
    #[inline(always)]
    fn allow(&mut self, place: usize, c: u8, bit: u8) {
        let [low, high] = self.halves.at(place);
        low[usize::from(c & 15)] |= bit;
        high[usize::from(c >> 4)] |= bit;
        if c.is_ascii_alphabetic() {
            // the other case differs in one bit
            high[usize::from(c >> 4 ^ 2)] |= bit;
        }
    }

    /// Allows ` `, `-` and `.` at a place.
    #[inline(always)]
    fn allow_separators(&mut self, place: usize, bit: u8) {
        let [low, high] = self.halves.at(place);
        for half in [0x0, 0xd, 0xe] {
            low[half] |= bit;
        }
        high[0x2] |= bit;
    }

    /// Does a beginning stand in the text, or may letters with marks?
    fn stand_in(&self, text: &[u8], bytes: &[u8]) -> bool {
        let (mut from, mut marked) = (0, false);
        #[cfg(target_arch = "x86_64")]
        if std::is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has AVX2.
            match unsafe { self.stand_in_vectors(text, bytes) } {
                Some(looked) => (from, marked) = looked,
                None => return true,
            }
        }
        (from..text.len()).any(|at| self.stands(text, at, self.halves.allowed(text, at), bytes))
            || ((marked || !text[from..].is_ascii()) && accents::may_hold(text))
    }

    /// Where the rest begins that was not looked at, and if letters with marks may stand before it. `None` if a beginning does.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn stand_in_vectors(&self, text: &[u8], bytes: &[u8]) -> Option<(usize, bool)> {
        use std::arch::x86_64::*;
        let tables = Tables::new(&self.halves);
        let Some(last) = text.len().checked_sub(LANES + PLACES) else {
            return Some((0, false));
        };
        // C3 to CD and E1, of which one begins each letter with marks: see `accents::may_hold`
        let (first, others) = (_mm256_set1_epi8(0xc3u8 as i8), _mm256_set1_epi8(10));
        let rare = _mm256_set1_epi8(0xe1u8 as i8);
        let mut marked = _mm256_setzero_si256();
        let mut at = 0;
        loop {
            // SAFETY: `at` is at most `last`, which leaves LANES bytes behind it.
            let x = unsafe { _mm256_loadu_si256(text.as_ptr().add(at).cast()) };
            let behind = _mm256_sub_epi8(x, first);
            let within = _mm256_cmpeq_epi8(_mm256_min_epu8(behind, others), behind);
            marked = _mm256_or_si256(marked, _mm256_or_si256(within, _mm256_cmpeq_epi8(x, rare)));
            let mut places = tables.places(text, at);
            while places != 0 {
                let place = at + places.trailing_zeros() as usize;
                if self.stands(text, place, self.halves.allowed(text, place), bytes) {
                    return None;
                }
                places &= places - 1;
            }
            if at == last {
                let marked = _mm256_movemask_epi8(marked) != 0;
                return Some((last + LANES, marked));
            }
            // the last step overlaps the one before
            at = (at + LANES).min(last);
        }
    }

    /// Does one of the beginnings that are `allowed` stand at a place?
    fn stands(&self, text: &[u8], at: usize, allowed: u8, bytes: &[u8]) -> bool {
        if allowed == 0 || is_within_word(text, at) {
            return false;
        }
        self.list.iter().enumerate().any(|(i, (word, alone))| {
            allowed >> (i % 8) & 1 == 1
                && said_end(text, at, &bytes[word.clone()]).is_some_and(|end| {
                    !(*alone && end < text.len() && text[end].is_ascii_alphanumeric())
                })
        })
    }
}

/// The end of a value's letters and digits at a place of a text, whatever stands between them.
fn said_end(text: &[u8], mut at: usize, value: &[u8]) -> Option<usize> {
    for c in value.iter().filter(|c| is_said(**c)) {
        at += text.get(at..)?.iter().position(|c| is_said(*c))?;
        if !text[at].eq_ignore_ascii_case(c) {
            return None;
        }
        at += 1;
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use crate::patterns::Patterns;
    use crate::redact::core::Core;
    use crate::redact::echo::needles::Needles;
    use crate::redact::edit::pseudonym::PseudonymKey;
    use crate::redact::settings::RedactSettings;

    static CORE: LazyLock<Core> = LazyLock::new(|| {
        let patterns = Patterns::builtin().expect("built-in packs");
        let key = PseudonymKey::from_bytes([1; 32]);
        Core::new(&patterns, &RedactSettings::default(), &key).expect("built-in packs")
    });

    /// Values as they are written, and how often they stand in texts: whole, in parts, with other separators, in other case.
    fn value() -> impl Strategy<Value = String> {
        prop_oneof![
            "[0-9]{1,3}[-/ .]?[0-9]{3,8}",
            "\\+?[0-9]{2} [0-9]{4,8}",
            "[A-Z][0-9]{6}\\([0-9A]\\)",
            "(Tan|Wei|O'Brien|de la Cruz|Nguyễn|Li)( (Kow|Min|Thị|3|Mei-Lin)){0,2}",
            "(王|李|欧阳|郭 )(小明|伟|子 轩|娜娜)?",
            "(황보|석진|สมชาย|ใจดี|山田)( ?(민수|太郎|ดี))?",
            "[0-9]{0,3}/?[0-9]{0,2} ?(北京路|ถนนสุขุมวิท|Nathan Road)[0-9]{0,2}号?",
            "[a-z]{3,6}@[a-z]{3,5}\\.com",
        ]
    }

    proptest! {
        #[test]
        fn what_may_stand_there_is_never_denied(
            values in proptest::collection::vec((value(), 0..5usize), 1..6),
            pieces in proptest::collection::vec((0..6usize, 0..6usize, 0..5usize, "[ ,a:=1(路]{0,2}"), 0..5),
            filling in "[a-z ]{0,50}",
        ) {
            let categories = ["name", "address", "id_number.cn", "phone", "email"];
            let mut needles = Needles::default();
            for (value, category) in &values {
                let category = CORE.catalog.lookup(categories[*category]).expect("a category");
                needles.note(value.as_bytes(), category, &CORE);
            }
            let mut text = filling;
            for (value, part, form, between) in pieces {
                let value = &values[value % values.len()].0;
                let chars: Vec<char> = value.chars().skip(part).collect();
                let piece: String = match form {
                    0 => chars.iter().collect(),
                    1 => chars.iter().filter(|c| c.is_alphanumeric()).collect(),
                    2 => chars.iter().flat_map(|c| [*c, ' ']).collect(),
                    3 => chars.iter().flat_map(|c| [*c, '-']).collect(),
                    _ => chars.iter().flat_map(|c| c.to_uppercase()).collect(),
                };
                text = format!("{text}{between}{piece}");
            }
            let (allowed, stands) = needles.both_looks(text.as_bytes(), &CORE);
            prop_assert!(allowed || !stands, "{text:?}");
        }
    }
}
