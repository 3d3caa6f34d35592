//! What is to be changed in a line: a list of spans with their replacement, kept apart from the text until the end.
//!
//! Nothing is copied or rendered while a line is inspected. A detector only notes *replace `start..end` by this text*; when the
//! inspection of a decoded text ends, its edits are carried back through the decoding to the text it came from, and at the
//! very end [`Edits::splice`] copies everything between the edits untouched. That is why a line without findings leaves byte for
//! byte as it came, and why every level of nesting still parses.

pub(crate) mod action;
pub(crate) mod covered;
pub(crate) mod pseudonym;
pub(crate) mod take;

use std::ops::Range;

use crate::redact::json::listed::Line;
use action::CategoryId;
use covered::Covered;

/// So many edits are gone through faster than they are put in order.
const FEW: usize = 32;

/// Replace `start..end` of the current text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    pub start: usize,
    pub end: usize,
    /// What was found there.
    pub category: CategoryId,
    /// Counts only in records of this country, zero: everywhere. See [`crate::redact::shapes::Found`].
    pub only_in: u8,
    /// The replacement, in the arena.
    text: (u32, u32),
    /// Holds nothing that any coding would change, as nearly all do: they are letters, digits and brackets.
    plain: bool,
}

/// How a text was decoded, and so how a replacement must be encoded when its edit is carried back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    /// JSON string escapes.
    Json,
    /// `\xNN`.
    Bytes,
    /// `%XX`.
    Percent,
    /// `&quot;` and its kin.
    Entity,
    /// Full-width forms, and letters without their marks: nothing to escape.
    Width,
}

/// Where the bytes of a decoded text came from: `(decoded, source)` pairs at which the distance between both changes.
/// Between two pairs every decoded byte is one source byte.
#[derive(Default)]
pub(crate) struct OffsetMap(Vec<(usize, usize)>);

impl OffsetMap {
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// From `decoded` on, bytes come from `source` on.
    pub fn push(&mut self, decoded: usize, source: usize) {
        self.0.push((decoded, source));
    }

    /// The source offset at which the decoded offset starts. `end` asks for the end of the source of the byte before.
    pub fn source(&self, decoded: usize) -> usize {
        match self.0.partition_point(|p| p.0 <= decoded) {
            0 => decoded,
            n => self.0[n - 1].1 + (decoded - self.0[n - 1].0),
        }
    }
}

impl Edit {
    /// The length of the replacement.
    pub fn length(&self) -> usize {
        (self.text.1 - self.text.0) as usize
    }

    /// Does it replace the whole span, whatever the record says further on?
    pub fn covers(&self, span: &Range<usize>) -> bool {
        self.only_in == 0 && self.start <= span.start && span.end <= self.end
    }
}

/// The edits of a line.
#[derive(Default)]
pub(crate) struct Edits {
    list: Vec<Edit>,
    arena: Vec<u8>,
    unsorted: bool,
    covered: Covered,
}

impl Edits {
    pub fn clear(&mut self) {
        self.list.clear();
        self.arena.clear();
        self.unsorted = false;
        self.covered.forget(0);
    }

    /// The edits since `mark`.
    pub fn since(&self, mark: usize) -> &[Edit] {
        &self.list[mark..]
    }

    /// Drops the edits that count only in a country that `is_there` denies.
    pub fn keep_countries(&mut self, is_there: impl Fn(u8) -> bool) {
        self.list.retain(|e| e.only_in == 0 || is_there(e.only_in));
        self.covered.forget(0);
    }

    /// The country in which alone every edit since `mark` counts, or zero.
    pub fn only_in(&self, mark: usize) -> u8 {
        let mut countries = self.list[mark..].iter().map(|e| e.only_in);
        let first = countries.next().unwrap_or_default();
        match countries.all(|country| country == first) {
            true => first,
            false => 0,
        }
    }

    /// A mark to carry back or drop everything that comes after it.
    pub fn mark(&self) -> usize {
        self.list.len()
    }

    pub fn has_since(&self, mark: usize) -> bool {
        self.list.len() > mark
    }

    /// Adds an edit whose replacement `write` appends; `plain` if that holds letters, digits, brackets and nothing else.
    pub fn push(
        &mut self,
        span: Range<usize>,
        category: CategoryId,
        only_in: u8,
        plain: bool,
        write: impl FnOnce(&mut Vec<u8>),
    ) {
        let from = self.arena.len();
        write(&mut self.arena);
        if self.list.last().is_some_and(|last| last.end > span.start) {
            self.unsorted = true;
        }
        let text = (from as u32, self.arena.len() as u32);
        self.list.push(Edit {
            start: span.start,
            end: span.end,
            category,
            only_in,
            text,
            plain,
        });
    }

    /// Is any part of the span already replaced by an edit since `mark`?
    pub fn touches(&mut self, mark: usize, span: Range<usize>) -> bool {
        let since = &self.list[mark..];
        if since.len() <= FEW {
            return since
                .iter()
                .any(|e| e.start < span.end && span.start < e.end);
        }
        self.covered.learn(&self.list, mark);
        self.covered.touches(&span)
    }

    /// What edits since `mark` replace of a span and around it, in order.
    pub fn parts_in(&mut self, mark: usize, span: &Range<usize>) -> Vec<Range<usize>> {
        let since = &self.list[mark..];
        if since.len() > FEW {
            self.covered.learn(&self.list, mark);
            return self.covered.parts_in(span);
        }
        let within = |e: &&Edit| e.start < span.end && span.start < e.end;
        let mut parts: Vec<_> = since
            .iter()
            .filter(within)
            .map(|e| e.start..e.end)
            .collect();
        parts.sort_unstable_by_key(|part| part.start);
        parts
    }

    /// Where the first part of a span begins that an edit since `mark` replaces.
    pub fn first_in(&mut self, mark: usize, span: &Range<usize>) -> usize {
        let first = self.parts_in(mark, span).first().map(|part| part.start);
        first.map_or(span.end, |start| start.max(span.start))
    }

    /// Where the rest of a span begins behind the edits since `mark` that replace its beginning.
    pub fn behind(&mut self, mark: usize, span: &Range<usize>) -> usize {
        let parts = self.parts_in(mark, span).into_iter();
        let rest = parts.fold(span.start, |rest, part| match part.start <= rest {
            true => rest.max(part.end),
            false => rest,
        });
        rest.min(span.end)
    }

    /// What was found at `span` for the records of one country counts in all. Gives what it is.
    pub fn confirm(&mut self, mark: usize, span: &Range<usize>) -> Option<CategoryId> {
        let there = |e: &&mut Edit| e.start == span.start && e.end == span.end && e.only_in != 0;
        let edit = self.list[mark..].iter_mut().find(there)?;
        edit.only_in = 0;
        Some(edit.category)
    }

    /// Of the edits since `mark` drops those that overlap one made since `later`.
    pub fn prefer_later(&mut self, mark: usize, later: usize) {
        let (old, new) = self.list.split_at(later);
        let beaten: Vec<bool> = old
            .iter()
            .enumerate()
            .map(|(i, o)| i >= mark && new.iter().any(|n| o.start < n.end && n.start < o.end))
            .collect();
        let mut index = 0;
        self.covered.forget(mark);
        self.list.retain(|_| {
            index += 1;
            !beaten.get(index - 1).is_some_and(|b| *b)
        });
        self.unsorted = true;
    }

    pub fn truncate(&mut self, mark: usize) {
        self.list.truncate(mark);
        self.covered.forget(mark);
    }

    /// Carries the edits since `mark` from a decoded text back to its source, which starts at `base`.
    pub fn carry_back(&mut self, mark: usize, map: &OffsetMap, base: usize, coding: Coding) {
        self.covered.forget(mark);
        for i in mark..self.list.len() {
            let edit = self.list[i];
            let text = self.encode(edit, coding);
            let (start, end) = (base + map.source(edit.start), base + map.source(edit.end));
            self.list[i] = Edit {
                start,
                end,
                text,
                ..edit
            };
        }
    }

    /// Carries the edits since `later` from the text of several lines back to where each line stands. What divides the lines stays, and so does
    /// what an edit since `mark` replaces already.
    pub fn scatter(&mut self, mark: usize, later: usize, lines: &[Line]) {
        self.covered.forget(mark);
        let joined = self.list.split_off(later);
        for edit in joined {
            let first = lines.partition_point(|line| line.begin <= edit.start);
            for line in lines[first.saturating_sub(1)..]
                .iter()
                .take_while(|line| line.begin < edit.end)
            {
                let length = line.source.len();
                let start = line.source.start + edit.start.saturating_sub(line.begin).min(length);
                let end = line.source.start + (edit.end - line.begin).min(length);
                if start < end && !self.touches(mark, start..end) {
                    self.unsorted = true;
                    self.list.push(Edit { start, end, ..edit });
                }
            }
        }
    }

    /// Encodes the replacements since `mark` for a string that needed no decoding: a bare number inside it becomes a quoted text
    /// (`"[123]"` → `"[\"…\"]"`), and its quotes need their escapes as in any string.
    pub fn escape_since(&mut self, mark: usize) {
        for i in mark..self.list.len() {
            self.list[i].text = self.encode(self.list[i], Coding::Json);
        }
    }

    /// Encodes a replacement.
    fn encode(&mut self, edit: Edit, coding: Coding) -> (u32, u32) {
        let text = edit.text;
        let range = text.0 as usize..text.1 as usize;
        let needs = |c: &u8| match coding {
            // base64 that was packed again may have several lines
            Coding::Json | Coding::Bytes => matches!(c, b'"' | b'\\' | b'\n' | b'\r'),
            // or hold a plus sign, which a form reads as a space
            Coding::Percent => matches!(c, b'"' | b'\\' | b'%' | b'&' | b'+' | b'\n' | b'\r'),
            Coding::Entity => matches!(c, b'"' | b'&' | b'<'),
            Coding::Width => false,
        };
        if edit.plain || !self.arena[range.clone()].iter().any(needs) {
            return text;
        }
        let from = self.arena.len();
        for i in range {
            let c = self.arena[i];
            match coding {
                _ if !needs(&c) => self.arena.push(c),
                Coding::Json => self.arena.extend_from_slice(match c {
                    b'"' => b"\\\"",
                    b'\n' => b"\\n",
                    b'\r' => b"\\r",
                    _ => b"\\\\",
                }),
                Coding::Bytes | Coding::Percent => {
                    const HEX: &[u8; 16] = b"0123456789ABCDEF";
                    let sign: &[u8] = if coding == Coding::Bytes {
                        b"\\x"
                    } else {
                        b"%"
                    };
                    self.arena.extend_from_slice(sign);
                    self.arena
                        .extend_from_slice(&[HEX[(c >> 4) as usize], HEX[(c & 15) as usize]]);
                }
                Coding::Entity => self.arena.extend_from_slice(match c {
                    b'"' => b"&quot;",
                    b'&' => b"&amp;",
                    _ => b"&lt;",
                }),
                Coding::Width => {}
            }
        }
        (from as u32, self.arena.len() as u32)
    }

    /// Puts the edits since `mark` in order. Of edits that overlap the first one stays and grows over the others: nothing that
    /// any detector found is left standing.
    pub fn settle(&mut self, mark: usize) {
        if !self.unsorted || self.list.len() - mark < 2 {
            return;
        }
        self.covered.forget(mark);
        self.list[mark..].sort_by_key(|e| (e.start, std::cmp::Reverse(e.end)));
        let mut kept = mark;
        for i in mark + 1..self.list.len() {
            let edit = self.list[i];
            if edit.start < self.list[kept].end {
                self.list[kept].end = self.list[kept].end.max(edit.end);
            } else {
                kept += 1;
                self.list[kept] = edit;
            }
        }
        self.list.truncate(kept + 1);
        if mark == 0 {
            self.unsorted = false;
        }
    }

    /// Appends `source` with the edits since `mark` applied. Call [`Self::settle`] first.
    pub fn splice(&self, mark: usize, source: &[u8], out: &mut Vec<u8>) {
        let mut at = 0;
        for edit in &self.list[mark..] {
            out.extend_from_slice(&source[at..edit.start]);
            out.extend_from_slice(&self.arena[edit.text.0 as usize..edit.text.1 as usize]);
            at = edit.end;
        }
        out.extend_from_slice(&source[at..]);
    }
}
