//! Values that Hibernate logs one a line as it binds them to a statement or reads them from a row:
//! `binding parameter [1] as [VARCHAR] - [张三]`, `binding parameter (1:VARCHAR) <- [张三]`, `extracted value ([phone2_0_] : [VARCHAR]) - [138…]`.

use std::ops::Range;

use super::bound::slots;
use crate::redact::pass::Pass;

/// How far before its first value a statement may begin, in bytes.
const REACH: usize = 4096;
/// How far before a value its number stands.
const HEAD: usize = 80;
/// Values of one text, at most.
const MOST: usize = 64;

/// What a text bound so far.
#[derive(Default)]
pub(super) struct Parameters<'t> {
    /// The columns of the statement at hand, by number.
    columns: Vec<&'t [u8]>,
    /// Values whose column nobody names.
    others: Vec<Range<usize>>,
    /// One of them is a name.
    named: bool,
    /// Where the last value ends.
    end: usize,
}

impl Pass<'_> {
    /// A value before which `] - [` or `) <- [` stands at `sign`.
    pub(super) fn bound_parameter<'t>(
        &mut self,
        t: &'t [u8],
        sign: usize,
        value: Range<usize>,
        known: &mut Parameters<'t>,
        at: usize,
        mark: usize,
    ) {
        let floor = known.end.max(sign.saturating_sub(HEAD)).min(sign);
        let head = &t[floor..sign];
        let column = match (number(head), alias(head)) {
            (Some((word, n)), _) => {
                if n == 1 {
                    let to = floor + word;
                    let from = known.end.max(sign.saturating_sub(REACH)).min(to);
                    known.columns = slots(&t[from..to]);
                }
                known.columns.get(n.wrapping_sub(1)).copied()
            }
            (None, alias) => alias,
        };
        known.end = value.end;
        let class = column.map(|name| self.scratch.keys.meaning(name, &self.core.fields).class);
        match class.and_then(|class| Some((class, self.class(class)?))) {
            Some((class, data)) if data.category.is_some() => {
                if self.may_be_cell(&t[value.clone()], class) {
                    self.complained_of(t, class, value, at, mark);
                }
            }
            Some(_) => (),
            None => {
                known.named |= self.bound(t, value.clone(), at, mark);
                if known.others.len() < MOST {
                    known.others.push(value);
                }
            }
        }
    }

    /// Beside a name those that are of their kind beyond doubt count as well.
    pub(super) fn bound_together(
        &mut self,
        t: &[u8],
        known: &Parameters<'_>,
        at: usize,
        mark: usize,
    ) {
        for value in known.others.iter().filter(|_| known.named) {
            self.cell_beside_name(t, value.clone(), at, mark);
        }
    }
}

/// Where `parameter [1] as [VARCHAR` or `parameter (1:VARCHAR` begins, and its number.
fn number(head: &[u8]) -> Option<(usize, usize)> {
    const WORD: &[u8] = b"parameter ";
    let word = memchr::memmem::rfind(head, WORD)?;
    let digits = head.get(word + WORD.len() + 1..)?;
    let length = digits
        .iter()
        .take(3)
        .take_while(|c| c.is_ascii_digit())
        .count();
    let number = std::str::from_utf8(&digits[..length]).ok()?.parse().ok()?;
    Some((word, number))
}

/// The column in `extracted value ([phone2_0_] : [VARCHAR]`, without what Hibernate counts its aliases by.
fn alias(head: &[u8]) -> Option<&[u8]> {
    const WORDS: &[u8] = b"value ([";
    let from = memchr::memmem::rfind(head, WORDS)? + WORDS.len();
    let name = head[from..].split(|c| *c == b']').next()?;
    let counted = |c: &u8| c.is_ascii_digit() || *c == b'_';
    let length = name.iter().rposition(|c| !counted(c))? + 1;
    Some(&name[..length])
}
