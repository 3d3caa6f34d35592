//! Word lists that people, places and sentences are composed of. The lists are data (`data/*.txt`), this reads them.

use std::collections::HashMap;
use std::sync::LazyLock;

/// One file: `[section]` lines, then entries. Entries of a line are divided by `|` if it has one, by white space if not.
pub struct Words(HashMap<&'static str, Vec<&'static str>>);

impl Words {
    fn parse(text: &'static str, whole_lines: bool) -> Self {
        let mut sections: HashMap<&'static str, Vec<&'static str>> = HashMap::new();
        let mut section = "";
        for line in text
            .lines()
            .filter(|l| !l.is_empty() && !l.starts_with('#'))
        {
            if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                section = name;
                continue;
            }
            let list = sections.entry(section).or_default();
            if whole_lines {
                list.push(line);
            } else if line.contains('|') {
                list.extend(line.split('|'));
            } else {
                list.extend(line.split_whitespace());
            }
        }
        Self(sections)
    }

    /// The entries of a section. An unknown section gives the empty string alone, which a unit test rules out.
    pub fn get(&self, section: &str) -> &[&'static str] {
        self.0.get(section).map_or(&[""], Vec::as_slice)
    }
}

/// Parts of persons' names.
pub static NAMES: LazyLock<Words> =
    LazyLock::new(|| Words::parse(include_str!("data/names.txt"), false));
/// Sentences that name no person.
pub static PROSE: LazyLock<Words> =
    LazyLock::new(|| Words::parse(include_str!("data/prose.txt"), true));
/// Templates of addresses by country.
pub static PLACES: LazyLock<Words> =
    LazyLock::new(|| Words::parse(include_str!("data/places.txt"), true));
