//! `prose.toml` and `addresses.toml`: words of running text.

use serde::Deserialize;

/// `prose.toml`: words by which running text tells what stands beside them, where no label does.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prose {
    /// Last words of labels that number something (` no.`), with the space before them, in lower case.
    pub numbering: Vec<String>,
    /// What stands on nearly every card, and in few other texts.
    pub card_signs: Vec<String>,
    /// Verbs between a label and its value (`是`).
    pub copulas: Vec<String>,
    /// The same of Latin letters, with the space before them (` is`).
    pub said: Vec<String>,
    /// Words before a person's number (`id`), in lower case.
    pub telling: Vec<String>,
    /// What may stand before those (`and`), in lower case.
    pub joints: Vec<String>,
    /// Digits of numbers as speech is written down.
    pub spelled: String,
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
    /// Behind a label whose two values should be one (`不一致`), and before both.
    pub apart: Vec<String>,
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
    /// First three letters of a day of the week, as Java and C print them before the month.
    pub weekdays: Vec<String>,
    /// Words between day and month, and between month and year (`tháng`, `năm`).
    pub joints: Vec<String>,
    /// Eras by which years are counted, with the last year in which those were born who are grown up.
    pub eras: Vec<(String, u32)>,
    /// Between two dates in Thai.
    pub until: String,
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
