//! What PHP's `serialize` writes, keys and values in turn, each with its length: `a:1:{s:4:"name";a:1:{s:5:"value";s:6:"张三";}}`,
//! `O:8:"Customer":1:{s:8:"fullName";N;}`.

use std::ops::Range;

use crate::patterns::schema::ValueRule;
use crate::redact::fields::{Class, ClassId, NO_CLASS, Part};
use crate::redact::pass::Pass;

/// So many containers may stand within each other.
const DEPTH: usize = 32;

/// An open container.
struct Open {
    /// What the key above it tells.
    class: ClassId,
    /// It stands under the key of a key/value item: `"Type" => {"Text" => "FIRST_NAME"}`.
    is_key: bool,
    /// The key of the value at hand; empty for numbers.
    key: Option<Range<usize>>,
    /// What the *key* member of a key/value item names.
    named: ClassId,
}

/// What stands at a place.
enum Token {
    Text(Range<usize>),
    Number(Range<usize>),
    Nothing,
    Opens,
    Closes,
}

impl Pass<'_> {
    /// The members of the container that opens at `open`. Gives where reading ends.
    pub(super) fn serialized(&mut self, t: &[u8], open: usize, at: usize, mark: usize) -> usize {
        let mut stack = vec![Open {
            class: NO_CLASS,
            is_key: false,
            key: None,
            named: NO_CLASS,
        }];
        let mut p = open + 1;
        while let Some((token, end)) = token(t, p) {
            p = end;
            let depth = stack.len();
            let Some(top) = stack.last_mut() else { break };
            match token {
                Token::Closes => {
                    stack.pop();
                    if stack.is_empty() {
                        break;
                    }
                }
                // keys and values take turns
                // what was taken out tells nothing of the value behind it
                Token::Text(span) if top.key.is_none() => {
                    let ours = self.core.catalog.is_placeholder(&t[span.clone()]);
                    top.key = Some(if ours { span.end..span.end } else { span });
                }
                Token::Number(span) if top.key.is_none() => top.key = Some(span.end..span.end),
                Token::Opens if top.key.is_none() || depth == DEPTH => break,
                Token::Opens => {
                    let (class, part) = self.holder(t, &mut stack);
                    stack.push(Open {
                        class,
                        is_key: part == Part::Key,
                        key: None,
                        named: NO_CLASS,
                    });
                }
                Token::Text(span) => self.serialized_value(t, span, false, &mut stack, at, mark),
                Token::Number(span) => self.serialized_value(t, span, true, &mut stack, at, mark),
                Token::Nothing => top.key = None,
            }
        }
        p
    }

    /// What the key at hand tells of its value, and the part it plays. The next one is a key again.
    fn holder(&mut self, t: &[u8], stack: &mut [Open]) -> (ClassId, Part) {
        let Some(top) = stack.last_mut() else {
            return (NO_CLASS, Part::None);
        };
        let key = top.key.take().unwrap_or_default();
        if key.is_empty() {
            return (top.class, Part::None);
        }
        // private members are written with their class: \0Customer\0name
        let name = t[key].rsplit(|c| *c == 0).next().unwrap_or_default();
        let info = self.scratch.keys.meaning(name, &self.core.fields);
        let part = info.role.part;
        let holds = matches!(part, Part::Value | Part::Inner);
        let is_part = self.class(top.class).is_some_and(|c| info.is_part_of(c));
        let own = self.class(info.class).is_some_and(|c| c.is_everywhere());
        let class = match info.class {
            _ if is_part || holds && top.class != NO_CLASS => top.class,
            _ if part == Part::Value && top.named != NO_CLASS => top.named,
            class if own => class,
            _ => NO_CLASS,
        };
        (class, part)
    }

    fn serialized_value(
        &mut self,
        t: &[u8],
        span: Range<usize>,
        number: bool,
        stack: &mut [Open],
        at: usize,
        mark: usize,
    ) {
        let (class, part) = self.holder(t, stack);
        let (top, above) = match stack {
            [.., above, top] => (top, Some(above)),
            [top] => (top, None),
            [] => return,
        };
        let names = part == Part::Key || top.is_key && part == Part::Value;
        if names && span.len() <= 64 {
            let named = self
                .scratch
                .keys
                .meaning(&t[span.clone()], &self.core.fields);
            let named = self.core.fields.listed(named.class);
            let tells = |c: &Class| c.category.is_some();
            if self.class(named).is_some_and(tells) {
                match above {
                    Some(above) if top.is_key => above.named = named,
                    _ => top.named = named,
                }
                return;
            }
        }
        let Some((category, rule)) = self.class(class).and_then(|c| Some((c.category?, c.value)))
        else {
            return;
        };
        let counts =
            !number || matches!(rule, ValueRule::Number | ValueRule::Phone | ValueRule::Date);
        if counts && !span.is_empty() && self.core.catalog.placeholder_at(t, span.start).is_none() {
            self.take_labelled(t, span, at, mark, class, category, b"");
        }
    }
}

/// What stands at `p`, and where the next one begins.
fn token(t: &[u8], p: usize) -> Option<(Token, usize)> {
    let rest = t.get(p..)?;
    let digits = |from: usize| {
        rest[from..]
            .iter()
            .take_while(|c| c.is_ascii_digit())
            .count()
    };
    match rest {
        [b'}', ..] => Some((Token::Closes, p + 1)),
        [b'N', b';', ..] => Some((Token::Nothing, p + 2)),
        [b's', b':', ..] => {
            let count = digits(2);
            let start = p + 2 + count + 2;
            let length: usize = std::str::from_utf8(&rest[2..2 + count])
                .ok()?
                .parse()
                .ok()?;
            if !rest[2 + count..].starts_with(b":\"") {
                return None;
            }
            let told = start.checked_add(length)?;
            let end = match t.get(told..).is_some_and(|t| t.starts_with(b"\";")) {
                true => told,
                // what was replaced, or counted in another encoding
                false => start + memchr::memmem::find(&t[start..], b"\";")?,
            };
            Some((Token::Text(start..end), end + 2))
        }
        [b'i' | b'd' | b'b', b':', ..] => {
            let length = rest.iter().take(40).position(|c| *c == b';')?;
            Some((Token::Number(p + 2..p + length), p + length + 1))
        }
        [b'a', b':', ..] => {
            let open = 2 + digits(2) + 1;
            (rest.get(open) == Some(&b'{')).then_some((Token::Opens, p + open + 1))
        }
        [b'O', b':', ..] => {
            let open = rest.iter().take(160).position(|c| *c == b'{')?;
            Some((Token::Opens, p + open + 1))
        }
        _ => None,
    }
}
