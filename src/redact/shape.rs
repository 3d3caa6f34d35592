//! Forms of values: which place holds a digit, a letter, either, or one certain character.

use super::shapes::{MAX_COMPACT, PatternId};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CharClass {
    Digit,
    Letter,
    Either,
    Literal(u8),
}

/// A form that values of a pattern have.
pub(super) struct Shape {
    pub pattern: PatternId,
    /// Bit per place that must be a digit, and that must be none: rejects most candidates by two operations.
    digits: u64,
    letters: u64,
    /// Places with one certain character.
    literals: Vec<(usize, u8)>,
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

    /// `compact` holds nothing but digits and capital letters; `digits`: bit per place that is a digit.
    pub fn fits(&self, compact: &[u8], digits: u64) -> bool {
        self.digits & !digits == 0
            && self.letters & digits == 0
            && self.literals.iter().all(|(i, c)| compact[*i] == *c)
    }
}

/// Bit per place that is a digit.
pub(super) fn digit_places(compact: &[u8]) -> u64 {
    compact
        .iter()
        .enumerate()
        .fold(0, |bits, (i, c)| bits | u64::from(c.is_ascii_digit()) << i)
}

/// All forms of a shape: `9` digit, `A` letter, `X` either, `{n}`, `{n,m}`.
pub(super) fn expand(shape: &str) -> Option<Vec<Vec<CharClass>>> {
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
            let body: String = chars.by_ref().take_while(|c| *c != '}').collect();
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
        assert!(expand("9{3").is_none() || expand("{3}").is_none());
    }
}
