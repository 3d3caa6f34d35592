//! Fields of multipart forms (RFC 7578), whose headers name them.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::before::Quote;
use crate::patterns::schema::ValueRule;
use crate::redact::pass::Pass;

static FORM_DATA: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"form-data"));

impl Pass<'_> {
    /// Fields of a multipart form (RFC 7578): the value stands behind an empty line, up to the next boundary.
    pub(crate) fn multipart(&mut self, t: &[u8], at: usize) {
        let mark = self.scratch.edits.mark();
        let mut from = 0;
        while let Some(offset) = FORM_DATA.find(&t[from..]) {
            from += offset + 9;
            let head = &t[from..t.len().min(from + 400)];
            let empty_line = |n: &[u8]| memchr::memmem::find(head, n).map(|i| i + n.len());
            let Some(body) = empty_line(b"\r\n\r\n").or_else(|| empty_line(b"\n\n")) else {
                continue;
            };
            let Some(open) = memchr::memmem::find(&head[..body], b"name=").map(|i| i + 5) else {
                continue;
            };
            let name = head[open..body].trim_ascii_start();
            let name = match name.first() {
                Some(b'"' | b'\'') => name[1..]
                    .split(|c| matches!(c, b'"' | b'\'' | b'\r' | b'\n'))
                    .next(),
                _ => name.split(|c| matches!(c, b';' | b'\r' | b'\n')).next(),
            };
            let fields = &self.core.fields;
            let class = self
                .scratch
                .keys
                .meaning(name.unwrap_or_default(), fields)
                .class;
            let start = from + body;
            let end = memchr::memmem::find(&t[start..], b"\n--").map_or(t.len(), |i| start + i);
            let end = if end > start && t[end - 1] == b'\r' {
                end - 1
            } else {
                end
            };
            from = end;
            if self.class(class).is_some_and(|c| c.safe) {
                self.scratch.protected.push(at + start..at + end);
            }
            let vector = self
                .class(class)
                .is_some_and(|c| c.value == ValueRule::Blob)
                && self
                    .printed_numbers(t, start, at, class, &Quote::NONE)
                    .is_some();
            if !vector && let Some(category) = self.class(class).and_then(|c| c.category) {
                self.take_labelled(t, start..end, at, mark, class, category, b"");
            }
        }
    }
}
