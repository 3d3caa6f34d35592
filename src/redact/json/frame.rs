//! What is known of an object or array while it is open, and what is decided where it ends.

use super::ambiguous::Unsure;
use crate::redact::fields::{ClassId, KeyInfo, NO_CLASS, Part};
use crate::redact::pass::{Context, Pass};

/// An open object or array.
pub(crate) struct Frame {
    pub(crate) array: bool,
    /// What the key that this container stands under means.
    pub(crate) parent: KeyInfo,
    /// Class that scalars inherit.
    pub(crate) class: ClassId,
    pub(crate) body: bool,
    /// Number of the element, in arrays.
    pub(crate) index: u32,
    /// Of arrays: the elements are arrays.
    pub(crate) nested: bool,
    /// Of arrays: what the element before this one is a label of.
    pub(crate) label: ClassId,
    /// And how many elements were labels.
    pub(crate) labels: u8,
    /// Where the container begins.
    pub(crate) start: usize,
    /// Of objects: where a list of columns' names is, and a list of lists.
    pub(crate) heads: (usize, usize),
    pub(crate) rows: (usize, usize),
    /// And a list of values.
    pub(crate) row: (usize, usize),
    /// Where the key that the container stands under is.
    pub(crate) key: (usize, usize),
    /// The first string of an array, for `["Name", "张三"]`.
    pub(crate) first: (usize, usize),
    /// The *key* member of a key/value object: where its content is. What it names is asked only if a *value* member turns up.
    pub(crate) named: (usize, usize),
    /// The *value* member of a key/value object, if it came before its key: span of the content, and whether it is a number.
    pub(crate) waiting: Option<(usize, usize, bool)>,
    /// The content of a member that is called just `ID`, and how many others describe a person.
    pub(crate) id: (usize, usize),
    pub(crate) describing: u8,
    pub(crate) mark: usize,
    pub(crate) path: usize,
    /// What may be a person's name or a thing's.
    pub(crate) unsure: Option<Unsure>,
    /// The last string of an array, for a path as a list: `"loc":["body","fullName"]`.
    pub(crate) last: (usize, usize),
}

impl Frame {
    /// A container that begins at `start`, under `key`.
    #[inline(always)]
    pub(super) fn new(
        array: bool,
        start: usize,
        key: (usize, usize),
        parent: KeyInfo,
        context: Context<'_>,
    ) -> Self {
        Self {
            array,
            parent,
            class: context.class,
            body: context.body,
            index: 0,
            nested: false,
            label: NO_CLASS,
            labels: 0,
            start,
            heads: (0, 0),
            rows: (0, 0),
            row: (0, 0),
            key,
            first: (0, 0),
            named: (0, 0),
            waiting: None,
            id: (0, 0),
            describing: 0,
            mark: 0,
            path: 0,
            unsure: None,
            last: (0, 0),
        }
    }

    /// Is anything of an object decided only where it ends?
    pub(super) fn is_pending(&self) -> bool {
        self.heads.1 > 0
            || self.row.1 > 0
            || self.id.1 > 0
            || self.waiting.is_some()
            || self.unsure.is_some()
    }
}

impl Pass<'_> {
    /// What is decided only where a container ends, at `p`: lists that are tables, and members that waited for those beside them.
    pub(super) fn closed(&mut self, t: &[u8], frame: &Frame, p: usize, at: usize, base: usize) {
        if frame.array {
            self.close_list(t, frame, p, at, base);
            if frame.parent.role.part == Part::Key
                && let Some(outer) = self.scratch.frames.last_mut()
            {
                outer.named = frame.last;
            }
        } else if frame.heads.1 > 0 && frame.rows.1 > 0 {
            let (heads, rows) = (frame.heads.0..frame.heads.1, frame.rows.0..frame.rows.1);
            self.grid(t, Some(heads), rows, at, frame.body, frame.mark);
        } else if frame.heads.1 > 0 && frame.row.1 > 0 {
            let (heads, row) = (frame.heads.0..frame.heads.1, frame.row.0..frame.row.1);
            self.single_row(t, heads, row, at, frame.body, frame.mark);
        } else if frame.row.1 > 0 {
            self.bound_row(t, frame, p, at);
        }
        self.settle(t, frame, p, at);
        let (id, number) = (frame.id, self.core.fields.id_number);
        let typed = match self.typed(t, id, frame.named) {
            NO_CLASS if id.1 > id.0 && self.is_document(t, id, frame.describing) => number,
            class => class,
        };
        if typed != NO_CLASS {
            let content = id.0..id.1;
            self.late_value(t, content, false, at, typed, frame.body, frame.mark);
        }
        if let Some((start, end, number)) = frame.waiting {
            let mut named = self.named(t, frame.named);
            // {"id":"txtName","value":"…"}
            if named == NO_CLASS {
                named = self.named(t, frame.id);
            }
            if named == NO_CLASS && !number && frame.named.1 == 0 {
                named = self.next_line(&t[start..end], base);
            }
            if named != NO_CLASS {
                self.late_value(t, start..end, number, at, named, frame.body, frame.mark);
            } else if !number && frame.parent.role.part == Part::Key {
                // {"Type":{"Text":"FIRST_NAME"},"ValueDetection":{"Text":"…"}}
                if let Some(outer) = self.scratch.frames.last_mut() {
                    outer.named = (start, end);
                }
            }
        }
    }
}
