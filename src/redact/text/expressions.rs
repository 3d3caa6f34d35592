//! Value patterns that no shape can say: regular expressions, each tried only on texts that could match it.
//!
//! Two questions come before a regex: one look finds the needles of all of them in a text, and a regex tells by its own structure what
//! each of its matches must hold (a digit, a `:` or `=`, a long run), which is known of the text already.

use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::hir::{Class, Hir, HirKind};

use crate::patterns::schema::Pattern;
use crate::redact::checksum;
use crate::redact::edit::action::CategoryId;
use crate::redact::scan::{Contents, contents, holds};
use crate::redact::words::Words;
use crate::redact::words::lookup::{Anchored, BUILT};
use crate::stack;

/// A value pattern that no shape can say.
pub(crate) struct Expression {
    pub id: String,
    pub category: CategoryId,
    source: String,
    /// Compiled when a text first asks for it: most runs meet few of them, and compiling all of them is half of a start.
    regex: OnceLock<(Regex, Secret)>,
    /// What every text that it matches in holds: of each of these at least one bit. Asked when one of its needles first stands in a text.
    requires: OnceLock<Vec<Contents>>,
    check: Option<checksum::Check>,
}

/// How deep that is, in bytes of the stack.
const SEARCHED: usize = 8 << 10;
/// So often in a row a value is looked for within what failed its check.
const RETRIES: usize = 4;

/// Which part of a match is the value.
enum Secret {
    /// All of it: to ask where a group stands takes another engine and twice as long.
    Whole,
    Group(usize),
}

/// Compiles a pattern's regex.
///
/// # Errors
/// What is wrong with it, for the author of the pattern.
pub(crate) fn compile(source: &str) -> Result<Regex, String> {
    RegexBuilder::new(source)
        .size_limit(1 << 22)
        .build()
        .map_err(|e| e.to_string())
}

/// Some of the expressions of all packs, by number.
type Set = u128;

impl Expression {
    /// The next value at or after `from` that passes the check.
    pub fn find(&self, text: &[u8], mut from: usize) -> Option<Range<usize>> {
        // a thread's first search makes what the engine keeps for it
        stack::wipe::<SEARCHED>();
        // what fails its check may hide another value that begins within it, but not so often that it takes quadratic time
        let (mut within, mut failed) = (0, 0);
        loop {
            let (whole, value) = self.candidate(text, from)?;
            let inside = value.start > 0
                && text[value.start - 1].is_ascii_digit()
                && text.get(value.start).is_some_and(u8::is_ascii_digit);
            if !inside && self.passes(&text[value.clone()]) {
                return Some(value);
            }
            failed = if whole.start < within { failed + 1 } else { 0 };
            within = within.max(whole.end);
            from = match failed < RETRIES && self.check.is_some() {
                true => whole.start + 1,
                false => whole.end.max(from + 1),
            };
        }
    }

    /// Could it match in a text that holds this?
    fn could_match(&self, bits: Contents) -> bool {
        let clauses = self.requires.get_or_init(|| requires(&self.parsed()));
        // a text that holds nothing is no text for a regex
        bits & holds::ANYTHING != 0 && clauses.iter().all(|clause| clause & bits != 0)
    }

    fn parsed(&self) -> Hir {
        let mut parser = regex_syntax::ParserBuilder::new().utf8(false).build();
        let hir = parser.parse(&self.source);
        hir.expect("tried when the pack was read")
    }

    fn candidate(&self, text: &[u8], mut from: usize) -> Option<(Range<usize>, Range<usize>)> {
        let (regex, secret) = self.regex.get_or_init(|| {
            stack::wipe::<BUILT>();
            let regex = compile(&self.source).expect("tried when the pack was read");
            let group = regex.capture_names().position(|n| n == Some("secret"));
            let secret = match group {
                Some(group) if !is_whole(&self.parsed()) => Secret::Group(group),
                _ => Secret::Whole,
            };
            (regex, secret)
        });
        while from <= text.len() {
            let Secret::Group(group) = *secret else {
                let found = regex.find_at(text, from)?;
                return Some((found.range(), found.range()));
            };
            let captures = regex.captures_at(text, from)?;
            let whole = captures.get(0)?.range();
            if let Some(secret) = captures.get(group) {
                return Some((whole, secret.range()));
            }
            from = whole.end.max(from + 1);
        }
        None
    }

    fn passes(&self, value: &[u8]) -> bool {
        let Some(check) = self.check else { return true };
        let separator = |c: &u8| matches!(c, b' ' | b'-' | b'.' | b'(' | b')' | b'/' | b'+');
        let compact: Vec<u8> = value
            .iter()
            .filter(|c| !separator(c))
            .map(u8::to_ascii_uppercase)
            .collect();
        check(&compact)
    }
}

/// All regular expressions, with what tells that one is worth a try.
pub(crate) struct Expressions {
    pub list: Vec<Expression>,
    /// Needles of ASCII, and for each of them the expressions that want it, a bit each.
    needles: Words,
    of: Vec<Set>,
    /// Those of other scripts.
    foreign: Anchored<Set>,
    /// Needles of one byte: a table of beginnings would hold all that begins with it.
    signs: Vec<(u8, Set)>,
    with_at: Set,
    /// An empty needle stands everywhere.
    always: Set,
}

impl Expressions {
    pub fn new(patterns: &[(Pattern, CategoryId)]) -> Result<Self, String> {
        let mut list = Vec::new();
        // in their order: what is built must not differ from run to run
        let mut needles: Vec<(String, Set)> = Vec::new();
        let (mut with_at, mut always) = (0, 0);
        for (pattern, category) in patterns {
            let Some(source) = &pattern.regex else {
                continue;
            };
            let bit = Set::from(1u8)
                .checked_shl(list.len() as u32)
                .ok_or("more than 128 patterns with a regex")?;
            for needle in &pattern.needs {
                let needle = needle.to_ascii_lowercase();
                if needle == "@" {
                    with_at |= bit;
                } else if needle.is_empty() {
                    always |= bit;
                } else if let Some((_, of)) = needles.iter_mut().find(|(known, _)| *known == needle)
                {
                    *of |= bit;
                } else {
                    needles.push((needle, bit));
                }
            }
            let check = checksum::of(pattern)?;
            list.push(Expression {
                id: pattern.id.clone(),
                category: *category,
                source: source.clone(),
                regex: OnceLock::new(),
                requires: OnceLock::new(),
                check,
            });
        }
        let (latin, foreign): (Vec<_>, Vec<_>) = needles
            .into_iter()
            .partition(|(needle, _)| needle.is_ascii());
        let (signs, latin): (Vec<_>, Vec<_>) =
            latin.into_iter().partition(|(needle, _)| needle.len() == 1);
        Ok(Self {
            list,
            needles: Words::new(latin.iter().map(|(needle, _)| needle)),
            of: latin.iter().map(|(_, of)| *of).collect(),
            foreign: Anchored::new(foreign.into_iter()),
            signs: signs
                .iter()
                .map(|(sign, of)| (sign.as_bytes()[0], *of))
                .collect(),
            with_at,
            always,
        })
    }

    /// The expressions worth trying on a text, a bit each.
    pub fn wanted(&self, text: &[u8], bits: Contents) -> Set {
        let mut named = self.always;
        if bits & holds::AT != 0 {
            named |= self.with_at;
        }
        for (sign, of) in &self.signs {
            if named & of != *of && memchr::memchr(*sign, text).is_some() {
                named |= of;
            }
        }
        self.needles
            .each(text, |_, _, needle| named |= self.of[needle]);
        if bits & (holds::HIGH | holds::UNKNOWN) != 0 {
            self.foreign.each(text, |of| named |= of);
        }
        let mut wanted = named;
        while named != 0 {
            let bit = named & named.wrapping_neg();
            if !self.list[named.trailing_zeros() as usize].could_match(bits) {
                wanted ^= bit;
            }
            named ^= bit;
        }
        wanted
    }
}

/// Is the value all that a regex matches? Looks around it have no length.
fn is_whole(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Capture(capture) => capture.name.as_deref() == Some("secret"),
        HirKind::Concat(parts) => {
            let mut parts = parts
                .iter()
                .filter(|p| !matches!(p.kind(), HirKind::Look(_)));
            parts.next().is_some_and(is_whole) && parts.next().is_none()
        }
        _ => false,
    }
}

/// More clauses than these tell no more about a regex.
const CLAUSES: usize = 16;

/// What every text that a regex matches in must hold: of each clause at least one bit.
fn requires(hir: &Hir) -> Vec<Contents> {
    let mut clauses = match hir.kind() {
        HirKind::Literal(literal) => bits_of(contents(&literal.0)),
        HirKind::Class(class) => one_of(class).into_iter().collect(),
        HirKind::Capture(capture) => requires(&capture.sub),
        HirKind::Repetition(repeated) if repeated.min > 0 => requires(&repeated.sub),
        HirKind::Concat(parts) => parts.iter().flat_map(requires).collect(),
        HirKind::Alternation(branches) => {
            // whichever branch matches, one clause of each pair holds
            let mut branches = branches.iter().map(requires);
            let first = branches.next().unwrap_or_default();
            branches.fold(first, |all, branch| {
                let pairs = all.iter().flat_map(|a| branch.iter().map(move |b| a | b));
                distinct(pairs.collect())
            })
        }
        _ => Vec::new(),
    };
    if unbroken(hir) >= crate::redact::scan::LONG {
        clauses.push(holds::RUN);
    }
    distinct(clauses)
}

fn distinct(mut clauses: Vec<Contents>) -> Vec<Contents> {
    // the narrowest first: they are the ones to keep
    clauses.sort_unstable_by_key(|c| (c.count_ones(), *c));
    clauses.dedup();
    clauses.truncate(CLAUSES);
    clauses
}

fn bits_of(held: Contents) -> Vec<Contents> {
    (0..Contents::BITS)
        .map(|i| 1 << i)
        .filter(|bit| held & bit != 0)
        .collect()
}

/// The clause of a class of bytes, if each of its members is told apart from letters.
fn one_of(class: &Class) -> Option<Contents> {
    let ranges: Vec<(u32, u32)> = match class {
        Class::Bytes(c) => c
            .iter()
            .map(|r| (r.start().into(), r.end().into()))
            .collect(),
        Class::Unicode(c) => c
            .iter()
            .map(|r| (r.start().into(), r.end().into()))
            .collect(),
    };
    let mut clause = 0;
    for (start, end) in ranges {
        for member in start..=end.min(0x80) {
            match contents(&[member as u8]) {
                0 => return None,
                held => clause |= held,
            }
        }
        if end >= 0x80 {
            clause |= holds::HIGH;
        }
    }
    (clause != 0).then_some(clause)
}

/// Bytes without a space that every match holds in a row.
fn unbroken(hir: &Hir) -> usize {
    if !may_hold_space(hir) {
        return hir.properties().minimum_len().unwrap_or(0);
    }
    match hir.kind() {
        HirKind::Capture(capture) => unbroken(&capture.sub),
        HirKind::Repetition(repeated) if repeated.min > 0 => unbroken(&repeated.sub),
        HirKind::Alternation(branches) => branches.iter().map(unbroken).min().unwrap_or(0),
        HirKind::Concat(parts) => {
            let (mut run, mut longest) = (0, 0);
            for part in parts {
                if may_hold_space(part) {
                    run = 0;
                    longest = longest.max(unbroken(part));
                } else {
                    run += part.properties().minimum_len().unwrap_or(0);
                }
                longest = longest.max(run);
            }
            longest
        }
        _ => 0,
    }
}

fn may_hold_space(hir: &Hir) -> bool {
    let within = |start: u32, end: u32| (start..=end).contains(&u32::from(b' '));
    match hir.kind() {
        HirKind::Literal(literal) => literal.0.contains(&b' '),
        HirKind::Class(Class::Bytes(c)) => {
            c.iter().any(|r| within(r.start().into(), r.end().into()))
        }
        HirKind::Class(Class::Unicode(c)) => {
            c.iter().any(|r| within(r.start().into(), r.end().into()))
        }
        HirKind::Capture(capture) => may_hold_space(&capture.sub),
        HirKind::Repetition(repeated) => may_hold_space(&repeated.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(may_hold_space),
        HirKind::Empty | HirKind::Look(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(source: &str) -> Hir {
        let mut parser = regex_syntax::ParserBuilder::new().utf8(false).build();
        parser.parse(source).expect("a regex")
    }

    #[test]
    fn a_value_is_all_of_a_match_or_a_group() {
        for (source, whole) in [
            (r"(?-u)\b(?P<secret>a(b)c)\b", true),
            (r"(?-u)(?P<secret>a|b)", true),
            (r"(?-u)(?P<secret>a)b", false),
            (r"(?-u)(?:(?P<secret>a)|b)", false),
            (r"(?-u)(a)", false),
        ] {
            assert_eq!(is_whole(&parsed(source)), whole, "{source}");
        }
    }

    #[test]
    fn what_a_regex_requires() {
        let of = |source: &str| requires(&parsed(source));
        assert_eq!(of("(?-u)pass[:=]x+"), [holds::LABEL]);
        assert_eq!(of("(?-u)[0-9]{4}@[a-z]"), [holds::DIGIT, holds::AT]);
        assert_eq!(of("(?-u)a[0-9]|b:"), [holds::DIGIT | holds::LABEL]);
        assert_eq!(of("(?-u)sk_[a-z]{17,}"), [holds::RUN]);
        assert!(of("(?-u)sk_[a-z ]{17,}").is_empty());
        assert_eq!(of("张[0-9]?"), [holds::HIGH]);
    }
}
