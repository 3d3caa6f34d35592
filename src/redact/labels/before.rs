//! The label that ends before a sign or tag: where it begins, how it is quoted, and of which class its value is.

use std::ops::Range;

use super::value::Value;
use crate::patterns::schema::ValueRule;
use crate::redact::fields::{ClassId, Fields, NO_CLASS, Part};
use crate::redact::pass::Pass;

/// What Go writes between a key and the bracket of what it knows no type of.
pub(crate) const GO_TYPES: [&[u8]; 4] = [
    b"map[string]interface {}",
    b"[]interface {}",
    b"map[string]string",
    b"map[string]any",
];
/// How far before a separator a label may begin, in bytes.
pub(super) const LABEL: usize = 64;

impl Pass<'_> {
    /// The class of the label that ends at `separator`, and how it is quoted.
    fn label_class(&mut self, t: &[u8], separator: usize) -> Option<(ClassId, Quote)> {
        let label = self.label(t, separator)?;
        (label.class != NO_CLASS).then_some((label.class, label.quote))
    }

    /// The label that ends at `separator`, whatever it means.
    pub(super) fn label(&mut self, t: &[u8], separator: usize) -> Option<Label> {
        let mut end = separator;
        while end > 0 && t[end - 1] == b' ' && separator - end < 16 {
            end -= 1;
        }
        // `ocr(35ms) -> mrz(12ms)` is no form
        if matches!(t.get(separator), Some(b'=' | b':')) {
            end = form_end(t, end);
        }
        // PHP prints `["fullName":protected]=>`
        let printed = t[..end].ends_with(b"]") && t.get(separator) == Some(&b'=');
        if printed
            && let Some(inner) = [&b":protected]"[..], b":private]"]
                .iter()
                .find_map(|told| t[..end].strip_suffix(*told))
        {
            end = inner.len();
        }
        let before_quotes = end;
        while end > 0 && matches!(t[end - 1], b'"' | b'\'' | b'\\' | b'`' | b']' | b'[') {
            end -= 1;
        }
        // `names[]=`, `[name] =>`: brackets are not quotes
        let bracket = t[end..before_quotes].contains(&b']');
        // `Birth:[BIRTH_DATE]":…`, `"[ADDRESS]":…`, `[ADDRESS]=…`: a value of ours is no label, but `[NAME]: Tan` may have had one
        if bracket
            && end > 0
            && let Some(ours) = self.core.catalog.placeholder_over(t, end - 1)
            && (t[before_quotes - 1] != b']'
                || is_behind_sign(t, ours.start)
                || self.core.catalog.is_bare(&t[ours.clone()]) && !begins_line(t, &ours))
        {
            return None;
        }
        let quote = Quote(end..if bracket { end } else { before_quotes });
        let floor = end.saturating_sub(LABEL);
        let mut start = word_start(t, end, floor);
        if start == end {
            return None;
        }
        // `connect to 10.21.3.4: refused`, but `Phone 2: 138…`
        if !quote.is_quoted() && end - start > 2 && is_number(&t[start..end]) {
            return None;
        }
        // a quoted label is all that stands between its quotes: 'Giới tính': 'Nam'
        if let Some(mark) = t[quote.0.clone()].last() {
            let open = memchr::memrchr(*mark, &t[floor..start]).map(|i| floor + i + 1);
            let inner = |i: &usize| t[*i..start].iter().all(|c| *c == b' ' || is_word(*c));
            start = open.filter(inner).unwrap_or(start);
        }
        // up to three words before belong to a label as well: `full name`, `ID card number`, or make it something else: `service name`
        let mut starts = [start; 4];
        let mut words = 1;
        while words < 4 && !quote.is_quoted() && start > floor && t[start - 1] == b' ' {
            let next = word_start(t, start - 1, floor);
            let word = &t[next..start - 1];
            if next + 1 >= start || start - next > 24 || is_value(word) {
                break;
            }
            start = next;
            starts[words] = start;
            words += 1;
        }
        let fields = &self.core.fields;
        // behind a label that only a space ends nothing is glued to it
        let signed = t.get(separator) != Some(&b' ');
        let glued = words > 1 && signed && !matches!(t.get(separator + 1), None | Some(b' '));
        // what was remembered for a phrase must not depend on what follows it
        let phrase = if glued {
            start..separator + 1
        } else {
            start..end
        };
        let span = starts[0]..end;
        let (class, part) = self.scratch.label_classes.get_or(&t[phrase], |_| {
            let phrase = |n: usize| &t[starts[n]..end];
            let class = class_of_words(fields, phrase, words, glued);
            (class, fields.part_of_label(&t[span.clone()]))
        });
        Some(Label {
            class,
            part,
            span,
            quote,
        })
    }

    /// The class of a label's last word, where the words before it make nothing of it: `verify begin Applicant: CHAN Tai Man`,
    /// `step1 Name: Tan Wei Ming`. A weak sign, so only names and numbers, which may be told by themselves.
    pub(super) fn class_alone(&mut self, t: &[u8], label: &Label) -> ClassId {
        let start = label.span.start;
        if label.quote.is_quoted() || start == 0 || t[start - 1] != b' ' {
            return NO_CLASS;
        }
        let word = &t[label.span.clone()];
        let class = self.scratch.keys.meaning(word, &self.core.fields).class;
        let Some(data) = self.class(class) else {
            return NO_CLASS;
        };
        let is_name = data.category.is_some_and(|c| self.core.is_name(c));
        let before = &t[word_start(t, start - 1, start.saturating_sub(LABEL))..start - 1];
        let counts = (is_name || data.category.is_some() && data.value == ValueRule::Number)
            && !data.keys_only
            && data.is_everywhere()
            && !data.is_denied_after(before);
        if counts { class } else { NO_CLASS }
    }

    /// The class of the label right before a JSON object in a text, `idAddress={"line1":…}`: its members hold what the label tells.
    pub(crate) fn class_before(&mut self, t: &[u8], open: usize) -> ClassId {
        let head = t[..open].trim_ascii_end();
        let typed = GO_TYPES.iter().find_map(|told| head.strip_suffix(*told));
        let head = typed.unwrap_or(head);
        if !matches!(head.last(), Some(b'=' | b':')) {
            return NO_CLASS;
        }
        let class = self
            .label_class(t, head.len() - 1)
            .map_or(NO_CLASS, |l| l.0);
        match self.class(class) {
            Some(c) if c.category.is_some() && !c.keys_only => self.core.fields.listed(class),
            _ => NO_CLASS,
        }
    }

    /// The class of the words that end at `end`, if they are a label in running text too.
    pub(crate) fn label_ending(&mut self, t: &[u8], end: usize) -> Option<ClassId> {
        let (class, quote) = self.label_class(t, end)?;
        let counts = self
            .class(class)
            .is_some_and(|c| c.category.is_some() && !c.keys_only);
        (counts && !quote.is_quoted()).then_some(class)
    }

    /// The class of the XML tag that ends at `close`.
    pub(super) fn tag(&mut self, t: &[u8], close: usize) -> Option<Label> {
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
        // <type:ID_CARD number:"…" >: a message of protobuf, as it prints itself
        let inside = &t[name_end..close];
        if memchr::memchr(b':', inside).is_some() && memchr::memchr(b'=', inside).is_none() {
            return None;
        }
        if let Some(colon) = memchr::memrchr(b':', name) {
            name = &name[colon + 1..];
        }
        let start = name_end - name.len();
        let info = self.scratch.keys.meaning(name, &self.core.fields);
        Some(Label {
            class: info.class,
            part: match info.role.part {
                Part::Value if !info.role.apart => Part::None,
                part => part,
            },
            span: start..name_end,
            quote: Quote(close..close),
        })
    }
}

/// What stands before a sign or in a tag.
pub(super) struct Label {
    pub class: ClassId,
    pub part: Part,
    /// Its word.
    pub span: Range<usize>,
    pub quote: Quote,
}

/// The class of a label of so many words, of which `phrase` gives the last ones.
fn class_of_words<'t>(
    fields: &Fields,
    phrase: impl Fn(usize) -> &'t [u8],
    words: usize,
    glued: bool,
) -> ClassId {
    if let Some(class) = (1..words).rev().find_map(|n| fields.exact(phrase(n))) {
        return class;
    }
    let two = fields.classify(phrase(words.min(2) - 1)).class;
    if two == NO_CLASS && words > 2 && fields.classify(phrase(0)).class == NO_CLASS {
        let three = fields.classify(phrase(2)).class;
        if three != NO_CLASS {
            return three;
        }
    }
    // `sex:F nation:X`: where nothing stands between label and value, the words before are another field's
    match two {
        NO_CLASS if glued => fields.exact(phrase(0)).unwrap_or(NO_CLASS),
        // `parsed nameOnCard = …`: a program's word is a key whatever stands before it
        NO_CLASS if words > 1 && is_key(phrase(0)) => fields.classify(phrase(0)).class,
        // `ok laserCode = …`, which ends like a code
        two if words > 1 && is_key(phrase(0)) => fields.exact(phrase(0)).unwrap_or(two),
        two => two,
    }
}

/// The quotes around a label, to put the same around a bare number that is replaced: `\"Phone\":138…` becomes `\"Phone\":\"[PHONE_…]\"`.
pub(super) struct Quote(Range<usize>);

impl Quote {
    pub(super) const NONE: Self = Self(0..0);

    pub(super) fn of<'t>(&self, t: &'t [u8]) -> &'t [u8] {
        &t[self.0.clone()]
    }

    /// Where the label ends.
    pub(super) fn start(&self) -> usize {
        self.0.start
    }

    pub(super) fn is_quoted(&self) -> bool {
        !self.0.is_empty()
    }

    pub(super) fn wrap<'t>(&self, t: &'t [u8], value: &Value) -> &'t [u8] {
        let bare = value.quote == 0
            && t[value.span.clone()]
                .iter()
                .all(|c| c.is_ascii_digit() || matches!(c, b'.' | b'-'));
        if bare && self.is_quoted() {
            self.of(t)
        } else {
            b""
        }
    }
}

/// Where a label ends that a form wrote something behind: `Name*`, `Full name?`, `Passport #`, `full_name[0]`, `Name（姓名）`,
/// `<b>Name</b>`.
fn form_end(t: &[u8], end: usize) -> usize {
    const LONGEST_REMARK: usize = 40;
    let floor = end.saturating_sub(LONGEST_REMARK);
    let head = &t[floor..end];
    let open = |sign: &[u8]| memchr::memmem::rfind(head, sign);
    let stem = match head.last() {
        // `**Name**:` as well
        Some(b'*') if head.ends_with(b"**") => head.len() - 2,
        Some(b'*' | b'?' | b'#') => head.len() - 1,
        Some(b')') => open(b"(").unwrap_or(0),
        Some(b'>') => open(b"</").unwrap_or(0),
        Some(b']') => {
            let bracket = open(b"[").unwrap_or(0);
            let index = &head[bracket..head.len() - 1];
            match index.len() > 1 && index[1..].iter().all(u8::is_ascii_digit) {
                true => bracket,
                false => return end,
            }
        }
        Some(0x89) if head.ends_with("）".as_bytes()) => open("（".as_bytes()).unwrap_or(0),
        _ => return end,
    };
    let label = head[..stem].trim_ascii_end();
    match label.last() {
        Some(c) if is_word(*c) => floor + label.len(),
        _ => end,
    }
}

/// Is a word a number, a date, or an address of a host?
fn is_number(word: &[u8]) -> bool {
    let part = |c: &u8| c.is_ascii_digit() || matches!(c, b'.' | b'-');
    word.iter().all(part)
}

/// Is a word a value rather than one of a label: a number, a measure with its unit (`35ms`), an identifier? What stands before it is another
/// label's, and no two of them are alike, so that no phrase with one would be remembered.
fn is_value(word: &[u8]) -> bool {
    const UNIT: usize = 3;
    const IDENTIFIER: (usize, usize) = (8, 3);
    let letters = word.iter().filter(|c| c.is_ascii_alphabetic()).count();
    let digits = word.iter().filter(|c| c.is_ascii_digit()).count();
    let measure = word.first().is_some_and(u8::is_ascii_digit) && letters <= UNIT;
    is_number(word)
        || measure && digits > letters && word.is_ascii()
        || word.len() >= IDENTIFIER.0 && digits >= IDENTIFIER.1 && word.is_ascii()
}

/// Is a word written as programs write keys: `nameOnCard`, `house_number`?
pub(super) fn is_key(word: &[u8]) -> bool {
    memchr::memchr(b'_', word).is_some()
        || word
            .windows(2)
            .any(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase())
}

pub(super) fn is_word(c: u8) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'.') || c >= 0x80
}

/// Where the word that ends at `end` starts.
pub(super) fn word_start(t: &[u8], end: usize, floor: usize) -> usize {
    let mut start = end;
    while start > floor && is_word(t[start - 1]) {
        // 。 and 、 are no letters
        if matches!(t[start - 1], 0x81 | 0x82) && t[..start].ends_with(&[0xe3, 0x80, t[start - 1]])
        {
            break;
        }
        start -= 1;
    }
    // I/C No., No. K/P
    let letter = |i: usize| t[i].is_ascii_alphabetic();
    let divided = start >= floor + 2 && t[start - 1] == b'/' && letter(start - 2);
    if divided && start < end && letter(start) && (start == 2 || !is_word(t[start - 3])) {
        start -= 2;
    }
    while start < end && !t[start].is_ascii_alphanumeric() && t[start] < 0x80 {
        start += 1;
    }
    start
}

/// Does a word in brackets begin a line, as a label with a colon behind it does: `[ADDRESS]: …`?
fn begins_line(t: &[u8], word: &Range<usize>) -> bool {
    let head = t[..word.start].trim_ascii_end();
    (head.is_empty() || t[head.len()..word.start].contains(&b'\n'))
        && t[word.end..].starts_with(b": ")
}

/// Does a value begin at `start`?
fn is_behind_sign(t: &[u8], start: usize) -> bool {
    // "otp":{"[PASSWORD]"
    let before = t[..start].iter().rev().take(6);
    let mut before = before.skip_while(|c| matches!(c, b' ' | b'"' | b'\'' | b'\\' | b'{' | b'('));
    before.next().is_some_and(|c| matches!(c, b':' | b'='))
}
