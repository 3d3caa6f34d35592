//! Where the value behind a label is: in quotes, brackets or a tag, or as far as a value of its kind goes.

use std::ops::Range;

use super::runs::*;
use crate::patterns::schema::ValueRule;
use crate::redact::edit::action::{CategoryId, Family};
use crate::redact::fields::accept::coordinates;
use crate::redact::pass::Pass;
use crate::redact::words::spans::valid_prefix;

impl Pass<'_> {
    /// Where the value after a label is.
    pub(crate) fn value_after(
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
        // the first item of a list in YAML
        if t[start..].starts_with(b"- ") && t[from..start].contains(&b'\n') {
            start += 2;
        }
        if self.core.catalog.placeholder_at(t, start).is_some()
            || t[from..start].contains(&b'\n') && is_key_line(&t[start..])
        {
            return None;
        }
        // Go: []string{"…"}, Apache Commons: {138…,139…}
        const SLICE: &[u8] = b"[]string";
        let slice = SLICE.len() * usize::from(t[start..].starts_with(SLICE));
        let braced = t.get(start + slice) == Some(&b'{');
        if t.get(start) == Some(&b'[') && (slice == 0 || braced)
            || braced && matches!(t.get(start + 1), Some(b'"' | b'\'' | b'0'..=b'9'))
        {
            start += slice + 1;
            listed = true;
            if self.core.catalog.placeholder_at(t, start).is_some() {
                return None;
            }
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
        // a text that ends within `<![CDATA[` has no value
        if xml && t[start..].starts_with(b"<!") {
            return None;
        }
        if xml {
            // a machine-readable zone is full of the sign that ends other values
            let close: &[u8] = if self.core.catalog.family(category) == Family::Zone {
                b"</"
            } else {
                b"<"
            };
            let end = memchr::memmem::find(&t[start..], close).map_or(t.len(), |i| start + i);
            return (end > start).then_some(Value {
                span: start..end,
                quote: 0,
                listed: false,
            });
        }
        if let Some(span) = block_scalar(t, from, start).or_else(|| base64_value(t, from)) {
            return Some(Value {
                span,
                quote: 0,
                listed: false,
            });
        }
        start += typed_run(&t[start..]);
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
            // ""name"":""Tan Wei Ming"": JSON in a field of CSV
            let twice = t[open..].starts_with(b"\"\"") && t[..from].ends_with(b"\"\":");
            let open = open + usize::from(twice);
            let quote = if prefixed {
                &t[open..=open]
            } else {
                &t[start..=open]
            };
            let body = open + 1;
            let close = closing_quote(&t[body..], quote);
            // the quote that closed it went with what was taken behind it
            if close.is_none() && self.core.catalog.next_placeholder(t, body).is_some() {
                return None;
            }
            let end = body + close.unwrap_or_else(|| self.unclosed(&t[body..], rule));
            // `"applicant"=>{"full_name"=>"…"}`: what stands in the brackets has labels of its own
            // 姓名:{'location': …}: an object, whose first key is no value
            let braced = listed && t[..start].ends_with(b"{");
            let told = braced && t.get(end + quote.len()) == Some(&b':');
            let listed_key =
                listed && close.is_some() && is_key_of(&t[body..end], &t[end + quote.len()..]);
            if told || listed_key {
                return None;
            }
            return Some(Value {
                span: body..end,
                quote: quote.len(),
                listed,
            });
        }
        // Go prints a header as a list: Authorization:[Bearer …]
        if listed
            && self.core.catalog.is_secret(category)
            && let Some(length) = memchr::memchr3(
                b']',
                b'"',
                b'\n',
                &t[start..t.len().min(start + LONGEST_LISTED)],
            )
            .filter(|n| *n > 0 && t[start + n] == b']')
        {
            return Some(Value {
                span: start..start + length,
                quote: 0,
                listed: false,
            });
        }
        if is_structure(&t[start..]) || is_nothing(&t[start..]) {
            return None;
        }
        let inside = wrapper_run(&t[start..]);
        start += inside;
        if inside > 0 && self.core.catalog.placeholder_at(t, start).is_some() {
            return None;
        }
        let rest = &t[start..];
        if let Some(end) = parameter_run(t, from) {
            return Some(Value {
                span: from..from + before_next_field(&t[from..end]),
                quote: 0,
                listed: false,
            });
        }
        let length = if self.core.is_name(category) {
            let text = valid_prefix(&rest[..rest.len().min(256)]);
            let names = &self.core.names;
            let sure = rule != ValueRule::Person;
            match names.leading_name(text, sure) {
                0 if rest.starts_with(b"[") || rest.len() < 2 => 0,
                0 => names.bounded_name(text, sure).max(hex_run(rest)),
                n => n.max(names.bounded_name(text, sure)),
            }
        } else {
            match rule {
                ValueRule::Number | ValueRule::Phone => match zone_run(rest) {
                    n if n > 0 && self.core.catalog.family(category) == Family::Zone => n,
                    _ => self.core.shapes.number_length(rest),
                },
                ValueRule::Date | ValueRule::Any if inside > 0 => enclosed_run(rest),
                ValueRule::Date => self.core.dates.placed_run(rest),
                ValueRule::Coordinate | ValueRule::Coordinates => coordinates(rest).1,
                ValueRule::Text | ValueRule::Place | ValueRule::Places => {
                    const LONGEST: usize = 1024;
                    let rest = valid_prefix(&rest[..rest.len().min(LONGEST)]).as_bytes();
                    // what was taken out there belongs to another value
                    let ours = self.core.catalog.next_placeholder(rest, 0);
                    let ours = ours.map_or(rest.len(), |ours| ours.start);
                    let mut run = address_run(&rest[..ours], &self.core.prose.address_ends);
                    // `gender: F 200`: of what is no address a number is no part
                    if !self.core.is_address(category)
                        && let Some(number) = rest[..run]
                            .windows(2)
                            .position(|w| w[0] == b' ' && w[1].is_ascii_digit())
                    {
                        run = number;
                    }
                    run = self.before_next_label(&rest[..run], category);
                    crate::redact::text::address::without_prose(
                        &rest[..run],
                        &self.core.outcomes,
                        &self.core.addresses,
                    )
                }
                ValueRule::Secret => secret_run(rest),
                ValueRule::Blob => {
                    let end = start + blob_run(rest);
                    crate::redact::layers::payload_search::over_lines(t, start..end).len()
                }
                // `ttl=JAKARTA, 15-04-1990`: a card's place and date of birth in one field
                // `dob=07 Mar 1990`
                ValueRule::Any if self.core.catalog.family(category) == Family::BirthDate => {
                    word_run(rest).max(self.core.dates.placed_run(rest))
                }
                ValueRule::Any | ValueRule::Passcode if self.core.catalog.is_secret(category) => {
                    before_next_field(&rest[..word_run(rest)])
                }
                ValueRule::Any | ValueRule::Person | ValueRule::Passcode => word_run(rest),
            }
        };
        (length > 0).then_some(Value {
            span: start..start + length,
            quote: 0,
            listed,
        })
    }
}

impl Pass<'_> {
    /// The length of a value whose quote never closes: all of the text, but of a number not the words behind it, `'110… not matched cost=770`.
    fn unclosed(&self, rest: &[u8], rule: ValueRule) -> usize {
        let number = match rule {
            ValueRule::Number | ValueRule::Phone => self.core.shapes.number_length(rest),
            _ => 0,
        };
        match number > 0 && rest[number..].iter().any(u8::is_ascii_lowercase) {
            true => number,
            false => without_cut_mark(rest),
        }
    }
}

/// Where the quote closes that a text stands behind. Within it SQL and CSV write a quote twice: `'Sean O''Brien'`.
pub(crate) fn closing_quote(text: &[u8], quote: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let close = from + memchr::memmem::find(&text[from..], quote)?;
        let letter = |c: &u8| c.is_ascii_alphabetic();
        let doubled = match (quote, &text[close + quote.len()..]) {
            ([mark @ (b'\'' | b'"')], [next, behind, ..]) => {
                mark == next && letter(behind) && close > 0
            }
            _ => false,
        };
        if !doubled {
            return Some(close);
        }
        from = close + 2;
    }
}

/// Does a printed structure begin a text, whose members have labels of their own: `Birthday(value=…`, `map[Value:…`,
/// `map[string]interface {}{"value": …`?
fn is_structure(rest: &[u8]) -> bool {
    let word = |from: usize| {
        rest[from..]
            .iter()
            .take(40)
            .take_while(|c| c.is_ascii_alphanumeric() || **c == b'_')
            .count()
    };
    if !rest.first().is_some_and(u8::is_ascii_alphabetic) {
        return false;
    }
    if rest.starts_with(b"map[string]") {
        return true;
    }
    let mut open = word(0);
    open += usize::from(rest.get(open) == Some(&b' '));
    if !matches!(rest.get(open), Some(b'{' | b'(' | b'[')) {
        return false;
    }
    let edge = |c: &&u8| matches!(**c, b' ' | b'"' | b'\'' | b'\\');
    let key = open + 1 + rest[open + 1..].iter().take(4).take_while(edge).count();
    let length = word(key);
    let sign = key + length;
    let sign = sign + rest[sign..].iter().take(4).take_while(edge).count();
    length > 0 && matches!(rest.get(sign), Some(b':' | b'='))
}

/// Does a line begin with a key of its own, as members do in YAML: `en:⏎`, `value: …`?
fn is_key_line(rest: &[u8]) -> bool {
    let word = rest
        .iter()
        .take(40)
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-'));
    let end = word.count();
    end > 0
        && rest[0].is_ascii_lowercase()
        && rest.get(end) == Some(&b':')
        && matches!(rest.get(end + 1), Some(b' ' | b'\n'))
}

/// Does a program's word for nothing stand before the next member: `NULL, 'x' => …`?
fn is_nothing(rest: &[u8]) -> bool {
    const WORDS: [&[u8]; 5] = [b"null", b"nil", b"none", b"undefined", b"nan"];
    matches!(rest.first(), Some(b'n' | b'N' | b'u'))
        && WORDS.iter().any(|word| {
            let ends = matches!(
                rest.get(word.len()),
                Some(b',' | b';' | b')' | b'}' | b']' | b'\n')
            );
            ends && rest[..word.len()].eq_ignore_ascii_case(word)
        })
}

/// Is a text between quotes the name of what `behind` it says: `"full_name"=>`, `'status': `? A person's name may be one as well.
fn is_key_of(text: &[u8], behind: &[u8]) -> bool {
    let named = |c: &u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'.');
    let sign = behind.trim_ascii_start();
    (sign.starts_with(b"=>") || sign.starts_with(b":"))
        && text.first().is_some_and(u8::is_ascii_lowercase)
        && text.iter().all(named)
}

/// The lines of a machine-readable zone (ICAO Doc 9303), however many of their fillers somebody left out.
fn zone_run(rest: &[u8]) -> usize {
    const SHORTEST: usize = 12;
    let run = |from: usize| {
        let part = |c: &&u8| c.is_ascii_uppercase() || c.is_ascii_digit() || **c == b'<';
        let length = rest[from..].iter().take_while(part).count();
        let line = &rest[from..from + length];
        let zone = length >= SHORTEST && memchr::memchr(b'<', line).is_some();
        if zone { length } else { 0 }
    };
    let mut end = run(0);
    while end > 0 {
        let joint = |c: &&u8| matches!(**c, b' ' | b'\n' | b'\r' | b'/' | b',' | b'|' | b';');
        let gap = rest[end..].iter().take(4).take_while(joint).count();
        match run(end + gap) {
            next if gap > 0 && next > 0 => end += gap + next,
            _ => break,
        }
    }
    end
}

/// A value between brackets is no longer, in bytes.
const LONGEST_LISTED: usize = 8192;

impl Pass<'_> {
    /// The length of a value without the label of the next field that stands behind a space: `Nam Quốc tịch / Nationality: …`,
    /// `LAKI-LAKI Gol. Darah : O`. Units of an address are labels of its parts elsewhere.
    fn before_next_label(&self, run: &[u8], category: CategoryId) -> usize {
        if self.core.is_address(category) {
            return self.before_other_label(run);
        }
        let mut end = run.len();
        if let Some((label, _)) = self.core.foreign.next(run, 1)
            && run[label.start - 1] == b' '
        {
            end = run[..label.start].trim_ascii_end().len();
        }
        if let Some(sign) = memchr::memmem::find(&run[..end], b" : ") {
            end = memchr::memrchr(b' ', &run[..sign]).unwrap_or(end);
        }
        end
    }

    /// The length of an address without the label of another value that stands behind a space: `… 404호 발급일자 2019.03.02`.
    fn before_other_label(&self, run: &[u8]) -> usize {
        let core = self.core;
        let mut from = 1;
        while let Some((label, class)) = core.foreign.next(run, from) {
            from = label.end;
            let other = core
                .fields
                .classes
                .get(usize::from(class))
                .is_some_and(|c| {
                    !c.needs_separator && c.category.is_some_and(|c| !core.is_address(c))
                });
            if other && run[label.start - 1] == b' ' && run.get(label.end) == Some(&b' ') {
                return run[..label.start].trim_ascii_end().len();
            }
        }
        run.len()
    }
}

/// The lines of a block in YAML, `address: >-⏎  12 Main St,⏎  Springfield`: those that begin further in than the line of their label, which
/// ends before `label_end`.
fn block_scalar(t: &[u8], label_end: usize, start: usize) -> Option<Range<usize>> {
    const LONGEST: usize = 1024;
    let mark = matches!(t.get(start), Some(b'|' | b'>'));
    if !mark || !t[..start].ends_with(b" ") {
        return None;
    }
    let sign = t[start + 1..]
        .iter()
        .take(2)
        .take_while(|c| matches!(c, b'-' | b'+') || c.is_ascii_digit());
    let first = start + 1 + sign.count();
    let inward = |line: &[u8]| line.iter().take_while(|c| **c == b' ').count();
    let rest = t[first..t.len().min(first + LONGEST)].strip_prefix(b"\n")?;
    let own = memchr::memrchr(b'\n', &t[..label_end]).map_or(0, |i| i + 1);
    let own = inward(&t[own..label_end]);
    let mut end = 0;
    for line in rest.split_inclusive(|c| *c == b'\n') {
        if inward(line) <= own {
            break;
        }
        end += line.len();
    }
    let lines = rest[..end].trim_ascii_end();
    let lead = lines.len() - lines.trim_ascii_start().len();
    (lead < lines.len()).then(|| first + 1 + lead..first + 1 + lines.len())
}

/// `cn:: 5byg5LiJ`: what LDIF can't write plainly, it writes in base64 behind a second colon (RFC 2849).
fn base64_value(t: &[u8], label_end: usize) -> Option<Range<usize>> {
    let rest = t[label_end..].strip_prefix(b" ")?;
    let digit = |c: &&u8| c.is_ascii_alphanumeric() || matches!(c, b'+' | b'/' | b'=');
    let length = rest.iter().take_while(digit).count();
    let ends = rest.get(length).is_none_or(u8::is_ascii_whitespace);
    let start = label_end + 1;
    (t[..label_end].ends_with(b"::") && ends && length >= 4 && length.is_multiple_of(4))
        .then(|| start..start + length)
}

/// A value behind a label.
pub(crate) struct Value {
    pub span: Range<usize>,
    /// Length of its quote.
    pub quote: usize,
    /// Within brackets.
    pub listed: bool,
}
