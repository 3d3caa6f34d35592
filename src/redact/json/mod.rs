//! One forward pass over JSON text: checks it, keeps track of keys and parents, and hands each value on with what its key means.
//!
//! No tree is built and nothing is copied. The same pass serves the line itself and every JSON text found inside a string;
//! frames of all levels share one stack, so that depth costs memory only.

pub(crate) mod ambiguous;
mod frame;
pub(crate) mod grants;
pub(crate) mod grid;
pub(crate) mod keys;
pub(crate) mod listed;
pub(crate) mod quiet;
pub(crate) mod remember;
pub(crate) mod siblings;
pub(crate) mod spared;
mod turns;
mod value_keys;

use crate::patterns::schema::ValueRule;
use crate::redact::cards::lines;
use crate::redact::fields::{ClassId, KeyInfo, NO_CLASS, Part};
use crate::redact::layers::decode::{self, Unescaped};
use crate::redact::pass::{Context, Pass};
use crate::redact::scan::number::number_end;
use crate::redact::scan::{Contents, bare_end, holds, string_end};
pub(crate) use frame::Frame;
use keys::Quiet;
use quiet::Seen;
use siblings::LONGEST_ID;

/// Does the content of a string begin like JSON text: `{\"` or `[\"`?
pub(crate) fn begins_json(content: &[u8]) -> bool {
    matches!(content, [b'{' | b'[', b'\\', ..])
}

pub(crate) fn skip_space(t: &[u8], mut p: usize) -> usize {
    while matches!(t.get(p), Some(b' ' | b'\n' | b'\r' | b'\t')) {
        p += 1;
    }
    p
}

impl Pass<'_> {
    /// Inspects the JSON value at `t[p..]`; edits get `at` added to their offsets. Gives the position behind the value, or, if the text
    /// stops being JSON, the position from which on nothing was inspected.
    pub(crate) fn walk<'t>(
        &mut self,
        t: &'t [u8],
        p: usize,
        at: usize,
        context: Context<'t>,
    ) -> Result<usize, usize> {
        let base = self.scratch.frames.len();
        let path = self.scratch.path.len();
        let result = self.walk_frames(t, p, at, context, base);
        if result.is_err() {
            let open = self.scratch.frames[base..].iter().map(|f| f.start);
            self.scratch.unclosed.clear();
            self.scratch.unclosed.extend(open);
        }
        // what waits in a text that was cut
        while self.scratch.frames.len() > base
            && let Some(frame) = self.scratch.frames.pop()
        {
            self.settle(t, &frame, t.len(), at);
        }
        self.scratch.path.truncate(path);
        result
    }

    fn walk_frames<'t>(
        &mut self,
        t: &'t [u8],
        mut p: usize,
        at: usize,
        mut context: Context<'t>,
        base: usize,
    ) -> Result<usize, usize> {
        let mut info = KeyInfo::NOTHING;
        let mut key = (0, 0);
        let mut restart = p;
        let mut seen: Option<Seen> = None;
        loop {
            p = skip_space(t, p);
            match t.get(p) {
                Some(b'"') => {
                    let seen = seen.take().filter(|seen| seen.start == p);
                    let skipped = self.scratch.needles.is_empty()
                        && self.class(context.class).is_some_and(|c| c.safe);
                    let mut unescaped = None;
                    let end = match seen {
                        Some(seen) => Some((seen.end, seen.holds)),
                        None if skipped => bare_end(t, p + 1),
                        None if begins_json(&t[p + 1..]) => self.body(t, p + 1, &mut unescaped),
                        None => string_end(t, p + 1),
                    };
                    let Some((end, bits)) = end else {
                        return Err(restart);
                    };
                    self.member(t, (p + 1, end), bits, unescaped, at, context, info, base);
                    p = end + 1;
                }
                Some(&open @ (b'{' | b'[')) => {
                    context = self.list_context(t, p, context);
                    let numbers = match open {
                        b'[' => self.number_array(t, p, at, context),
                        _ => None,
                    };
                    if let Some(end) = numbers {
                        p = end;
                    } else {
                        let mut frame = Frame::new(open == b'[', p, key, info, context);
                        frame.mark = self.scratch.edits.mark();
                        frame.path = self.scratch.path.len();
                        self.scratch.frames.push(frame);
                        p = skip_space(t, p + 1);
                        let empty = t.get(p) == Some(if open == b'{' { &b'}' } else { &b']' });
                        if !empty && open == b'[' {
                            let alone = !context.inherited && self.is_only_value(t, p, context);
                            context.inherited = context.class != NO_CLASS && !alone;
                            continue;
                        }
                        if !empty {
                            let passed = self.quiet_members(t, p, restart);
                            (p, restart, seen) = (passed.at, passed.restart, passed.seen);
                            if !passed.ended {
                                (p, key, info, context) = self.key(t, p, at).ok_or(restart)?;
                                continue;
                            }
                        }
                    }
                }
                Some(b'-' | b'0'..=b'9') => {
                    let Some((end, integer)) = number_end(t, p) else {
                        return Err(restart);
                    };
                    // a number that the text ends in may be cut: it is inspected as text
                    if end == t.len() && base < self.scratch.frames.len() {
                        return Err(restart);
                    }
                    let paired = self.pair_context(t, (p, end), end, context);
                    // ["姓名",0.97]: what a document reader says of the text before it
                    let counts = integer
                        || self.class(paired.class).is_some_and(|class| {
                            matches!(class.value, ValueRule::Coordinate | ValueRule::Coordinates)
                        });
                    let context = if counts { paired } else { context };
                    if self.keeps_waiting(info, context) {
                        self.top().waiting = Some((p, end, true));
                    } else if info.role.part == Part::Key && context.key.ends_with(b"ieldType") {
                        // a document reader numbers its fields
                        self.top().named = (key.0, end);
                    }
                    self.number(&t[p..end], at + p, integer, context);
                    p = end;
                }
                Some(b't') if t[p..].starts_with(b"true") => p += 4,
                Some(b'f') if t[p..].starts_with(b"false") => p += 5,
                Some(b'n') if t[p..].starts_with(b"null") => p += 4,
                _ => return Err(restart),
            }
            let mut next = self.close(t, p, at, base, restart)?;
            while let Next::Key(at_key) = next {
                let passed = self.quiet_members(t, at_key, restart);
                (p, restart, seen) = (passed.at, passed.restart, passed.seen);
                if !passed.ended {
                    next = Next::Key(p);
                    break;
                }
                next = self.close(t, p, at, base, restart)?;
            }
            match next {
                Next::Done(p) => return Ok(p),
                Next::Value(next) => {
                    p = self.quiet_elements(t, next);
                    let frame = self.top();
                    let (class, body, range) = (frame.class, frame.body, frame.key);
                    info = frame.parent;
                    context = Context {
                        class,
                        inherited: class != NO_CLASS,
                        key: &t[range.0..range.1],
                        body,
                        id: 0,
                    };
                }
                Next::Key(next) => {
                    (p, key, info, context) = self.key(t, next, at).ok_or(restart)?
                }
            }
            restart = p;
            if t.get(restart.saturating_sub(1)) == Some(&b':') {
                restart = key.0.saturating_sub(1);
            }
        }
    }

    /// After a value: closes what is closed here and says what comes next.
    fn close(
        &mut self,
        t: &[u8],
        mut p: usize,
        at: usize,
        base: usize,
        restart: usize,
    ) -> Result<Next, usize> {
        loop {
            if self.scratch.frames.len() == base {
                return Ok(Next::Done(p));
            }
            p = skip_space(t, p);
            let array = self.top().array;
            match (t.get(p), array) {
                (Some(b','), true) => {
                    self.top().index += 1;
                    return Ok(Next::Value(p + 1));
                }
                (Some(b','), false) => return Ok(Next::Key(skip_space(t, p + 1))),
                (Some(b']'), true) | (Some(b'}'), false) => {
                    p += 1;
                    let frame = self.top();
                    let path = frame.path;
                    if frame.array || frame.is_pending() {
                        if let Some(frame) = self.scratch.frames.pop() {
                            self.closed(t, &frame, p, at, base);
                        }
                    } else {
                        // a frame is large: nobody needs what is in most
                        let depth = self.scratch.frames.len() - 1;
                        self.scratch.frames.truncate(depth);
                    }
                    self.scratch.path.truncate(path);
                }
                _ => return Err(restart),
            }
        }
    }

    /// Reads the key at `p`, inspects it as a value too, and gives the position behind its colon.
    #[allow(clippy::type_complexity)]
    fn key<'t>(
        &mut self,
        t: &'t [u8],
        p: usize,
        at: usize,
    ) -> Option<(usize, (usize, usize), KeyInfo, Context<'t>)> {
        if t.get(p) != Some(&b'"') {
            return None;
        }
        let (behind, info, end, bits) = match self.scratch.keys.follow(t, p) {
            Some((behind, info, quiet)) => {
                let frame = self.top();
                let (class, body) = (frame.class, frame.body);
                let persons = frame.parent.role.part == Part::Persons;
                let looks = self.scratch.track_path || !self.scratch.needles.is_empty();
                if quiet != Quiet::No && class == NO_CLASS && !persons && !looks {
                    // most objects mean nothing
                    let class = info.class;
                    self.describe(class);
                    let context = Context {
                        class,
                        inherited: false,
                        key: &t[p + 1..behind - 2],
                        body,
                        id: info.id,
                    };
                    return Some((behind, (p + 1, behind - 2), info, context));
                }
                (behind, info, behind - 2, info.holds)
            }
            None => {
                let (end, escape) = bare_end(t, p + 1)?;
                let colon = skip_space(t, end + 1);
                if t.get(colon) != Some(&b':') {
                    return None;
                }
                let info = self.key_info(&t[p + 1..end], escape);
                (colon + 1, info, end, info.holds | escape)
            }
        };
        let key = &t[p + 1..end];
        let frame_path = self.top().path;
        self.enter(key, frame_path);
        // in the second pass a repeated name may stand in a key, but `Sim` is a key also where a person is called Sim
        let repeats =
            !self.scratch.needles.is_empty() && (bits & holds::HIGH != 0 || key.contains(&b' '));
        if (bits & (holds::DIGIT | holds::AT) != 0 && key.len() >= 7) || repeats {
            let context = self.number_key(t, key, info);
            self.string(t, p + 1..end, bits, at, context);
        }
        if self.top().parent.role.part == Part::Persons
            && info.class == NO_CLASS
            && !self.is_element()
        {
            self.person_key(key, at + p + 1, bits);
        }
        let fields = &self.core.fields;
        let frame = self.top();
        let mut class = info.class;
        let mut inherited = false;
        let above = frame.parent;
        let (named, parent, body) = (frame.named, frame.class, frame.body || info.role.body);
        let range = frame.key;
        // a path says by itself what it stands under
        if fields.is_out_of_place(class, &above) && memchr::memchr(b'.', key).is_none() {
            class = NO_CLASS;
        }
        self.describe(class);
        let joined = self.joined(&t[range.0..range.1], key);
        let is_part = self.class(parent).is_some_and(|c| info.is_part_of(c));
        let text = t.get(skip_space(t, behind)) == Some(&b'"');
        let holds = match info.role.part {
            // {"name":"姓名","left":100,"right":200}
            Part::Value => text || !fields.is_safe(info.class),
            // {"property":"address","data":"…"}, {"item":"姓名","result":"张三"}
            Part::Inner => {
                text && (key.eq_ignore_ascii_case(b"data") || key.eq_ignore_ascii_case(b"result"))
            }
            _ => false,
        };
        let named = match holds {
            true => self.named(t, named),
            false => NO_CLASS,
        };
        // the type of a field is no name for what its key tells: {"DateOfBirth":{"type":"date","valueDate":"…"}}
        let is_told = self.class(parent).is_some_and(|c| c.category.is_some());
        if is_part {
            class = parent;
        } else if named != NO_CLASS && !(is_told && self.class(named).is_some_and(|c| c.safe)) {
            class = named;
        } else if class == NO_CLASS && joined != NO_CLASS {
            class = joined;
        } else if class == NO_CLASS
            && !matches!(info.role.part, Part::Key | Part::About)
            && self.class(parent).is_some_and(|c| !c.safe)
        {
            (class, inherited) = (parent, true);
        }
        Some((
            behind,
            (p + 1, end),
            info,
            Context {
                class,
                inherited,
                key,
                body,
                id: info.id,
            },
        ))
    }

    /// Counts a member that describes a person.
    fn describe(&mut self, class: ClassId) {
        if self.class(class).is_some_and(|c| c.describes) {
            let frame = self.top();
            frame.describing = frame.describing.saturating_add(1);
        }
    }

    /// A string value of an object or array.
    #[allow(clippy::too_many_arguments)]
    fn member<'t>(
        &mut self,
        t: &'t [u8],
        span: (usize, usize),
        bits: Contents,
        unescaped: Option<Unescaped>,
        at: usize,
        context: Context<'t>,
        info: KeyInfo,
        base: usize,
    ) {
        let content = &t[span.0..span.1];
        let mut context = context;
        if self.scratch.frames.len() > base {
            if context.class == NO_CLASS && self.is_typed_name(t, content, info, base) {
                context.class = self.top().parent.class;
            }
            if info.role.part == Part::Key && !self.top().array {
                // {"name":"Address","path":"/items/3","value":"…"}: a pointer names what nothing else does
                // and {"field":"name","type":"string","value":"…"} says the type too
                let pointer = content.first() == Some(&b'/');
                let first = self.top().named.1 == 0;
                if first || !pointer && self.named(t, span) != NO_CLASS {
                    self.top().named = span;
                }
            } else if self.keeps_waiting(info, context) {
                self.top().waiting = Some((span.0, span.1, false));
            } else if context.key.len() == 2
                && context.key.eq_ignore_ascii_case(b"id")
                && content.len() <= LONGEST_ID
            {
                self.top().id = span;
            }
            let frame = self.top();
            if frame.array {
                if frame.index == 0 {
                    frame.first = span;
                }
                frame.last = span;
                context = self.pair_context(t, span, span.1 + 1, context);
                let plain = self.top().label == NO_CLASS && !lines::may_be_label(content);
                if context.class == NO_CLASS && !plain {
                    context.class = self.next_line(content, base);
                }
            }
        }
        if info.role.country {
            self.note_country(content);
        }
        if info.class == self.core.fields.grant && info.class != NO_CLASS {
            self.grant(t, content, at);
        }
        let alone = self.scratch.frames.len() > base && !self.top().array;
        if alone && unescaped.is_none() && self.must_wait(content, context, info) {
            return self.wait(t, span, context, info.class);
        }
        match unescaped {
            Some(body) => self.unescaped_string(content, at + span.0, body, context),
            None => self.string(t, span.0..span.1, bits, at, context),
        }
    }

    /// The end of the string whose content begins at `from`, and its content: that of a body is found while its escapes are undone.
    fn body(
        &mut self,
        t: &[u8],
        from: usize,
        unescaped: &mut Option<Unescaped>,
    ) -> Option<(usize, Contents)> {
        let (mut text, mut map) = self.scratch.buffers.pop().unwrap_or_default();
        let Some((length, hidden)) = decode::json_string_to_quote(&t[from..], &mut text, &mut map)
        else {
            self.scratch.buffers.push((text, map));
            return None;
        };
        *unescaped = Some(Unescaped { text, map, hidden });
        Some((from + length, holds::ESCAPE))
    }

    pub(crate) fn top(&mut self) -> &mut Frame {
        // callers have pushed a frame; an empty stack would be a defect of this file, caught as a failed record
        self.scratch.frames.last_mut().expect("a frame is open")
    }
}

enum Next {
    Done(usize),
    Value(usize),
    Key(usize),
}
