//! `[redact]` of the configuration.

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::patterns::schema::ActionName;

/// How much is taken out.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema, clap::ValueEnum,
)]
#[serde(rename_all = "snake_case")]
pub enum Posture {
    /// What keys, patterns, labels, payloads and repetitions give away.
    #[default]
    Balanced,
    /// Inside request, response and debug bodies everything but known-safe keys, booleans, small numbers and
    /// enum-like words becomes a label with its shape.
    Strict,
}

/// What is redacted, and how.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RedactSettings {
    /// `balanced` or `strict` (default-deny inside bodies).
    pub posture: Posture,
    /// A file with the secret key of the pseudonyms: 64 hexadecimal digits. Without it (and without `TUOMIN_KEY`) a run makes up
    /// a key, and its pseudonyms match no other run's.
    pub key_file: Option<PathBuf>,
    /// A name for the key in force, for `tuomin token --key-id`. Say `2026-11`.
    pub key_id: Option<String>,
    /// Keys that were in force before, by name: files. Only `tuomin token` uses them.
    pub old_keys: BTreeMap<String, PathBuf>,
    /// A folder of pattern packs of your own: they add to the built-in ones or override entries by `id`.
    pub patterns: Option<PathBuf>,
    /// Another action for a category or a whole family: `phone = "mask"`, `"id_number.cn" = "label"`.
    pub actions: BTreeMap<String, ActionName>,
    /// Another action for what is found at a path: `"Response.Result.Nick" = "keep"`. `*` stands for one step.
    /// With `keep` this is the allow list for paths, as `allow` is the one for values.
    pub paths: BTreeMap<String, ActionName>,
    /// Categories, families or pattern ids that are not looked for.
    pub off: Vec<String>,
    /// Values that are never touched (a test person, the company's own hotline), compared without case and separators.
    pub allow: Vec<String>,
    /// What is different for monitoring records.
    pub monitoring: KindSettings,
    /// What is different for operation logs.
    pub operation: KindSettings,
}

/// What is different for one kind of record: added to what holds for both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct KindSettings {
    /// Another posture.
    pub posture: Option<Posture>,
    /// Further actions for categories and families.
    pub actions: BTreeMap<String, ActionName>,
    /// Further actions for paths.
    pub paths: BTreeMap<String, ActionName>,
    /// Further categories, families or pattern ids that are not looked for.
    pub off: Vec<String>,
    /// Further values that are never touched.
    pub allow: Vec<String>,
}
