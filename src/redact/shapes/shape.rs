//! Forms of values: which place holds a digit, a letter, either, or one certain character.

use super::PatternId;
use super::cluster::MAX_COMPACT;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CharClass {
    Digit,
    Letter,
    Either,
    Literal(u8),
}

/// A form that values of a pattern have.
pub(crate) struct Shape {
    pub pattern: PatternId,
    /// Bit per place that must be a digit, and that must be none: rejects most candidates by two operations.
    digits: u64,
    letters: u64,
    /// Places with one certain character.
    literals: Vec<(usize, u8)>,
    length: usize,
}

impl Shape {
    pub fn new(pattern: PatternId, classes: &[CharClass]) -> Self {
        let places = |wanted: fn(&CharClass) -> bool| {
            classes
                .iter()
                .enumerate()
                .filter(|(_, c)| wanted(c))
                .fold(0, |bits, (i, _)| bits | 1 << i)
        };
        let digits = places(|c| {
            matches!(c, CharClass::Digit)
                || matches!(c, CharClass::Literal(l) if l.is_ascii_digit())
        });
        let letters = places(|c| {
            matches!(c, CharClass::Letter)
                || matches!(c, CharClass::Literal(l) if !l.is_ascii_digit())
        });
        Self {
            pattern,
            digits,
            letters,
            length: classes.len(),
            literals: classes
                .iter()
                .enumerate()
                .filter_map(|(i, c)| match c {
                    CharClass::Literal(l) => Some((i, *l)),
                    _ => None,
                })
                .collect(),
        }
    }

    /// Places that can hold nothing but a digit.
    pub fn fewest_digits(&self) -> usize {
        self.digits.count_ones() as usize
    }

    fn begins_with(&self, c: u8) -> bool {
        let digit = c.is_ascii_digit();
        (self.digits & 1 == 0 || digit)
            && (self.letters & 1 == 0 || !digit)
            && self
                .literals
                .iter()
                .all(|(i, wanted)| *i > 0 || *wanted == c)
    }
}

/// All shapes of one length, by what they can begin with: most of them have one certain character there.
#[derive(Default)]
pub(crate) struct Forms {
    shapes: Vec<Shape>,
    /// By the first byte of a value, digits and then capital letters.
    by_first: Vec<Vec<Form>>,
    /// The same, by digits alone, of those that digits alone can have and that count without a word near them.
    bare: Vec<Vec<Form>>,
    /// A bit for each number of digits that a value may hold.
    counts: u64,
}

/// The masks of a shape, side by side with those of the others: nearly all candidates are rejected by them.
#[derive(Clone, Copy)]
struct Form {
    digits: u64,
    letters: u64,
    /// Place in the list of shapes.
    shape: u16,
}

impl Forms {
    pub fn new(shapes: Vec<Shape>, counts_bare: impl Fn(&Shape) -> bool) -> Self {
        let form = |(i, shape): (usize, &Shape)| Form {
            digits: shape.digits,
            letters: shape.letters,
            shape: i as u16,
        };
        let begins = |c: u8| {
            let fitting = shapes.iter().enumerate();
            let fitting = fitting.filter(|(_, shape)| shape.begins_with(c));
            fitting.map(form).collect()
        };
        let by_first: Vec<Vec<Form>> = (b'0'..=b'9').chain(b'A'..=b'Z').map(begins).collect();
        let counts =
            |form: &&Form| form.letters == 0 && counts_bare(&shapes[usize::from(form.shape)]);
        let bare = by_first.iter().take(10);
        let bare = bare
            .map(|list| list.iter().filter(counts).copied().collect())
            .collect();
        let counts = shapes.iter().flat_map(|shape| {
            let most = shape.length - shape.letters.count_ones() as usize;
            shape.fewest_digits()..=most
        });
        Self {
            counts: counts.fold(0, |all, count| all | 1 << count),
            shapes,
            by_first,
            bare,
        }
    }

    /// May a value of this length have so many digits?
    pub fn may_hold(&self, digits: usize) -> bool {
        self.counts >> digits & 1 == 1
    }

    /// The same of a number of digits alone of which nothing else is known.
    pub fn bare(&self, digits: &[u8]) -> impl Iterator<Item = &Shape> {
        let place = digits.first().map(|c| usize::from(c.wrapping_sub(b'0')));
        self.fitting(place.and_then(|place| self.bare.get(place)), digits, !0)
    }

    /// Shapes that `compact` has, in their order; it holds nothing but digits and capital letters, and `digits` has a bit for each place of one.
    pub fn of(&self, compact: &[u8], digits: u64) -> impl Iterator<Item = &Shape> {
        let first = match compact.first() {
            Some(c @ b'0'..=b'9') => c - b'0',
            Some(c @ b'A'..=b'Z') => c - b'A' + 10,
            _ => u8::MAX,
        };
        self.fitting(self.by_first.get(usize::from(first)), compact, digits)
    }

    fn fitting<'f>(
        &'f self,
        forms: Option<&'f Vec<Form>>,
        compact: &[u8],
        digits: u64,
    ) -> impl Iterator<Item = &'f Shape> {
        let forms = forms.map_or(&[][..], Vec::as_slice).iter();
        forms
            .filter(move |form| form.digits & !digits == 0 && form.letters & digits == 0)
            .map(|form| &self.shapes[usize::from(form.shape)])
            .filter(move |shape| shape.literals.iter().all(|(i, c)| compact[*i] == *c))
    }
}

/// All forms of a shape: `9` digit, `A` letter, `X` either, `{n}`, `{n,m}`.
pub(crate) fn expand(shape: &str) -> Option<Vec<Vec<CharClass>>> {
    let mut forms = vec![Vec::new()];
    let mut chars = shape.chars().peekable();
    while let Some(c) = chars.next() {
        let class = match c {
            '9' => CharClass::Digit,
            'A' => CharClass::Letter,
            'X' => CharClass::Either,
            '\\' => CharClass::Literal(u8::try_from(chars.next()?).ok()?.to_ascii_uppercase()),
            '{' | '}' => return None,
            c => CharClass::Literal(u8::try_from(c).ok()?.to_ascii_uppercase()),
        };
        let (low, high) = if chars.next_if_eq(&'{').is_some() {
            let mut body = String::new();
            loop {
                match chars.next()? {
                    '}' => break,
                    c => body.push(c),
                }
            }
            match body.split_once(',') {
                Some((a, b)) => (a.trim().parse().ok()?, b.trim().parse().ok()?),
                None => body.trim().parse().map(|n: usize| (n, n)).ok()?,
            }
        } else {
            (1, 1)
        };
        if low > high || high > MAX_COMPACT {
            return None;
        }
        let mut longer = Vec::new();
        for form in &forms {
            for n in low..=high {
                let mut form: Vec<CharClass> = form.clone();
                form.extend(std::iter::repeat_n(class, n));
                longer.push(form);
            }
        }
        forms = longer;
    }
    Some(forms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_expand() {
        assert_eq!(expand("9{2,3}X").map(|f| f.len()), Some(2));
        assert_eq!(
            expand("A9").map(|f| f[0].clone()),
            Some(vec![CharClass::Letter, CharClass::Digit])
        );
        assert!(expand("9{3").is_none() && expand("{3}").is_none());
    }
}
