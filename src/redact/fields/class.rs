//! A class of fields (a number of a kind, names, a safe measure), and what a key means by it.

use super::roles::Role;
use crate::patterns::schema::ValueRule;
use crate::redact::edit::action::CategoryId;
use crate::redact::scan::Contents;

/// Index of a class; [`NO_CLASS`] for keys that mean nothing.
pub(crate) type ClassId = u16;
/// The class of keys that mean nothing.
pub(crate) const NO_CLASS: ClassId = u16::MAX;

/// What is known about a key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyInfo {
    pub class: ClassId,
    pub role: Role,
    /// A number of its own, never given twice: zero for what is no key.
    pub id: u32,
    /// What the key's own bytes hold.
    pub holds: Contents,
}

impl KeyInfo {
    pub const NOTHING: KeyInfo = KeyInfo {
        class: NO_CLASS,
        role: Role::NONE,
        id: 0,
        holds: 0,
    };

    /// Does it hold a part of what keys of `class` tell?
    pub fn is_part_of(&self, class: &Class) -> bool {
        self.role.tells & class.told_by != 0
    }

    /// Does a key of `class` under this key mean nothing?
    pub(super) fn denies(&self, class: &Class) -> bool {
        self.role.denies & class.denied_by != 0
            || self.role.invites & class.invited_by != class.invited_by
    }
}

impl Default for KeyInfo {
    fn default() -> Self {
        Self::NOTHING
    }
}

/// A class, ready for use.
pub(crate) struct Class {
    pub id: String,
    pub category: Option<CategoryId>,
    pub safe: bool,
    /// See [`crate::redact::scan::is_odd`].
    pub shaped: bool,
    pub value: ValueRule,
    pub keys_only: bool,
    pub needs_separator: bool,
    /// What its keys hold is told by the members beside it as well.
    pub unsure: bool,
    /// Only persons have such members.
    pub personal: bool,
    /// Names items of key/value lists although it does not count everywhere.
    pub(super) listed: bool,
    /// The rule for values after a label in free text.
    pub label_value: ValueRule,
    pub(super) not_after: Vec<String>,
    pub(super) not_under: Vec<String>,
    /// A bit of its own, if there are keys under which it means nothing.
    pub(super) denied_by: u64,
    /// A bit of its own, if it counts only under certain keys.
    pub(super) invited_by: u64,
    /// Its values describe a person: three of them in one object leave no doubt what the object is.
    pub describes: bool,
    /// A bit of its own, if it has parts.
    pub(super) told_by: u64,
}

impl Class {
    /// Are there keys that hold a part of what it tells?
    pub fn has_parts(&self) -> bool {
        self.told_by != 0
    }

    /// Does it speak about its values wherever they stand?
    pub fn is_everywhere(&self) -> bool {
        self.invited_by == 0
    }

    /// Does a word make something else of what follows it?
    pub fn is_denied_after(&self, word: &[u8]) -> bool {
        let is_one = |w: &String| w.as_bytes().eq_ignore_ascii_case(word);
        self.not_after.iter().any(is_one)
    }
}
