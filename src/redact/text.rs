//! Running text: debug messages, error texts, prints of structures, log lines of other programs.
//!
//! Values are found by the label before them (`name=TAN AH KOW`, `姓名：张三`, `{IdCard:110…}`, `<Name>张三</Name>`), by their shape, by
//! regular expressions where no shape can say it, beside cue words, and by repetition. Labels come first: they know best what
//! stands behind them; what they took is left alone by the others.

use std::ops::Range;

use super::action::CategoryId;
use super::fields::{ClassId, NO_CLASS};
use super::json::holds;
use super::pass::{Context, Pass, Rule, rule_accepts};
use crate::patterns::schema::ValueRule;

/// How far before a separator a label may begin, in bytes.
const LABEL: usize = 64;

impl Pass<'_> {
    pub(crate) fn plain_text(&mut self, t: &[u8], at: usize, context: Context) {
        let bits = super::json::contents(t);
        let mark = self.scratch.edits.mark();
        let labels = bits & holds::LABEL != 0 || memchr::memchr(b'<', t).is_some();
        let foreign = bits & holds::HIGH != 0;
        if labels {
            self.labelled(t, at);
        }
        if foreign {
            self.foreign_labels(t, at, mark);
            self.cued_names(t, at, mark);
            self.addresses(t, at, mark);
        }
        if t.len() >= 6 {
            self.expressions(t, at, mark, bits);
        }
        if bits & holds::DIGIT != 0 {
            self.shapes(t, at, mark, context.key);
        }
        self.echoes(t, at, b"");
    }

    /// Values whose shape says what they are.
    fn shapes(&mut self, t: &[u8], at: usize, mark: usize, key: &[u8]) {
        let mut from = 0;
        while let Some(found) = self.core.shapes.find(t, from, key) {
            from = found.end;
            let span = at + found.start..at + found.end;
            if self.scratch.edits.touches(mark, span.clone()) {
                continue;
            }
            if let Some(ours) = self.core.catalog.placeholder_over(t, found.start) {
                from = ours.end;
                continue;
            }
            let pattern = &self.core.shapes.patterns[found.pattern as usize];
            if self.core.catalog.is_off(pattern.category) {
                continue;
            }
            let value = &t[found.start..found.end];
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
    }

    /// What regular expressions find, each tried only where one of its needles stands.
    fn expressions(&mut self, t: &[u8], at: usize, mark: usize, bits: u8) {
        let core = self.core;
        let mut wanted = core.expressions.wanted(t, bits);
        while wanted != 0 {
            let expression = &core.expressions.list[wanted.trailing_zeros() as usize];
            wanted &= wanted - 1;
            let mut from = 0;
            while let Some(found) = expression.find(t, from) {
                from = found.end.max(from + 1);
                let span = at + found.start..at + found.end;
                if found.is_empty()
                    || self.scratch.edits.touches(mark, span.clone())
                    || core.catalog.placeholder_over(t, found.start).is_some()
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

    /// Labels before `=`, `:` or in an XML tag.
    fn labelled(&mut self, t: &[u8], at: usize) {
        let mark = self.scratch.edits.mark();
        let mut from = 0;
        while let Some(offset) = memchr::memchr3(b'=', b':', b'>', &t[from..]) {
            let separator = from + offset;
            from = separator + 1;
            if t[separator] == b':'
                && (t[from..].starts_with(b"//")
                    || (t.get(from).is_some_and(u8::is_ascii_digit)
                        && separator > 0
                        && t[separator - 1].is_ascii_digit()))
            {
                continue;
            }
            // `=>`, `==`, `:=`, `::`
            while matches!(t.get(from), Some(b'=' | b'>' | b':')) && t[separator] != b'>' {
                from += 1;
            }
            let Some((class, quote)) = (if t[separator] == b'>' {
                self.tag_class(t, separator)
            } else {
                self.label_class(t, separator)
            }) else {
                continue;
            };
            let Some(class_data) = self.class(class) else {
                continue;
            };
            let (Some(category), rule) = (class_data.category, class_data.label_value) else {
                continue;
            };
            if class_data.keys_only && !quote.is_quoted() && t[separator] != b'>' {
                continue;
            }
            let mut start = from;
            loop {
                let Some(value) = self.value_after(t, start, rule, category, t[separator] == b'>')
                else {
                    break;
                };
                self.take_labelled(
                    t,
                    value.span.clone(),
                    at,
                    mark,
                    class,
                    category,
                    quote.wrap(t, &value),
                );
                from = from.max(value.span.end);
                // a list of quoted values: ["张三", "李四"]
                match (value.listed, value.span.end + value.quote) {
                    (true, end) if t.get(end) == Some(&b',') => start = end + 1,
                    _ => break,
                }
            }
        }
    }

    fn take_labelled(
        &mut self,
        t: &[u8],
        span: Range<usize>,
        at: usize,
        mark: usize,
        class: ClassId,
        category: CategoryId,
        wrap: &[u8],
    ) {
        let value = &t[span.clone()];
        let Some(data) = self.class(class) else {
            return;
        };
        if self.core.catalog.is_placeholder(value) || !self.core.accepts(data, false, value) {
            return;
        }
        let placed = at + span.start..at + span.end;
        if self.scratch.edits.touches(mark, placed.clone()) {
            return;
        }
        self.take_by_class(value, placed, Rule::Label(class), category, wrap);
    }

    /// The class of the label that ends at `separator`, and how it is quoted.
    fn label_class(&mut self, t: &[u8], separator: usize) -> Option<(ClassId, Quote)> {
        let mut end = separator;
        while end > 0 && t[end - 1] == b' ' && separator - end < 3 {
            end -= 1;
        }
        let before_quotes = end;
        while end > 0 && matches!(t[end - 1], b'"' | b'\'' | b'\\' | b'`' | b']') {
            end -= 1;
        }
        let quote = Quote(end..before_quotes);
        let floor = end.saturating_sub(LABEL);
        let mut start = word_start(t, end, floor);
        if start == end {
            return None;
        }
        // up to three words before belong to a label as well: `full name`, `ID card number`, or make it something else: `service name`
        let mut starts = [start; 4];
        let mut words = 1;
        while words < 4 && !quote.is_quoted() && start > floor && t[start - 1] == b' ' {
            let next = word_start(t, start - 1, floor);
            if next + 1 >= start || start - next > 24 {
                break;
            }
            start = next;
            starts[words] = start;
            words += 1;
        }
        let fields = &self.core.fields;
        let whole = (1..words)
            .rev()
            .find_map(|n| fields.exact(&t[starts[n]..end]));
        let class = whole.unwrap_or_else(|| {
            let cache = &mut self.scratch.label_keys;
            let two = cache.get(&t[starts[words.min(2) - 1]..end], fields).class;
            if two == NO_CLASS
                && words > 2
                && cache.get(&t[starts[0]..end], fields).class == NO_CLASS
            {
                return cache.get(&t[starts[2]..end], fields).class;
            }
            two
        });
        (class != NO_CLASS).then_some((class, quote))
    }

    /// The class of the XML tag that ends at `close`.
    fn tag_class(&mut self, t: &[u8], close: usize) -> Option<(ClassId, Quote)> {
        let floor = close.saturating_sub(256);
        let open = floor + memchr::memrchr(b'<', &t[floor..close])?;
        let name_end = t[open + 1..close]
            .iter()
            .position(|c| matches!(c, b' ' | b'/' | b'\t' | b'\n'))
            .map_or(close, |i| open + 1 + i);
        let mut name = &t[open + 1..name_end];
        if matches!(name.first(), None | Some(b'/' | b'!' | b'?')) || t[close - 1] == b'/' {
            return None;
        }
        if let Some(colon) = memchr::memrchr(b':', name) {
            name = &name[colon + 1..];
        }
        let class = self.scratch.label_keys.get(name, &self.core.fields).class;
        (class != NO_CLASS).then_some((class, Quote(close..close)))
    }

    /// Where the value after a label is.
    fn value_after(
        &self,
        t: &[u8],
        from: usize,
        rule: ValueRule,
        category: CategoryId,
        xml: bool,
    ) -> Option<Value> {
        let mut start = from;
        let mut listed = false;
        while start < t.len()
            && matches!(t[start], b' ' | b'\t' | b'\n' | b'\r')
            && start - from < 24
        {
            start += 1;
        }
        if t.get(start) == Some(&b'[') && self.core.catalog.placeholder_at(t, start).is_none() {
            start += 1;
            listed = true;
        }
        if xml && t[start..].starts_with(b"<![CDATA[") {
            start += 9;
            let end = memchr::memmem::find(&t[start..], b"]]>").map_or(t.len(), |i| start + i);
            return Some(Value {
                span: start..end,
                quote: 0,
                listed: false,
            });
        }
        if xml {
            let end = memchr::memchr(b'<', &t[start..]).map_or(t.len(), |i| start + i);
            return (end > start).then_some(Value {
                span: start..end,
                quote: 0,
                listed: false,
            });
        }
        // an opening quote, with the backslashes before it
        let mut open = start;
        while t.get(open) == Some(&b'\\') {
            open += 1;
        }
        // Go and Python prefixes: b'…', u'…'
        let prefixed = matches!(t.get(open), Some(b'b' | b'u' | b'r'))
            && matches!(t.get(open + 1), Some(b'\'' | b'"'));
        if prefixed {
            open += 1;
        }
        if let Some(b'"' | b'\'' | b'`') = t.get(open) {
            let quote = if prefixed {
                &t[open..=open]
            } else {
                &t[start..=open]
            };
            let body = open + 1;
            let end = memchr::memmem::find(&t[body..], quote).map_or(t.len(), |i| body + i);
            return Some(Value {
                span: body..end,
                quote: quote.len(),
                listed,
            });
        }
        let rest = &t[start..];
        let length = if self.core.is_name(category) {
            let text = valid_prefix(&rest[..rest.len().min(256)]);
            match self
                .core
                .names
                .leading_name(text, rule != ValueRule::Person)
            {
                0 if rest.starts_with(b"[") || rest.len() < 2 => 0,
                0 => hex_run(rest),
                n => n,
            }
        } else {
            match rule {
                ValueRule::Number | ValueRule::Phone => number_run(rest),
                ValueRule::Date => date_run(rest),
                ValueRule::Text => address_run(rest),
                ValueRule::Secret => secret_run(rest),
                ValueRule::Blob => rest
                    .iter()
                    .position(|c| {
                        !(super::payload::is_base64(*c)
                            || matches!(c, b'.' | b':' | b';' | b',' | b'*'))
                    })
                    .unwrap_or(rest.len()),
                ValueRule::Any | ValueRule::Person => word_run(rest),
            }
        };
        (length > 0).then_some(Value {
            span: start..start + length,
            quote: 0,
            listed: false,
        })
    }

    /// Labels of other scripts than Latin, with or without a separator behind them: 姓名：张三, 身份证号110…
    fn foreign_labels(&mut self, t: &[u8], at: usize, mark: usize) {
        let core = self.core;
        let mut from = 0;
        while let Some((label, class)) = core.foreign.next(t, from) {
            from = label.end;
            let Some(data) = core.fields.classes.get(class as usize) else {
                continue;
            };
            let Some(category) = data.category else {
                continue;
            };
            let mut start = label.end;
            let mut joint = false;
            loop {
                let rest = &t[start..];
                let skip = match rest {
                    [b' ' | b':' | b'=' | b'"' | b'\'' | b'\\' | b'(' | b'>', ..] => 1,
                    _ if rest.starts_with("是".as_bytes())
                        || rest.starts_with("为".as_bytes())
                        || rest.starts_with("為".as_bytes())
                        || rest.starts_with("は".as_bytes()) =>
                    {
                        3
                    }
                    _ if rest.starts_with("「".as_bytes())
                        || rest.starts_with("【".as_bytes())
                        || rest.starts_with("“".as_bytes()) =>
                    {
                        3
                    }
                    _ => 0,
                };
                if skip == 0 || start - label.end > 12 {
                    break;
                }
                joint = true;
                start += skip;
            }
            if start >= t.len() || self.scratch.edits.touches(mark, at + start..at + start + 1) {
                continue;
            }
            if data.needs_separator && !joint {
                continue;
            }
            if core.is_name(category) {
                let text = valid_prefix(&t[start..t.len().min(start + 256)]);
                let length = core.names.leading_name(text, joint);
                if length > 0
                    && !(text[..length].chars().count() < 2 && !joint)
                    && !core.names.is_common_word(&text[..length])
                {
                    self.take_labelled(t, start..start + length, at, mark, class, category, b"");
                    from = start + length;
                }
                continue;
            }
            if !joint
                && (data.needs_separator
                    || matches!(
                        data.label_value,
                        ValueRule::Any | ValueRule::Text | ValueRule::Secret
                    ))
            {
                continue; // `地址不存在` is no address
            }
            if let Some(value) = self.value_after(t, start, data.label_value, category, false)
                && rule_accepts(data.label_value, &t[value.span.clone()])
            {
                from = from.max(value.span.end);
                self.take_labelled(t, value.span, at, mark, class, category, b"");
            }
        }
    }

    /// Chinese names beside a cue word: 客户张三, 张三先生.
    fn cued_names(&mut self, t: &[u8], at: usize, mark: usize) {
        let core = self.core;
        let Some(category) = core.name_category else {
            return;
        };
        let mut from = 0;
        while let Some((cue, before)) = core.cues.next(t, from) {
            from = cue.end;
            let span = if before {
                let mut start = cue.end;
                while matches!(t.get(start), Some(b' ' | b':' | b'"' | b'\'' | b'(' | b'['))
                    && start - cue.end < 3
                {
                    start += 1;
                }
                let text = valid_prefix(&t[start..t.len().min(start + 96)]);
                if !text.starts_with(super::names::is_han) && start == cue.end {
                    continue;
                }
                let length = core.names.leading_name(text, false);
                start..start + length
            } else {
                let text = valid_suffix(&t[cue.start.saturating_sub(15)..cue.start]);
                let length = core.names.trailing_name(text);
                cue.start - length..cue.start
            };
            if span.is_empty()
                || self
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
        }
    }

    /// Chinese addresses by their structure: at least two administrative units and a house number.
    fn addresses(&mut self, t: &[u8], at: usize, mark: usize) {
        let core = self.core;
        let Some(category) = core.address_category else {
            return;
        };
        let mut from = 0;
        while let Some(span) = super::address::find(t, from) {
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

/// The quotes around a label, to put the same around a bare number that is replaced: `\"Phone\":138…` becomes `\"Phone\":\"[PHONE_…]\"`.
struct Quote(Range<usize>);

impl Quote {
    fn is_quoted(&self) -> bool {
        !self.0.is_empty()
    }

    fn wrap<'t>(&self, t: &'t [u8], value: &Value) -> &'t [u8] {
        let bare = value.quote == 0
            && t[value.span.clone()]
                .iter()
                .all(|c| c.is_ascii_digit() || matches!(c, b'.' | b'-'));
        if bare && self.is_quoted() {
            &t[self.0.clone()]
        } else {
            b""
        }
    }
}

struct Value {
    span: Range<usize>,
    /// Length of its quote.
    quote: usize,
    /// Within brackets.
    listed: bool,
}

/// Where the word that ends at `end` starts.
fn word_start(t: &[u8], end: usize, floor: usize) -> usize {
    let mut start = end;
    while start > floor
        && (t[start - 1].is_ascii_alphanumeric()
            || matches!(t[start - 1], b'_' | b'-' | b'.')
            || t[start - 1] >= 0x80)
    {
        start -= 1;
    }
    while start < end && !t[start].is_ascii_alphanumeric() && t[start] < 0x80 {
        start += 1;
    }
    start
}

fn valid_prefix(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(e) => std::str::from_utf8(&bytes[..e.valid_up_to()]).unwrap_or_default(),
    }
}

fn valid_suffix(bytes: &[u8]) -> &str {
    (0..bytes.len().min(4))
        .find_map(|i| std::str::from_utf8(&bytes[i..]).ok())
        .unwrap_or_default()
}

fn is_delimiter(c: u8) -> bool {
    matches!(
        c,
        b',' | b';'
            | b'|'
            | b'&'
            | b')'
            | b'}'
            | b']'
            | b'>'
            | b'<'
            | b'"'
            | b'\''
            | b'\n'
            | b'\r'
            | b'\t'
            | b'\\'
            | b'`'
    )
}

/// A word up to white space or a delimiter. Chinese text ends at its own punctuation.
fn word_run(rest: &[u8]) -> usize {
    let ascii = rest
        .iter()
        .position(|c| is_delimiter(*c) || *c == b' ')
        .unwrap_or(rest.len());
    cjk_end(&rest[..ascii])
}

fn cjk_end(run: &[u8]) -> usize {
    ["，", "。", "；", "、", "！", "）", "】", "」"]
        .iter()
        .filter_map(|p| memchr::memmem::find(run, p.as_bytes()))
        .min()
        .unwrap_or(run.len())
}

/// A number with single separators between its groups; letters may belong to it, words may not.
fn number_run(rest: &[u8]) -> usize {
    let mut at = if matches!(rest.first(), Some(b'+' | b'(' | b'*')) {
        1
    } else {
        0
    };
    let mut end = 0;
    loop {
        let word = rest[at..]
            .iter()
            .take_while(|c| c.is_ascii_alphanumeric() || **c == b'*')
            .count();
        let bytes = &rest[at..at + word];
        let digits = bytes.iter().filter(|c| c.is_ascii_digit()).count();
        let next = rest.get(at + word);
        let first = end == 0;
        if word == 0
            || matches!(next, Some(b'=' | b':'))
            || (!first && digits == 0 && word > 2)
            || (first && digits == 0 && word > 4 && next != Some(&b'-'))
        {
            break;
        }
        at += word;
        end = at;
        if rest.get(at) == Some(&b')') && rest[..at].contains(&b'(') {
            at += 1;
            end = at;
        }
        match (rest.get(at), rest.get(at + 1)) {
            (Some(b' ' | b'-' | b'/' | b'('), Some(c))
                if c.is_ascii_alphanumeric() || *c == b'(' =>
            {
                at += 1;
                if rest[at] == b'(' {
                    at += 1;
                }
            }
            _ => break,
        }
    }
    end
}

/// A date in digits or in Chinese, Thai or other writing.
fn date_run(rest: &[u8]) -> usize {
    let text = valid_prefix(&rest[..rest.len().min(64)]);
    let part = |c: char| {
        c.is_ascii_digit()
            || matches!(
                c,
                '-' | '/'
                    | '.'
                    | ' '
                    | '年'
                    | '月'
                    | '日'
                    | '〇'
                    | '零'
                    | '一'
                    | '二'
                    | '三'
                    | '四'
                    | '五'
                    | '六'
                    | '七'
                    | '八'
                    | '九'
                    | '十'
                    | '廿'
                    | '元'
                    | '民'
                    | '国'
                    | '國'
                    | '昭'
                    | '和'
                    | '平'
                    | '成'
                    | '令'
                    | '大'
                    | '正'
                    | '明'
                    | '治'
                    | '년'
                    | '월'
                    | '일'
                    | '至'
                    | '~'
            )
            || ('\u{0e00}'..='\u{0e7f}').contains(&c)
    };
    let mut end = text
        .char_indices()
        .find(|(_, c)| !part(*c))
        .map_or(text.len(), |(i, _)| i);
    // 31 Dec 1949, Dec 31, 1949
    let tail = &text[end..];
    let month = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    if tail.len() >= 3
        && tail.is_char_boundary(3)
        && month.iter().any(|m| tail[..3].eq_ignore_ascii_case(m))
    {
        let letters = tail.bytes().take_while(u8::is_ascii_alphabetic).count();
        let more = tail[letters..]
            .bytes()
            .take_while(|c| c.is_ascii_digit() || matches!(c, b' ' | b',' | b'.' | b'-' | b'/'))
            .count();
        end += letters + more;
    }
    if text[end..].starts_with('T') {
        let time = text[end + 1..]
            .bytes()
            .take_while(|c| c.is_ascii_digit() || matches!(c, b':' | b'.' | b'Z' | b'+'))
            .count();
        end += if time > 0 { time + 1 } else { 0 };
    }
    // the digits of what comes next (` 36ms`) are not ours, nor is a trailing separator
    text[..end]
        .trim_end_matches([' ', ',', '.', '-', '/', '~'])
        .len()
}

/// An address: up to a delimiter, two spaces or the next `key=`.
fn address_run(rest: &[u8]) -> usize {
    let hard = rest
        .iter()
        .position(|c| {
            matches!(
                c,
                b';' | b'|'
                    | b'&'
                    | b'}'
                    | b']'
                    | b'>'
                    | b'<'
                    | b'"'
                    | b'\n'
                    | b'\r'
                    | b'\t'
                    | b'\\'
            )
        })
        .unwrap_or(rest.len());
    let mut end = hard;
    let run = &rest[..hard];
    if let Some(i) = memchr::memmem::find(run, b"  ") {
        end = end.min(i);
    }
    for i in memchr::memchr2_iter(b'=', b':', run) {
        let word = run[..i]
            .iter()
            .rev()
            .take_while(|c| c.is_ascii_alphanumeric() || **c == b'_' || **c >= 0x80)
            .count();
        let start = i - word;
        if word > 0 && start > 0 {
            end = end.min(
                run[..start]
                    .iter()
                    .rposition(|c| !matches!(c, b' ' | b','))
                    .map_or(0, |p| p + 1),
            );
            break;
        }
    }
    let end = ["。", "；", "，手机", "，电话", "，姓名", "，身份", "），"]
        .iter()
        .filter_map(|p| memchr::memmem::find(&rest[..end], p.as_bytes()))
        .min()
        .unwrap_or(end);
    // Chinese addresses have no spaces before what follows them: 北京市…3号 sim=98
    match run.first() {
        Some(c) if *c >= 0xe3 => memchr::memchr(b' ', &rest[..end])
            .filter(|i| rest[..*i].iter().filter(|c| **c >= 0x80).count() >= 12)
            .unwrap_or(end),
        _ => rest[..end].trim_ascii_end().len(),
    }
}

/// A secret: up to white space or a delimiter; a scheme (`Bearer`, `Basic`) belongs to it.
fn secret_run(rest: &[u8]) -> usize {
    let run = |from: usize| {
        rest[from..]
            .iter()
            .position(|c| is_delimiter(*c) || *c == b' ')
            .map_or(rest.len(), |i| from + i)
    };
    let end = run(0);
    let scheme = ["bearer", "basic", "digest", "token", "negotiate"]
        .iter()
        .any(|s| rest[..end].eq_ignore_ascii_case(s.as_bytes()));
    if scheme && rest.get(end) == Some(&b' ') {
        run(end + 1)
    } else {
        end
    }
}

fn hex_run(rest: &[u8]) -> usize {
    let n = rest.iter().take_while(|c| c.is_ascii_hexdigit()).count();
    if n >= 32 { n } else { 0 }
}
