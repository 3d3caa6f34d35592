//! The action line: to which index a document goes, and under which identifier.

use super::super::names;
use super::{DocumentEncoder, write_json_string};
use crate::record::{Kind, claim::Claimed};

/// Where a record goes.
pub struct Target {
    /// To the data stream, rather than to an index with a date in its name.
    pub stream: bool,
    /// First day of its partition.
    pub day: i64,
}

/// What a client called a record, as far as that may be kept.
pub struct GivenName<'a> {
    /// The client's index, unless there was something to be taken out of its name.
    pub index: Option<String>,
    id: Id<'a>,
    create: bool,
    /// How much of the redacted line is the claim.
    pub length: usize,
}

/// What tells a record from others.
enum Id<'a> {
    /// What the client says.
    Given(String),
    /// A pseudonym of these bytes: of the record's own, or, where there was something to be taken out of what the client says, of that.
    Derived(&'a [u8]),
}

impl<'a> GivenName<'a> {
    /// The name of a line, if a client gave it one.
    pub fn of(raw: &'a [u8], redacted: &[u8]) -> Option<Self> {
        let given = Claimed::of(raw)?;
        let (given_index, given_id, create) = given.parts()?;
        let left = Claimed::of(redacted);
        let length = left.as_ref().map_or(0, |left| left.end);
        // Without a claim that survived (a record that could not be inspected) nothing of it is kept.
        let (index, id, _) = left.and_then(|left| left.parts()).unwrap_or_default();
        let index = Some(index).filter(|index| *index == given_index);
        let id = match () {
            () if given_id.is_empty() => Id::Derived(&raw[given.end..]),
            // Among the documents of other indices an identifier says nothing by itself.
            () if id == given_id && index.is_some() => Id::Given(id),
            () => Id::Derived(given.value),
        };
        Some(Self {
            index,
            create: create && !given_id.is_empty(),
            id,
            length,
        })
    }
}

impl DocumentEncoder {
    /// Appends the action line; tells where it begins.
    pub(super) fn write_action(
        &self,
        kind: Kind,
        target: &Target,
        name: Option<&GivenName<'_>>,
        raw: &[u8],
        body: &mut Vec<u8>,
    ) -> usize {
        let start = body.len();
        let create = target.stream || name.is_some_and(|name| name.create);
        body.extend_from_slice(match create {
            true => b"{\"create\":{\"_index\":\"",
            false => b"{\"index\":{\"_index\":\"",
        });
        body.extend_from_slice(self.base[kind as usize].as_bytes());
        if let Some(index) = name.and_then(|name| name.index.as_ref()) {
            body.push(b'-');
            body.extend_from_slice(index.as_bytes());
        }
        if !target.stream {
            body.push(b'-');
            names::write_suffix(target.day, body);
        }
        body.extend_from_slice(b"\",\"_id\":");
        match name.map(|name| &name.id) {
            Some(Id::Given(id)) => write_json_string(id.as_bytes(), body),
            derived => {
                let of = match derived {
                    Some(Id::Derived(bytes)) => bytes,
                    _ => raw,
                };
                body.push(b'"');
                self.identifiers.write(of, body);
                body.push(b'"');
            }
        }
        body.extend_from_slice(b"}}\n");
        start
    }
}
