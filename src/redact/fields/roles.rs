//! What a key tells besides its class: the part it plays in a key/value list, if it holds a body or names a country, and which classes mean
//! something under it.

use std::collections::HashMap;

use super::spelling::normal_form;
use crate::patterns::schema::Pairs;

/// The part that a key can play in a key/value list such as `[{"Name": "姓名", "Value": "张三"}]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    None,
    Key,
    Value,
    /// Below a telling key (`{"gender":{"result":"F"}}`) it holds the value; in a list it does not.
    Inner,
    /// Keys under it may be names of persons.
    Persons,
    /// It says something about what is above it, and holds nothing of it: `{"session":{"region":"ap-guangzhou"}}`.
    About,
}

/// What a key tells besides its class.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Role {
    pub part: Part,
    /// What [`Part::About`] says, of a key that may play another part as well.
    pub about: bool,
    /// Holds a request, response or debug body.
    pub body: bool,
    /// Says which country a record belongs to.
    pub country: bool,
    /// Holds a value in a running text too, apart from what names it.
    pub apart: bool,
    /// May hold the names of a table's columns.
    pub heads: bool,
    /// May hold a statement of SQL.
    pub statement: bool,
    /// May hold the values that are bound to one.
    pub binds: bool,
    /// Only a step of a program has such a member.
    pub step: bool,
    /// Bits of [`super::Class::denied_by`] that the key sets.
    pub denies: u64,
    /// Bits of [`super::Class::invited_by`] that the key sets.
    pub invites: u64,
    /// Bits of [`super::Class::told_by`]: under keys of these classes it holds a part of what they tell.
    pub tells: u64,
}

impl Role {
    pub const NONE: Role = Role {
        part: Part::None,
        about: false,
        body: false,
        country: false,
        apart: false,
        heads: false,
        statement: false,
        binds: false,
        step: false,
        denies: 0,
        invites: 0,
        tells: 0,
    };
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
            roles.add(names, |role| role.part = part);
        }
        roles.add(&pairs.about, |role| role.about = true);
        roles.add(&pairs.apart, |role| role.apart = true);
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
            what(
                self.0
                    .entry(normal_form(name.as_bytes()))
                    .or_insert(Role::NONE),
            );
        }
    }

    /// The role of a key in normal form.
    pub fn of(&self, normal: &[u8]) -> Role {
        self.0.get(normal).copied().unwrap_or(Role::NONE)
    }
}
