//! Judges one redacted record by its labels.

use super::decode::{self, Haystack};
use super::place::Tree;
use crate::generate::labels::{Keep, Labels, Plant};

/// A record before and after, opened.
pub struct Case<'a> {
    /// Labels of the record.
    pub labels: &'a Labels,
    raw: Haystack,
    out: Haystack,
    tree: Option<Tree>,
    raw_tree: Option<Tree>,
    /// What must survive, so that a planted value that also stands in it is not taken for a leak.
    kept: String,
    kept_compact: String,
}

impl<'a> Case<'a> {
    /// Opens both lines.
    pub fn new(raw: &str, redacted: &str, labels: &'a Labels) -> Self {
        let kept = decode::fold(
            &labels
                .keeps
                .iter()
                .map(|k| k.value.as_str())
                .collect::<Vec<_>>()
                .join("\n"),
        );
        Self {
            labels,
            raw: Haystack::of(raw),
            out: Haystack::of_redacted(redacted),
            tree: Tree::parse(redacted),
            raw_tree: Tree::parse(raw),
            kept_compact: decode::compact(&kept),
            kept,
        }
    }

    /// Whether a planted value, or a telling part of it, can be read from the output.
    pub fn leaked(&self, plant: &Plant) -> bool {
        // Components of a feature vector are numbers, not a payload.
        if plant.is_payload() && plant.value.len() > 16 {
            return self.payload_leaked(plant);
        }
        let folded = decode::fold(plant.value.trim());
        let letters = folded.chars().filter(|c| c.is_alphanumeric()).count();
        // Two characters of Chinese or Korean are a name; two letters of Latin are anything.
        let telling = letters >= 4
            || (letters >= 2 && folded.chars().all(|c| !c.is_ascii()) && plant.class == "name");
        if !telling {
            return self.short_leaked(plant, &folded);
        }
        if more(&self.out.folded, &self.kept, &folded, plant.class == "name") {
            return true;
        }
        let digits = folded.bytes().filter(u8::is_ascii_digit).count();
        if digits >= 6 {
            let compact = decode::compact(&folded);
            if more(&self.out.compact, &self.kept_compact, &compact, false) {
                return true;
            }
        }
        match plant.class.as_str() {
            "name" => folded
                .split(|c: char| c.is_whitespace() || c == '·' || c == ',')
                .any(|part| {
                    let n = part.chars().count();
                    let enough = if part.is_ascii() { n >= 4 } else { n >= 2 };
                    enough && part != folded && more(&self.out.folded, &self.kept, part, true)
                }),
            "address" => self.window_leaked(&folded),
            _ => false,
        }
    }

    /// A good piece of an address: eight characters in a row of a script without spaces, eighteen of another.
    fn window_leaked(&self, folded: &str) -> bool {
        let chars: Vec<char> = folded.chars().collect();
        let wide = chars
            .iter()
            .filter(|c| ('\u{3040}'..='\u{ffdc}').contains(*c))
            .count()
            * 2
            > chars.len();
        let width = if wide { 8 } else { 18 };
        chars.windows(width).any(|w| {
            let piece: String = w.iter().collect();
            self.out.folded.contains(&piece) && !self.kept.contains(&piece)
        })
    }

    /// A value so short that it may stand anywhere: it leaked if it still is where it was.
    fn short_leaked(&self, plant: &Plant, folded: &str) -> bool {
        if let Some(now) = self.tree.as_ref().and_then(|t| t.at(&plant.path)) {
            return decode::fold(now.trim()) == *folded;
        }
        // The path leads into an encoding that is no JSON: `key`, up to eight other characters, the value.
        let key = decode::fold(plant.path.rsplit(['.', ']']).next().unwrap_or_default());
        !key.is_empty() && next_to(&self.out.folded, &key, folded)
    }

    /// Whether a run of 64 characters of a payload stands in the output.
    fn payload_leaked(&self, plant: &Plant) -> bool {
        let value = decode::payload(&plant.value);
        let body = value
            .split_once("base64,")
            .map_or(value.as_str(), |(_, body)| body);
        let head = &body[..body.len().min(40)];
        let Some(start) = self.raw.payload.find(head) else {
            return more(&self.out.payload, "", head, false);
        };
        let is_payload = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'.');
        let rest = &self.raw.payload.as_bytes()[start..];
        let payload = &rest[..rest
            .iter()
            .position(|b| !is_payload(*b))
            .unwrap_or(rest.len())];
        // A common run of 64 holds an aligned block of 32.
        self.out
            .payload
            .as_bytes()
            .split(|b| !is_payload(*b))
            .filter(|run| run.len() >= 64)
            .any(|run| {
                let finder = |block: &[u8]| memchr::memmem::find(payload, block).is_some();
                run.chunks_exact(32).any(finder)
            })
    }

    /// Whether something that must survive did, or was cut by the logger already.
    pub fn survived(&self, keep: &Keep) -> bool {
        stands(self.tree.as_ref(), &self.out, keep)
            || !stands(self.raw_tree.as_ref(), &self.raw, keep)
    }
}

/// Whether what must survive stands in a record, at its place or, if the path leads into what can't be parsed, beside its key.
fn stands(tree: Option<&Tree>, record: &Haystack, keep: &Keep) -> bool {
    if let Some(now) = tree.and_then(|t| t.at(&keep.path)) {
        return now == keep.value || (keep.value.chars().count() >= 4 && now.contains(&keep.value));
    }
    if record.exact.contains(&keep.value) && keep.value.chars().count() >= 4 {
        return true;
    }
    let folded = decode::fold(&keep.value);
    let key = decode::fold(keep.path.rsplit(['.', ']']).next().unwrap_or_default());
    if folded.chars().count() >= 4 {
        record.folded.contains(&folded)
    } else {
        key.is_empty() || next_to(&record.folded, &key, &folded)
    }
}

/// Whether `needle` stands in `text`, and not because it is a part of what must survive.
fn more(text: &str, kept: &str, needle: &str, words: bool) -> bool {
    !needle.is_empty()
        && !kept.contains(needle)
        && text
            .match_indices(needle)
            .any(|(at, _)| !words || is_word(text, at, needle))
}

/// Whether a hit of Latin letters stands by itself. Other scripts do not divide words.
fn is_word(hay: &str, at: usize, needle: &str) -> bool {
    let before = hay[..at].chars().next_back();
    let after = hay[at + needle.len()..].chars().next();
    let joins = |c: Option<char>, edge: Option<char>| {
        c.zip(edge)
            .is_some_and(|(c, e)| c.is_ascii_alphanumeric() && e.is_ascii_alphanumeric())
    };
    !joins(before, needle.chars().next()) && !joins(after, needle.chars().next_back())
}

/// Whether `value` follows `key` with only a little punctuation, or the tail of a key/value pair, between.
fn next_to(hay: &str, key: &str, value: &str) -> bool {
    hay.match_indices(key).any(|(at, _)| {
        let rest = &hay[at + key.len()..];
        let between = rest
            .char_indices()
            .take(16)
            .find(|(_, c)| c.is_alphanumeric() || *c == '-')
            .map_or(0, |(i, _)| i);
        let rest = rest[between..]
            .strip_prefix("![cdata[")
            .or_else(|| rest[between..].strip_prefix("cdata["))
            .unwrap_or(&rest[between..]);
        rest.strip_prefix(value)
            .is_some_and(|after| !after.chars().next().is_some_and(char::is_alphanumeric))
    })
}

/// Whether every JSON text inside a string of `raw` is one in `out` as well, or was replaced as a whole.
pub fn still_parses(raw: &Tree, out: &Tree) -> bool {
    match (raw, out) {
        (Tree::Text(a), Tree::Text(b)) => {
            if a == b {
                return true;
            }
            match (raw.opened(), out.opened()) {
                (Tree::Text(_) | Tree::Bare(_), _) => encoded_still_parses(a, b),
                (
                    inner_a @ (Tree::List(_) | Tree::Map(_)),
                    inner_b @ (Tree::List(_) | Tree::Map(_)),
                ) => still_parses(&inner_a, &inner_b),
                // The whole text was replaced by one that says so, or, as a list of numbers is, by a JSON string that does.
                (_, inner) => {
                    let b = if let Tree::Text(inner) = &inner {
                        inner.as_str()
                    } else {
                        b
                    };
                    b.starts_with('[') && b.ends_with(']') && !b.contains('"')
                }
            }
        }
        (Tree::List(a), Tree::List(b)) => a.iter().zip(b).all(|(a, b)| still_parses(a, b)),
        (Tree::Map(a), Tree::Map(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|((_, a), (_, b))| still_parses(a, b))
        }
        _ => true,
    }
}

/// Where [`still_parses`] says no: the path, or nothing.
pub fn unparsed_path(raw: &Tree, out: &Tree) -> String {
    let step = |parts: Vec<(String, &Tree, &Tree)>| {
        let bad = parts.into_iter().find(|(_, a, b)| !still_parses(a, b));
        bad.map_or_else(String::new, |(name, a, b)| {
            format!("{name}{}", unparsed_path(a, b))
        })
    };
    match (raw, out) {
        (Tree::Map(a), Tree::Map(b)) => step(
            a.iter()
                .zip(b)
                .map(|((k, a), (_, b))| (format!(".{k}"), a, b))
                .collect(),
        ),
        (Tree::List(a), Tree::List(b)) => step(
            a.iter()
                .zip(b)
                .enumerate()
                .map(|(i, (a, b))| (format!("[{i}]"), a, b))
                .collect(),
        ),
        (Tree::Text(_), Tree::Text(_)) => match (raw.opened(), out.opened()) {
            (a @ (Tree::Map(_) | Tree::List(_)), b @ (Tree::Map(_) | Tree::List(_))) => {
                unparsed_path(&a, &b)
            }
            _ => String::new(),
        },
        _ => String::new(),
    }
}

/// The same for JSON inside base64, percent-encoding and entities.
fn encoded_still_parses(a: &str, b: &str) -> bool {
    let open = |s: &str| -> Option<Tree> {
        let trimmed = s.trim();
        // All of it, not a token somewhere in it.
        let all = trimmed
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_' | b'='));
        let base64 = || {
            let texts = if all {
                decode::base64_texts(trimmed)
            } else {
                Vec::new()
            };
            texts.into_iter().find_map(|t| Tree::parse(&t))
        };
        let percent = || {
            trimmed
                .starts_with('%')
                .then(|| decode::percent(trimmed))
                .flatten()
                .and_then(|t| Tree::parse(&t))
        };
        let entities = || {
            trimmed
                .starts_with('{')
                .then(|| decode::entities(trimmed))
                .flatten()
                .and_then(|t| Tree::parse(&t))
        };
        base64()
            .or_else(percent)
            .or_else(entities)
            .filter(|t| matches!(t, Tree::Map(_) | Tree::List(_)))
    };
    match open(a) {
        Some(before) => match open(b) {
            Some(after) => still_parses(&before, &after),
            None => b.starts_with('[') && b.ends_with(']'),
        },
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::{Generator, Settings};

    /// If nothing is redacted, everything must be seen to leak and to survive: the check itself overlooks nothing.
    #[test]
    fn a_copy_leaks_everything() {
        let mut generator = Generator::new(Settings {
            seed: 77,
            hard: 0.5,
            ..Settings::default()
        });
        let (mut plants, mut overlooked) = (0, Vec::new());
        for _ in 0..400 {
            let mut line = String::new();
            let labels = generator.record(&mut line);
            let case = Case::new(&line, &line, &labels);
            plants += labels.plants.len();
            overlooked.extend(labels.plants.iter().filter(|p| !case.leaked(p)).cloned());
            for keep in &labels.keeps {
                assert!(case.survived(keep), "line {} {keep:?}", labels.line);
            }
            let tree = Tree::parse(&line).unwrap();
            assert!(still_parses(&tree, &tree));
        }
        assert!(
            overlooked.len() * 2000 < plants,
            "{} of {plants}: {overlooked:#?}",
            overlooked.len()
        );
    }

    /// If a record is gone, nothing of it leaks and nothing survives.
    #[test]
    fn an_empty_record_leaks_nothing() {
        let mut generator = Generator::new(Settings {
            seed: 78,
            hard: 0.5,
            ..Settings::default()
        });
        for _ in 0..200 {
            let mut line = String::new();
            let labels = generator.record(&mut line);
            let case = Case::new(&line, "{}", &labels);
            assert!(labels.plants.iter().all(|p| !case.leaked(p)));
        }
    }
}
