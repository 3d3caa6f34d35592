//! `names.toml`.

use serde::Deserialize;

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
    /// Endings of what companies, banks and offices are called.
    #[serde(default)]
    pub company_ends: Vec<String>,
    /// Words of one character between which and a cue a name stands (`与`): a set of characters.
    #[serde(default)]
    pub joining: String,
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
    /// Words for persons, behind which a name may be one that no list knows if a word says what became of it (`applicant`).
    #[serde(default)]
    pub persons: Vec<String>,
    /// Words before a name that quotes or brackets enclose (`vs`).
    #[serde(default)]
    pub compared: Vec<String>,
    /// What stands between two names that are compared or listed, spaces included (` vs `).
    #[serde(default)]
    pub between: Vec<String>,
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
    /// What ends the name of a company (`ltd`), in lower case.
    pub companies: Vec<String>,
    /// Titles that cards print before a name, in any case.
    pub card_titles: Vec<String>,
}
