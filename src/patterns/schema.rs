//! The form of the pack files, as serde sees it. Unknown keys are errors.

mod names;
mod prose;

pub use names::{AddressedWords, LatinParts, Names, SpokenWords};
pub use prose::{AddressWords, ChangeWords, DateWords, Prose};
use serde::Deserialize;

/// `categories.toml`: `[[category]]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// `id_number.cn`: a dot divides a family from its member. Rules for the family hold for its members.
    pub id: String,
    /// What stands in the output, upper case, `[A-Z0-9_]`: `ID_CN` gives `[ID_CN_9f2c41d07ab3e011]`.
    pub label: String,
    /// What is done unless the configuration says otherwise.
    pub action: ActionName,
    /// One line for people.
    pub title: String,
}

/// What is done with a finding.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ActionName {
    /// `[ID_CN_9f2c41d07ab3e011]`: a keyed pseudonym, the same for the same value.
    Token,
    /// `110***********002X`: keeps the ends in the way the field is used to.
    Mask,
    /// `[BIRTH_DATE]`: only says what stood there.
    Label,
    /// `[IMAGE_jpeg_48213B_640x480_71c2d90ae3f50b12]`: says what a payload was.
    Describe,
    /// Left as it is (still counted).
    Keep,
}

/// `fields.toml`: `[[class]]`. A key belongs to the first class that claims it.
///
/// A key is compared in *normal form*: full-width letters narrowed, lower case, without `_`, `-`, `.`, `:` and white space.
/// Its *words* are what camel case, separators and digits divide: `OcrIdCardNo2` → `ocr id card no`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldClass {
    /// Name of the class, for `tuomin explain`: `person_name`.
    pub id: String,
    /// What its values are: a category's id. Absent for safe classes.
    #[serde(default)]
    pub category: Option<String>,
    /// Values are machine identifiers or measures: value patterns don't touch them.
    #[serde(default)]
    pub safe: bool,
    /// Its values, all `safe`, are numbers, times or short codes: what is written otherwise is looked at.
    #[serde(default)]
    pub shaped: bool,
    /// Which values count; anything else under the key is treated as if the key meant nothing.
    #[serde(default)]
    pub value: ValueRule,
    /// Which values count after one of the entries as a label in free text, where the end of a value is a guess. Default: `value`.
    #[serde(default)]
    pub label_value: Option<ValueRule>,
    /// Whole keys, in any spelling.
    #[serde(default)]
    pub exact: Vec<String>,
    /// Last words of a key: `"name"` claims `holder_name`, `OcrName`; several words are joined: `"id no"` claims `custIdNo`.
    /// Non-ASCII entries claim every key that ends with them.
    #[serde(default)]
    pub suffix: Vec<String>,
    /// Words right before the suffix (or anywhere before it) that make the key something else: `service` in `ServiceName`.
    #[serde(default)]
    pub not_after: Vec<String>,
    /// Last word of the parent's key that makes it something else: `step` in `{"Step":{"Name":…}}`.
    #[serde(default)]
    pub not_under: Vec<String>,
    /// Parent's keys under which alone an entry counts: a `startDate` is a card's only under `ocrIdCardInfo`. No labels in free text.
    #[serde(default)]
    pub only_under: Vec<String>,
    /// With `only_under`: counts as the name of an item of a key/value list as well, `{"type":"Document Id","mentionText":"…"}`.
    #[serde(default)]
    pub listed: bool,
    /// What its keys hold is told by the members beside them as well: `{"item": {"name": "…", "dob": "…"}}`, `[{"name": "…", "cost": 12}]`.
    #[serde(default)]
    pub unsure: bool,
    /// Keys that, within an object that this class's key tells of, hold a part of it, whatever they mean elsewhere: `{"sex": {"code": "F"}}`,
    /// `{"address": {"state": "…"}}`, `<Address state="…"/>`.
    #[serde(default)]
    pub parts: Vec<String>,
    /// Words that introduce a value in free text without `=` or `:` between (`身份证号110…`, `持卡人张三`).
    /// Every non-ASCII `exact` entry is one as well.
    #[serde(default)]
    pub labels: Vec<String>,
    /// ASCII `exact` and `suffix` entries are no labels in free text (`result: ok` …): only for keys of real objects.
    #[serde(default)]
    pub keys_only: bool,
    /// In free text the entries count only with `=`, `:` or the like after them: words too common to be glued to a value (`名`, `地址`).
    #[serde(default)]
    pub needs_separator: bool,
}

/// `fields.toml`: `[pairs]`, the members of key/value lists such as `[{"Name": "姓名", "Value": "张三"}]`, in any spelling.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pairs {
    /// Members whose text names the value.
    pub keys: Vec<String>,
    /// Members that hold it.
    pub values: Vec<String>,
    /// Those that hold it in a running text too, where no bracket joins them with their key: `fieldName=Surname type=8 value=TAN`.
    #[serde(default)]
    pub apart: Vec<String>,
    /// Members that hold it only below a telling key: `{"gender": {"result": "F"}}`.
    pub inner: Vec<String>,
    /// Members that hold an object whose keys are persons' names: `{"persons": {"张三": {"score": 0.9}}}`.
    #[serde(default)]
    pub persons: Vec<String>,
    /// Words before a key that say whose it is, and leave it what it is: `applicantReligion`.
    #[serde(default)]
    pub owners: Vec<String>,
    /// Steps of a path that say nothing of what is below them: `data.user.full_nm`.
    #[serde(default)]
    pub containers: Vec<String>,
    /// Members that say something about what is above them and hold nothing of it, as whole keys or last words: `{"session": {"region": "…"}}`.
    #[serde(default)]
    pub about: Vec<String>,
    /// Last words of a key that say only how its value is written: `fullNameText`, `birthdate_str`.
    #[serde(default)]
    pub dressings: Vec<String>,
    /// Words for a number at the end of a key of another script, and such that join one to what it numbers: `免許証の番号`.
    #[serde(default)]
    pub numbers: Vec<String>,
    #[serde(default)]
    pub joints: Vec<String>,
    /// Members that only a step of a program has: a `name` beside them is the step's, unless it is a person's beyond doubt.
    #[serde(default)]
    pub steps: Vec<String>,
    /// Members that hold the names of columns, of which a list of lists beside them has the rows: `{"columns": ["Name"], "rows": [["…"]]}`.
    #[serde(default)]
    pub heads: Vec<String>,
    /// Members that hold a statement of SQL, and such that hold the values bound to it: `{"sql": "… WHERE name = ?", "bindings": ["张三"]}`.
    #[serde(default)]
    pub statements: Vec<String>,
    #[serde(default)]
    pub binds: Vec<String>,
}

/// `fields.toml`: `[machine_numbers]`, what makes the number behind it no person's: `order 13912345678`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MachineNumbers {
    /// Words of any language, any case.
    pub words: Vec<String>,
    /// Words of measures: what stands behind them is one only if it is digits and nothing else.
    #[serde(default)]
    pub measures: Vec<String>,
    /// Words before a time: what stands behind them is one only if it may be a number of seconds since 1970, or of their parts.
    #[serde(default)]
    pub times: Vec<String>,
    /// What stands right behind digits that are a measure: `17766687043 bytes`.
    #[serde(default)]
    pub units: Vec<String>,
}

/// `fields.toml`: `[outcomes]`, what a log says of a value instead of the value: `session: closed`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutcomeWords {
    /// Latin words in lower case.
    pub words: Vec<String>,
    /// Words of a check's verdict that count only as the whole value.
    #[serde(default)]
    pub verdicts: Vec<String>,
    /// Values that begin with one of the words, in lower case.
    #[serde(default)]
    pub values: Vec<String>,
    /// How programs write that there is no value, in lower case (`null`): whole values.
    #[serde(default)]
    pub nothing: Vec<String>,
    /// Beginnings in other scripts, and such as may begin a name in another case: `sai định dạng`, `SAI KUMAR`.
    pub phrases: Vec<String>,
}

/// Which values a field class speaks about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueRule {
    /// Any non-empty text or number, `null`, booleans and pure punctuation aside.
    #[default]
    Any,
    /// What could be a person's name: letters of one or two scripts, no digits, no `_`, not a known word.
    Person,
    /// An identity number: at least five characters of which four are digits, or a hash of one.
    Number,
    /// A telephone number: six digits or more.
    Phone,
    /// A date in any writing, or a number of six to eight digits.
    Date,
    /// Text with at least two letters.
    Text,
    /// A place that no machine has: text with a space or a comma, a digit and a capital, or in another script; no host and port.
    Place,
    /// A list of three places or more, each with a capital or in another script: `Xã Yên Hòa, Huyện Yên Mô, Ninh Bình`.
    Places,
    /// A code of four to eight letters and digits, of which one at least is a digit, or a token of twelve or more.
    Passcode,
    /// A coordinate in degrees with three decimals or more, or two of them.
    Coordinate,
    /// Two coordinates in one text: `22.543096,114.057865`.
    Coordinates,
    /// A payload: base64, hexadecimal or a data URI of 16 bytes or more, also cut (`/9j/4AAQ...`), or an array of numbers.
    Blob,
    /// A secret: six characters or more without white space, not a plain number below 10^6.
    Secret,
}

/// A value pattern: `[[pattern]]` in a pack.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    /// `cn.resident18`: the pack's name, a dot, a name.
    pub id: String,
    /// One line for people.
    pub title: String,
    /// Where the format is written: a standard, a law, an authority's page.
    pub source: String,
    /// A category's id.
    pub category: String,
    /// Forms of the value without separators: `9` a digit, `A` a letter, `X` either, `{n}` or `{n,m}` repeats the one before, other characters
    /// stand for themselves. Case and width don't matter. `A9{6}X`, `9{17}X`. One of `shape` and `regex` must be there.
    #[serde(default)]
    pub shape: Vec<String>,
    /// Ways in which separators (one space, `-`, `.`, `/`, or brackets round the last group) may divide the value: lengths of the groups. `1-4-5-2-1`.
    /// Without any, only the unbroken form counts; `"*"` allows any division.
    #[serde(default)]
    pub groups: Vec<String>,
    /// Which separators `alone = "grouped"` trusts, where that is fewer than all: `-(` for a hyphen and brackets.
    #[serde(default)]
    pub separators: Option<String>,
    /// For what no shape can say (e-mail, JWT): a regular expression over bytes, `(?-u)` syntax of the regex crate.
    /// A group named `secret`, if there is one, is what is taken out.
    #[serde(default)]
    pub regex: Option<String>,
    /// Texts of which one must be in a string before `regex` is tried (fast rejection). Required with `regex`.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Name of a check in [`crate::redact::checksum`] over the value in upper case without separators.
    #[serde(default)]
    pub check: Option<String>,
    /// When the pattern counts without a label, key or country hint nearby.
    #[serde(default)]
    pub alone: Alone,
    /// Words (any language, any case) of which one within 48 bytes before or 24 after makes a weak value count.
    #[serde(default)]
    pub context: Vec<String>,
    /// ISO 3166 code: a record that names this country (country or region field) makes a weak value count.
    #[serde(default)]
    pub country: Option<String>,
    /// Values that must be found when they stand alone in a string after the first context word, if any (`tuomin patterns --test`).
    #[serde(default)]
    pub matches: Vec<String>,
    /// Strings in which this pattern must find nothing.
    #[serde(default)]
    pub rejects: Vec<String>,
}

/// When a pattern needs no context.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alone {
    /// The shape and check are strong enough.
    Always,
    /// Only when written in one of `groups` with separators.
    Grouped,
    /// Never: a context word, a key or a country hint is needed.
    #[default]
    Never,
}

/// A pack file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    /// One line for people: `Mainland China`.
    #[serde(default)]
    pub title: String,
    /// The patterns.
    #[serde(default)]
    pub pattern: Vec<Pattern>,
}
