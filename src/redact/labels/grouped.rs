//! Where a labelled number ends. Blanks divide its groups (`6222 0212 3456 7890`), and divide it from what stands behind it (`idcard=110… 200 12ms`).
//!
//! What is long enough by itself ends there; groups belong together where some pattern is written so.

use super::runs::number_run;
use crate::redact::shapes::Shapes;
use crate::redact::shapes::cluster::Compact;

/// Letters and digits of a number that needs no further group.
const COMPLETE: usize = 8;
/// So many digits in one group are no group of a longer number, unless a pattern says so.
const MANY: usize = 5;
/// The same of one whose groups no pattern knows.
const ENOUGH: usize = 7;
/// Groups of a number, at most.
const GROUPS: usize = 12;

/// Country codes and how many digits numbers with them have, at least: what follows is another number.
const INTERNATIONAL: [(&str, usize); 13] = [
    ("86", 12),
    ("852", 11),
    ("853", 11),
    ("886", 11),
    ("65", 10),
    ("66", 10),
    ("60", 10),
    ("62", 11),
    ("63", 11),
    ("84", 11),
    ("81", 11),
    ("82", 11),
    ("91", 12),
];

impl Shapes {
    /// The length in bytes of the number at the start of a text, behind a label. Zero if there is none.
    pub fn number_length(&self, rest: &[u8]) -> usize {
        let end = number_run(rest);
        let run = &rest[..end];
        // a form that was not opened has plus signs for blanks
        let blank = |i: &usize| matches!(run[*i], b' ' | b'+') && *i > 0 && !blank_at(run, i - 1);
        if !(1..end).any(|i| blank(&i)) {
            return end;
        }
        let cuts = (1..end).filter(blank).chain([end]);
        if let Some(length) = international(run, cuts.clone()) {
            return length;
        }
        let all: Vec<usize> = cuts.take(GROUPS).collect();
        // dashes with blanks around them join all groups or none: `4795 - 5879 - 0030 - 1`, `6222 0212 3456 7890 - 200 ms`
        let before_dash = |cut: usize| run.get(cut + 1) == Some(&b'-');
        let dashed = before_dash(all[0]);
        let may_end = |cut: &&usize| run[**cut - 1] != b'-' && !(dashed && before_dash(**cut));
        let is_grouping = |cut: &&usize| self.is_grouping(&run[..**cut]);
        let later = all[1..].iter().filter(may_end);
        if let Some(cut) = later.clone().rev().find(is_grouping) {
            return *cut;
        }
        let digits = run[..all[0]].iter().filter(|c| c.is_ascii_digit()).count();
        if said(&run[..all[0]]) >= COMPLETE || digits >= MANY {
            return all[0];
        }
        all.iter()
            .filter(may_end)
            .find(|cut| said(&run[..**cut]) >= ENOUGH)
            .copied()
            .unwrap_or(end)
    }

    /// Is a number written in groups as some pattern says? Two groups must be confirmed by its check, for a status may stand behind a number.
    fn is_grouping(&self, number: &[u8]) -> bool {
        let (mut compact, mut lengths) = (Compact::default(), Vec::new());
        for group in number
            .split(|c| !c.is_ascii_alphanumeric())
            .filter(|group| !group.is_empty())
        {
            if !compact.add(group) {
                return false;
            }
            lengths.push(group.len() as u8);
        }
        self.shapes_of(&compact).any(|shape| {
            let pattern = &self.patterns[usize::from(shape.pattern)];
            pattern.is_grouped_as(&lengths)
                && (lengths.len() > 2 || pattern.confirms(compact.bytes()))
        })
    }
}

fn blank_at(run: &[u8], i: usize) -> bool {
    matches!(run[i], b' ' | b'+')
}

fn said(text: &[u8]) -> usize {
    text.iter().filter(|c| c.is_ascii_alphanumeric()).count()
}

/// The length of a telephone number in international form.
fn international(run: &[u8], mut cuts: impl Iterator<Item = usize>) -> Option<usize> {
    let digits: Vec<u8> = run
        .strip_prefix(b"+")?
        .iter()
        .copied()
        .filter(u8::is_ascii_digit)
        .collect();
    let (_, least) = INTERNATIONAL
        .iter()
        .find(|(code, _)| digits.starts_with(code.as_bytes()))?;
    cuts.find(|cut| said(&run[..*cut]) >= *least)
}
