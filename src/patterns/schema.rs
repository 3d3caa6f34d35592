//! The form of the pack files, as serde sees it. Unknown keys are errors.

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

/// `addresses.toml`: of what Chinese addresses are made. Each string is a set of characters.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddressWords {
    /// They end an administrative unit or a street.
    pub units: String,
    /// They end a house, a floor or a room.
    pub houses: String,
    /// Of those the ones by which an address is searched.
    pub anchors: String,
    /// Digits as they are written in Chinese.
    pub numerals: String,
    /// What follows a house, a floor or a phase as its last character (`单元`, `二期`).
    pub house_ends: String,
    /// What the name of a building or an estate ends with.
    pub buildings: String,
    /// Places whose addresses name no unit above the street.
    pub regions: Vec<String>,
    /// Words before an address that do not belong to it.
    pub leads: Vec<String>,
}

/// `prose.toml`: words by which running text tells what stands beside them, where no label does.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prose {
    /// Last words of labels that number something (`no.`), in lower case.
    pub numbering: Vec<String>,
    /// What stands on nearly every card, and in few other texts.
    pub card_signs: Vec<String>,
    /// Verbs between a label and its value (`是`).
    pub copulas: Vec<String>,
    /// What ends an address in Chinese text.
    pub address_ends: Vec<String>,
    /// A value and the one that replaced it.
    pub changes: ChangeWords,
    /// Dates as they are written out.
    pub dates: DateWords,
}

/// `prose.toml`: `[changes]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeWords {
    /// Between a label and the new value, where the old one is not told (`→`).
    pub signs: Vec<String>,
    /// Between a label and the old value, and between both (`changed from`, `to`).
    pub verbs: Vec<[String; 2]>,
    /// Between both values (`变更为`), of which the old one stands behind one of the `openers`.
    pub between: Vec<String>,
    /// Before the old value (`由`).
    pub openers: Vec<String>,
}

/// `prose.toml`: `[dates]`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DateWords {
    /// Of what dates are made besides digits: a set of characters.
    pub characters: String,
    /// Of those the ones that end a date.
    pub ends: String,
    /// First three letters of a month, in lower case.
    pub months: Vec<String>,
    /// Words between day and month, and between month and year (`tháng`, `năm`).
    pub joints: Vec<String>,
    /// Between two dates in Thai.
    pub until: String,
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

/// `names.toml`: `[spoken]`, what stands before a name in Latin letters without a sign: `Nama penuh NURUL AISYAH`. In lower case.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpokenWords {
    /// Last words of labels; the words up to there must be a label of names in `fields.toml`.
    pub labels: Vec<String>,
    /// Forms of address, behind which a name ends with a comma or its line (`dear`).
    pub addresses: Vec<String>,
    /// Words that often, but not always, stand before a name (`customer`).
    pub hints: Vec<String>,
    /// Words before a name that quotes or brackets enclose (`vs`).
    #[serde(default)]
    pub compared: Vec<String>,
    /// Places whose words are names as well (`hong kong`).
    #[serde(default)]
    pub places: Vec<String>,
}

/// `names.toml`: `[addressed]`, forms of address behind Japanese and Korean names, and what else ends these.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddressedWords {
    /// Forms of address behind Japanese names (`様`); honorifics as well.
    pub japanese: Vec<String>,
    /// Characters that make a word of a form behind them (`仕様`).
    pub japanese_words: String,
    /// Particles behind a Japanese name (`は`).
    pub japanese_particles: Vec<String>,
    /// Forms of address behind Korean names (`님`); honorifics as well.
    pub korean: Vec<String>,
    /// Particles that end a Korean word, with the space behind it.
    pub korean_particles: Vec<String>,
}

/// `names.toml`: `[latin]`, of what names in Latin letters are made, beside names.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LatinParts {
    /// Words within a name that are none by themselves (`dela`), in lower case.
    pub particles: Vec<String>,
    /// Words between a person's name and a parent's (`binti`), in lower case.
    pub patronymics: Vec<String>,
    /// Beginnings behind which a name has a second capital (`Mc`).
    pub prefixes: Vec<String>,
    /// What stands for a longer word, with a full stop behind it (`Mohd`).
    pub abbreviations: Vec<String>,
    /// Titles that cards print before a name, in any case.
    pub card_titles: Vec<String>,
}

/// `names.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    /// Chinese surnames of one character, simplified and traditional.
    pub surnames: Vec<String>,
    /// Surnames that are common words as well (`和`, `满`): they count where a whole value may be a name, not in running text.
    #[serde(default)]
    pub rare_surnames: Vec<String>,
    /// Chinese surnames of two characters.
    pub compound_surnames: Vec<String>,
    /// Korean surnames (hangul).
    pub korean_surnames: Vec<String>,
    /// Japanese surnames (kanji), for free text with a cue.
    pub japanese_surnames: Vec<String>,
    /// Characters that end Japanese surnames and hardly any Chinese word of two characters.
    #[serde(default)]
    pub japanese_ends: Vec<String>,
    /// Chinese words that begin with a surname character and are no names (`高级`, `金额`).
    pub chinese_words: Vec<String>,
    /// Korean words that begin like a surname and stand before a form of address: 신청자님.
    #[serde(default)]
    pub korean_words: Vec<String>,
    /// Latin words (lower case) that are no person's name although they stand under name keys or after labels (`null`, `unknown`, `success`).
    pub latin_words: Vec<String>,
    /// Chinese words that follow a name in running text and belong to none (`的`, `提交`, `身份证`): they say where a name ends.
    #[serde(default)]
    pub follow_words: Vec<String>,
    /// Titles before a person's name of any script (`Mr `, `นาย`).
    #[serde(default)]
    pub titles: Vec<String>,
    /// Cues before a person's name in Chinese free text (`客户`, `用户`, `持卡人`).
    pub cues_before: Vec<String>,
    /// Cues that stand on either side of a name that stands free (`您好`, `本人`).
    #[serde(default)]
    pub cues_around: Vec<String>,
    /// Honorifics after a person's name (`先生`).
    #[serde(default)]
    pub honorifics: Vec<String>,
    /// Other cues after a person's name that stands free (`先生`, `女士`, `本人`).
    pub cues_after: Vec<String>,
    /// What ends the name of a thing or a place that begins with a surname (`安全组`): a set of characters.
    #[serde(default)]
    pub thing_ends: String,
    /// Japanese and Korean forms of address.
    #[serde(default)]
    pub addressed: AddressedWords,
    /// Of what names in Latin letters are made.
    #[serde(default)]
    pub latin: LatinParts,
    /// Words of Latin letters that only a space divides from a name in Latin letters.
    #[serde(default)]
    pub spoken: SpokenWords,
    /// Given names and surnames in Latin script (lower case), most frequent of the region; help to tell a person from a product.
    pub latin_names: Vec<String>,
    /// The same in scripts without capitals: Thai, Devanagari.
    #[serde(default)]
    pub caseless_names: Vec<String>,
}
