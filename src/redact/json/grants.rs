//! The code of an OAuth grant (RFC 6749, section 4.1.3): `code` is a secret beside `grant_type`, and a program's word anywhere else.

use super::ambiguous::member_keys;
use super::skip_space;
use crate::redact::pass::Pass;
use crate::redact::scan::string_end;

/// Members that far behind the start of an object are not asked.
const REACH: usize = 4096;
const SHORTEST: usize = 6;

impl Pass<'_> {
    /// Takes out the code beside a `grant_type` that says `granted`, in the object at hand.
    pub(crate) fn grant(&mut self, t: &[u8], granted: &[u8], at: usize) {
        if memchr::memmem::find(granted, b"code").is_none() {
            return;
        }
        let frame = self.top();
        let (start, body, mark) = (frame.start, frame.body, frame.mark);
        let Some(key) = member_keys(t, start..t.len().min(start + REACH))
            .find(|key| t[key.clone()].eq_ignore_ascii_case(b"code"))
        else {
            return;
        };
        let open = skip_space(t, skip_space(t, key.end + 1) + 1);
        let Some((end, _)) = string_end(t, open + 1).filter(|_| t.get(open) == Some(&b'"')) else {
            return;
        };
        let content = &t[open + 1..end];
        let small = |c: &u8| c.is_ascii_lowercase() || c.is_ascii_digit();
        let class = self.core.fields.exact(b"authorization code");
        if content.len() >= SHORTEST
            && content.iter().any(small)
            && memchr::memchr(b' ', content).is_none()
            && let Some(class) = class
        {
            self.late_value(t, open + 1..end, false, at, class, body, mark);
        }
    }
}
