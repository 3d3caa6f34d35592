//! What a whole value is, whatever stands around it: bare numbers, and values under a telling key.

use super::cluster::{Compact, MAX_COMPACT, Word};
use super::compiled::Compiled;
use super::shape::Shape;
use super::surroundings::is_epoch;
use super::{Found, PatternId, Shapes};
use crate::patterns::schema::Alone;
use crate::redact::edit::action::CategoryId;
use crate::redact::fields::context::PatternSet;

impl Shapes {
    /// What a bare number is, of which the sign does not belong to the value.
    pub fn bare(&self, number: &[u8], by_key: &PatternSet) -> Option<Found> {
        let start = usize::from(number.first() == Some(&b'-'));
        let length = number.len() - start;
        if length > MAX_COMPACT {
            return None;
        }
        let compact = &number[start..];
        let forms = &self.by_length[length];
        if *by_key != PatternSet::default() {
            let word = Word {
                start,
                end: number.len(),
                digits: length,
            };
            let shapes = forms.of(compact, (1 << length) - 1);
            return self.decide_of(shapes, number, &[word], compact, by_key);
        }
        // nothing stands around it that could make a weak one count, or a strong one not
        let mut only_in = None;
        for shape in forms.bare(compact) {
            let pattern = &self.patterns[usize::from(shape.pattern)];
            let counts = pattern.alone == Alone::Always;
            let hinted = pattern.is_hinted(length) && only_in.is_none() && !is_epoch(compact);
            if !(counts || hinted) || !pattern.check.is_none_or(|check| check(compact)) {
                continue;
            }
            let found = self.found(start..number.len(), shape.pattern, counts);
            if counts {
                return Some(found);
            }
            only_in = Some(found);
        }
        only_in
    }

    /// Which pattern of the given categories a whole value is, whatever stands around it: for values under a telling key.
    /// `None` if none fits or several weak ones do.
    pub fn identify(&self, value: &[u8], wanted: impl Fn(CategoryId) -> bool) -> Option<PatternId> {
        if !value.is_ascii() {
            return None;
        }
        let mut compact = Compact::default();
        if !compact.add(value) {
            return None;
        }
        let (compact, digits) = (compact.bytes(), compact.digits);
        let n = compact.len();
        let forms = &self.by_length[n];
        if !forms.may_hold(digits.count_ones() as usize) {
            return None;
        }
        // what a check confirms comes before what merely has the length
        let mut fitting: Option<PatternId> = None;
        let mut several = false;
        for shape in forms.of(compact, digits) {
            let pattern = &self.patterns[shape.pattern as usize];
            if wanted(pattern.category) && pattern.check.is_none_or(|check| check(compact)) {
                if pattern.alone == Alone::Always {
                    return Some(shape.pattern);
                }
                let other = fitting.map(|id| &self.patterns[usize::from(id)]);
                // of short numbers a tenth passes a check digit by chance
                let surer =
                    |a: &Compiled, b: &Compiled| n >= 14 && a.check.is_some() && b.check.is_none();
                match other {
                    Some(other) if other.category == pattern.category || surer(other, pattern) => {}
                    Some(other) if !surer(pattern, other) => several = true,
                    _ => (fitting, several) = (Some(shape.pattern), false),
                }
            }
        }
        fitting.filter(|_| !several)
    }

    /// The shapes that a value has.
    pub(crate) fn shapes_of<'s>(&'s self, compact: &'s Compact) -> impl Iterator<Item = &'s Shape> {
        let bytes = compact.bytes();
        self.by_length[bytes.len()].of(bytes, compact.digits)
    }

    /// Is a whole value written like the numbers of some country, and long enough for that to say something?
    pub fn is_national(&self, value: &[u8], wanted: impl Fn(CategoryId) -> bool) -> bool {
        value.len() >= 12 && !is_epoch(value) && self.is_checked(value, wanted)
    }

    /// Is a whole value written like the numbers of some country, with their check digit?
    pub fn is_checked(&self, value: &[u8], wanted: impl Fn(CategoryId) -> bool) -> bool {
        if !(1..=MAX_COMPACT).contains(&value.len()) || !value.iter().all(u8::is_ascii_alphanumeric)
        {
            return false;
        }
        let mut compact = Compact::default();
        compact.add(value);
        let (compact, digits) = (compact.bytes(), compact.digits);
        self.by_length[compact.len()]
            .of(compact, digits)
            .any(|shape| {
                let pattern = &self.patterns[usize::from(shape.pattern)];
                wanted(pattern.category) && pattern.check.is_some_and(|check| check(compact))
            })
    }
}
