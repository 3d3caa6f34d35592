//! Names in Latin letters that nothing but a space divides from their label or cue, `Nama penuh NURUL AISYAH`, `Full name JOHN TAN`,
//! `Dear Imogen Fairweather,`, and the second writing of a name beside the first: `陈大文 (CHAN Tai Man)`, `TAN AH KOW 陈亚九`.
//!
//! A space is a weak sign: `name lookup failed`, `Full Name Required`. So what stands there must read like a name by itself: two capitalised words
//! or more of which some are known names, or whose label leaves no doubt.

use std::collections::HashMap;

use super::NameLists;
use crate::patterns::schema::{SpokenWords, ValueRule};
use crate::redact::edit::action::CategoryId;
use crate::redact::pass::{Pass, Rule};
use crate::redact::scan::has_capital;
use crate::redact::words::accents;
use crate::redact::words::script::{is_han, is_kana, is_latin};
use crate::redact::words::spans::{valid_prefix, valid_suffix};

/// Words of one name, at most.
const WORDS: usize = 7;
/// Beside a known surname so short a word is a syllable of a given name: `Tan Ah Kow`.
const SYLLABLE: usize = 4;
/// So far a name is looked at, in bytes.
const REACH: usize = 128;

/// How much what stands before a name promises one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Promise {
    /// A label of names alone: `Full name`.
    Sure,
    /// A form of address, behind which a name ends with a comma or its line: `Dear`.
    Address,
    /// A word that has other uses: `Name`, `user`, or a name in another script.
    Hint,
    /// A word for a person, `applicant`: a hint, and more where what became of somebody follows.
    Person,
    /// A word that says so only of what stands in quotes: `vs "TAN AH KOW"`.
    Quoted,
}

/// What stands before a name without a sign, by its last word: all of it in lower case, and what it promises (`None`: the end of a label).
pub(crate) struct SpokenCues(HashMap<Box<[u8]>, Vec<Cue>, foldhash::fast::FixedState>);

type Cue = (Box<[u8]>, Option<Promise>);

/// The longest word of a cue, in bytes.
const CUE: usize = 16;

impl SpokenCues {
    pub fn new(words: &SpokenWords) -> Self {
        let mut by_word: HashMap<Box<[u8]>, Vec<Cue>, _> = HashMap::default();
        for (list, promise) in [
            (&words.persons, Some(Promise::Person)),
            (&words.labels, None),
            (&words.addresses, Some(Promise::Address)),
            (&words.hints, Some(Promise::Hint)),
            (&words.compared, Some(Promise::Quoted)),
        ] {
            for cue in list {
                let last = cue.rsplit(' ').next().unwrap_or(cue).as_bytes();
                let cue = (cue.as_bytes().into(), promise);
                by_word.entry(last.into()).or_default().push(cue);
            }
        }
        Self(by_word)
    }

    /// What the cue that ends at `end` promises.
    pub(crate) fn before(&self, text: &[u8], end: usize) -> Option<Option<Promise>> {
        let word = text[..end]
            .iter()
            .rev()
            .take(CUE)
            .take_while(|c| !divides(**c))
            .count();
        // 。 ends a sentence of another language
        let word = match memchr::memmem::rfind(&text[end - word..end], "。".as_bytes()) {
            Some(stop) => word - stop - "。".len(),
            None => word,
        };
        let mut lower = [0; CUE];
        lower[..word].copy_from_slice(&text[end - word..end]);
        lower.make_ascii_lowercase();
        let cues = self.0.get(&lower[..word])?;
        let stands = |cue: &&Cue| {
            end.checked_sub(cue.0.len()).is_some_and(|start| {
                text[start..end].eq_ignore_ascii_case(&cue.0)
                    && (start == 0 || !text[start - 1].is_ascii_alphanumeric())
            })
        };
        cues.iter().find(stands).map(|cue| cue.1)
    }
}

/// Does a word begin behind this sign?
fn divides(c: u8) -> bool {
    matches!(
        c,
        b' ' | b'\t' | b'\n' | b'\r' | b'|' | b';' | b'(' | b'[' | b'{' | b'"' | b'\'' | b'>'
    )
}

/// May a text of words alone hold a name? Longer ones are prose.
#[inline(always)]
pub(crate) fn may_hold_name(text: &[u8]) -> bool {
    const PROSE: usize = 240;
    // asked of each string of words alone: most are shorter or longer
    (9..=PROSE).contains(&text.len()) && holds_capital_word(text)
}

fn holds_capital_word(text: &[u8]) -> bool {
    has_capital(&text[4..]) && memchr::memchr(b' ', text).is_some()
}

impl NameLists {
    /// The length in bytes of the name in Latin letters at the start of a text. Zero if what stands there does not read like one.
    pub fn spoken_name(
        &self,
        text: &str,
        promise: Promise,
        is_label: impl Fn(&str) -> bool,
    ) -> usize {
        if self.is_place(text) {
            return 0;
        }
        let (mut end, mut at) = (0, 0);
        let (mut count, mut known, mut short, mut upper) = (0, 0, 0, 0);
        let mut inverted = 0;
        let mut marked = false;
        while count < WORDS {
            let rest = &text[at..];
            let length = rest
                .find(|c: char| !(is_latin(c) || matches!(c, '\'' | '’' | '-' | '/')))
                .unwrap_or(rest.len());
            let word = rest[..length].trim_end_matches(['-', '\'', '/']);
            let behind = &rest[word.len()..];
            let letters = word.chars().count();
            // the label of the next field, a number's name, a path
            let goes_on = |c: char| {
                c.is_alphanumeric() || matches!(c, '=' | ':' | '_' | '(' | '/' | '\\' | '@' | '-')
            };
            // `customer Emily Carter: selfie does not match`
            let told = known > 0
                && behind.starts_with(": ")
                && !is_label(word)
                && !self.is_latin_word(word);
            let ends = behind.starts_with(goes_on) && !behind.starts_with(is_han) && !told;
            if letters == 0 || ends {
                break;
            }
            let lower = word.to_lowercase();
            let particle = self.is_particle(&lower);
            let folded: String = lower.chars().filter_map(accents::plain).collect();
            let is_name = self.is_latin_name(&folded);
            let is_known = is_name && !self.is_latin_word(word);
            let capitals = !word.contains(char::is_lowercase);
            if !particle || count == 0 {
                // `JOHN TAN Sex M`: capitals end where other words begin; `CHAN Tai Man` has a surname in capitals
                let other = upper > 1 && !capitals;
                let ours = word.starts_with(char::is_uppercase) && !other;
                // `Man` is a word, and a name behind another
                let leads = known > 0 || (count == 0 && self.leads_name(&text[at + word.len()..]));
                let initial = letters == 1 && behind.starts_with(". ");
                let is_word = !initial && self.is_latin_word(word) && !(is_name && leads);
                if !ours || is_word || (!is_known && is_label(word)) {
                    break;
                }
                // faceCompare, OpenCV
                let mixed = !capitals && word.chars().skip(1).any(char::is_uppercase);
                if mixed && !word.contains(['-', '\'', '’', '/']) && !lower.starts_with("mc") {
                    break;
                }
                // an initial is none of the words of which half are known
                if !initial {
                    known += usize::from(is_known);
                    short += usize::from(!is_known && letters <= SYLLABLE);
                    upper += usize::from(capitals);
                    count += 1;
                }
                end = at + word.len();
            } else {
                marked |= self.parts.patronymics.contains(&lower);
            }
            at += word.len();
            // SURNAME, Given
            let comma = text[at..].starts_with(", ")
                && capitals
                && (count == 1
                    || upper == count && inverted == 0 && self.is_given(&text[at + 2..]));
            inverted += usize::from(comma);
            let stop = letters == 1 && text[at..].starts_with(". ");
            at += match (comma || stop, text[at..].starts_with(' ')) {
                (true, _) => 2,
                (_, true) => 1,
                _ => break,
            };
        }
        let closed = text[end..].starts_with([',', '\n', '\r', '<', '!', ';']) || end == text.len();
        let likely =
            known * 2 >= count || (known > 0 && (upper == count || known + short == count));
        let named = count > 1
            && match promise {
                Promise::Sure => known > 0 || marked || upper == count || closed,
                Promise::Address => likely || closed,
                Promise::Hint | Promise::Person | Promise::Quoted => likely || marked,
            };
        // `Surname JAIDEE Title …`
        let surname = promise == Promise::Sure && count == 1 && upper == 1 && end > SYLLABLE;
        // `Hi Priya, your code …`
        let greeted = promise == Promise::Address
            && (count, known) == (1, 1)
            && text[end..].starts_with([',', '!', '\n']);
        if named || greeted || surname { end } else { 0 }
    }

    /// Does a known name, and no word, stand behind a space: `Low Hui Min`?
    fn leads_name(&self, text: &str) -> bool {
        let Some(rest) = text.strip_prefix(' ') else {
            return false;
        };
        let word = &rest[..rest.find(|c: char| !is_latin(c)).unwrap_or(rest.len())];
        word.starts_with(char::is_uppercase)
            && self.is_latin_name(word)
            && !self.is_latin_word(word)
    }

    /// Does a text begin with a known name in capitals: `DELA CRUZ, JUAN`?
    fn is_given(&self, text: &str) -> bool {
        let word = &text[..text.find(|c: char| !is_latin(c)).unwrap_or(text.len())];
        !word.contains(char::is_lowercase) && self.is_latin_name(word) && !self.is_latin_word(word)
    }

    /// Is the whole text a person's name that needs no label: `陈大文`, `TAN AH KOW`?
    pub fn is_person(&self, text: &str, is_label: impl Fn(&str) -> bool) -> bool {
        if text.starts_with(is_han) {
            return (6..=16).contains(&text.len())
                && self.may_begin_name(text)
                && text.chars().all(is_han)
                && (2..=4).contains(&text.chars().count())
                && !self.has_word(text)
                && self.leading_name(text, false) == text.len();
        }
        text.contains(' ')
            && !self.is_place(text)
            && (self.spoken_name(text, Promise::Hint, is_label) == text.len()
                || !text.is_ascii() && self.is_name_beyond_doubt(text))
    }

    /// The second writing of a name that ends where `text` begins: where it stands, and how long it is.
    fn second_writing(
        &self,
        before: &str,
        text: &str,
        is_label: impl Fn(&str) -> bool,
    ) -> Option<(usize, usize)> {
        const GAPS: [&str; 11] = [
            " (", "（", "(", " （", " / ", "/", "，", ", ", " ", "、", ",",
        ];
        // what a name is compared to, or listed with, is another
        let stands = |sign: &&String| text.starts_with(sign.as_str());
        if let Some(sign) = self.between.iter().find(stands) {
            let rest = &text[sign.len()..];
            let length = if rest.starts_with(is_latin) {
                self.spoken_name(rest, Promise::Hint, &is_label)
            } else {
                self.leading_name(rest, false)
            };
            if length > 0 {
                return Some((sign.len(), length));
            }
        }
        if before.ends_with(is_han)
            && let Some(reading) = self.reading(text)
        {
            return Some(reading);
        }
        let gap = GAPS.iter().find(|gap| text.starts_with(**gap))?.len();
        let rest = &text[gap..];
        let length = if before.ends_with(is_han) {
            self.spoken_name(rest, Promise::Hint, is_label)
        } else if before.ends_with(is_latin)
            && rest.starts_with(is_han)
            && !text.starts_with(['，', ',', '、'])
        {
            let run = rest.find(|c| !is_han(c)).unwrap_or(rest.len());
            let count = rest[..run].chars().count();
            let named = (2..=4).contains(&count) && self.leading_name(rest, false) == run;
            if named { run } else { 0 }
        } else {
            0
        };
        (length > 0).then_some((gap, length))
    }

    /// How a Japanese name is read, in brackets behind it: `（ヤマダ タロウ）`, `様 (ヤマダタロウ)`. Where it stands, and how long it is.
    fn reading(&self, text: &str) -> Option<(usize, usize)> {
        let mut rest = text.trim_start_matches(' ');
        let form = |form: &String| rest.strip_prefix(form.as_str());
        if let Some(behind) = self.forms.japanese.iter().find_map(form) {
            rest = behind.trim_start_matches(' ');
        }
        let rest = rest.strip_prefix(['(', '（'])?;
        let space = |c: char| matches!(c, ' ' | '　' | '・');
        let length = rest.find(|c| !is_kana(c) && !space(c))?;
        let run = &rest[..length];
        let divided = run.contains(space);
        let count = run.chars().filter(|c| !space(*c)).count();
        let closed = rest[length..].starts_with([')', '）']);
        // タイムアウト, ユーザー
        let word = !divided && (run.contains('ー') || self.is_common_word(run));
        let long = if divided { 3..=16 } else { 5..=12 };
        (closed && !word && long.contains(&count)).then(|| (text.len() - rest.len(), length))
    }
}

impl Pass<'_> {
    /// Names behind labels and cues of Latin letters.
    pub(crate) fn spoken_names(&mut self, t: &[u8], at: usize, mark: usize) {
        let core = self.core;
        let Some(category) = core.name_category else {
            return;
        };
        let mut from = 0;
        for space in memchr::memchr_iter(b' ', t) {
            let start = space + 1;
            // all but one name in a thousand begin with a capital; most words behind `user` don't
            let Some(first) = t.get(start).filter(|_| start >= from) else {
                continue;
            };
            if core.names.is_connector(&t[start..]) {
                from = self.connected_name(t, start, at, mark, category);
                continue;
            }
            let latin = first.is_ascii_uppercase() || matches!(first, 0xc3..=0xc6 | 0xe1);
            // in Thai every phrase stands behind a space: `customer อนันต์ ใจดี`
            let thai = *first == 0xe0 && space > 0 && t[space - 1].is_ascii_alphabetic();
            let other = thai || matches!(first, 0xe4..=0xed);
            if !latin && !other {
                continue;
            }
            let end = t[..space].trim_ascii_end().len();
            // `my name is Tan Wei Ming`
            let end = end - core.said.of(&t[..end]);
            // `customer: Budi Santoso`
            let signed = latin && t[..end].ends_with(b":");
            let promise = match core.spoken.before(
                t,
                end - usize::from(signed || other && t[..end].ends_with(b":")),
            ) {
                None | Some(Some(Promise::Quoted)) => continue,
                Some(Some(promise)) => promise,
                Some(None) if signed || other => continue,
                Some(None) => match self
                    .label_ending(t, end)
                    .and_then(|class| self.class(class))
                {
                    Some(c) if c.category.is_some_and(|c| core.is_name(c)) && c.is_everywhere() => {
                        if c.value == ValueRule::Person {
                            Promise::Hint
                        } else {
                            Promise::Sure
                        }
                    }
                    _ => continue,
                },
            };
            let text = valid_prefix(&t[start..t.len().min(start + REACH)]);
            let is_label = |word: &str| core.is_label(word);
            let length = if latin {
                match core.names.spoken_name(text, promise, is_label) {
                    0 if promise == Promise::Person => {
                        core.names
                            .unlisted_name(text, is_label, |rest| core.outcomes.begins(rest))
                    }
                    length => length,
                }
            } else {
                core.names.told_name(text, is_label)
            };
            let span = start..start + length;
            let placed = at + span.start..at + span.end;
            if length == 0
                || core.outcomes.begins(&t[start..])
                || self.scratch.edits.touches(mark, placed.clone())
            {
                continue;
            }
            let value = &t[span.clone()];
            self.take(
                value,
                placed,
                category,
                Rule::Named("name behind a word"),
                0,
                b"",
            );
            self.scratch.needles.note(value, category, core);
            from = self.second_writing(t, span, at, mark, category);
        }
    }

    /// A Chinese name and its Latin writing in brackets tell each other: `陈大文 (CHAN Tai Man)`.
    pub(crate) fn doubled_names(&mut self, t: &[u8], at: usize, mark: usize) {
        let core = self.core;
        let Some(category) = core.name_category else {
            return;
        };
        for open in memchr::memchr_iter(b'(', t) {
            let end = t[..open].trim_ascii_end().len();
            let before = valid_suffix(&t[end.saturating_sub(15)..end]);
            let run = before.trim_end_matches(is_han).len();
            let name = &before[run..];
            let is_label = |word: &str| core.is_label(word);
            if name.is_empty() || !core.names.is_person(name, is_label) {
                continue;
            }
            let span = end - name.len()..end;
            let placed = at + span.start..at + span.end;
            let found = self.scratch.found;
            self.second_writing(t, span.clone(), at, mark, category);
            if self.scratch.found > found && !self.scratch.edits.touches(mark, placed.clone()) {
                let rule = Rule::Named("name in a second writing");
                self.take(&t[span.clone()], placed, category, rule, 0, b"");
                self.scratch.needles.note(&t[span], category, core);
            }
        }
    }

    /// Takes out the second writing of a name. Gives where what belongs to the name ends.
    pub(crate) fn second_writing(
        &mut self,
        t: &[u8],
        name: std::ops::Range<usize>,
        at: usize,
        mark: usize,
        category: CategoryId,
    ) -> usize {
        let core = self.core;
        let end = name.end;
        if !core.is_name(category) || end >= t.len() {
            return end;
        }
        let before = valid_prefix(&t[name]);
        let text = valid_prefix(&t[end..t.len().min(end + REACH)]);
        let is_label = |word: &str| core.is_label(word);
        let Some((gap, length)) = core.names.second_writing(before, text, is_label) else {
            return end;
        };
        let span = end + gap..end + gap + length;
        self.take_name(
            t,
            span.clone(),
            at,
            mark,
            category,
            "name in a second writing",
        );
        span.end
    }
}
