//! Fields of security events (CEF) whose name another field gives: `cs1=110… cs1Label=idNo`, in either order.

use std::ops::Range;

use crate::redact::pass::Pass;

/// How far from its label a field may stand, in bytes.
const REACH: usize = 512;
/// The longest name of a field, and of what it is called.
const NAME: usize = 64;

impl Pass<'_> {
    /// The field whose label's name ends before `start`, `cs1` of `cs1Label=…`; what it is called begins at `end`.
    pub(super) fn custom_field(
        &mut self,
        t: &[u8],
        start: usize,
        end: usize,
        at: usize,
        mark: usize,
    ) {
        let word = |c: &&u8| c.is_ascii_alphanumeric();
        let length = t[..start].iter().rev().take(NAME).take_while(word).count();
        let field = &t[start - length..start];
        let part = |c: &&u8| !matches!(**c, b' ' | b'|' | b'\t' | b'\n');
        let called = t[end..].iter().take(NAME).take_while(part).count();
        let class = self.core.fields.exact(&t[end..end + called]);
        let Some(class) = class.filter(|_| length > 1) else {
            return;
        };
        let sign = [b" ", field, b"="].concat();
        let behind = end + called..t.len().min(end + called + REACH);
        let before = start.saturating_sub(REACH)..start - length;
        // the first field stands behind the bar that ends the event's head
        let first = [b"|", field, b"="].concat();
        let found = [(behind, &sign), (before.clone(), &sign), (before, &first)]
            .into_iter()
            .find_map(|(span, sign)| {
                let i = memchr::memmem::find(t.get(span.clone())?, sign)?;
                Some(span.start + i + sign.len())
            });
        if let Some(from) = found {
            let value = value(t, from);
            self.complained_of(t, class, value, at, mark);
        }
    }
}

/// A value, which may hold spaces, up to the next field or the end of the line.
fn value(t: &[u8], from: usize) -> Range<usize> {
    let rest = &t[from..t.len().min(from + REACH)];
    let rest = &rest[..memchr::memchr2(b'\n', b'|', rest).unwrap_or(rest.len())];
    let end = memchr::memchr(b'=', rest).map_or(rest.len(), |sign| {
        memchr::memrchr(b' ', &rest[..sign]).unwrap_or(0)
    });
    from..from + rest[..end].trim_ascii_end().len()
}
