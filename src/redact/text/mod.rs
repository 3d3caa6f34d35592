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
use crate::redact::pass::{Context, Pass, Rule};
use crate::redact::scan::signs::{self, Signs};
use crate::redact::scan::{Contents, holds};
use crate::redact::shapes::surroundings::track_run;

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
        if (any(signs::BRACKET | signs::ARROW) || bits & holds::OPEN != 0) && t.len() >= 16 {
            self.called(t, at, mark);
        }
        if labels {
            self.multipart(t, at);
        }
        // [('name', '张三')] has no label's sign
        if labels || bits & holds::OPEN != 0 {
            self.printed_pairs(t, at, mark);
        } else if any(signs::BRACKET) {
            self.couples(t, at, mark);
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
            if foreign || any(signs::SPACE) && self.core.changes.may_stand_in(t) {
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
            if foreign && self.has_person(mark) {
                self.era_dates(t, at, mark);
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
        if held & signs::BRACKET != 0 {
            self.couples(t, at, mark);
        }
        self.complaints(t, at, mark);
        self.spaced_lines(t, at, mark);
        if held & signs::LINE != 0 {
            self.stacked(t, at, mark);
        }
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
                // of groups of digits the first may be a label's value, and the others a number
                from = self.further(&span, mark) - at;
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

    /// Where to look on behind a find that leaves its place to what stands there already: its rest may be one as well.
    fn further(&mut self, span: &Range<usize>, mark: usize) -> usize {
        match self.scratch.edits.behind(mark, span) {
            rest if rest > span.start => rest,
            _ => span.end,
        }
    }

    /// Does a find have to leave its place to what stands there already? A secret takes over what it holds: a cookie its first value.
    fn is_taken(&mut self, span: &Range<usize>, category: CategoryId, mark: usize) -> bool {
        let secret = self.core.catalog.is_secret(category);
        self.scratch.edits.parts_in(mark, span).iter().any(|part| {
            let within = span.start <= part.start && part.end <= span.end;
            !(secret && within && part.len() < span.len())
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
                    || core.catalog.placeholder_over(t, found.start).is_some()
                    || core.outcomes.begins(&t[found.clone()])
                    || core.catalog.family(expression.category) == Family::Mail
                        && machines::is_message_id(&t[..found.start])
                {
                    continue;
                }
                if self.is_taken(&span, expression.category, mark) {
                    // a name or a number may be what an address of mail begins with
                    from = from.min(self.further(&span, mark) - at);
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
}
