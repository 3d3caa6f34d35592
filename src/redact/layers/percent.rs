//! Percent-encoding and forms (RFC 3986, section 2.1; the URL standard's `application/x-www-form-urlencoded`).

use super::decode::hex4;
use super::payload;
use crate::redact::edit::OffsetMap;
/// Where a plus sign stands for a space, as HTML's form encoding has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plus {
    /// Everywhere: the text is a form.
    Space,
    /// In the queries of addresses that stand in the text.
    SpaceInQueries,
}

/// Undoes percent-encoding (RFC 3986, section 2.1), and `+` for a space. True if anything was decoded.
pub(crate) fn percent(source: &[u8], plus: Plus, out: &mut Vec<u8>, map: &mut OffsetMap) -> bool {
    out.clear();
    map.clear();
    let mut at = 0;
    let mut any = false;
    let pluses = plus == Plus::Space || holds_query(source);
    let mut query = 0..0;
    while at < source.len() {
        let next = if pluses {
            memchr::memchr2(b'%', b'+', &source[at..])
        } else {
            memchr::memchr(b'%', &source[at..])
        };
        let Some(offset) = next else { break };
        out.extend_from_slice(&source[at..at + offset]);
        at += offset;
        if source[at] == b'+' && plus == Plus::SpaceInQueries {
            if at >= query.end {
                query = query_around(source, at, query.end);
            }
            if at < query.start {
                out.push(b'+');
                at += 1;
                continue;
            }
        }
        if source[at] == b'+' {
            // in a long run it is a digit of base64 that somebody forgot to encode
            let part = |c: &&u8| c.is_ascii_alphanumeric() || matches!(c, b'+' | b'/' | b'=');
            let before = source[..at].iter().rev().take(80).take_while(part).count();
            let after = source[at..].iter().take(80).take_while(part).count();
            let long = before + after >= 80;
            // `to=+86138…`: a number in its international form that somebody forgot to encode
            let number = at > 0
                && source[at - 1] == b'='
                && source.get(at + 1).is_some_and(u8::is_ascii_digit);
            let stays = long || number || is_in_base64(source, at);
            out.push(if stays { b'+' } else { b' ' });
            any |= !stays;
            at += 1;
            continue;
        }
        // JavaScript's escape(): %u5F20
        if source.get(at + 1) == Some(&b'u')
            && let Some(c) = hex4(&source[at..]).and_then(char::from_u32)
        {
            map.push(out.len(), at);
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            at += 6;
            map.push(out.len(), at);
            any = true;
            continue;
        }
        let digit = |i: usize| source.get(at + i).and_then(|c| (*c as char).to_digit(16));
        match (digit(1), digit(2)) {
            (Some(high), Some(low)) => {
                map.push(out.len(), at);
                out.push((high << 4 | low) as u8);
                at += 3;
                map.push(out.len(), at);
                any = true;
            }
            _ => {
                out.push(b'%');
                at += 1;
            }
        }
    }
    out.extend_from_slice(&source[at..]);
    any
}

/// May a text without spaces for plus signs hold the query of an address: `https://…?a=b`, `GET /find?a=b`, or what a log has of one, `a=b&c=d`?
pub(crate) fn holds_query(t: &[u8]) -> bool {
    memchr::memchr2(b'?', b'&', t).is_some()
}

/// The query around `at`, of which nothing before `floor` need be looked at. Where there is none, it begins where it ends.
fn query_around(source: &[u8], at: usize, floor: usize) -> std::ops::Range<usize> {
    let ends = |c: &u8| c.is_ascii_whitespace() || matches!(c, b'"' | b'\'' | b'<' | b'>' | b'\\');
    let word = source[floor..at].iter().rposition(ends);
    let start = word.map_or(floor, |i| floor + i + 1);
    let end = source[at..]
        .iter()
        .position(ends)
        .map_or(source.len(), |i| at + i);
    let head = &source[start..at];
    let path = memchr::memmem::find(head, b"://")
        .or_else(|| memchr::memchr(b'/', head))
        .map(|i| start + i);
    let mark = path.and_then(|i| Some(i + memchr::memchr(b'?', &source[i..at])?));
    // W3C writes a path and its query as fields of their own
    let bare =
        || memchr::memchr(b'&', &source[start..end]).is_some() && is_form(&source[start..end]);
    match mark {
        None if bare() => start..end,
        mark => mark.unwrap_or(end)..end,
    }
}

/// Does the plus sign at `at` stand in a parameter whose whole value is base64, by what it begins with or its padding?
fn is_in_base64(source: &[u8], at: usize) -> bool {
    const SHORTEST: usize = 16;
    // longer ones are told by their length
    const LONGEST: usize = 80;
    let floor = at.saturating_sub(LONGEST);
    let Some(start) = memchr::memrchr2(b'=', b'&', &source[floor..at]).map(|i| floor + i + 1)
    else {
        return false;
    };
    let rest = &source[at..source.len().min(at + LONGEST)];
    let value = &source[start..at + memchr::memchr(b'&', rest).unwrap_or(rest.len())];
    value.len() >= SHORTEST
        && value.iter().all(|c| payload::is_base64(*c))
        && (value.ends_with(b"=") || payload::media(value).is_some())
}

/// Is all of a text JSON that was encoded as a form's value is?
pub(crate) fn is_encoded_json(t: &[u8]) -> bool {
    matches!(t, [b'%', b'7' | b'5', b'b' | b'B', ..]) && memchr::memchr(b' ', t).is_none()
}

/// Does a text look like HTML's form encoding: `a=b&c=d` without spaces?
pub(crate) fn is_form(t: &[u8]) -> bool {
    let Some(equals) = memchr::memchr(b'=', t) else {
        return false;
    };
    // the key alone, or behind the path of an address
    let key = &t[memchr::memrchr2(b'?', b'&', &t[..equals]).map_or(0, |i| i + 1)..equals];
    let named = |c: &u8| {
        c.is_ascii_alphanumeric()
            || matches!(c, b'_' | b'-' | b'.' | b'%' | b'+' | b'[' | b']')
            || *c >= 0x80
    };
    equals > 0
        && key.iter().all(named)
        && t.get(equals + 1).is_some_and(|c| *c != b'=')
        && (memchr::memchr(b'&', t).is_some() || equals <= 40)
        && !t.contains(&b' ')
}

/// Does a text look like an HTTP message with a form as its body?
pub(crate) fn is_message_with_form(t: &[u8]) -> bool {
    memchr::memchr(b'+', t).is_some()
        && [&b"\r\n\r\n"[..], b"\n\n"]
            .iter()
            .find_map(|gap| memchr::memmem::find(t, gap).map(|i| i + gap.len()))
            .is_some_and(|body| is_form(t[body..].trim_ascii_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_and_pluses() {
        let (mut out, mut map) = (Vec::new(), OffsetMap::default());
        assert!(percent(
            "n=%E5%BC%A0+%e4%b8%89%zz%".as_bytes(),
            Plus::Space,
            &mut out,
            &mut map
        ));
        assert_eq!(out, "n=张 三%zz%".as_bytes());
    }
}
