//! What is known before the first line, shared by all workers, and the decisions that need nothing else.

use std::collections::HashSet;

use memchr::memmem::Finder;

use super::RedactError;
use super::edit::action::{Catalog, CategoryId, Family};
use super::edit::pseudonym::{PseudonymKey, Pseudonymizer};
use super::fields::accept;
use super::fields::spelling::normal_form;
use super::fields::{Class, Fields};
use super::labels::dates::Dates;
use super::layers::payload::{self, Media};
use super::names::NameLists;
use super::names::spoken::SpokenCues;
use super::prints::changes::Changes;
use super::settings::{Posture, RedactSettings};
use super::shapes::Shapes;
use super::text::address::Addresses;
use super::text::expressions::Expressions;
use super::text::machines::{is_endpoint, is_machine_word, is_program_id};
use super::text::outcomes::Outcomes;
use super::words::lookup::{Cues, Foreign};
use super::words::spans::Endings;
use crate::nearest::nearest;
use crate::patterns::Patterns;
use crate::patterns::schema::{ActionName, Pattern, Prose, ValueRule};

/// A longer decimal number may be a person's with a point in it.
const SHORT_SCORE: usize = 7;

/// Everything that is known before the first line, shared by all workers.
pub(crate) struct Core {
    pub catalog: Catalog,
    pub fields: Fields,
    pub shapes: Shapes,
    pub expressions: Expressions,
    pub foreign: Foreign,
    pub cues: Cues,
    pub spoken: SpokenCues,
    pub names: NameLists,
    pub addresses: Addresses,
    pub outcomes: Outcomes,
    pub changes: Changes,
    pub dates: Dates,
    pub prose: Prose,
    /// [`Prose::said`]
    pub said: Endings,
    /// [`Prose::numbering`]
    pub numbering: Endings,
    /// [`Prose::card_signs`]
    pub card_signs: Vec<Finder<'static>>,
    pub pseudonyms: Pseudonymizer,
    pub posture: Posture,
    pub allow: HashSet<Vec<u8>>,
    pub paths: Vec<(Vec<String>, ActionName)>,
    pub countries: Vec<(Vec<u8>, u8)>,
    pub name_category: Option<CategoryId>,
    pub address_category: Option<CategoryId>,
    pub birth_category: Option<CategoryId>,
    pub password_category: Option<CategoryId>,
    /// For what can't be inspected.
    pub opaque: Option<CategoryId>,
    pub media: [Option<CategoryId>; 5],
}

impl Core {
    /// Compiles patterns and settings.
    ///
    /// # Errors
    /// [`RedactError`] names the pattern or setting that can't be used.
    pub fn new(
        patterns: &Patterns,
        settings: &RedactSettings,
        key: &PseudonymKey,
    ) -> Result<Self, RedactError> {
        let ids: Vec<&str> = patterns.categories.iter().map(|c| c.id.as_str()).collect();
        for (place, id) in settings
            .actions
            .keys()
            .map(|k| ("redact.actions", k))
            .chain(settings.off.iter().map(|k| ("redact.off", k)))
        {
            let family = |known: &&str| known.split('.').next() == Some(id);
            let is_pattern = place == "redact.off" && patterns.patterns.iter().any(|p| p.id == *id);
            let is_known = ids.contains(&id.as_str()) || ids.iter().any(family) || is_pattern;
            if !is_known {
                let meant = match nearest(id, ids.iter().copied()) {
                    Some(near) => format!("did you mean {near:?}?"),
                    None => format!("there are: {}", ids.join(", ")),
                };
                return Err(RedactError(format!(
                    "{place}: there is no category {id:?}; {meant}"
                )));
            }
        }
        let catalog = Catalog::new(&patterns.categories, &settings.actions, &settings.off);
        let with_category =
            |wanted: fn(&Pattern) -> bool| -> Result<Vec<(Pattern, CategoryId)>, RedactError> {
                patterns
                    .patterns
                    .iter()
                    .filter(|p| wanted(p) && !settings.off.contains(&p.id))
                    .map(|p| {
                        let category = catalog.lookup(&p.category);
                        category.map(|c| (p.clone(), c)).ok_or_else(|| {
                            RedactError(format!(
                                "pattern {}: there is no category {:?}",
                                p.id, p.category
                            ))
                        })
                    })
                    .collect()
            };
        let error = RedactError;
        let countries: Vec<String> = patterns.countries.iter().map(|c| c.code.clone()).collect();
        let media = |id: &str| catalog.lookup(id).or_else(|| catalog.lookup("biometric"));
        Ok(Self {
            fields: Fields::new(
                &patterns.classes,
                &catalog,
                &patterns.bodies,
                &patterns.country_fields,
                &patterns.pairs,
            ),
            shapes: Shapes::new(
                &with_category(|p| !p.shape.is_empty())?,
                &countries,
                &patterns.machine_numbers,
            )
            .map_err(error)?,
            expressions: Expressions::new(&with_category(|p| p.regex.is_some())?).map_err(error)?,
            foreign: Foreign::new(&patterns.classes),
            cues: Cues::new(&patterns.names),
            spoken: SpokenCues::new(&patterns.names.spoken),
            names: NameLists::new(&patterns.names),
            addresses: Addresses::new(&patterns.addresses),
            outcomes: Outcomes::new(&patterns.outcomes),
            changes: Changes::new(&patterns.prose.changes),
            dates: Dates::new(&patterns.prose.dates),
            card_signs: (patterns.prose.card_signs.iter())
                .map(|sign| Finder::new(sign).into_owned())
                .collect(),
            said: Endings::new(&patterns.prose.said),
            numbering: Endings::new(&patterns.prose.numbering),
            prose: patterns.prose.clone(),
            pseudonyms: Pseudonymizer::new(key),
            posture: settings.posture,
            allow: settings
                .allow
                .iter()
                .map(|v| normal_form(v.as_bytes()))
                .collect(),
            paths: settings
                .paths
                .iter()
                .map(|(path, action)| (path.split('.').map(String::from).collect(), *action))
                .collect(),
            countries: patterns
                .countries
                .iter()
                .enumerate()
                .flat_map(|(i, c)| {
                    c.words
                        .iter()
                        .map(move |w| (normal_form(w.as_bytes()), i as u8 + 1))
                })
                .collect(),
            name_category: catalog.lookup("name").filter(|c| !catalog.is_off(*c)),
            birth_category: catalog.lookup("birth_date").filter(|c| !catalog.is_off(*c)),
            password_category: catalog.lookup("password"),
            address_category: catalog.lookup("address").filter(|c| !catalog.is_off(*c)),
            opaque: catalog
                .lookup("opaque")
                .or_else(|| catalog.lookup("biometric.data"))
                .or_else(|| catalog.lookup("biometric")),
            media: [
                media("biometric.image"),
                media("biometric.video"),
                media("biometric.audio"),
                media("biometric.document"),
                media("biometric.data"),
            ],
            catalog,
        })
    }

    /// Is a value what a form calls the field it stands under? A word may be a name, and cards say `WARGANEGARA`.
    fn is_caption(&self, category: CategoryId, family: Family, value: &[u8]) -> bool {
        const LENGTHS: std::ops::RangeInclusive<usize> = 3..=48;
        if matches!(family, Family::Name | Family::Nationality)
            || !LENGTHS.contains(&value.len())
            || value.iter().any(u8::is_ascii_digit)
        {
            return false;
        }
        let class = self.fields.exact(value);
        let class = class.and_then(|class| self.fields.classes.get(usize::from(class)));
        class.is_some_and(|class| class.category == Some(category))
    }

    /// Does a program write such a value where a person's would stand?
    fn is_programs(
        &self,
        class: &Class,
        category: CategoryId,
        inherited: bool,
        value: &[u8],
    ) -> bool {
        let family = self.catalog.family(category);
        match family {
            Family::Secret => return false,
            Family::Address | Family::Authority
                if is_endpoint(value) || !inherited && accept::is_rules_word(value) =>
            {
                return true;
            }
            // {"checks":{"email":45}}
            Family::Mail if value.iter().all(u8::is_ascii_digit) => return true,
            _ => (),
        }
        // {"confidence":{"full_name":0.9971,"address":0.64}}
        let measured = match class.value {
            ValueRule::Coordinate | ValueRule::Coordinates => false,
            // 091.2345678 is a telephone
            ValueRule::Number | ValueRule::Phone => {
                value.starts_with(b"0.") || value.len() <= SHORT_SCORE
            }
            _ => true,
        };
        // {"address":{"$ref":"#/components/schemas/Address"}}
        value.starts_with(b"#/")
            || measured && accept::is_score(value)
            // {"labels":{"address":"住址","gender":"Gender"}}
            || self.is_caption(category, family, value)
    }

    /// Does a class speak about this value?
    pub fn accepts(&self, class: &Class, inherited: bool, value: &[u8]) -> bool {
        // digits of a pseudonym make no number of what it stands in
        let bare = match class.value {
            ValueRule::Person | ValueRule::Blob => None,
            _ => self.catalog.without_placeholders(value),
        };
        let Some(category) = class.category.filter(|_| !value.is_empty()) else {
            return false;
        };
        // {"TTL":"1965-07-15"}: of place and date of birth the date alone
        let dated = class.value == ValueRule::Place
            && self.catalog.family(category) == Family::BirthDate
            && accept::is_date(value);
        if !dated && !accept::rule_accepts(class.value, bare.as_deref().unwrap_or(value)) {
            return false;
        }
        if value.len() < 10 && self.outcomes.is_nothing(value)
            || self.is_programs(class, category, inherited, value)
        {
            return false;
        }
        // {"id_card":{"type":"string","pattern":"^[0-9]{17}[0-9X]$"}}
        if value.first() == Some(&b'^') && value.last() == Some(&b'$') {
            return false;
        }
        // {"validUntil":"2026-12-01T10:04:09Z"}: a link's end, no card's
        if self.catalog.family(category) == Family::Validity && accept::is_moment(value) {
            return false;
        }
        let weak = inherited && class.value == ValueRule::Any;
        if !self.is_name(category) {
            // {"gender":"MISMATCH"}; a secret may be any word, and so may a name
            if self.outcomes.is_one(value) && !self.catalog.is_secret(category) {
                return false;
            }
            return !weak
                || std::str::from_utf8(value).is_err()
                || accept::rule_accepts(ValueRule::Number, value);
        }
        let Ok(text) = std::str::from_utf8(value) else {
            return true;
        };
        if self.names.is_company(text) {
            return false;
        }
        // {"NAMA_LGKP":"Sesuai (98)"}, {"姓名":"不一致"}, but a person may be called No
        let verdict = match text.is_ascii() {
            true => {
                // `pass`, but somebody may be called Must
                let small = value.len() == 4 && value.iter().all(u8::is_ascii_lowercase);
                (value.len() > 4 || small)
                    && self.outcomes.is_one(value)
                    && !self.names.is_latin_name(text)
            }
            false => self.outcomes.is_verdict(value),
        };
        if verdict {
            return false;
        }
        if class.value == ValueRule::Person || inherited {
            // {"name":{"classification":"C"}}
            let letter = inherited && text.len() < 2;
            // {"first_name":{"result":"clear"}}: what a check says of a name
            let verdict = inherited
                && text.is_ascii()
                && (self.outcomes.is_one(value) || !self.names.is_written_like_one(value));
            return !letter
                && !verdict
                && (self.names.are_plausible(text)
                    || self.names.is_plausible_in_base64(value)
                    || without_wildcards(text).is_some_and(|text| self.names.are_plausible(text)))
                && self.fields.exact(value).is_none();
        }
        true
    }

    /// Is a value below a key of this class something else, as far as it is written? `told`: it stands under a key that says it is the value.
    pub fn is_stray(&self, class: &Class, category: CategoryId, told: bool, value: &[u8]) -> bool {
        // {"email":{"result":"DELIVERABLE"}}
        if self.catalog.family(category) == Family::Mail {
            let hashed = value.len() >= 32 && value.iter().all(u8::is_ascii_hexdigit);
            let spelled = memchr::memchr2(b'@', b'%', value).is_some() || !value.is_ascii();
            return !hashed && !spelled;
        }
        // {"account":{"id":"ac_1029"}}
        if self.catalog.family(category) == Family::BankCard && is_program_id(value) {
            return true;
        }
        if told {
            return false;
        }
        // {"user":{"tier":"GOLD"}}, {"applicant":{"segment":"Mass Affluent"}}
        if self.is_name(category) {
            let known = |text: &str| match text.contains(' ') {
                true => self.names.is_known_name(text),
                false => self.names.is_latin_name(text),
            };
            return value.is_ascii() && !std::str::from_utf8(value).is_ok_and(known);
        }
        match class.value {
            // {"token":{"note":"expired at noon"}}, {"session":{"cause":"ERR_LOW_QUALITY"}}
            ValueRule::Secret => {
                value.contains(&b' ')
                    || value.starts_with(b"http")
                    || value.iter().all(|c| c.is_ascii_uppercase() || *c == b'_')
                    || is_machine_word(value)
            }
            ValueRule::Blob => value.len() < 64 && !payload::is_media(value),
            // {"userIdentity":{"arn":"arn:aws:sts::123456789012:assumed-role/kyc"}}
            ValueRule::Number => memchr::memchr2(b':', b'/', value).is_some(),
            _ => false,
        }
    }

    /// Says which country's number a value under an identity key is.
    pub fn refine(&self, category: CategoryId, value: &[u8]) -> CategoryId {
        if self.catalog.family(category) != Family::IdNumber
            || self.catalog.ids()[category as usize] != "id_number"
        {
            return category;
        }
        let of_family = |c| c != category && self.catalog.family(c) == Family::IdNumber;
        self.shapes
            .identify(value, of_family)
            .map_or(category, |p| self.shapes.patterns[p as usize].category)
    }

    /// Is a word by itself the name of a field?
    pub fn is_label(&self, word: &str) -> bool {
        self.fields.exact(word.as_bytes()).is_some()
    }

    pub fn is_name(&self, category: CategoryId) -> bool {
        self.catalog.family(category) == Family::Name
    }

    pub fn is_address(&self, category: CategoryId) -> bool {
        self.catalog.family(category) == Family::Address
    }

    pub fn is_repeated(&self, category: CategoryId) -> bool {
        self.catalog.family(category).is_repeated()
    }

    pub fn is_allowed(&self, value: &[u8]) -> bool {
        !self.allow.is_empty() && self.allow.contains(&normal_form(value))
    }

    pub fn path_action(&self, path: &[u8]) -> Option<ActionName> {
        if self.paths.is_empty() {
            return None;
        }
        let steps: Vec<&[u8]> = path.split(|c| *c == b'.').collect();
        let fits = |rule: &[String]| {
            rule.len() == steps.len()
                && rule
                    .iter()
                    .zip(&steps)
                    .all(|(r, s)| r == "*" || r.as_bytes() == *s)
        };
        self.paths
            .iter()
            .find(|(rule, _)| fits(rule))
            .map(|(_, action)| *action)
    }

    pub fn media_category(&self, media: Media) -> CategoryId {
        let index = match media {
            Media::Image => 0,
            Media::Video => 1,
            Media::Audio => 2,
            Media::Document => 3,
            Media::Data => 4,
        };
        self.media[index].or(self.opaque).unwrap_or(0)
    }

    /// The country that a value names, as a bit.
    pub fn country_bits(&self, value: &[u8]) -> u64 {
        if value.len() > 40 {
            return 0;
        }
        let normal = normal_form(value);
        self.countries
            .iter()
            .find(|(word, _)| *word == normal)
            .map_or(0, |(_, country)| 1 << country)
    }
}

/// What a search for a part of a text asks for: `%张三%`, `张三%`, `*Tan Wei*`. What only begins so is a place in a format, `%s`.
fn without_wildcards(text: &str) -> Option<&str> {
    match text.strip_suffix('%') {
        Some(inner) => Some(inner.strip_prefix('%').unwrap_or(inner)),
        None => text.strip_suffix('*')?.strip_prefix('*'),
    }
}
