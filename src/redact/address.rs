//! Chinese addresses in running text, by their structure: 广东省深圳市南山区科技园路3号5栋.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::lookup::literals;
use super::outcomes::Outcomes;
use super::runs::valid_prefix;
use super::script::is_han;

/// Words that end an administrative unit or a street.
const UNITS: &[char] = &[
    '省', '市', '区', '區', '县', '縣', '镇', '鎮', '乡', '鄉', '村', '里', '路', '街', '道', '巷',
    '弄', '段', '屯', '旗', '州',
];
/// Words that end a house, floor or room.
const HOUSES: &[char] = &[
    '号', '號', '栋', '棟', '幢', '室', '楼', '樓', '座', '层', '層', '户', '戶', '单', '組', '组',
];
/// What the name of a building or an estate ends with.
const BUILDINGS: &[char] = &[
    '场', '場', '厦', '廈', '园', '園', '区', '區', '苑', '城', '心', '际', '際', '寓', '院', '府',
    '庭', '湾', '灣', '轩', '軒', '阁', '閣', '楼', '樓', '座', '里', '居', '墅', '邸', '舍', '台',
    '堡', '门', '廊', '座', '郡', '邨',
];
/// Characters of such a name, at most.
const BUILDING: usize = 14;
/// Places whose addresses name no unit above the street.
const REGIONS: &[&str] = &["九龍", "九龙", "新界", "香港"];
/// Words before an address that do not belong to it.
const LEADS: &[&str] = &[
    "地址", "住址", "位于", "位於", "住在", "家住", "户籍", "為", "为", "是", "在", "至", "到",
    "从", "寄往", "送往", "的",
];
/// How they begin.
const LEADS_BEGIN: &[char] = &[
    '地', '住', '位', '家', '户', '為', '为', '是', '在', '至', '到', '从', '寄', '送', '的',
];

/// So many characters the number of a house, a floor and a room may have.
const LONGEST_NUMBER: usize = 40;

static HOUSE: LazyLock<AhoCorasick> =
    LazyLock::new(|| literals(["号", "號", "室", "栋", "楼", "樓", "幢"]));

/// The next address at or after `from`.
pub(crate) fn find(t: &[u8], mut from: usize) -> Option<Range<usize>> {
    // a house word is rarer than a unit: 号 E5 8F B7, 號 E8 99 9F, 室 E5 AE A4, 栋 E6 A0 8B, 楼 E6 A5 BC, 樓 E6 A8 93, 村 E6 9D 91
    loop {
        let house = from + HOUSE.find(t.get(from..)?)?.start();
        match around(t, house) {
            Some(span) if span.start >= from => return Some(span),
            _ => from = house + 3,
        }
    }
}

fn around(t: &[u8], house: usize) -> Option<Range<usize>> {
    let before = text_before(t, house);
    // a digit (in any writing) stands before 号
    let last = before.chars().next_back()?;
    if !(last.is_ascii_digit()
        || "一二三四五六七八九十百千〇零0123456789甲乙丙丁".contains(last)
        || last.is_ascii_uppercase())
    {
        return None;
    }
    let run: usize = before
        .chars()
        .rev()
        .take_while(|c| belongs(*c))
        .map(char::len_utf8)
        .sum();
    let mut run = &before[before.len() - run..];
    if run.contains(LEADS_BEGIN)
        && let Some((i, lead)) = LEADS
            .iter()
            .filter_map(|l| run.rfind(l).map(|i| (i, l)))
            .filter(|(i, l)| units(&run[i + l.len()..]) >= 2)
            .max()
    {
        run = &run[i + lead.len()..];
    }
    if units(run) < 2 {
        return None;
    }
    let mut start = house - run.len();
    // a run without spaces may begin with a verb; an address begins at most 12 characters before its first unit
    if let Some(first) = run.find(UNITS) {
        let head: usize = run[..first].chars().rev().take(8).map(char::len_utf8).sum();
        start += first - head;
    }
    let after = valid_prefix(&t[house..t.len().min(house + 4 * LONGEST_NUMBER)]);
    let mut end = house;
    let mut pending = 0;
    for c in after.chars().take(LONGEST_NUMBER) {
        pending += c.len_utf8();
        if HOUSES.contains(&c) || UNITS.contains(&c) || c == '元' {
            end += pending;
            pending = 0;
        } else if !(c.is_ascii_alphanumeric() || c == '-' || "一二三四五六七八九十".contains(c))
        {
            break;
        } else if after[..end - house + pending].ends_with(|c: char| c.is_ascii_digit()) {
            end += pending;
            pending = 0;
        }
    }
    end += building(&after[end - house..]);
    (end > start).then_some(start..end)
}

/// The length of a building's name and its rooms behind a house number: 华星时代广场3幢502室, 方恒国际3号楼1208.
fn building(rest: &str) -> usize {
    let mut end = 0;
    loop {
        let tail = &rest[end..];
        let name: usize = tail
            .chars()
            .take(BUILDING)
            .take_while(|c| is_han(*c))
            .map(char::len_utf8)
            .sum();
        let named = tail[..name].ends_with(BUILDINGS);
        let number = tail[name..]
            .bytes()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == b'-')
            .count();
        let unit: usize = tail[name + number..]
            .chars()
            .take(2)
            .take_while(|c| HOUSES.contains(c) || *c == '元' || *c == '期')
            .map(char::len_utf8)
            .sum();
        let further = end > 0 && name == 0 && number > 0;
        if !(further || named && number > 0 && unit > 0) {
            return end;
        }
        end += name + number + unit;
    }
}

/// The length of an address without what a log says behind its last comma: `88 Jalan Ampang, Kuala Lumpur, verify passed`.
///
/// A part goes only if it is plainly none of an address: words of a sentence, all in lower case where the address itself is not, or an outcome.
pub(crate) fn without_prose(run: &[u8], outcomes: &Outcomes) -> usize {
    let capital = run.iter().any(u8::is_ascii_uppercase);
    let mut end = run.len();
    while let Some(comma) = memchr::memrchr(b',', &run[..end]) {
        let part = run[comma + 1..end].trim_ascii();
        let sentence = capital
            && part.iter().filter(|c| **c == b' ').count() > 0
            && part.first().is_some_and(u8::is_ascii_lowercase)
            && !part.iter().any(|c| c.is_ascii_uppercase() || *c >= 0x80);
        if !(sentence || outcomes.begins(part)) {
            break;
        }
        end = comma;
    }
    // `12 Clementi Ave 3 failed`, `… - failed`
    while let Some(blank) = memchr::memrchr(b' ', run[..end].trim_ascii_end()) {
        let word = run[blank..end].trim_ascii();
        let said =
            word == b"-" || (word.iter().all(u8::is_ascii_lowercase) && outcomes.is_one(word));
        if !capital || !said {
            break;
        }
        end = blank;
    }
    run[..end].trim_ascii_end().len()
}

/// Does a text hold a word of an administrative unit, a street or a house?
pub(crate) fn has_unit(text: &str) -> bool {
    text.contains(|c| UNITS.contains(&c) || HOUSES.contains(&c))
}

fn units(run: &str) -> usize {
    let region = REGIONS.iter().any(|region| run.contains(region));
    run.chars().filter(|c| UNITS.contains(c)).count() + usize::from(region)
}

fn belongs(c: char) -> bool {
    is_han(c) || c.is_ascii_alphanumeric() || matches!(c, '-' | '(' | ')' | '#')
}

fn text_before(t: &[u8], end: usize) -> &str {
    let from = end.saturating_sub(180);
    (from..end.min(from + 4))
        .find_map(|i| std::str::from_utf8(&t[i..end]).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn addresses_and_what_is_none() {
        for (text, expected) in [
            (
                "地址广东省深圳市南山区科技园路3号5栋201室 ok",
                Some("广东省深圳市南山区科技园路3号5栋201室"),
            ),
            (
                "户籍：北京市东城区景山前街4号紫禁城",
                Some("北京市东城区景山前街4号"),
            ),
            ("第3号服务器返回错误", None),
            ("订单号12345", None),
        ] {
            assert_eq!(
                find(text.as_bytes(), 0).map(|s| &text[s]),
                expected,
                "{text}"
            );
        }
    }
}
