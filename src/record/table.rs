//! Which field names count for what: `patterns/record.toml`, compiled for one look-up a key.

use std::collections::BTreeMap;

use serde::Deserialize;

/// What a root field can be for a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Field {
    /// Identifies the call.
    RequestId,
    /// Identifies the customer's application.
    AppId,
    /// The interface that was called.
    Action,
    /// When it happened.
    Time,
    /// The result or error code.
    Code,
    /// The result in words.
    CodeText,
    /// How long it took.
    Cost,
    /// Who called.
    Caller,
    /// Which service answered.
    Service,
    /// On which machine.
    Host,
    /// From which address the call came.
    ClientIp,
    /// With which client.
    UserAgent,
    /// In which session.
    Session,
    /// In which region.
    Region,
    /// For which country's document.
    Country,
    /// The request's body.
    Request,
    /// The response's body.
    Response,
    /// Step debug information.
    Debug,
}

impl Field {
    /// How many there are.
    pub const COUNT: usize = Field::Debug as usize + 1;

    /// Request, response and debug hold bodies: any shape, any length.
    pub fn is_body(self) -> bool {
        matches!(self, Field::Request | Field::Response | Field::Debug)
    }
}

/// How a root field is indexed under its own name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IndexAs {
    /// An identifier: one term.
    Keyword,
    /// A measure; what is no number is stored but not indexed.
    Number,
    /// A text for people: words.
    Text,
    /// A body: the keys and values of an object, or (beside it, as `<name>_text`) words.
    Body,
}

/// Why a table was refused.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// Not the form the table must have.
    #[error("record table: {0}")]
    Form(#[from] toml::de::Error),
    /// A name would mean two things.
    #[error("record table: `{name}` is listed for `{first}` and for `{second}`")]
    Ambiguous {
        /// The name as the table spells it.
        name: String,
        /// Where it was seen first.
        first: String,
        /// Where it was seen again.
        second: String,
    },
    /// Longer than any key that is looked up.
    #[error("record table: `{0}` is longer than 64 bytes or empty")]
    Length(String),
}

/// The file as serde sees it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    fields: BTreeMap<Field, Vec<String>>,
    kind: KindRule,
    index: IndexRule,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KindRule {
    operation: Vec<Field>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IndexRule {
    keyword: Vec<String>,
    number: Vec<String>,
    text: Vec<String>,
    body: Vec<String>,
}

/// Longest key that can mean something.
const LONGEST: usize = 64;

/// Names with what they mean, in rows by length.
type ByLength<T> = Vec<Vec<(Box<[u8]>, T)>>;

/// The compiled table. Built once, shared by all threads.
pub struct RecordTable {
    /// Names in normal form by length: a key meets the few of its own length only, which beats hashing it.
    names: ByLength<(Field, u8)>,
    /// Exact spellings by length, for the mapping.
    indexed: ByLength<IndexAs>,
    operation: [bool; Field::COUNT],
    offset_s: i32,
}

impl RecordTable {
    /// The table that tuomin ships, for times in China's zone.
    pub fn builtin() -> Self {
        // The shipped file is part of the program and read by a test: it can't fail at run time.
        Self::parse(include_str!("../../patterns/record.toml")).unwrap_or_else(|_| Self::blank())
    }

    /// Compiles a table.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let file: File = toml::from_str(text)?;
        let mut table = Self::blank();
        let mut taken: BTreeMap<Vec<u8>, Field> = BTreeMap::new();
        for (&field, names) in &file.fields {
            for (rank, name) in names.iter().enumerate() {
                let mut room = [0; LONGEST];
                let Some(normal) = normalise(name.as_bytes(), &mut room).filter(|n| !n.is_empty())
                else {
                    return Err(TableError::Length(name.clone()));
                };
                match taken.insert(normal.to_vec(), field) {
                    Some(first) if first != field => {
                        return Err(TableError::Ambiguous {
                            name: name.clone(),
                            first: format!("{first:?}"),
                            second: format!("{field:?}"),
                        });
                    }
                    Some(_) => continue, // the same name in two spellings
                    None => table.names[normal.len()].push((
                        normal.into(),
                        (field, u8::try_from(rank).unwrap_or(u8::MAX)),
                    )),
                }
            }
        }
        for field in file.kind.operation {
            table.operation[field as usize] = true;
        }
        let bodies = [Field::Request, Field::Response, Field::Debug];
        let body_names = bodies.iter().filter_map(|f| file.fields.get(f)).flatten();
        let identifiers = file
            .fields
            .iter()
            .filter(|(f, _)| !f.is_body() && !matches!(f, Field::Cost | Field::CodeText))
            .flat_map(|(_, n)| n);
        let classes = [
            (
                IndexAs::Body,
                body_names.chain(&file.index.body).collect::<Vec<_>>(),
            ),
            (
                IndexAs::Number,
                file.fields
                    .get(&Field::Cost)
                    .into_iter()
                    .flatten()
                    .chain(&file.index.number)
                    .collect(),
            ),
            (
                IndexAs::Text,
                file.fields
                    .get(&Field::CodeText)
                    .into_iter()
                    .flatten()
                    .chain(&file.index.text)
                    .collect(),
            ),
            (
                IndexAs::Keyword,
                identifiers.chain(&file.index.keyword).collect(),
            ),
        ];
        for (class, names) in classes {
            for name in names {
                for spelling in [name.clone(), name.to_ascii_lowercase()] {
                    table.index(spelling, class)?;
                }
            }
        }
        Ok(table)
    }

    fn blank() -> Self {
        let rows = || (0..=LONGEST).map(|_| Vec::new()).collect();
        Self {
            names: rows(),
            indexed: (0..=LONGEST).map(|_| Vec::new()).collect(),
            operation: [false; Field::COUNT],
            offset_s: 8 * 3600,
        }
    }

    fn index(&mut self, name: String, class: IndexAs) -> Result<(), TableError> {
        // `@timestamp` and what is ours are mapped by the store itself.
        if name == "@timestamp" || name == "tuomin" {
            return Ok(());
        }
        if name.is_empty() || name.len() > LONGEST {
            return Err(TableError::Length(name));
        }
        let row = &mut self.indexed[name.len()];
        match row.iter().find(|(had, _)| **had == *name.as_bytes()) {
            Some((_, first)) if *first != class => Err(TableError::Ambiguous {
                first: format!("{first:?}"),
                second: format!("{class:?}"),
                name,
            }),
            Some(_) => Ok(()),
            None => {
                row.push((name.into_bytes().into(), class));
                Ok(())
            }
        }
    }

    /// Takes `offset_s` seconds east of Greenwich for times that name no zone.
    pub fn with_offset(mut self, offset_s: i32) -> Self {
        self.offset_s = offset_s;
        self
    }

    /// Seconds east of Greenwich of times that name no zone.
    pub fn offset(&self) -> i32 {
        self.offset_s
    }

    /// What a key (without quotes and escapes) means, and the rank of that name: a lower one wins.
    pub fn field(&self, key: &[u8]) -> Option<(Field, u8)> {
        let mut room = [0; LONGEST];
        let normal = normalise(key, &mut room)?;
        self.names
            .get(normal.len())?
            .iter()
            .find(|(name, _)| **name == *normal)
            .map(|&(_, meaning)| meaning)
    }

    /// How a root field of exactly this name is mapped; `None` for one that is stored only.
    pub fn index_as(&self, key: &[u8]) -> Option<IndexAs> {
        self.indexed
            .get(key.len())?
            .iter()
            .find(|(name, _)| **name == *key)
            .map(|&(_, class)| class)
    }

    /// Every mapped name with its class, in alphabetic order.
    pub fn mapped(&self) -> BTreeMap<String, IndexAs> {
        self.indexed
            .iter()
            .flatten()
            .map(|(name, class)| (String::from_utf8_lossy(name).into_owned(), *class))
            .collect()
    }

    /// True if a record that has this field is an operation log.
    pub fn makes_operation(&self, field: Field) -> bool {
        self.operation[field as usize]
    }
}

/// Lower case, without `_`, `-` and spaces. `None` for keys too long to mean anything.
fn normalise<'r>(key: &[u8], room: &'r mut [u8; LONGEST]) -> Option<&'r [u8]> {
    let mut used = 0;
    for byte in key {
        if !matches!(byte, b'_' | b'-' | b' ') {
            *room.get_mut(used)? = byte.to_ascii_lowercase();
            used += 1;
        }
    }
    room.get(..used)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_table_is_sound() {
        let table = RecordTable::parse(include_str!("../../patterns/record.toml")).unwrap();
        assert_eq!(table.field(b"request_id"), Some((Field::RequestId, 0)));
        assert_eq!(table.field(b"APPID"), Some((Field::AppId, 0)));
        assert_eq!(table.field(b"Rsp"), None);
        assert_eq!(table.index_as(b"Rsp"), Some(IndexAs::Body));
        assert_eq!(table.index_as(b"eCode"), Some(IndexAs::Keyword));
        assert_eq!(table.index_as(b"cost"), Some(IndexAs::Number));
        assert!(table.makes_operation(Field::Debug));
        assert!(table.field(&[b'a'; 500]).is_none());
    }

    #[test]
    fn a_name_means_one_thing() {
        let text = include_str!("../../patterns/record.toml").replace("\"ReqId\"", "\"App-Id\"");
        assert!(matches!(
            RecordTable::parse(&text),
            Err(TableError::Ambiguous { .. })
        ));
    }
}
