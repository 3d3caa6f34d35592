//! One cheap walk over a line's root: keys and values as slices, nothing below the root looked at more than it takes to skip it.

use std::borrow::Cow;

/// What a JSON value is, told by its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `"…"`
    String,
    /// `{…}`
    Object,
    /// `[…]`
    Array,
    /// `-1.5e3`
    Number,
    /// `true`, `false`
    Bool,
    /// `null`
    Null,
}

/// A JSON value as it stands in the line, quotes and escapes included.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    /// Its bytes. Never empty.
    pub raw: &'a [u8],
}

impl<'a> Value<'a> {
    /// What it is.
    pub fn shape(self) -> Shape {
        match self.raw.first() {
            Some(b'"') => Shape::String,
            Some(b'{') => Shape::Object,
            Some(b'[') => Shape::Array,
            Some(b't' | b'f') => Shape::Bool,
            Some(b'n') => Shape::Null,
            _ => Shape::Number,
        }
    }

    /// A number, a boolean, or a string that is not empty.
    pub fn is_scalar_text(self) -> bool {
        match self.shape() {
            Shape::String => self.raw.len() > 2,
            Shape::Number | Shape::Bool => true,
            _ => false,
        }
    }

    /// A string's text without quotes and escapes, a number or boolean as written; `None` for everything else.
    /// Broken UTF-8 and broken escapes become U+FFFD: the text is for looking at, the line itself stays as it is.
    pub fn text(self) -> Option<Cow<'a, str>> {
        match self.shape() {
            Shape::String => Some(unescape(
                self.raw
                    .get(1..self.raw.len().saturating_sub(1))
                    .unwrap_or_default(),
            )),
            Shape::Number | Shape::Bool => Some(String::from_utf8_lossy(self.raw)),
            _ => None,
        }
    }

    /// An array that holds an object, at any depth of arrays. False for everything else.
    pub fn array_holds_object(self) -> bool {
        let mut at = 0;
        while let Some(&byte) = self.raw.get(at) {
            at = match byte {
                b'{' => return self.shape() == Shape::Array,
                b'"' => skip_string(self.raw, at).unwrap_or(self.raw.len()),
                _ => at + 1,
            };
        }
        false
    }

    /// An array whose every element is an object (and that has one).
    pub fn is_array_of_objects(self) -> bool {
        if self.shape() != Shape::Array {
            return false;
        }
        let mut at = skip_space(self.raw, 1);
        loop {
            if self.raw.get(at) != Some(&b'{') {
                return false;
            }
            let Some(end) = skip_container(self.raw, at) else {
                return false;
            };
            at = skip_space(self.raw, end);
            match self.raw.get(at) {
                Some(b',') => at = skip_space(self.raw, at + 1),
                Some(b']') => return true,
                _ => return false,
            }
        }
    }
}

/// A key and its value.
#[derive(Clone, Copy)]
pub struct RootField<'a> {
    /// The key without its quotes, escapes as they stand.
    pub key: &'a [u8],
    /// The value.
    pub value: Value<'a>,
    /// Where the key's opening quote stands in the line.
    pub start: usize,
    /// Where the value ends in the line.
    pub end: usize,
}

impl<'a> RootField<'a> {
    /// The key without escapes.
    pub fn name(&self) -> Cow<'a, [u8]> {
        if memchr::memchr(b'\\', self.key).is_none() {
            return Cow::Borrowed(self.key);
        }
        Cow::Owned(unescape(self.key).into_owned().into_bytes())
    }
}

/// Iterates over the root fields of a line. Ends at the first byte that does not fit; [`RootFields::is_whole`] tells if that was the closing brace.
pub struct RootFields<'a> {
    line: &'a [u8],
    at: usize,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    First,
    Next,
    Whole,
    Broken,
}

impl<'a> RootFields<'a> {
    /// The fields of a line that should be a JSON object.
    pub fn of(line: &'a [u8]) -> Self {
        let start = skip_space(line, 0);
        let state = if line.get(start) == Some(&b'{') {
            State::First
        } else {
            State::Broken
        };
        Self {
            line,
            at: start + 1,
            state,
        }
    }

    /// True once the walk has met the object's closing brace with nothing but white space behind it.
    pub fn is_whole(&self) -> bool {
        self.state == State::Whole
    }

    fn step(&mut self) -> Option<RootField<'a>> {
        let line = self.line;
        let mut at = skip_space(line, self.at);
        match (line.get(at), self.state) {
            (Some(b'}'), _) => {
                if skip_space(line, at + 1) == line.len() {
                    self.state = State::Whole;
                }
                return None;
            }
            (Some(b','), State::Next) => at = skip_space(line, at + 1),
            (Some(b'"'), State::First) => {}
            _ => return None,
        }
        let start = at;
        if line.get(start) != Some(&b'"') {
            return None;
        }
        let key_end = skip_string(line, start)?;
        let key = line.get(start + 1..key_end - 1)?;
        let colon = skip_space(line, key_end);
        if line.get(colon) != Some(&b':') {
            return None;
        }
        let from = skip_space(line, colon + 1);
        let end = skip_value(line, from)?;
        self.at = end;
        self.state = State::Next;
        Some(RootField {
            key,
            value: Value {
                raw: line.get(from..end)?,
            },
            start,
            end,
        })
    }
}

impl<'a> Iterator for RootFields<'a> {
    type Item = RootField<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        if matches!(self.state, State::Whole | State::Broken) {
            return None;
        }
        let field = self.step();
        if field.is_none() && self.state != State::Whole {
            self.state = State::Broken;
        }
        field
    }
}

/// Where the next byte that is no JSON white space stands.
pub fn skip_space(line: &[u8], mut at: usize) -> usize {
    while matches!(line.get(at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
        at += 1;
    }
    at
}

/// Where the string that opens at `start` ends (behind its closing quote).
pub fn skip_string(line: &[u8], start: usize) -> Option<usize> {
    let mut at = start + 1;
    loop {
        let hit = at + memchr::memchr2(b'"', b'\\', line.get(at..)?)?;
        if line[hit] == b'"' {
            return Some(hit + 1);
        }
        at = hit + 2;
    }
}

/// Where the object or array that opens at `start` ends. Counts brackets without telling their kinds apart: the redactor has
/// checked the line, and a mismatch only moves a boundary within bytes that are redacted already.
pub fn skip_container(line: &[u8], start: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = start;
    loop {
        match line.get(at)? {
            b'"' => {
                at = skip_string(line, at)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
}

fn skip_value(line: &[u8], from: usize) -> Option<usize> {
    match line.get(from)? {
        b'"' => skip_string(line, from),
        b'{' | b'[' => skip_container(line, from),
        _ => {
            let length = line[from..]
                .iter()
                .take_while(|b| {
                    !matches!(
                        b,
                        b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n' | b'"' | b':'
                    )
                })
                .count();
            (length > 0).then_some(from + length)
        }
    }
}

/// The text of a string's inside.
fn unescape(inside: &[u8]) -> Cow<'_, str> {
    if memchr::memchr(b'\\', inside).is_none() {
        return String::from_utf8_lossy(inside);
    }
    let mut out = Vec::with_capacity(inside.len());
    let mut rest = inside;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        out.extend_from_slice(&rest[..at]);
        let Some(&escaped) = rest.get(at + 1) else {
            rest = &rest[at + 1..];
            continue;
        };
        let mut used = 2;
        match escaped {
            b'n' => out.push(b'\n'),
            b't' => out.push(b'\t'),
            b'r' => out.push(b'\r'),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'u' => {
                let unit = |from: usize| {
                    rest.get(at + from..at + from + 4).and_then(|hex| {
                        u32::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()
                    })
                };
                let high = unit(2);
                used = if high.is_some() { 6 } else { 2 };
                let mut code = high.unwrap_or(0xFFFD);
                if (0xD800..0xDC00).contains(&code)
                    && rest.get(at + 6..at + 8) == Some(b"\\u")
                    && let Some(low) = unit(8).filter(|low| (0xDC00..0xE000).contains(low))
                {
                    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
                    used = 12;
                }
                let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            other => out.push(other),
        }
        rest = &rest[at + used..];
    }
    out.extend_from_slice(rest);
    Cow::Owned(match String::from_utf8(out) {
        Ok(text) => text,
        Err(broken) => String::from_utf8_lossy(broken.as_bytes()).into_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fields(line: &str) -> (Vec<(String, String)>, bool) {
        let mut walk = RootFields::of(line.as_bytes());
        let seen = walk
            .by_ref()
            .map(|f| {
                (
                    String::from_utf8_lossy(&f.name()).into_owned(),
                    String::from_utf8_lossy(f.value.raw).into_owned(),
                )
            })
            .collect();
        (seen, walk.is_whole())
    }

    #[test]
    fn walks_whole_objects() {
        let (seen, whole) =
            fields(r#" { "a" : "x\"}" ,"b":[1,{"c":"]"}], "\u0064":-1.5e3,"e":null} "#);
        assert!(whole);
        let expected = [
            ("a", r#""x\"}""#),
            ("b", r#"[1,{"c":"]"}]"#),
            ("d", "-1.5e3"),
            ("e", "null"),
        ];
        assert_eq!(seen, expected.map(|(k, v)| (k.to_owned(), v.to_owned())));
        assert!(fields("{}").1);
    }

    #[test]
    fn says_when_a_line_is_not_whole() {
        for line in [
            "",
            "[]",
            "{",
            r#"{"a"}"#,
            r#"{"a":1"#,
            r#"{"a":1,}"#,
            r#"{"a":1}{"#,
            r#"{"a" 1}"#,
            r#"{,"a":1}"#,
        ] {
            assert!(!fields(line).1, "{line}");
        }
    }

    #[test]
    fn tells_arrays_apart() {
        let value = |raw: &'static str| Value {
            raw: raw.as_bytes(),
        };
        assert!(value(r#"[{"a":1}, {"b":"]"} ]"#).is_array_of_objects());
        for other in ["[]", "[1]", r#"[{"a":1},2]"#, r#"{"a":1}"#, "[[{}]]"] {
            assert!(!value(other).is_array_of_objects(), "{other}");
        }
        assert!(value("[[1,{}]]").array_holds_object());
        assert!(!value(r#"["{}",1]"#).array_holds_object());
    }

    proptest! {
        #[test]
        fn survives_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            for field in RootFields::of(&bytes) {
                let _ = (field.name(), field.value.text());
                prop_assert!(field.end <= bytes.len());
            }
        }

        #[test]
        fn survives_near_json(line in r#"\{?("[a-z\\"u0-9]{0,6}":?[\[\]{}",0-9a-z\\ ]{0,8},?){0,6}\}?"#) {
            for field in RootFields::of(line.as_bytes()) {
                let _ = (field.name(), field.value.text(), field.value.is_array_of_objects(), field.value.array_holds_object());
            }
        }

        #[test]
        fn reads_what_serde_writes(text in any::<String>()) {
            let line = serde_json::json!({ "k": text }).to_string();
            let field = RootFields::of(line.as_bytes()).next().unwrap();
            let read = field.value.text().unwrap();
            prop_assert_eq!(read.as_ref(), text.as_str());
        }
    }
}
