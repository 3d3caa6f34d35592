//! Where in a text one of several known values may begin: its first two bytes rule out nearly every place.

use super::halves::Halves;
#[cfg(target_arch = "x86_64")]
use super::halves::{LANES, Tables};

/// How up to 64 values begin.
pub(crate) struct Starts {
    /// For each byte the values, a bit each, that have it in the first and in the second place.
    exact: [[u64; 256]; 2],
    /// The same of half bytes, low and high, as a vector looks them up; a bit for each eighth value.
    halves: Halves<2>,
}

impl Default for Starts {
    fn default() -> Self {
        Self {
            exact: [[0; 256]; 2],
            halves: Halves::default(),
        }
    }
}

impl Starts {
    /// Adds a value that is shown as bit `index`. It is looked for without case, and single separators may stand between its digits.
    pub fn add(&mut self, value: &[u8], index: usize) {
        self.change(value, |bits| *bits |= 1 << index);
        for_each_beginning(value, |place, c| {
            let [low, high] = self.halves.at(place);
            low[usize::from(c & 15)] |= 1 << (index % 8);
            high[usize::from(c >> 4)] |= 1 << (index % 8);
        });
    }

    /// Forgets a value, and all that begin like it.
    pub fn remove(&mut self, value: &[u8]) {
        self.change(value, |bits| *bits = 0);
        self.halves = Halves::default();
    }

    fn change(&mut self, value: &[u8], change: impl Fn(&mut u64)) {
        for_each_beginning(value, |place, c| {
            change(&mut self.exact[place][usize::from(c)]);
        });
    }

    /// Shows each place at which values may begin, with a bit for each. A place within a word is none: letters and digits of ASCII go on
    /// there. The letter of an escape (`\nTan`) is no part of the word behind it.
    #[inline]
    pub fn each(&self, text: &[u8], mut show: impl FnMut(usize, u64)) {
        let mut show = |at: usize| {
            let second = text.get(at + 1).copied().unwrap_or(b' ');
            let possible =
                self.exact[0][usize::from(text[at])] & self.exact[1][usize::from(second)];
            if possible != 0 && !is_within_word(text, at) {
                show(at, possible);
            }
        };
        let mut from = 0;
        #[cfg(target_arch = "x86_64")]
        if std::is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has AVX2.
            from = unsafe { self.each_by_vector(text, &mut show) };
        }
        (from..text.len()).for_each(show);
    }

    /// Shows where the halves of two bytes allow a value, 32 places at a time, and gives where the rest begins. A tenth of what a
    /// look at each place costs.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2")]
    fn each_by_vector(&self, text: &[u8], show: &mut impl FnMut(usize)) -> usize {
        let tables = Tables::new(&self.halves);
        let mut at = 0;
        while at + LANES < text.len() {
            let mut places = tables.places(text, at);
            while places != 0 {
                show(at + places.trailing_zeros() as usize);
                places &= places - 1;
            }
            at += LANES;
        }
        at
    }
}

/// Shows with which bytes a value may begin in the first and in the second place.
fn for_each_beginning(value: &[u8], mut show: impl FnMut(usize, u8)) {
    for place in 0..2 {
        let c = value.get(place).copied().unwrap_or(b' ');
        show(place, c.to_ascii_lowercase());
        show(place, c.to_ascii_uppercase());
        if place == 1 && c.is_ascii_digit() {
            b" -.".iter().for_each(|c| show(place, *c));
        }
    }
}

pub(crate) fn is_within_word(text: &[u8], at: usize) -> bool {
    text[at].is_ascii_alphanumeric()
        && at > 0
        && text[at - 1].is_ascii_alphanumeric()
        && !(at > 1 && text[at - 2] == b'\\')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(values: &[&str], text: &str) -> Vec<(usize, u64)> {
        let mut starts = Starts::default();
        for (i, value) in values.iter().enumerate() {
            starts.add(value.as_bytes(), i);
        }
        let mut shown = Vec::new();
        starts.each(text.as_bytes(), |at, bits| shown.push((at, bits)));
        shown
    }

    #[test]
    fn words_start_where_none_is_before() {
        let places =
            |text: &str| -> Vec<usize> { shown(&["Tan"], text).into_iter().map(|s| s.0).collect() };
        assert_eq!(places("Tan stand TANG tan"), [0, 10, 15]);
        assert_eq!(places(r"\nTan \ntan"), [2, 8]);
        assert_eq!(places("张tan"), [3]);
        assert_eq!(places("a text of more than thirty-two bytes: Tan"), [38]);
    }

    #[test]
    fn values_that_begin_alike_are_shown_together_and_forgotten() {
        assert_eq!(
            shown(&["138 1", "13A", "张三"], "1-3 13 张三"),
            [(0, 3), (4, 3), (7, 4)]
        );
        let mut starts = Starts::default();
        starts.add(b"Tan", 5);
        starts.remove(b"Tan");
        starts.each(b"Tan tan", |at, _| panic!("shown at {at}"));
    }

    proptest! {
        #[test]
        fn all_places_are_shown(text in "[abT1 \\\\张李-]{0,120}", values in proptest::collection::vec("[abT1张]{2,4}", 1..12)) {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            let text = text.as_bytes();
            let expected: Vec<(usize, u64)> = (0..text.len())
                .filter(|at| !is_within_word(text, *at))
                .map(|at| {
                    let bits = values.iter().enumerate().filter(|(_, value)| {
                        let mut places = [false; 2];
                        for_each_beginning(value.as_bytes(), |place, c| {
                            places[place] |= text.get(at + place).copied().unwrap_or(b' ') == c;
                        });
                        places == [true; 2]
                    });
                    (at, bits.map(|(i, _)| 1 << i).sum())
                })
                .filter(|(_, bits)| *bits != 0)
                .collect();
            prop_assert_eq!(shown(&values, std::str::from_utf8(text).unwrap()), expected);
        }
    }
}
