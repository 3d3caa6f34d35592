//! Values that only a space, a quote or a bracket divides from their label: `--id-number 536598982`, `HSET k name "Imogen Fairweather"`,
//! `name(Tan Wei Ming)`, `name[张三]`.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::redact::fields::ClassId;
use crate::redact::pass::Pass;
use crate::redact::prints::brackets::closes;
use crate::redact::words::spans::valid_prefix;

static FLAG: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b" --"));

impl Pass<'_> {
    pub(crate) fn arguments(&mut self, t: &[u8], at: usize, mark: usize) {
        self.flags(t, at, mark);
        for open in memchr::memchr2_iter(b'"', b'\'', t) {
            let before = t[..open].strip_suffix(b" ").and_then(<[u8]>::last);
            if before == Some(&t[open]) {
                self.quoted_argument(t, open - 2, open, at, mark);
                continue;
            }
            if before == Some(&b')')
                && let Some(close) = line_before(t, open)
            {
                self.quoted_argument(t, close, open, at, mark);
                continue;
            }
            if !before.is_some_and(|c| c.is_ascii_alphanumeric() || *c >= 0x80) {
                continue;
            }
            let Some(class) = self.label_ending(t, open - 1) else {
                continue;
            };
            let length = memchr::memchr(t[open], &t[open + 1..]);
            let value = open + 1..length.map_or(t.len(), |n| open + 1 + n);
            self.argument(t, value, class, at, mark);
        }
    }

    /// The value whose quote is at `open` and whose label is quoted as well, up to `close`, as Redis prints its commands,
    /// `"HSET" "kyc:17" "name" "…"`, and what it answers, `1) "name"⏎2) "…"`.
    fn quoted_argument(&mut self, t: &[u8], close: usize, open: usize, at: usize, mark: usize) {
        const LONGEST: usize = 64;
        let floor = close.saturating_sub(LONGEST);
        let Some(begin) = memchr::memrchr(t[open], &t[floor..close]) else {
            return;
        };
        let label = &t[floor + begin + 1..close];
        let named = |c: &u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b':' | b'.');
        if !label.iter().all(named) {
            return;
        }
        // kyc:17:name
        let step = memchr::memrchr(b':', label).map_or(0, |i| i + 1);
        let length = memchr::memchr(t[open], &t[open + 1..]);
        let value = open + 1..length.map_or(t.len(), |n| open + 1 + n);
        let fields = &self.core.fields;
        if let Some(class) = fields.exact(label[step..].trim_ascii())
            && fields.exact(&t[value.clone()]).is_none()
        {
            self.argument(t, value, class, at, mark);
        }
    }

    /// `--name value`; `--name=value` is a label like any other.
    fn flags(&mut self, t: &[u8], at: usize, mark: usize) {
        for flag in FLAG.find_iter(t).map(|i| i + 3) {
            let name = t[flag..]
                .iter()
                .take(40)
                .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_'))
                .count();
            let from = flag + name;
            if name == 0 || t.get(from) != Some(&b' ') || t.get(from + 1) == Some(&b'-') {
                continue;
            }
            let info = self.scratch.keys.meaning(&t[flag..from], &self.core.fields);
            let Some((rule, category)) = self
                .class(info.class)
                .and_then(|c| Some((c.label_value, c.category?)))
            else {
                continue;
            };
            if let Some(value) = self.value_after(t, from + 1, rule, category, false) {
                self.argument(t, value.span, info.class, at, mark);
            }
        }
    }

    /// `name(Tan Wei Ming) dob(1990-03-07)`, `name[张三] idNo[110…]`, `name<Tan Wei Ming>`. A program writes its calls, places in lists and
    /// types so, `checkAddress(retries)`: the value must leave no doubt.
    pub(crate) fn called(&mut self, t: &[u8], at: usize, mark: usize) {
        const LONGEST: usize = 96;
        for open in memchr::memchr3_iter(b'(', b'[', b'<', t) {
            let begins = |c: &u8| c.is_ascii_uppercase() || c.is_ascii_digit() || *c >= 0xc3;
            let word = |c: &&u8| c.is_ascii_alphanumeric() || matches!(**c, b'_' | b'-');
            let length = t[..open].iter().rev().take(40).take_while(word).count();
            if length == 0 && t[open] == b'[' {
                self.bracketed_label(t, open, at, mark);
                continue;
            }
            if length < 2 || !t.get(open + 1).is_some_and(begins) {
                continue;
            }
            let info = self
                .scratch
                .keys
                .meaning(&t[open - length..open], &self.core.fields);
            let Some(data) = self.class(info.class) else {
                continue;
            };
            let inner = &t[open + 1..t.len().min(open + 1 + LONGEST)];
            if data.category.is_none() || data.keys_only {
                continue;
            }
            if let Some(close) = memchr::memchr(closes(t[open]), inner)
                && memchr::memchr3(b'=', b':', t[open], &inner[..close]).is_none()
                && self.stands_out(&inner[..close], data)
            {
                self.argument(t, open + 1..open + 1 + close, info.class, at, mark);
            }
        }
    }

    /// `[name]Tan Wei Ming [id_no]S1234567D`: the label stands in brackets, and its value right behind them.
    fn bracketed_label(&mut self, t: &[u8], open: usize, at: usize, mark: usize) {
        const LABEL: usize = 40;
        const LONGEST: usize = 96;
        let head = &t[open + 1..t.len().min(open + 1 + LABEL)];
        let Some(close) = memchr::memchr(b']', head) else {
            return;
        };
        let begins = |c: &u8| c.is_ascii_alphanumeric() || *c >= 0x80;
        let start = open + close + 2;
        if self.core.catalog.placeholder_at(t, open).is_some() || !t.get(start).is_some_and(begins)
        {
            return;
        }
        let Some(class) = self.core.fields.exact(&head[..close]) else {
            return;
        };
        let rest = valid_prefix(&t[start..t.len().min(start + LONGEST)]).as_bytes();
        let value = rest[..memchr::memchr(b'[', rest).unwrap_or(rest.len())].trim_ascii_end();
        if self
            .class(class)
            .is_some_and(|data| self.stands_out(value, data))
        {
            self.argument(t, start..start + value.len(), class, at, mark);
        }
    }

    fn argument(&mut self, t: &[u8], value: Range<usize>, class: ClassId, at: usize, mark: usize) {
        if let Some(data) = self.class(class)
            && let Some(category) = data.category
            && data.is_everywhere()
            && self.core.catalog.placeholder_at(t, value.start).is_none()
        {
            self.take_labelled(t, value, at, mark, class, category, b"");
        }
    }
}

/// Where the quote closes that ends the line before the one that begins with a number and the quote at `open`: `"name"⏎2) "…"`.
fn line_before(t: &[u8], open: usize) -> Option<usize> {
    let head = t[..open].strip_suffix(b") ")?;
    let numbered = head.iter().rev().take(12);
    let digits = numbered
        .take_while(|c| c.is_ascii_digit() || **c == b' ')
        .count();
    let line = head[..head.len() - digits].strip_suffix(b"\n")?;
    let close = line.len().checked_sub(1)?;
    (t[close] == t[open]).then_some(close)
}
