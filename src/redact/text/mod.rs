//! Running text: debug messages, error texts, prints of structures, log lines of other programs.
//!
//! Values are found by the label before them (`name=TAN AH KOW`, `姓名：张三`, `{IdCard:110…}`, `<Name>张三</Name>`), by their shape, by
//! regular expressions where no shape can say it, beside cue words, and by repetition. Labels come first: they know best what
//! stands behind them; what they took is left alone by the others.

pub(crate) mod address;
pub(crate) mod expressions;
pub(crate) mod machines;
pub(crate) mod outcomes;

use std::ops::Range;

use crate::redact::edit::action::{CategoryId, Family};
use crate::redact::labels::runs::before_next_field;
use crate::redact::layers::is_opened;
use crate::redact::layers::payload::Media;
use crate::redact::layers::payload_search;
use crate::redact::names::told::is_caseless;
use crate::redact::pass::{Context, Pass, Rule};
use crate::redact::scan::signs::{self, Signs};
use crate::redact::scan::{Contents, holds};
use crate::redact::shapes::surroundings::track_run;
use crate::redact::words::lookup::Beside;
use crate::redact::words::spans::{valid_prefix, valid_suffix};

impl Pass<'_> {
    pub(crate) fn plain_text(&mut self, t: &[u8], at: usize, bits: Contents, context: Context) {
        let mark = self.scratch.edits.mark();
        self.scratch.protected.clear();
        let held = signs::of(t);
        let any = |of: Signs| held & of != 0;
        let labels = bits & (holds::LABEL | holds::ENCODED) != 0
            || any(signs::ARROW) && memchr::memmem::find(t, b"->").is_some();
        let foreign = bits & holds::HIGH != 0;
        if t.len() >= 40 && any(signs::BRACKET) {
            self.inserted_values(t, at, mark);
        }
        if any(signs::BRACKET) && t.len() >= 16 {
            self.called(t, at, mark);
        }
        if labels {
            self.multipart(t, at);
        }
        // [('name', '张三')] has no label's sign
        if labels || bits & holds::OPEN != 0 {
            self.printed_pairs(t, at, mark);
        }
        if labels {
            self.told_parts(t, at, mark);
            self.labelled(t, at, mark);
        }
        if foreign {
            self.foreign_labels(t, at, mark);
        }
        if any(signs::ARROW | signs::LINE) {
            self.barred(t, at, mark);
        }
        if t.len() >= 16 {
            if any(signs::SPACE) && any(signs::QUOTE | signs::DASH) {
                self.arguments(t, at, mark);
            }
            if any(signs::QUOTE | signs::BRACKET) || bits & holds::OPEN != 0 {
                self.complaints(t, at, mark);
            }
            let from = any(signs::SPACE) && memchr::memmem::find(t, b" from ").is_some();
            if foreign || from {
                self.changes(t, at, mark);
            }
            self.formats(t, at, mark);
        }
        if any(signs::SPACE | signs::LINE) {
            self.spaced_lines(t, at, mark);
        }
        if any(signs::LINE) {
            self.stacked(t, at, mark);
            self.columns(t, at, mark);
        }
        if foreign || self.core.cues.has_title(t, held) {
            self.cued_names(t, at, mark);
        }
        if any(signs::SPACE) && (foreign || any(signs::CAPITAL)) {
            self.spoken_names(t, at, mark);
        }
        if any(signs::QUOTE | signs::BRACKET) && (foreign || any(signs::CAPITAL)) {
            self.enclosed_names(t, at, mark);
        }
        if foreign {
            self.doubled_names(t, at, mark);
            self.addresses(t, at, mark);
        }
        if t.len() >= 6 {
            self.expressions(t, at, mark, bits);
        }
        if t.len() >= payload_search::RANDOM && bits & holds::RUN != 0 {
            self.random_runs(t, at, mark);
        }
        if bits & holds::DIGIT != 0 && self.core.shapes.worth(t) {
            self.numbered(t, at, mark);
            self.shapes(t, at, mark, context.key);
        }
        self.names_beside(t, at, mark);
        if self.scratch.edits.has_since(mark) {
            self.cells_beside(t, at, mark);
        }
        if bits & holds::DIGIT != 0 && self.scratch.edits.has_since(mark) {
            self.numbers_beside(t, at, mark);
            if labels {
                self.bare_ids(t, at, mark);
            }
        }
        if any(signs::SPACE | signs::LINE) && self.has_person(mark) {
            if any(signs::CAPITAL) {
                self.unsigned_labels(t, at, mark);
            }
            if any(signs::LINE) {
                self.card_lines(t, at, mark);
            }
        }
        self.echoes(t, at, b"");
    }

    /// What holds no digit, label or other script: names, in what [`Self::plain_text`] would find them.
    pub(crate) fn words_alone(&mut self, t: &[u8], at: usize) {
        let mark = self.scratch.edits.mark();
        let held = signs::of(t);
        if held & signs::ARROW != 0 {
            self.labelled(t, at, mark);
            self.barred(t, at, mark);
        }
        self.complaints(t, at, mark);
        self.spaced_lines(t, at, mark);
        if self.core.cues.has_title(t, held) {
            self.cued_names(t, at, mark);
        }
        if held & signs::CAPITAL != 0 {
            self.spoken_names(t, at, mark);
            if held & (signs::QUOTE | signs::BRACKET) != 0 {
                self.enclosed_names(t, at, mark);
            }
        }
        self.echoes(t, at, b"");
    }

    /// Values whose shape says what they are.
    fn shapes(&mut self, t: &[u8], at: usize, mark: usize, key: &[u8]) {
        let by_key = self.patterns_of_key(key);
        // in order, so that one look tells how far anything protects what begins before a span
        let mut protected = std::mem::take(&mut self.scratch.protected);
        protected.sort_unstable_by_key(|p| p.start);
        let (mut begun, mut protected_to) = (0, 0);
        let mut from = 0;
        while let Some(found) = self.core.shapes.find(t, from, &by_key) {
            let pattern = &self.core.shapes.patterns[found.pattern as usize];
            let is_card = self.core.catalog.family(pattern.category) == Family::BankCard;
            from = found.end + track_run(t, found.end) * usize::from(is_card);
            let span = at + found.start..at + from;
            if self.scratch.edits.touches(mark, span.clone()) {
                continue;
            }
            // an identifier of that length passes the check once in 60,000: `ms：110…` is a number behind a measure
            let telling = pattern.is_proven() && span.len() >= 18;
            while protected.get(begun).is_some_and(|p| p.start <= span.start) {
                protected_to = protected[begun].end.max(protected_to);
                begun += 1;
            }
            if !telling && span.end <= protected_to {
                continue;
            }
            if let Some(ours) = self.core.catalog.placeholder_over(t, found.start) {
                from = ours.end;
                continue;
            }
            if self.core.catalog.is_off(pattern.category) {
                continue;
            }
            let value = &t[found.start..from];
            let category = pattern.category;
            self.take(
                value,
                span,
                category,
                Rule::Named(&pattern.id),
                found.only_in,
                b"",
            );
            if found.only_in == 0 {
                self.scratch.needles.note(value, category, self.core);
            }
        }
        self.scratch.protected = protected;
    }

    /// Does a find have to leave its place to what stands there already? A secret takes over what it holds: a cookie its first value.
    fn is_taken(&mut self, span: &Range<usize>, category: CategoryId, mark: usize) -> bool {
        if !self.scratch.edits.touches(mark, span.clone()) {
            return false;
        }
        let secret = self.core.catalog.is_secret(category);
        self.scratch.edits.since(mark).iter().any(|e| {
            let within = span.start <= e.start && e.end <= span.end && e.end - e.start < span.len();
            e.start < span.end && span.start < e.end && !(secret && within)
        })
    }

    /// What regular expressions find, each tried only where one of its needles stands.
    fn expressions(&mut self, t: &[u8], at: usize, mark: usize, bits: Contents) {
        let core = self.core;
        let mut wanted = core.expressions.wanted(t, bits);
        while wanted != 0 {
            let expression = &core.expressions.list[wanted.trailing_zeros() as usize];
            wanted &= wanted - 1;
            let mut from = 0;
            let is_password = Some(expression.category) == core.password_category;
            while let Some(mut found) = expression.find(t, from) {
                from = found.end.max(from + 1);
                if is_password {
                    found.end = found.start + before_next_field(&t[found.clone()]);
                }
                let span = at + found.start..at + found.end;
                if found.is_empty()
                    || self.is_taken(&span, expression.category, mark)
                    || core.catalog.placeholder_over(t, found.start).is_some()
                    || core.outcomes.begins(&t[found.clone()])
                {
                    continue;
                }
                self.take(
                    &t[found],
                    span,
                    expression.category,
                    Rule::Named(&expression.id),
                    0,
                    b"",
                );
            }
        }
    }

    /// Long base64 that no label, expression or magic claimed.
    fn random_runs(&mut self, t: &[u8], at: usize, mark: usize) {
        if payload_search::random_run(t, 0).is_none() {
            return;
        }
        let mut taken: Vec<Range<usize>> = self
            .scratch
            .edits
            .since(mark)
            .iter()
            .map(|e| e.start - at..e.end - at)
            .collect();
        taken.sort_unstable_by_key(|span| span.start);
        taken.push(t.len()..t.len());
        let mut from = 0;
        // what was taken out divides a run, as it will where this text is seen again
        for span in taken {
            while let Some(run) = payload_search::random_run(&t[..span.start.max(from)], from) {
                from = run.end;
                if !is_opened(&t[run.clone()]) {
                    let rule = Rule::Named("payload");
                    let placed = at + run.start..at + run.end;
                    self.take_payload(&t[run], placed, "data", Media::Data, None, rule, b"");
                }
            }
            from = from.max(span.end);
        }
    }

    /// Names beside a title or cue word: 客户张三, 张三先生, Mr Tan Wei Jie.
    fn cued_names(&mut self, t: &[u8], at: usize, mark: usize) {
        let core = self.core;
        let Some(category) = core.name_category else {
            return;
        };
        let mut from = 0;
        let mut cues = core.cues.walk(t);
        while let Some((cue, side)) = cues.next(from) {
            from = cue.end;
            let behind = || self.named_behind(t, &cue, side);
            let before = || self.named_before(t, &cue, side);
            let span = match side {
                Beside::Titled | Beside::Behind => behind(),
                Beside::Around => behind().or_else(before),
                Beside::Addressed | Beside::Before => before(),
            };
            let Some(span) = span else {
                continue;
            };
            if self
                .scratch
                .edits
                .touches(mark, at + span.start..at + span.end)
            {
                continue;
            }
            let value = &t[span.clone()];
            if value.first() == Some(&b'[')
                || std::str::from_utf8(value).is_ok_and(|v| core.names.is_common_word(v))
            {
                continue;
            }
            self.take(
                value,
                at + span.start..at + span.end,
                category,
                Rule::Named("name beside a cue word"),
                0,
                b"",
            );
            self.scratch.needles.note(value, category, core);
            self.second_writing(t, span, at, mark, category);
        }
    }

    /// The name behind a title or cue.
    fn named_behind(&self, t: &[u8], cue: &Range<usize>, side: Beside) -> Option<Range<usize>> {
        let core = self.core;
        let titled = side == Beside::Titled;
        let mut start = cue.end;
        while matches!(t.get(start), Some(b' ' | b':' | b'"' | b'\'' | b'(' | b'['))
            && start - cue.end < 3
        {
            start += 1;
        }
        // 客户“张伟明”
        let quote = ["“", "‘", "「", "『", "【"]
            .iter()
            .find(|quote| t[start..].starts_with(quote.as_bytes()));
        start += quote.map_or(0, |quote| quote.len());
        let text = valid_prefix(&t[start..t.len().min(start + 96)]);
        let capital = titled && text.starts_with(char::is_uppercase);
        let other = titled
            && text.starts_with(|c: char| c > '\u{2e7f}' || ('\u{0900}'..'\u{1000}').contains(&c));
        let is_label = |word: &str| core.is_label(word);
        let spoken = if titled {
            0
        } else {
            core.names.spoken_beside(text, is_label)
        };
        if !text.starts_with(crate::redact::words::script::is_han)
            && start == cue.end
            && !capital
            && !other
            && spoken == 0
        {
            return None;
        }
        // what became of the customer, and what is told of one next
        if core.outcomes.begins(&t[start..])
            || core.foreign.begins(&t[start..])
            || is_label(first_word(text))
        {
            return None;
        }
        if titled && cue.start > 0 && t[cue.start - 1].is_ascii_alphabetic() {
            return None;
        }
        // Bà Rịa
        let whole = valid_prefix(&t[cue.start..start + text.len()]);
        if titled && core.names.is_place(whole) {
            return None;
        }
        // นาย: glued to a name and its surname, and no part of another word
        let thai = |c: char| ('\u{0e00}'..'\u{0e80}').contains(&c);
        let glued = (titled || start == cue.end) && text.starts_with(thai);
        if glued && valid_suffix(&t[cue.start.saturating_sub(3)..cue.start]).ends_with(thai) {
            return None;
        }
        let text = match text.match_indices(' ').nth(1) {
            Some((end, _)) if glued => &text[..end],
            _ => text,
        };
        let promised = !titled
            && text.starts_with(|c| crate::redact::words::script::is_hangul(c) || is_caseless(c));
        let length = match core.names.leading_name(text, false) {
            _ if promised => spoken,
            0 if start == cue.end => core.names.rare_name(text),
            length => length.max(spoken),
        };
        (length > 0).then_some(start..start + length)
    }

    /// The name before a cue.
    fn named_before(&self, t: &[u8], cue: &Range<usize>, side: Beside) -> Option<Range<usize>> {
        let core = self.core;
        let text = valid_suffix(&t[cue.start.saturating_sub(15)..cue.start]);
        let mut length = core.names.trailing_name(text);
        let head = &text[..text.len() - length];
        // 与张伟本人比对
        let joined = length >= 6 && head.ends_with(JOINING);
        let free = joined || !head.ends_with(crate::redact::words::script::is_han);
        if side != Beside::Addressed && !free {
            length = 0;
        }
        if side == Beside::Addressed {
            let form = std::str::from_utf8(&t[cue.clone()]).unwrap_or_default();
            let text = valid_suffix(&t[cue.start.saturating_sub(24)..cue.start]);
            length = length.max(core.names.addressed_name(text, form));
        }
        // 向您好友发送: a surname alone says nothing there
        let fewest = if side == Beside::Around { 6 } else { 1 };
        (length >= fewest).then_some(cue.start - length..cue.start)
    }

    /// Chinese addresses by their structure: at least two administrative units and a house number.
    fn addresses(&mut self, t: &[u8], at: usize, mark: usize) {
        let core = self.core;
        let Some(category) = core.address_category else {
            return;
        };
        let mut from = 0;
        while let Some(span) = core.addresses.find(t, from) {
            from = span.end;
            if self
                .scratch
                .edits
                .touches(mark, at + span.start..at + span.end)
            {
                continue;
            }
            self.take(
                &t[span.clone()],
                at + span.start..at + span.end,
                category,
                Rule::Named("address by its structure"),
                0,
                b"",
            );
        }
    }
}

/// Words of one character between which and a cue a name stands.
const JOINING: &[char] = &[
    '与', '與', '和', '跟', '由', '为', '為', '对', '對', '给', '給', '向', '将', '將', '被', '把',
    '请', '請', '让', '讓', '需', '是',
];

/// The word of ASCII at the start of a text.
fn first_word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric());
    &text[..end.unwrap_or(text.len())]
}
