//! Lists of words that are searched in texts, without case, overlapping ones too.
//!
//! Three bytes tell where a word may begin. They are kept by their low five bits, in which the letters of both cases are alike: a bit for
//! each three of them in four kilobytes. An automaton of two thousand words takes twenty times as long to build, and longer to run.

pub(crate) mod accents;
pub(crate) mod ahead;
pub(crate) mod bytes;
pub(crate) mod lookup;
pub(crate) mod script;
pub(crate) mod spans;

/// Bits of a byte that are kept.
const KEPT: u32 = 5;
/// Bytes of a beginning.
const BEGIN: usize = 3;
/// All beginnings there are.
const BEGINNINGS: usize = 1 << (KEPT * BEGIN as u32);

/// Words, by how they begin.
pub(crate) struct Words {
    /// A bit for each beginning that a word has.
    begins: Box<[u64; BEGINNINGS / 64]>,
    /// How many bits are set before each of these sixty-four.
    before: Box<[u16; BEGINNINGS / 64]>,
    /// For each bit that is set where its words start in `order`, and where the last ones end.
    starts: Vec<u32>,
    /// Words by their beginnings.
    order: Vec<u32>,
    words: Vec<Box<[u8]>>,
}

impl Words {
    /// Words count by their place in the list. Empty ones are nowhere.
    pub fn new(list: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Self {
        let words: Vec<Box<[u8]>> = list.into_iter().map(|word| word.as_ref().into()).collect();
        let mut by_begin = Vec::new();
        for (i, text) in words
            .iter()
            .enumerate()
            .filter(|(_, text)| !text.is_empty())
        {
            let begin = text.iter().take(BEGIN).fold(0, |begin, c| push(begin, *c));
            // whatever may follow a short one
            let open = 1 << (KEPT as usize * BEGIN.saturating_sub(text.len()));
            by_begin.extend((begin * open..).take(open).map(|begin| (begin, i as u32)));
        }
        by_begin.sort_unstable();
        let mut begins = Box::new([0u64; BEGINNINGS / 64]);
        let (mut starts, mut last) = (Vec::new(), None);
        for (i, (begin, _)) in by_begin.iter().enumerate() {
            begins[begin / 64] |= 1 << (begin % 64);
            if last.replace(*begin) != Some(*begin) {
                starts.push(i as u32);
            }
        }
        starts.push(by_begin.len() as u32);
        let mut before = Box::new([0; BEGINNINGS / 64]);
        let mut count = 0;
        for (before, bits) in before.iter_mut().zip(begins.iter()) {
            *before = count;
            count += bits.count_ones() as u16;
        }
        Self {
            begins,
            before,
            starts,
            order: by_begin.into_iter().map(|(_, word)| word).collect(),
            words,
        }
    }

    /// Shows where words stand, and which: start, end, place in the list.
    #[inline]
    pub fn each(&self, text: &[u8], mut show: impl FnMut(usize, usize, usize)) {
        let mut begin = 0;
        let (first, rest) = text.split_at(text.len().min(BEGIN - 1));
        for c in first {
            begin = push(begin, *c);
        }
        // a beginning is known with its last byte
        for (start, c) in rest.iter().enumerate() {
            begin = push(begin, *c);
            if self.is_begin(begin) {
                self.at(text, start, begin, &mut show);
            }
        }
        // behind the end of the text is nothing
        for start in rest.len()..text.len() {
            begin = push(begin, 0);
            if first.len() < BEGIN - 1 {
                begin = push(begin, 0);
            }
            if self.is_begin(begin) {
                self.at(text, start, begin, &mut show);
            }
        }
    }

    #[inline(always)]
    fn is_begin(&self, begin: usize) -> bool {
        self.begins[begin / 64] >> (begin % 64) & 1 == 1
    }

    /// Shows the words that stand at a place.
    fn at(
        &self,
        text: &[u8],
        start: usize,
        begin: usize,
        show: &mut impl FnMut(usize, usize, usize),
    ) {
        let lower = self.begins[begin / 64] & ((1 << (begin % 64)) - 1);
        let rank = usize::from(self.before[begin / 64]) + lower.count_ones() as usize;
        let alike = self.starts[rank] as usize..self.starts[rank + 1] as usize;
        let rest = &text[start..];
        for number in &self.order[alike] {
            let word = &self.words[*number as usize];
            let last = word.len() - 1;
            // most of those that begin alike end otherwise
            if rest
                .get(last)
                .is_some_and(|c| c.eq_ignore_ascii_case(&word[last]))
                && rest[..last].eq_ignore_ascii_case(&word[..last])
            {
                show(start, start + word.len(), *number as usize);
            }
        }
    }
}

/// The beginning that ends with `c`.
#[inline(always)]
fn push(begin: usize, c: u8) -> usize {
    (begin << KEPT | usize::from(c) & ((1 << KEPT) - 1)) % BEGINNINGS
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_word_is_shown(
            words in proptest::collection::vec("[a-cA-C证号1 ]{0,5}", 0..12),
            text in "[a-cA-C证号1 ]{0,60}",
        ) {
            let mut shown = Vec::new();
            Words::new(&words).each(text.as_bytes(), |start, end, number| shown.push((number, start, end)));
            shown.sort_unstable();
            let text = text.as_bytes();
            let mut expected = Vec::new();
            for (number, word) in words.iter().enumerate().filter(|(_, word)| !word.is_empty()) {
                for start in 0..text.len() {
                    let end = start + word.len();
                    if text.get(start..end).is_some_and(|t| t.eq_ignore_ascii_case(word.as_bytes())) {
                        expected.push((number, start, end));
                    }
                }
            }
            prop_assert_eq!(shown, expected);
        }
    }
}
