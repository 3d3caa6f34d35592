//! The packs of `patterns/`: what a key means, what a value is, what is done with it. Data, not code.
//!
//! The packs are built in; a folder given in the configuration adds to them or overrides entries by `id`.
//! This module only reads and checks them. [`crate::redact`] compiles them into its lookup tables.
//!
//! | file | holds |
//! |---|---|
//! | `categories.toml` | what can be found, its label in the output, what is done by default |
//! | `fields.toml` | which keys and labels mean what, in all languages |
//! | `names.toml` | surnames, words that look like names and are none, cue words |
//! | `addresses.toml` | of what Chinese addresses are made |
//! | `prose.toml` | words by which running text tells what stands beside them |
//! | `countries.toml` | how a record names its country |
//! | `record.toml` | field names of log records ([`crate::record`]) |
//! | `<cc>.toml`, `common.toml`, `credential.toml` | patterns of values, one file a jurisdiction or subject |

pub mod schema;

#[cfg(test)]
mod pack_tests;

use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

use schema::{
    AddressWords, Category, FieldClass, MachineNumbers, Names, OutcomeWords, Pack, Pairs, Pattern,
    Prose,
};

/// Why packs can't be used. Names file and line.
#[derive(Debug, Error)]
pub enum PatternError {
    /// The folder or a file in it can't be read.
    #[error("{path}: {source}")]
    Unreadable {
        /// File or folder.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Not of the form that [`schema`] describes.
    #[error("{file}: {message}")]
    Malformed {
        /// The file.
        file: String,
        /// Where and what.
        message: String,
    },
}

/// One country of `countries.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: String,
    /// Whole values that name it.
    pub words: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Categories {
    #[serde(default)]
    category: Vec<Category>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldFile {
    #[serde(default)]
    class: Vec<FieldClass>,
    #[serde(default)]
    pairs: Option<Pairs>,
    #[serde(default)]
    outcomes: Option<OutcomeWords>,
    #[serde(default)]
    machine_numbers: Option<MachineNumbers>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Countries {
    country: Vec<Country>,
}

#[derive(Deserialize)]
struct RecordFile {
    fields: std::collections::BTreeMap<String, Vec<String>>,
}

/// All packs, read and checked.
#[derive(Clone, Debug, Default)]
pub struct Patterns {
    /// What can be found.
    pub categories: Vec<Category>,
    /// What keys mean.
    pub classes: Vec<FieldClass>,
    /// The members of key/value lists.
    pub pairs: Pairs,
    /// What a log says of a value instead of the value.
    pub outcomes: OutcomeWords,
    /// What makes the number behind it no person's.
    pub machine_numbers: MachineNumbers,
    /// What values are.
    pub patterns: Vec<Pattern>,
    /// Word lists.
    pub names: Names,
    /// Of what addresses are made.
    pub addresses: AddressWords,
    /// Words of running text.
    pub prose: Prose,
    /// How records name countries.
    pub countries: Vec<Country>,
    /// Names of the fields that hold bodies.
    pub bodies: Vec<String>,
    /// Names of the fields that name a country.
    pub country_fields: Vec<String>,
    /// Titles of the packs, by pack name, for people.
    pub titles: Vec<(String, String)>,
}

/// A file of `patterns/` as JSON: `build.rs` turns TOML, which people write, into what a start reads four times as fast.
macro_rules! text {
    ($name:literal) => {
        include_str!(concat!(env!("OUT_DIR"), "/", $name, ".json"))
    };
}

macro_rules! compiled {
    ($name:literal) => {
        from_json($name, text!($name))
    };
    ($name:literal, $type:ty) => {
        from_json::<$type>($name, text!($name))
    };
}

macro_rules! pack {
    ($($name:literal),*) => { &[$(($name, text!($name))),*] };
}

/// Credentials first: what stands in one may look like anything else.
const PACKS: &[(&str, &str)] = pack!(
    "credential",
    "cn",
    "hk",
    "mo",
    "tw",
    "sg",
    "th",
    "my",
    "id",
    "ph",
    "vn",
    "jp",
    "kr",
    "in",
    "asia",
    "common"
);

impl Patterns {
    /// The packs that are compiled in.
    ///
    /// # Errors
    /// None in a released build: a test reads every pack.
    pub fn builtin() -> Result<Self, PatternError> {
        let record: RecordFile = compiled!("record")?;
        let fields = |names: &[&str]| {
            names
                .iter()
                .filter_map(|n| record.fields.get(*n))
                .flatten()
                .cloned()
                .collect()
        };
        let fields_file = compiled!("fields", FieldFile)?;
        let mut all = Self {
            categories: compiled!("categories", Categories)?.category,
            classes: fields_file.class,
            pairs: fields_file.pairs.unwrap_or_default(),
            outcomes: fields_file.outcomes.unwrap_or_default(),
            machine_numbers: fields_file.machine_numbers.unwrap_or_default(),
            names: compiled!("names")?,
            addresses: compiled!("addresses")?,
            prose: compiled!("prose")?,
            countries: compiled!("countries", Countries)?.country,
            bodies: fields(&["request", "response", "debug"]),
            country_fields: fields(&["country", "region"]),
            ..Self::default()
        };
        for (name, text) in PACKS {
            all.add_pack(name, from_json(name, text)?);
        }
        Ok(all)
    }

    /// The built-in packs with those of a folder on top: `categories.toml`, `fields.toml` and packs of patterns; an entry whose `id` is known
    /// replaces it, others are added. Classes of the folder come before the built-in ones.
    ///
    /// # Errors
    /// [`PatternError`] with file and line.
    pub fn with_folder(folder: &Path) -> Result<Self, PatternError> {
        let unreadable = |path: &Path| {
            let path = path.display().to_string();
            move |source| PatternError::Unreadable { path, source }
        };
        let mut all = Self::builtin()?;
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .and_then(|entries| {
                entries
                    .map(|e| e.map(|e| e.path()))
                    .collect::<Result<_, _>>()
            })
            .map_err(unreadable(folder))?;
        files.retain(|p: &std::path::PathBuf| p.extension().is_some_and(|e| e == "toml"));
        files.sort();
        for path in files {
            let text = std::fs::read_to_string(&path).map_err(unreadable(&path))?;
            let file = path.display().to_string();
            match path
                .file_stem()
                .and_then(|s| s.to_str())
                .unwrap_or_default()
            {
                "categories" => {
                    for category in parse::<Categories>(&file, &text)?.category {
                        replace_or_push(&mut all.categories, category, |c| &c.id);
                    }
                }
                "fields" => {
                    let FieldFile {
                        class: own,
                        pairs,
                        outcomes,
                        machine_numbers,
                    } = parse(&file, &text)?;
                    all.pairs = pairs.unwrap_or(all.pairs);
                    all.outcomes = outcomes.unwrap_or(all.outcomes);
                    all.machine_numbers = machine_numbers.unwrap_or(all.machine_numbers);
                    all.classes.retain(|c| !own.iter().any(|o| o.id == c.id));
                    all.classes.splice(0..0, own);
                }
                name => {
                    let pack: Pack = parse(&file, &text)?;
                    all.add_pack(name, pack);
                }
            }
            all.check(&file)?;
        }
        Ok(all)
    }

    /// The built-in packs, with those of a folder on top if one is given.
    ///
    /// # Errors
    /// See [`Self::with_folder`].
    pub fn load(folder: Option<&Path>) -> Result<Self, PatternError> {
        folder.map_or_else(Self::builtin, Self::with_folder)
    }

    fn add_pack(&mut self, name: &str, pack: Pack) {
        self.titles.push((name.to_string(), pack.title));
        for pattern in pack.pattern {
            replace_or_push(&mut self.patterns, pattern, |p| &p.id);
        }
    }

    /// What serde can't see: references between files.
    fn check(&self, file: &str) -> Result<(), PatternError> {
        let wrong = |message: String| PatternError::Malformed {
            file: file.to_string(),
            message,
        };
        let known = |id: &str| self.categories.iter().any(|c| c.id == id);
        // what replaces a value needs no escape in any encoding, and is known again when it comes back
        let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        for category in &self.categories {
            if category.label.is_empty() || !category.label.bytes().all(plain) {
                return Err(wrong(format!(
                    "category {}: its label {:?} must be capital letters of ASCII, digits and `_`",
                    category.id, category.label
                )));
            }
        }
        for pattern in &self.patterns {
            if !known(&pattern.category) {
                return Err(wrong(format!(
                    "pattern {}: there is no category {:?}",
                    pattern.id, pattern.category
                )));
            }
            if pattern.shape.is_empty() == pattern.regex.is_none() {
                return Err(wrong(format!(
                    "pattern {}: needs either `shape` or `regex`",
                    pattern.id
                )));
            }
            crate::redact::try_pattern(pattern).map_err(wrong)?;
            if let Some(Err(error)) = pattern.regex.as_deref().map(crate::redact::compile) {
                return Err(wrong(format!("pattern {}: {error}", pattern.id)));
            }
            if pattern.regex.is_some() && pattern.needs.is_empty() {
                return Err(wrong(format!(
                    "pattern {}: a `regex` needs `needs`, texts of which one must be there",
                    pattern.id
                )));
            }
        }
        let denied = self.classes.iter().filter(|c| !c.not_under.is_empty());
        if denied.count() > crate::redact::MOST_DENIALS {
            return Err(wrong("more than 64 classes with `not_under`".into()));
        }
        for class in &self.classes {
            if let Some(category) = class.category.as_deref().filter(|c| !known(c)) {
                return Err(wrong(format!(
                    "class {}: there is no category {category:?}",
                    class.id
                )));
            }
        }
        Ok(())
    }
}

fn from_json<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, PatternError> {
    serde_json::from_str(text).map_err(|e| PatternError::Malformed {
        file: format!("{name}.toml"),
        message: e.to_string(),
    })
}

fn parse<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, PatternError> {
    toml::from_str(text).map_err(|e| {
        let line = e.span().map_or(String::new(), |s| {
            format!(
                "line {}: ",
                text[..s.start.min(text.len())].matches('\n').count() + 1
            )
        });
        PatternError::Malformed {
            file: file.to_string(),
            message: format!("{line}{}", e.message()),
        }
    })
}

fn replace_or_push<T>(list: &mut Vec<T>, item: T, id: impl Fn(&T) -> &String) {
    match list.iter().position(|known| id(known) == id(&item)) {
        Some(at) => list[at] = item,
        None => list.push(item),
    }
}
