//! Names beside a title or cue word: 客户张三, 张三先生, Mr Tan Wei Jie.

use std::ops::Range;

use super::told::is_caseless;
use crate::redact::pass::{Pass, Rule};
use crate::redact::words::lookup::Beside;
use crate::redact::words::script::{is_han, is_hangul};
use crate::redact::words::spans::{valid_prefix, valid_suffix};

impl Pass<'_> {
    /// All of a text.
    pub(crate) fn cued_names(&mut self, t: &[u8], at: usize, mark: usize) {
        let core = self.core;
        let Some(category) = core.name_category else {
            return;
        };
        let mut from = 0;
        let mut cues = core.cues.walk(t);
        while let Some((cue, side)) = cues.next(from) {
            // ลูกค้าคุณ: a title behind another cue
            let led = from > 0 && from == cue.start;
            from = cue.end;
            let behind = || self.named_behind(t, &cue, side, led);
            // what stands before a cue is no name if one stood behind it
            let before = || match t[cue.end..].first() {
                Some(b'[') => None,
                _ => self.named_before(t, &cue, side),
            };
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
    fn named_behind(
        &self,
        t: &[u8],
        cue: &Range<usize>,
        side: Beside,
        led: bool,
    ) -> Option<Range<usize>> {
        let core = self.core;
        let titled = side == Beside::Titled;
        // **客户**: 张伟明
        let set_off = set_off(&t[cue.end..]);
        let mut start = cue.end + set_off;
        while matches!(t.get(start), Some(b' ' | b':' | b'"' | b'\'' | b'(' | b'['))
            && start - cue.end < 3 + set_off
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
        if !text.starts_with(is_han) && start == cue.end && !capital && !other && spoken == 0 {
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
        if glued && !led && valid_suffix(&t[cue.start.saturating_sub(3)..cue.start]).ends_with(thai)
        {
            return None;
        }
        let text = match text.match_indices(' ').nth(1) {
            Some((end, _)) if glued => &text[..end],
            _ => text,
        };
        let promised = !titled && text.starts_with(|c| is_hangul(c) || is_caseless(c));
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
        // 蕭淑芬 先生
        let space = side == Beside::Addressed && t[..cue.start].ends_with(b" ");
        let end = cue.start - usize::from(space);
        let text = valid_suffix(&t[end.saturating_sub(15)..end]);
        let mut length = core.names.trailing_name(text);
        // a word of one or two characters says less
        if space && length < 9 {
            length = 0;
        }
        let head = &text[..text.len() - length];
        // 与张伟本人比对
        let joined = length >= 6 && head.ends_with(&core.names.joining[..]);
        let free = joined || !head.ends_with(is_han);
        if side != Beside::Addressed && !free {
            length = 0;
        }
        if side == Beside::Addressed {
            let form = std::str::from_utf8(&t[cue.clone()]).unwrap_or_default();
            let text = valid_suffix(&t[end.saturating_sub(24)..end]);
            length = length.max(core.names.addressed_name(text, form));
        }
        // 向您好友发送: a surname alone says nothing there
        let fewest = if side == Beside::Around { 6 } else { 1 };
        (length >= fewest).then_some(end - length..end)
    }
}

/// The length of what ends a cue that Markdown or HTML sets off, with the sign behind it: `**：`, `</b>: `.
fn set_off(text: &[u8]) -> usize {
    const LONGEST: usize = 12;
    let head = &text[..text.len().min(LONGEST)];
    let mark = match head.first() {
        Some(b'*' | b'_') => head.iter().take_while(|c| matches!(c, b'*' | b'_')).count(),
        Some(b'<') if head.starts_with(b"</") => memchr::memchr(b'>', head).map_or(0, |i| i + 1),
        _ => 0,
    };
    let mut signs = [":", "："].iter();
    let sign = signs.find(|sign| mark > 0 && head[mark..].starts_with(sign.as_bytes()));
    sign.map_or(0, |sign| mark + sign.len())
}

/// The word of ASCII at the start of a text.
fn first_word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric());
    &text[..end.unwrap_or(text.len())]
}
