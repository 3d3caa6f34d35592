//! Where an unquoted value ends, by what it should be: a number, a date, an address, a secret.
//!
//! In running text nothing says where a value ends but the value itself. Each function takes the text from the value's first byte and
//! gives its length in bytes, zero if no such value starts there. Rather a word too many than a leak.

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
pub(crate) fn word_run(rest: &[u8]) -> usize {
    let ascii = rest
        .iter()
        .position(|c| is_delimiter(*c) || *c == b' ')
        .unwrap_or(rest.len());
    cjk_end(&rest[..ascii])
}

/// The end of a sentence or bracket in Chinese writing.
fn cjk_end(run: &[u8]) -> usize {
    let ends = ["，", "。", "；", "、", "！", "）", "】", "」"];
    // all of them begin with one of these
    memchr::memchr2_iter(0xe3, 0xef, run)
        .find(|i| ends.iter().any(|end| run[*i..].starts_with(end.as_bytes())))
        .unwrap_or(run.len())
}

/// A number with single separators between its groups; letters may belong to it, words may not.
pub(crate) fn number_run(rest: &[u8]) -> usize {
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
            || (!first && digits == 0 && !joins(rest, at, word))
            || (first && digits == 0 && word > 4 && next != Some(&b'-'))
            // `身份证 code 1003`
            || (first && digits == 0 && word > 2 && bytes.iter().all(u8::is_ascii_lowercase))
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
            (Some(b' '), Some(b'-'))
                if rest.get(at + 2) == Some(&b' ')
                    && rest.get(at + 3).is_some_and(u8::is_ascii_alphanumeric) =>
            {
                at += 3
            }
            // a form that was not opened: `5001+-+1220`
            (Some(b'+'), Some(b'-')) if rest.get(at + 2) == Some(&b'+') => at += 3,
            (Some(b'+'), Some(c)) if digits > 0 && c.is_ascii_alphanumeric() => at += 1,
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

/// May a word without digits belong to the number before it? One letter, or two between groups: `S 1234567 D`, `14 AB 2011`, but not `… di`.
fn joins(rest: &[u8], at: usize, word: usize) -> bool {
    match word {
        // `… e_mail=`: the next field's key
        1 => rest.get(at + 1) != Some(&b'_'),
        2 => {
            rest[at..at + 2]
                .iter()
                .all(|c| c.is_ascii_uppercase() || *c == b'*')
                && matches!(rest.get(at + 2), Some(b' ' | b'-' | b'/'))
                && rest.get(at + 3).is_some_and(u8::is_ascii_digit)
        }
        _ => false,
    }
}

/// What says the type of a value before its quotes: `Some("`, PHP's `string(24) "`, Go's `(string) (len=6) "` and `sql.NullString{String:`. Its length up to the value.
pub(crate) fn typed_run(rest: &[u8]) -> usize {
    let quoted = |from: usize| matches!(rest.get(from), Some(b'"' | b'\'' | b'\\'));
    const FIELD: &[u8] = b"{String:";
    if let Some(i) = memchr::memmem::find(&rest[..rest.len().min(32)], FIELD).filter(|i| {
        rest[..*i]
            .iter()
            .all(|c| c.is_ascii_alphanumeric() || *c == b'.')
    }) {
        return i + FIELD.len();
    }
    // SQL: DATE '1990-03-07', N'张三'
    for told in [&b"DATE "[..], b"date ", b"TIMESTAMP ", b"N"] {
        if rest.starts_with(told) && rest.get(told.len()) == Some(&b'\'') {
            return told.len();
        }
    }
    // spew: (string) (len=12) "张三"
    if let Some(counted) = rest.strip_prefix(b"(string) (len=") {
        let digits = counted.iter().take_while(|c| c.is_ascii_digit()).count();
        if counted[digits..].starts_with(b") \"") {
            return rest.len() - counted.len() + digits + 2;
        }
    }
    let open = wrapper_run(rest);
    if open == 0 || quoted(open) {
        return open * usize::from(quoted(open));
    }
    let length = rest[open..]
        .iter()
        .take_while(|c| c.is_ascii_digit())
        .count();
    let behind = open + length + 2;
    if length > 0 && rest[open + length..].starts_with(b") ") && quoted(behind) {
        behind
    } else {
        0
    }
}

/// A text that was cut, without what the logger says of that: `…...(truncated 2048 bytes)`.
pub(crate) fn without_cut_mark(value: &[u8]) -> usize {
    const LONGEST: usize = 64;
    let from = value.len().saturating_sub(LONGEST);
    let mark = memchr::memmem::rfind(&value[from..], b"...").map(|i| from + i);
    let says = |i: &usize| {
        let rest = value[i + 3..].trim_ascii();
        matches!(rest.first(), Some(b'(' | b'[' | b'<'))
            && matches!(rest.last(), Some(b')' | b']' | b'>'))
    };
    mark.filter(says).unwrap_or(value.len())
}

/// A machine identifier: a word, but not what a colon glues to it (`sim=45.96:F202561666`); times and ports go on.
pub(crate) fn identifier_run(rest: &[u8]) -> usize {
    const LONGEST: usize = 512;
    let rest = &rest[..rest.len().min(LONGEST)];
    let word = word_run(rest);
    let opened = rest[..word]
        .iter()
        .position(|c| matches!(c, b'[' | b'(' | b'{'));
    let word = opened.filter(|i| *i > 0).unwrap_or(word);
    memchr::memchr_iter(b':', &rest[..word])
        .find(|i| {
            let next = &rest[i + 1..word];
            let word = next.iter().take_while(|c| c.is_ascii_alphanumeric());
            word.count() >= 6
                || matches!(
                    next.first(),
                    Some(b'+' | b'a'..=b'z' | b'A'..=b'Z' | 0x80..)
                )
        })
        .unwrap_or(word)
}

/// What Java, Rust and Python print around a value: `Optional[`, `Some(`, `datetime.date(`; a collector of OpenTelemetry `Str(`. Its length
/// with the bracket.
pub(crate) fn wrapper_run(rest: &[u8]) -> usize {
    const TEXT: &[u8] = b"Str(";
    if rest.starts_with(TEXT) {
        return TEXT.len();
    }
    let word = rest
        .iter()
        .take(32)
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, b'.' | b'_'))
        .count();
    let opens = word >= 4 && matches!(rest.get(word), Some(b'[' | b'('));
    if opens && rest[..word].iter().any(u8::is_ascii_lowercase) {
        word + 1
    } else {
        0
    }
}

/// Up to the bracket that closes a wrapper.
pub(crate) fn enclosed_run(rest: &[u8]) -> usize {
    rest.iter()
        .take(64)
        .position(|c| matches!(c, b')' | b']' | b'\n'))
        .unwrap_or(0)
}

/// The end of a parameter's value in a query or form, `name=张 三&…`: where the next one begins.
pub(crate) fn parameter_run(t: &[u8], value: usize) -> Option<usize> {
    const LONGEST: usize = 256;
    if t.get(value.checked_sub(1)?) != Some(&b'=') {
        return None;
    }
    let key = t[..value - 1]
        .iter()
        .rev()
        .take_while(|c| {
            c.is_ascii_alphanumeric()
                || matches!(c, b'_' | b'-' | b'.' | b'[' | b']')
                || **c >= 0x80
        })
        .count();
    let before = (value - 1).checked_sub(key + 1).map(|i| t[i]);
    // the body of a printed request begins on a line of its own
    if !matches!(before, None | Some(b'&' | b'?' | b'\n')) {
        return None;
    }
    let rest = &t[value..t.len().min(value + LONGEST)];
    let end = rest
        .iter()
        .position(|c| matches!(c, b'&' | b'"' | b'\n' | b'\r' | b'<'));
    // `…&sign=cd0f, TraceId=78da, data=Name=…&…`: the sentence goes on, with another query
    if let Some(next) = end.and_then(|end| next_field(&rest[..end])) {
        return Some(value + next).filter(|_| next > 0);
    }
    match end {
        Some(end) => (end > 0 && rest[end] == b'&').then_some(value + end),
        // the last one, in which spaces are still plus signs
        None => (before == Some(b'&')
            && value + rest.len() == t.len()
            && rest.contains(&b'+')
            && !rest.contains(&b' '))
        .then_some(t.len()),
    }
}

/// Where a value ends before `, key=`.
fn next_field(value: &[u8]) -> Option<usize> {
    let equals = memchr::memchr(b'=', value)?;
    let word = |c: &&u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'.');
    let key = value[..equals].iter().rev().take_while(word).count();
    let before = value[..equals - key].strip_suffix(b" ")?;
    let end = before.strip_suffix(b",").or(before.strip_suffix(b";"))?;
    (key > 0).then_some(end.len())
}

/// Does the label that ends at `separator` begin a line of several, of which its value is the rest?
pub(crate) fn fills_line(t: &[u8], separator: usize) -> bool {
    const LONGEST: usize = 64;
    let rest = &t[separator..t.len().min(separator + LONGEST)];
    let (ends, last) = match memchr::memchr(b'\n', rest) {
        Some(_) => (true, false),
        None => (rest.len() < LONGEST, true),
    };
    let word = |c: u8| {
        c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'/' | b' ' | b'\t') || c >= 0x80
    };
    // no further back than that word, or many labels in one line take quadratic time
    let start = t[..separator]
        .iter()
        .rposition(|c| !word(*c))
        .map_or(0, |i| i + 1);
    let begins = start == 0 || t[start - 1] == b'\n';
    let label = t[start..separator].trim_ascii();
    let one_word = !label.iter().any(u8::is_ascii_whitespace);
    ends && begins && one_word && !(start == 0 && last)
}

/// An address: up to a delimiter, two spaces or the next `key=`.
pub(crate) fn address_run(rest: &[u8], ends: &[String]) -> usize {
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
    // '주소 서울 12', '…': the quotes of a list around it
    let listed = |i: &usize| matches!(rest.get(i + 1), Some(b',' | b')'));
    let hard = memchr::memchr_iter(b'\'', &rest[..hard])
        .find(listed)
        .unwrap_or(hard);
    let mut end = hard;
    let run = &rest[..hard];
    // Address(street=9 Wharf Lane): the bracket was opened before
    if let Some(close) = memchr::memchr(b')', run)
        && memchr::memchr(b'(', &run[..close]).is_none()
    {
        end = close;
    }
    if let Some(i) = memchr::memmem::find(run, b"  ") {
        end = end.min(i);
    }
    for i in memchr::memchr2_iter(b'=', b':', run) {
        // `None, 'id_no': …`, `, Name = …`
        let sign = match &run[..i] {
            [.., b'\''] => 1,
            [.., b' '] if run[i] == b'=' => 1,
            _ => 0,
        };
        let word = run[..i - sign]
            .iter()
            .rev()
            .take_while(|c| c.is_ascii_alphanumeric() || **c == b'_' || **c >= 0x80)
            .count();
        let mut start = i - sign - word;
        if word > 0 && run[i - 1] == b'\'' && run[..start].ends_with(b"'") {
            start -= 1;
        }
        // `住址 total=9`: another field's label, no address
        if word > 0 && start == 0 && run[i] == b'=' && run[..word].is_ascii() {
            return 0;
        }
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
    let end = ends
        .iter()
        .filter_map(|p| memchr::memmem::find(&rest[..end], p.as_bytes()))
        .min()
        .unwrap_or(end);
    // 科技路50号, POST /v1/verify: a Latin word behind a comma is none of a Chinese address
    let end = match run.first() {
        Some(0xe4..=0xe9) => memchr::memchr_iter(b',', &rest[..end])
            .find(|i| {
                let next = rest[i + 1..end].trim_ascii_start().first();
                next.is_some_and(u8::is_ascii_alphabetic)
            })
            .unwrap_or(end),
        _ => end,
    };
    // Chinese addresses have no spaces before what follows them: 北京市…3号 sim=98
    match run.first() {
        Some(0xe4..=0xe9) => memchr::memchr_iter(b' ', &rest[..end])
            // 丸の内1-9-1 グラントウキョウノースタワー12階
            .find(|i| !matches!(rest[i + 1..end], [0xe3, 0x82 | 0x83, ..]))
            .filter(|i| rest[..*i].iter().filter(|c| **c >= 0x80).count() >= 12)
            .unwrap_or(end),
        _ => rest[..end].trim_ascii_end().len(),
    }
}

/// A secret: up to white space or a delimiter; a scheme (`Bearer`, `Basic`) belongs to it.
pub(crate) fn secret_run(rest: &[u8]) -> usize {
    let run = |from: usize| {
        rest[from..]
            .iter()
            .position(|c| is_delimiter(*c) || *c == b' ')
            .map_or(rest.len(), |i| from + i)
    };
    let run = |from: usize| from + cjk_end(&rest[from..run(from)]);
    let run = |from: usize| from + before_next_field(&rest[from..run(from)]);
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

/// The length of a secret without the field that a sign no other one stands for divides from it: `hunter2secret~status=ok`.
pub(crate) fn before_next_field(run: &[u8]) -> usize {
    let letter = |c: &&u8| c.is_ascii_lowercase() || **c == b'_';
    let divides = |c: &u8| matches!(c, b'~' | b'^' | b'#' | 1..=8);
    let field = |i: &usize| {
        let name = run[i + 1..].iter().take(24).take_while(letter).count();
        *i > 0 && name > 1 && matches!(run.get(i + 1 + name), Some(b'=' | b':'))
    };
    let mut signs = (0..run.len()).filter(|i| divides(&run[*i]));
    signs.find(field).unwrap_or(run.len())
}

pub(crate) fn hex_run(rest: &[u8]) -> usize {
    let n = rest.iter().take_while(|c| c.is_ascii_hexdigit()).count();
    if n >= 32 { n } else { 0 }
}

/// A payload: base64 or hexadecimal, perhaps cut by dots, or a data URI.
pub(crate) fn blob_run(rest: &[u8]) -> usize {
    let uri = rest.starts_with(b"data:");
    let part = |c: u8| {
        crate::redact::layers::payload::is_base64(c)
            || matches!(c, b'.' | b'*')
            || (uri && matches!(c, b':' | b';' | b','))
    };
    rest.iter().position(|c| !part(*c)).unwrap_or(rest.len())
}
