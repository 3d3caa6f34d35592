//! The built-in packs, read as the documentation of [`super::schema`] says: well formed, consistent, and true to their own examples.

use std::collections::{BTreeSet, HashMap};

use regex::bytes::Regex;
use serde::Deserialize;

use super::schema::{Alone, Category, FieldClass, Names, Pack, Pattern};
use crate::redact::checksum;

const PACKS: &[(&str, &str)] = &[
    ("cn", include_str!("../../patterns/cn.toml")),
    ("hk", include_str!("../../patterns/hk.toml")),
    ("mo", include_str!("../../patterns/mo.toml")),
    ("tw", include_str!("../../patterns/tw.toml")),
    ("sg", include_str!("../../patterns/sg.toml")),
    ("th", include_str!("../../patterns/th.toml")),
    ("my", include_str!("../../patterns/my.toml")),
    ("id", include_str!("../../patterns/id.toml")),
    ("ph", include_str!("../../patterns/ph.toml")),
    ("vn", include_str!("../../patterns/vn.toml")),
    ("jp", include_str!("../../patterns/jp.toml")),
    ("kr", include_str!("../../patterns/kr.toml")),
    ("in", include_str!("../../patterns/in.toml")),
    ("asia", include_str!("../../patterns/asia.toml")),
    ("common", include_str!("../../patterns/common.toml")),
    ("credential", include_str!("../../patterns/credential.toml")),
];

#[derive(Deserialize)]
struct Categories {
    category: Vec<Category>,
}

#[derive(Deserialize)]
struct Fields {
    class: Vec<FieldClass>,
}

fn categories() -> Vec<Category> {
    toml::from_str::<Categories>(include_str!("../../patterns/categories.toml"))
        .unwrap()
        .category
}

fn fields() -> Vec<FieldClass> {
    toml::from_str::<Fields>(include_str!("../../patterns/fields.toml"))
        .unwrap()
        .class
}

fn names() -> Names {
    toml::from_str(include_str!("../../patterns/names.toml")).unwrap()
}

fn patterns() -> Vec<(&'static str, Pattern)> {
    let mut all = Vec::new();
    for (name, text) in PACKS {
        let pack: Pack =
            toml::from_str(text).unwrap_or_else(|error| panic!("{name}.toml: {error}"));
        assert!(!pack.title.is_empty(), "{name}.toml has no title");
        all.extend(pack.pattern.into_iter().map(|pattern| (*name, pattern)));
    }
    all
}

/// One element of a shape and how often it stands there.
struct Element {
    kind: u8,
    least: usize,
    most: usize,
}

/// `A9{6}X` in elements. Panics with a message when it is not well formed.
fn elements(shape: &str) -> Vec<Element> {
    let mut out: Vec<Element> = Vec::new();
    let mut rest = shape;
    while let Some(first) = rest.chars().next() {
        if first == '{' {
            let (count, after) = rest[1..]
                .split_once('}')
                .unwrap_or_else(|| panic!("{shape}: brace without end"));
            let (least, most) = count.split_once(',').unwrap_or((count, count));
            let last = out
                .last_mut()
                .unwrap_or_else(|| panic!("{shape}: repeats nothing"));
            (last.least, last.most) = (least.parse().unwrap(), most.parse().unwrap());
            assert!(
                last.least <= last.most && last.most > 0,
                "{shape}: empty repetition"
            );
            rest = after;
        } else {
            assert!(
                first.is_ascii_alphanumeric() && !first.is_ascii_lowercase(),
                "{shape}: {first}"
            );
            out.push(Element {
                kind: first as u8,
                least: 1,
                most: 1,
            });
            rest = &rest[1..];
        }
    }
    assert!(!out.is_empty());
    out
}

/// Does a compact value have the shape?
fn fits(elements: &[Element], value: &[u8]) -> bool {
    let Some((element, rest)) = elements.split_first() else {
        return value.is_empty();
    };
    let is = |byte: &u8| match element.kind {
        b'9' => byte.is_ascii_digit(),
        b'A' => byte.is_ascii_uppercase(),
        b'X' => byte.is_ascii_alphanumeric(),
        literal => *byte == literal,
    };
    let run = value
        .iter()
        .take_while(|byte| is(byte))
        .count()
        .min(element.most);
    (element.least..=run)
        .rev()
        .any(|count| fits(rest, &value[count..]))
}

/// Upper case, without what may divide the groups of a number.
fn compact(value: &str) -> Vec<u8> {
    let dividers = [' ', '-', '.', '/', '(', ')', '（', '）'];
    value
        .chars()
        .filter(|c| !dividers.contains(c))
        .collect::<String>()
        .to_uppercase()
        .into_bytes()
}

/// Is the whole value found by shape or expression, and accepted by the check? Boundaries and context are the scanner's.
fn accepts(pattern: &Pattern, value: &str) -> bool {
    let check = pattern
        .check
        .as_deref()
        .map(|name| checksum::by_name(name).unwrap());
    let compacted = compact(value);
    let by_shape = pattern
        .shape
        .iter()
        .any(|shape| fits(&elements(shape), &compacted));
    let by_regex = pattern.regex.as_deref().is_some_and(|source| {
        let needed = pattern
            .needs
            .iter()
            .any(|need| value.to_lowercase().contains(&need.to_lowercase()));
        let regex = Regex::new(source).unwrap();
        needed
            && regex.captures(value.as_bytes()).is_some_and(|found| {
                let secret = found
                    .name("secret")
                    .unwrap_or_else(|| found.get(0).unwrap());
                check.is_none_or(|check| {
                    check(&compact(&String::from_utf8_lossy(secret.as_bytes())))
                })
            })
    });
    by_regex || (by_shape && check.is_none_or(|check| check(&compacted)))
}

#[test]
fn categories_are_unique_and_their_labels_plain() {
    let mut ids = BTreeSet::new();
    for category in categories() {
        assert!(ids.insert(category.id.clone()), "{} twice", category.id);
        let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        assert!(
            category.label.bytes().all(plain),
            "{}: label {}",
            category.id,
            category.label
        );
        if let Some((family, _)) = category.id.split_once('.') {
            assert!(
                ids.contains(family),
                "{} stands before its family",
                category.id
            );
        }
    }
}

#[test]
fn patterns_are_well_formed() {
    let categories: BTreeSet<_> = categories()
        .into_iter()
        .map(|category| category.id)
        .collect();
    let mut ids = BTreeSet::new();
    for (pack, pattern) in patterns() {
        let id = &pattern.id;
        assert!(ids.insert(id.clone()), "{id} twice");
        assert!(
            id.strip_prefix(pack)
                .is_some_and(|rest| rest.starts_with('.')),
            "{id} does not begin with its pack's name"
        );
        assert!(
            categories.contains(&pattern.category),
            "{id}: no category {}",
            pattern.category
        );
        assert!(
            !pattern.title.is_empty() && !pattern.source.is_empty(),
            "{id}: title or source is missing"
        );
        assert!(
            !pattern.shape.is_empty() || pattern.regex.is_some(),
            "{id}: neither shape nor regex"
        );
        assert_eq!(
            pattern.regex.is_some(),
            !pattern.needs.is_empty(),
            "{id}: regex and needs belong together"
        );
        if let Some(regex) = &pattern.regex {
            Regex::new(regex).unwrap_or_else(|error| panic!("{id}: {error}"));
        }
        if let Some(check) = &pattern.check {
            assert!(checksum::by_name(check).is_some(), "{id}: no check {check}");
        }
        let lengths: Vec<_> = pattern
            .shape
            .iter()
            .map(|shape| {
                let elements = elements(shape);
                (
                    elements.iter().map(|e| e.least).sum::<usize>(),
                    elements.iter().map(|e| e.most).sum::<usize>(),
                )
            })
            .collect();
        for group in pattern.groups.iter().filter(|group| *group != "*") {
            let total: usize = group
                .split('-')
                .map(|length| {
                    length
                        .parse::<usize>()
                        .unwrap_or_else(|_| panic!("{id}: group {group}"))
                })
                .sum();
            assert!(
                lengths
                    .iter()
                    .any(|(least, most)| (*least..=*most).contains(&total)),
                "{id}: group {group} fits no shape"
            );
        }
        if pattern.alone == Alone::Grouped {
            assert!(
                !pattern.groups.is_empty(),
                "{id}: alone when grouped, but has no groups"
            );
        }
        if pattern.alone == Alone::Never {
            assert!(
                !pattern.context.is_empty() || pattern.country.is_some(),
                "{id}: can never count"
            );
        }
        assert!(
            !pattern.matches.is_empty() && !pattern.rejects.is_empty(),
            "{id}: examples are missing"
        );
    }
}

#[test]
fn examples_fit_their_pattern() {
    let mut failures = Vec::new();
    for (_, pattern) in patterns() {
        failures.extend(
            pattern
                .matches
                .iter()
                .filter(|value| !accepts(&pattern, value))
                .map(|value| format!("{}: not found: {value}", pattern.id)),
        );
        // Boundaries, and what is written in groups, only the scanner knows.
        let scanner_decides = |value: &str| {
            pattern.regex.is_some()
                || (pattern.alone == Alone::Grouped && compact(value) == value.as_bytes())
        };
        failures.extend(
            pattern
                .rejects
                .iter()
                .filter(|value| !scanner_decides(value) && accepts(&pattern, value))
                .map(|value| format!("{}: found: {value}", pattern.id)),
        );
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn field_classes_are_consistent() {
    let categories: BTreeSet<_> = categories()
        .into_iter()
        .map(|category| category.id)
        .collect();
    let mut ids = BTreeSet::new();
    let mut owners: HashMap<String, String> = HashMap::new();
    for class in fields() {
        assert!(ids.insert(class.id.clone()), "{} twice", class.id);
        assert!(
            !(class.safe && class.category.is_some()),
            "{}: safe and of a category",
            class.id
        );
        if let Some(category) = &class.category {
            assert!(
                categories.contains(category),
                "{}: no category {category}",
                class.id
            );
        }
        assert!(
            !class.exact.is_empty() || !class.suffix.is_empty(),
            "{} claims nothing",
            class.id
        );
        for entry in &class.exact {
            let normal: String = entry
                .to_lowercase()
                .chars()
                .filter(|c| !matches!(c, '_' | '-' | '.' | ':') && !c.is_whitespace())
                .collect();
            if let Some(owner) = owners.insert(normal, class.id.clone()) {
                panic!("{entry} stands in {owner} and in {}", class.id);
            }
        }
    }
}

#[test]
fn names_hold_what_the_detector_needs() {
    let names = names();
    assert!(
        names.surnames.len() >= 500 && names.surnames.iter().all(|name| name.chars().count() == 1)
    );
    assert!(
        names.compound_surnames.len() >= 80
            && names
                .compound_surnames
                .iter()
                .all(|name| name.chars().count() >= 2)
    );
    assert!(names.korean_surnames.len() >= 100 && names.japanese_surnames.len() >= 300);
    let surnames: BTreeSet<_> = names
        .surnames
        .iter()
        .filter_map(|name| name.chars().next())
        .collect();
    assert!(surnames.contains(&'高') && surnames.contains(&'陳') && surnames.contains(&'陈'));
    let words: BTreeSet<_> = names.chinese_words.iter().map(String::as_str).collect();
    for word in [
        "高级", "金额", "方法", "成功", "时间", "余额", "平台", "安全", "常见", "時間", "餘額",
    ] {
        assert!(words.contains(word), "{word} would be a name");
    }
    assert!(
        names
            .latin_words
            .iter()
            .chain(&names.latin_names)
            .all(|word| *word == word.to_lowercase())
    );
}
