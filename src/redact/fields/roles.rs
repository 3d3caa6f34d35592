//! What a key tells besides its class: the part it plays in a key/value list, if it holds a body or names a country, and which classes mean
//! something under it.

use std::collections::HashMap;

use super::Part;
use super::spelling::normal_form;
use crate::patterns::schema::Pairs;

/// What a key tells besides its class.
#[derive(Clone, Copy, Default)]
pub(crate) struct Role {
    pub part: Option<Part>,
    /// It says something about what is above it.
    pub about: bool,
    pub body: bool,
    pub country: bool,
    pub heads: bool,
    pub statement: bool,
    pub binds: bool,
    pub step: bool,
    /// See [`super::KeyInfo`].
    pub denies: u64,
    pub invites: u64,
    pub tells: u64,
}

/// Roles by the normal forms of keys. Built from our own lists only, so that nobody can choose keys that collide.
pub(crate) struct Roles(HashMap<Vec<u8>, Role, foldhash::fast::FixedState>);

impl Roles {
    /// `bodies` and `countries` are field names of the record table, `pairs` the members of key/value lists.
    pub fn new(pairs: &Pairs, bodies: &[String], countries: &[String]) -> Self {
        let mut roles = Self(HashMap::default());
        for (names, part) in [
            (&pairs.inner, Part::Inner),
            (&pairs.values, Part::Value),
            (&pairs.keys, Part::Key),
            (&pairs.persons, Part::Persons),
        ] {
            roles.add(names, |role| role.part = Some(part));
        }
        roles.add(&pairs.about, |role| role.about = true);
        roles.add(&pairs.heads, |role| role.heads = true);
        roles.add(&pairs.statements, |role| role.statement = true);
        roles.add(&pairs.binds, |role| role.binds = true);
        roles.add(&pairs.steps, |role| role.step = true);
        roles.add(bodies, |role| role.body = true);
        roles.add(countries, |role| role.country = true);
        roles
    }

    /// Adds something to the roles of these keys.
    pub fn add(&mut self, names: &[String], what: impl Fn(&mut Role)) {
        for name in names {
            what(self.0.entry(normal_form(name.as_bytes())).or_default());
        }
    }

    /// The role of a key in normal form.
    pub fn of(&self, normal: &[u8]) -> Role {
        self.0.get(normal).copied().unwrap_or_default()
    }
}
