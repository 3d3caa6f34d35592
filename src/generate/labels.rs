//! What was planted in a record, and what must survive its redaction. One JSON object a line, beside the records.

use serde::{Deserialize, Serialize};

/// The labels of one record.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Labels {
    /// Number of the record's line, from 1.
    pub line: u64,
    /// Personal data that must not be found in the output in any encoding.
    pub plants: Vec<Plant>,
    /// What must still stand in its place.
    pub keeps: Vec<Keep>,
}

/// One planted value.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Plant {
    /// What it is: `id_number.cn`, `name`, `biometric.jpeg`.
    pub class: String,
    /// The value, before any encoding. Of payloads the beginning (at most 96 characters).
    pub value: String,
    /// Where: keys and indexes through all encodings, `Request.Faces[0].Image`.
    pub path: String,
    /// How it is written: the encodings from outside to inside, joined by `+`. `plain` if there are none.
    pub encoding: String,
    /// What carries it.
    pub carrier: Carrier,
    /// What may be asked of a detector.
    pub strength: Strength,
}

/// What carries a planted value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Carrier {
    /// The value of a key that says what it is.
    Key,
    /// A word in a text says what it is: `身份证号：110…`.
    Label,
    /// Free text without such a word.
    FreeText,
    /// A bare JSON number.
    Number,
    /// Said again somewhere in a record that has it under a key.
    Repeat,
    /// A key/value list: `[{"Name": "姓名", "Value": "张三"}]`.
    KvList,
    /// A key of an object.
    MapKey,
}

/// What may be asked of a detector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// Must be found: its key, its label, its checksum or its repetition gives it away.
    Strong,
    /// Should be found: only a cue nearby or the country of the record speaks for it.
    Weak,
}

/// Something that must survive.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Keep {
    /// Its class for the report: a key of the record, a kind of hard negative, or `free_text`.
    pub field: String,
    /// The value.
    pub value: String,
    /// Where, as for [`Plant::path`].
    pub path: String,
}

impl Plant {
    /// Whether this is a payload of which `value` holds only the beginning.
    pub fn is_payload(&self) -> bool {
        self.class.starts_with("biometric")
    }
}
