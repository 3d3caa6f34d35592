//! Chinese addresses in running text, by their structure: 广东省深圳市南山区科技园路3号5栋.

use std::ops::Range;

use aho_corasick::AhoCorasick;

use super::outcomes::Outcomes;
use crate::patterns::schema::AddressWords;
use crate::redact::pass::{Pass, Rule};
use crate::redact::words::lookup::literals;
use crate::redact::words::script::is_han;
use crate::redact::words::spans::valid_prefix;

/// Characters of a building's name, at most.
const BUILDING: usize = 14;
/// So many characters the number of a house, a floor and a room may have.
const LONGEST_NUMBER: usize = 40;

/// Of what addresses are made; see [`AddressWords`].
pub(crate) struct Addresses {
    units: Vec<char>,
    houses: Vec<char>,
    anchors: AhoCorasick,
    numerals: Vec<char>,
    house_ends: Vec<char>,
    buildings: Vec<char>,
    regions: Vec<String>,
    leads: Vec<String>,
    leads_begin: Vec<char>,
}

impl Addresses {
    pub fn new(words: &AddressWords) -> Self {
        let begin = words.leads.iter().filter_map(|lead| lead.chars().next());
        Self {
            units: words.units.chars().collect(),
            houses: words.houses.chars().collect(),
            anchors: literals(words.anchors.chars().map(String::from)),
            numerals: words.numerals.chars().collect(),
            house_ends: words.house_ends.chars().collect(),
            buildings: words.buildings.chars().collect(),
            regions: words.regions.clone(),
            leads_begin: begin.collect(),
            leads: words.leads.clone(),
        }
    }

    /// The next address at or after `from`.
    pub fn find(&self, t: &[u8], mut from: usize) -> Option<Range<usize>> {
        // the name of a district may hold an anchor: 鼓楼区
        let floor = from;
        loop {
            let house = from + self.anchors.find(t.get(from..)?)?.start();
            match self.around(t, floor, house) {
                Some(span) => return Some(span),
                None => from = house + 3,
            }
        }
    }

    /// The address around the anchor at `house` that begins at `floor` or behind it.
    fn around(&self, t: &[u8], floor: usize, house: usize) -> Option<Range<usize>> {
        let before = text_before(t, floor, house);
        // a digit (in any writing) stands before 号
        let last = before.chars().next_back()?;
        if !(last.is_ascii_digit() || self.numerals.contains(&last) || last.is_ascii_uppercase()) {
            return None;
        }
        let run: usize = before
            .chars()
            .rev()
            .take_while(|c| belongs(*c))
            .map(char::len_utf8)
            .sum();
        let mut run = &before[before.len() - run..];
        if run.contains(&self.leads_begin[..])
            && let Some((i, lead)) = self
                .leads
                .iter()
                .filter_map(|l| run.rfind(l.as_str()).map(|i| (i, l)))
                .filter(|(i, l)| self.units(&run[i + l.len()..]) >= 2)
                .max()
        {
            run = &run[i + lead.len()..];
        }
        if self.units(run) < 2 {
            return None;
        }
        let mut start = house - run.len();
        // a run without spaces may begin with a verb; an address begins at most 12 characters before its first unit
        if let Some(first) = run.find(&self.units[..]) {
            let head: usize = run[..first].chars().rev().take(8).map(char::len_utf8).sum();
            start += first - head;
        }
        let after = valid_prefix(&t[house..t.len().min(house + 4 * LONGEST_NUMBER)]);
        let mut end = house;
        let mut pending = 0;
        for c in after.chars().take(LONGEST_NUMBER) {
            pending += c.len_utf8();
            if self.houses.contains(&c) || self.units.contains(&c) || self.house_ends.contains(&c) {
                end += pending;
                pending = 0;
            } else if !(c.is_ascii_alphanumeric() || c == '-' || self.numerals.contains(&c)) {
                break;
            } else if after[..end - house + pending].ends_with(|c: char| c.is_ascii_digit()) {
                end += pending;
                pending = 0;
            }
        }
        end += self.building(&after[end - house..]);
        (end > start).then_some(start..end)
    }

    /// The length of a building's name and its rooms behind a house number: 华星时代广场3幢502室, 方恒国际3号楼1208.
    fn building(&self, rest: &str) -> usize {
        let mut end = 0;
        loop {
            let tail = &rest[end..];
            let name: usize = tail
                .chars()
                .take(BUILDING)
                .take_while(|c| is_han(*c))
                .map(char::len_utf8)
                .sum();
            let named = tail[..name].ends_with(&self.buildings[..]);
            let number = tail[name..]
                .bytes()
                .take_while(|c| c.is_ascii_alphanumeric() || *c == b'-')
                .count();
            let unit: usize = tail[name + number..]
                .chars()
                .take(2)
                .take_while(|c| self.houses.contains(c) || self.house_ends.contains(c))
                .map(char::len_utf8)
                .sum();
            let further = end > 0 && name == 0 && number > 0;
            if !(further || named && number > 0 && unit > 0) {
                return end;
            }
            end += name + number + unit;
        }
    }

    /// Does a text hold a word of an administrative unit, a street or a house?
    pub fn has_unit(&self, text: &str) -> bool {
        text.contains(|c| self.units.contains(&c) || self.houses.contains(&c))
    }

    fn units(&self, run: &str) -> usize {
        let region = self
            .regions
            .iter()
            .any(|region| run.contains(region.as_str()));
        run.chars().filter(|c| self.units.contains(c)).count() + usize::from(region)
    }
}

impl Pass<'_> {
    /// Chinese addresses by their structure: at least two administrative units and a house number.
    pub(crate) fn addresses(&mut self, t: &[u8], at: usize, mark: usize) {
        let core = self.core;
        let Some(category) = core.address_category else {
            return;
        };
        let mut from = 0;
        while let Some(span) = core.addresses.find(t, from) {
            from = span.end;
            // what a label took may end too early, and a name before an address may have been taken for the name of its town
            let placed = at + span.start..at + span.end;
            let start = self.scratch.edits.behind(mark, &placed) - at;
            let left = &t[start..span.end];
            if left.len() < span.len() && !core.addresses.has_unit(&String::from_utf8_lossy(left)) {
                continue;
            }
            let rule = Rule::Named("address by its structure");
            self.take(left, at + start..at + span.end, category, rule, 0, b"");
        }
    }
}

/// The length of an address without what a log says behind its last comma: `88 Jalan Ampang, Kuala Lumpur, verify passed`.
///
/// A part goes only if it is plainly none of an address: words of a sentence, all in lower case where the address itself is not, Chinese ones that
/// hold no unit behind an address in Latin letters, or an outcome.
pub(crate) fn without_prose(run: &[u8], outcomes: &Outcomes, units: &Addresses) -> usize {
    let capital = run.iter().any(u8::is_ascii_uppercase);
    let mut end = run.len();
    while let Some(comma) = memchr::memrchr(b',', &run[..end]) {
        let part = run[comma + 1..end].trim_ascii();
        let sentence = capital
            && part.iter().filter(|c| **c == b' ').count() > 0
            && part.first().is_some_and(u8::is_ascii_lowercase)
            && !part.iter().any(|c| c.is_ascii_uppercase() || *c >= 0x80);
        let chinese = matches!(part.first(), Some(0xe4..=0xe9))
            && run[..comma].is_ascii()
            && !units.has_unit(valid_prefix(part));
        if !(sentence || chinese || outcomes.begins(part)) {
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

fn belongs(c: char) -> bool {
    is_han(c) || c.is_ascii_alphanumeric() || matches!(c, '-' | '(' | ')' | '#')
}

fn text_before(t: &[u8], floor: usize, end: usize) -> &str {
    let from = end.saturating_sub(180).max(floor);
    (from..end.min(from + 4))
        .find_map(|i| std::str::from_utf8(&t[i..end]).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::Addresses;
    use crate::patterns::Patterns;

    #[test]
    fn addresses_and_what_is_none() {
        let patterns = Patterns::builtin().expect("built-in packs");
        let addresses = Addresses::new(&patterns.addresses);
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
                addresses.find(text.as_bytes(), 0).map(|s| &text[s]),
                expected,
                "{text}"
            );
        }
    }
}
