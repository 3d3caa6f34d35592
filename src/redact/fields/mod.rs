//! What a key means.
//!
//! A key is compared in normal form (`IdCard_No`, `idCardNo`, `ＩＤ CARD NO` are one), then by its last words, so that spellings nobody
//! listed are understood: `OcrIdCardName` ends with the words *id card name*. The same table serves keys of objects, labels in
//! free text, XML tags and query parameters. What was decided for a key is remembered by its exact bytes.

pub(crate) mod accept;
pub(crate) mod affixes;
mod class;
pub(crate) mod context;
pub(crate) mod roles;
pub(crate) mod spelling;

use std::collections::HashMap;

use crate::patterns::schema::{FieldClass, Pairs, ValueRule};
use crate::redact::edit::action::{Catalog, Family};
use crate::redact::json::keys::Quiet;
use crate::redact::scan::{contents, holds};
pub(crate) use class::{Class, ClassId, KeyInfo, NO_CLASS};
pub(crate) use roles::Part;
use roles::{Role, Roles};
use spelling::{BRIEF, brief_form, counted, normal_form, numbered, words};

/// Built from our own lists only, so that nobody can choose keys that collide.
type Table<K, V> = HashMap<K, V, foldhash::fast::FixedState>;

/// A longer key, in bytes, means nothing: it is a value itself, and its last letters are chance.
const LONGEST_KEY: usize = 256;

/// At most so many classes may have keys under which they mean nothing, keys under which alone they count, and parts.
pub(crate) const MOST_DENIALS: usize = 64;

/// The key table.
pub(crate) struct Fields {
    pub classes: Vec<Class>,
    exact: Table<Vec<u8>, ClassId>,
    suffix: Table<Vec<u8>, Vec<ClassId>>,
    /// Endings in other scripts than Latin, longest first.
    /// By their last three bytes, which are one character of most scripts.
    foreign: Table<[u8; 3], Vec<(Vec<u8>, ClassId)>>,
    /// Words before a key that say whose it is.
    owners: Vec<String>,
    /// Words of a path that say nothing of what they hold.
    containers: Vec<String>,
    /// Last words of a key that say only how its value is written.
    dressings: Vec<String>,
    /// Words for a number, and what joins one to what it numbers.
    numbers: Vec<String>,
    joints: Vec<String>,
    /// The class of `id number`.
    pub id_number: ClassId,
    /// The class of `grant_type`.
    pub grant: ClassId,
    roles: Roles,
}

impl Fields {
    /// Compiles the classes. `bodies` and `countries` are field names of the record table, `pairs` the members of key/value lists.
    pub fn new(
        classes: &[FieldClass],
        catalog: &Catalog,
        bodies: &[String],
        countries: &[String],
        pairs: &Pairs,
    ) -> Self {
        // what finds no bit left means the same everywhere
        let mut bits = (0..MOST_DENIALS).map(|i| 1 << i);
        let mut bit = |keys: &[String]| match keys {
            [] => 0,
            _ => bits.next().unwrap_or(0),
        };
        let mut roles = Roles::new(pairs, bodies, countries);
        let mut exact = Table::default();
        let mut suffix: Table<Vec<u8>, Vec<ClassId>> = Table::default();
        let mut foreign = Vec::new();
        for (i, class) in classes.iter().enumerate() {
            let id = i as ClassId;
            for key in &class.exact {
                let normal = normal_form(key.as_bytes());
                if !key.is_ascii() {
                    foreign.push((normal.clone(), id));
                }
                exact.entry(normal).or_insert(id);
            }
            for key in &class.suffix {
                let normal = normal_form(key.as_bytes());
                if key.is_ascii() {
                    suffix.entry(normal).or_default().push(id);
                } else {
                    foreign.push((normal, id));
                }
            }
        }
        foreign.sort_by_key(|(key, _)| std::cmp::Reverse(key.len()));
        let mut by_tail: Table<[u8; 3], Vec<(Vec<u8>, ClassId)>> = Table::default();
        for (key, class) in foreign {
            by_tail.entry(tail(&key)).or_default().push((key, class));
        }
        let words = |list: &[String]| {
            list.iter()
                .map(|w| String::from_utf8_lossy(&normal_form(w.as_bytes())).into_owned())
                .collect()
        };
        Self {
            classes: classes
                .iter()
                .map(|c| {
                    let (denied_by, invited_by, told_by) =
                        (bit(&c.not_under), bit(&c.only_under), bit(&c.parts));
                    let category = c.category.as_deref().and_then(|id| catalog.lookup(id));
                    let family = category.map_or(Family::Other, |id| catalog.family(id));
                    roles.add(&c.not_under, |role| role.denies |= denied_by);
                    roles.add(&c.only_under, |role| role.invites |= invited_by);
                    roles.add(&c.parts, |role| role.tells |= told_by);
                    Class {
                        id: c.id.clone(),
                        category: category.filter(|id| !catalog.is_off(*id)),
                        safe: c.safe,
                        shaped: c.shaped,
                        value: c.value,
                        keys_only: c.keys_only,
                        needs_separator: c.needs_separator,
                        listed: c.listed,
                        unsure: c.unsure,
                        personal: family.is_personal(),
                        label_value: c.label_value.unwrap_or(c.value),
                        not_after: words(&c.not_after),
                        not_under: words(&c.not_under),
                        describes: family.describes(),
                        told_by,
                        denied_by,
                        invited_by,
                    }
                })
                .collect(),
            owners: pairs.owners.clone(),
            containers: pairs.containers.clone(),
            dressings: pairs.dressings.clone(),
            numbers: pairs.numbers.clone(),
            joints: pairs.joints.clone(),
            id_number: exact.get(&b"idnumber"[..]).copied().unwrap_or(NO_CLASS),
            grant: exact.get(&b"granttype"[..]).copied().unwrap_or(NO_CLASS),
            exact,
            suffix,
            foreign: by_tail,
            roles,
        }
    }

    /// What a key means, from its bytes alone.
    pub fn classify(&self, key: &[u8]) -> KeyInfo {
        if key.len() > LONGEST_KEY {
            return KeyInfo {
                holds: contents(key),
                ..KeyInfo::NOTHING
            };
        }
        let normal = normal_form(key);
        let words = words(key);
        let role = self.roles.of(&normal);
        let last = words.last().map(|w| self.roles.of(w.as_bytes()));
        let last = last.unwrap_or(Role::NONE);
        // what HTTP/2 calls a host
        let class = match key {
            b":authority" => NO_CLASS,
            // the last words of `Full name (as per NRIC)` are no number's
            _ if affixes::has_remark(key, &words) && !self.exact.contains_key(&normal) => {
                self.class_of_dressed(key, &words)
            }
            _ => NO_CLASS,
        };
        let class = match class {
            NO_CLASS => self.class_before_by(&words),
            class => class,
        };
        let class = match class {
            NO_CLASS if key != b":authority" => self.class_of(&normal, &words),
            class => class,
        };
        let class = match class {
            NO_CLASS => self.class_of_path(key),
            class => class,
        };
        let class = match class {
            NO_CLASS => self.class_of_dressed(key, &words),
            class => class,
        };
        KeyInfo {
            class,
            role: Role {
                denies: role.denies | last.denies,
                part: match role.part {
                    Part::None if role.about || last.about => Part::About,
                    part => part,
                },
                ..role
            },
            id: 0,
            holds: contents(key),
        }
    }

    /// The class that an item of a key/value list names: there is no key above it.
    pub fn listed(&self, class: ClassId) -> ClassId {
        match self.classes.get(class as usize) {
            Some(c) if c.is_everywhere() || c.listed => class,
            _ => NO_CLASS,
        }
    }

    pub fn is_safe(&self, class: ClassId) -> bool {
        self.classes
            .get(usize::from(class))
            .is_some_and(|class| class.safe)
    }

    /// Does a key of `class` mean nothing right under the key `parent`?
    pub fn is_out_of_place(&self, class: ClassId, parent: &KeyInfo) -> bool {
        self.classes
            .get(class as usize)
            .is_some_and(|c| parent.denies(c))
    }

    /// What under a key needs no look, wherever the key stands.
    pub fn quiet(&self, key: &[u8], info: &KeyInfo) -> Quiet {
        // a long key with digits may be a value itself
        // and what is only called `ID` is told by what stands beside it, or above: so may `no` and `data` be
        let telling = (info.holds & (holds::DIGIT | holds::AT) != 0 && key.len() >= 7)
            || [&b"id"[..], b"no", b"data"]
                .iter()
                .any(|told| key.eq_ignore_ascii_case(told));
        if telling || matches!(info.role.part, Part::Value | Part::Persons) || info.role.body {
            return Quiet::No;
        }
        match self.classes.get(usize::from(info.class)) {
            None => Quiet::Plain,
            Some(class) if class.denied_by != 0 || class.invited_by != 0 => Quiet::No,
            Some(class) if class.safe && class.shaped => Quiet::Shaped,
            Some(class) if class.safe => Quiet::Safe,
            Some(_) => Quiet::Settled,
        }
    }

    /// The class that claims the key as a whole, if one does.
    pub fn exact(&self, key: &[u8]) -> Option<ClassId> {
        let mut brief = [0; BRIEF];
        let class = match brief_form(key, &mut brief) {
            Some(form) => self.exact.get(form),
            None => self.exact.get(&normal_form(key)),
        };
        class.copied()
    }

    fn class_of(&self, normal: &[u8], words: &[String]) -> ClassId {
        if normal.is_empty() {
            return NO_CLASS;
        }
        if let Some(class) = self.exact.get(normal) {
            return *class;
        }
        let endings = self.foreign.get(&tail(normal));
        if let Some((_, class)) =
            endings.and_then(|list| list.iter().find(|(ending, _)| normal.ends_with(ending)))
        {
            return *class;
        }
        // 姓名1, 在留カードNo: what stands behind a word of another script only counts it
        if let Some(stem) = counted(normal) {
            return self.class_of(stem, &[]);
        }
        if let Some(stem) = numbered(normal, &self.numbers, &self.joints)
            && let id = self.class_of(stem, &[])
            && let Some(class) = self.classes.get(usize::from(id))
            && class.value == ValueRule::Number
        {
            return id;
        }
        // the last words, most first
        for count in (1..=words.len().min(5)).rev() {
            let (before, last) = words.split_at(words.len() - count);
            if let Some(class) = self.claimed(last.concat().as_bytes(), |class| {
                before.iter().any(|w| class.not_after.contains(w))
            }) {
                return class;
            }
        }
        // applicantReligion, customerCardNo: what is known as a whole only, behind words that say whose it is
        for count in (1..words.len().min(6)).rev() {
            let (before, last) = words.split_at(words.len() - count);
            let id = self.exact.get(last.concat().as_bytes());
            // aadhaarVid: each word means the same by itself
            let same = |w: &String| id == self.exact.get(w.as_bytes());
            let whose = |w: &String| self.owners.contains(w) || same(w);
            if let Some(id) = id.filter(|_| count > 1 || before.iter().all(whose))
                && let class = &self.classes[usize::from(*id)]
                && class.category.is_some()
                && class.is_everywhere()
                && !before.iter().any(|w| class.not_after.contains(w))
            {
                return *id;
            }
        }
        // one word that swallowed several: customername, idcardno
        let Some(last) = words.last().filter(|w| w.len() >= 6 && w.is_ascii()) else {
            return NO_CLASS;
        };
        for cut in 2..last.len().saturating_sub(3) {
            let (before, ending) = last.split_at(cut);
            let refused = |class: &Class| {
                class
                    .not_after
                    .iter()
                    .any(|w| w == before || (w.len() >= 3 && before.ends_with(w.as_str())))
                    || words[..words.len() - 1]
                        .iter()
                        .any(|w| class.not_after.contains(w))
            };
            if let Some(class) = self.claimed(ending.as_bytes(), refused) {
                return class;
            }
        }
        NO_CLASS
    }

    /// The class of a path's last name: `user.cardNumber`, `/user/postalCode`, `person.documents.0.number` mean what they mean in their place;
    /// and of a key with a number at its end.
    fn class_of_path(&self, key: &[u8]) -> ClassId {
        let divides = |c: &u8| matches!(c, b'.' | b'/' | b'[' | b']');
        let digits = key.iter().rev().take_while(|c| c.is_ascii_digit()).count();
        let path = key.iter().any(divides);
        let counted = (1..=2).contains(&digits) && digits < key.len();
        if !path && !counted {
            return NO_CLASS;
        }
        let key = if counted {
            &key[..key.len() - digits]
        } else {
            key
        };
        let is_name = |step: &&[u8]| !step.is_empty() && !step.iter().all(u8::is_ascii_digit);
        let mut steps = key.split(divides).filter(is_name).rev();
        let Some(last) = steps.next() else {
            return NO_CLASS;
        };
        let above = steps.next();
        let parent = above.map(words).unwrap_or_default();
        // `data.user.full_nm`: what holds everything says nothing
        let says = |word: &String| !self.containers.contains(word);
        let before: Vec<String> = steps
            .flat_map(words)
            .chain(parent.iter().cloned())
            .filter(says)
            .collect();
        let id = self.class_of(&normal_form(last), &words(last));
        let counts = self.classes.get(usize::from(id)).is_some_and(|class| {
            class.is_everywhere()
                && !before.iter().any(|w| class.not_after.contains(w))
                && !parent.last().is_some_and(|w| class.not_under.contains(w))
        });
        match above {
            Some(above) if !counts => self.class_of_holder(&normal_form(last), above, &parent),
            _ if counts => id,
            _ => NO_CLASS,
        }
    }

    /// The class of the step above a path's last one, of which that one holds the value or a part: `dateOfBirth.value`, `address.city`.
    fn class_of_holder(&self, last: &[u8], above: &[u8], words: &[String]) -> ClassId {
        let role = self.roles.of(last);
        let inner = role.part == Part::Inner;
        if !inner && !role.apart && role.tells == 0 {
            return NO_CLASS;
        }
        let id = self.telling(self.class_of(&normal_form(above), words));
        let holds = self.classes.get(usize::from(id)).is_some_and(|class| {
            role.apart || inner && class.personal || role.tells & class.told_by != 0
        });
        if holds { id } else { NO_CLASS }
    }

    /// The part that a label in a running text plays, by its last words: `p_field_maps_field_visual`, `Type.Text`.
    pub fn part_of_label(&self, label: &[u8]) -> Part {
        let of = |role: Role| match role.part {
            Part::Value if !role.apart => Part::None,
            part => part,
        };
        let part = of(self.roles.of(&normal_form(label)));
        if part != Part::None {
            return part;
        }
        let mut steps = label.rsplit(|c| matches!(c, b'.' | b'/'));
        let part = of(self
            .roles
            .of(&normal_form(steps.next().unwrap_or_default())));
        match (part, steps.next()) {
            // what tells the kind of a value is a value itself
            (Part::Value, Some(above)) => match self.roles.of(&normal_form(above)).part {
                Part::Key => Part::Key,
                _ => Part::Value,
            },
            (Part::None, None) => {
                let words = words(label);
                let last = |count: usize| words.get(words.len().wrapping_sub(count)..);
                let apart = |count| {
                    last(count).is_some_and(|last| self.roles.of(last.concat().as_bytes()).apart)
                };
                match words.len() > 1 && (apart(2) || apart(1)) {
                    true => Part::Value,
                    false => Part::None,
                }
            }
            (part, _) => part,
        }
    }

    /// The class of what a map holds, `phoneByName`; what somebody did, `reviewed_by_name`, is none.
    fn class_before_by(&self, words: &[String]) -> ClassId {
        match words.iter().position(|word| word == "by") {
            Some(by) if by > 0 && by + 1 < words.len() => {
                self.telling(self.class_of(words[..by].concat().as_bytes(), &words[..by]))
            }
            _ => NO_CLASS,
        }
    }

    /// The class of a key with something around it that says nothing.
    fn class_of_dressed(&self, key: &[u8], words: &[String]) -> ClassId {
        if let Some(stem) = affixes::without_remark(key) {
            return self.telling(self.class_of(&normal_form(stem), &self::words(stem)));
        }
        // date_of_birth_value_date
        if words.len() > 2
            && let (stem, last) = words.split_at(words.len() - 2)
            && self.roles.of(last.concat().as_bytes()).apart
        {
            return self.telling(self.class_of(stem.concat().as_bytes(), stem));
        }
        let undressed = affixes::undressed(key, words, &self.dressings);
        let mut kept: Vec<String> = match &undressed {
            Some(kept) => kept.iter().map(ToString::to_string).collect(),
            None => words.to_vec(),
        };
        if undressed.is_some() {
            let class = self.telling(self.class_of(kept.concat().as_bytes(), &kept));
            if class != NO_CLASS {
                return class;
            }
        }
        // nationalIds, passwords: several of what the singular names
        if !affixes::is_plural(&kept) {
            return NO_CLASS;
        }
        if let Some(last) = kept.last_mut() {
            last.pop();
        }
        self.telling(self.class_of(kept.concat().as_bytes(), &kept))
    }

    /// A class that takes something out by its key alone, not one of roles, of which `userText` would tell too little.
    fn telling(&self, id: ClassId) -> ClassId {
        let tells = self.classes.get(usize::from(id)).is_some_and(|class| {
            class.category.is_some()
                && class.is_everywhere()
                && !(class.keys_only && class.value == ValueRule::Person)
        });
        if tells { id } else { NO_CLASS }
    }

    fn claimed(&self, ending: &[u8], refused: impl Fn(&Class) -> bool) -> Option<ClassId> {
        self.suffix
            .get(ending)?
            .iter()
            .copied()
            .find(|id| !refused(&self.classes[*id as usize]))
    }
}

/// The last three bytes.
fn tail(key: &[u8]) -> [u8; 3] {
    let mut tail = [0; 3];
    for (slot, c) in tail.iter_mut().rev().zip(key.iter().rev()) {
        *slot = *c;
    }
    tail
}
