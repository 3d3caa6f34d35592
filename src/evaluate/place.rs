//! Finds a path's value in a record, through JSON texts inside strings. A parser of its own: numbers stay as they are written.

/// A JSON value whose scalars are texts.
#[derive(Clone, Debug, PartialEq)]
pub enum Tree {
    /// A string, unescaped.
    Text(String),
    /// A number, boolean or null, as written.
    Bare(String),
    /// An array.
    List(Vec<Tree>),
    /// An object, duplicate keys included.
    Map(Vec<(String, Tree)>),
}

impl Tree {
    /// Parses a JSON text. None if it isn't one.
    pub fn parse(text: &str) -> Option<Self> {
        // The standard's own judgement first, so that the walk below may be simple.
        serde_json::from_str::<serde::de::IgnoredAny>(text).ok()?;
        let mut at = 0;
        Self::value(text, &mut at)
    }

    fn value(s: &str, at: &mut usize) -> Option<Self> {
        skip(s, at);
        match s.as_bytes().get(*at)? {
            b'{' => {
                *at += 1;
                let mut out = Vec::new();
                loop {
                    skip(s, at);
                    match s.as_bytes().get(*at)? {
                        b'}' => {
                            *at += 1;
                            return Some(Self::Map(out));
                        }
                        b',' => *at += 1,
                        _ => {
                            let Self::Text(key) = Self::value(s, at)? else {
                                return None;
                            };
                            skip(s, at);
                            *at += 1;
                            out.push((key, Self::value(s, at)?));
                        }
                    }
                }
            }
            b'[' => {
                *at += 1;
                let mut out = Vec::new();
                loop {
                    skip(s, at);
                    match s.as_bytes().get(*at)? {
                        b']' => {
                            *at += 1;
                            return Some(Self::List(out));
                        }
                        b',' => *at += 1,
                        _ => out.push(Self::value(s, at)?),
                    }
                }
            }
            b'"' => {
                let start = *at;
                *at += 1;
                loop {
                    match s.as_bytes().get(*at)? {
                        b'\\' => *at += 2,
                        b'"' => break,
                        _ => *at += 1,
                    }
                }
                *at += 1;
                serde_json::from_str(&s[start..*at]).ok().map(Self::Text)
            }
            _ => {
                let start = *at;
                while s
                    .as_bytes()
                    .get(*at)
                    .is_some_and(|b| !matches!(b, b',' | b'}' | b']') && !b.is_ascii_whitespace())
                {
                    *at += 1;
                }
                Some(Self::Bare(s[start..*at].to_owned()))
            }
        }
    }

    /// The JSON value inside a string, through quotes of quotes; the value itself if it is no such string.
    pub fn opened(&self) -> Self {
        let mut here = self.clone();
        while let Self::Text(text) = &here {
            let start = text.trim_start();
            if !start.starts_with(['{', '[', '"']) {
                break;
            }
            match Self::parse(text) {
                Some(inner) => here = inner,
                None => break,
            }
        }
        here
    }

    /// The scalar at a path such as `Request.Faces[0].Image`.
    pub fn at(&self, path: &str) -> Option<String> {
        match (self, path) {
            (Self::Text(s) | Self::Bare(s), "") => Some(s.clone()),
            (_, "") => None,
            (Self::Text(_), _) => match self.opened() {
                Self::Text(_) | Self::Bare(_) => None,
                inner => inner.at(path),
            },
            (Self::List(items), _) => {
                let (index, rest) = path.strip_prefix('[')?.split_once(']')?;
                items.get(index.parse::<usize>().ok()?)?.at(rest)
            }
            // Keys may themselves have dots: whichever key the path begins with.
            (Self::Map(entries), _) => entries.iter().find_map(|(key, value)| {
                let rest = path
                    .strip_prefix('.')
                    .unwrap_or(path)
                    .strip_prefix(key.as_str())?;
                if !(rest.is_empty() || rest.starts_with(['.', '['])) {
                    return None;
                }
                value.at(rest)
            }),
            (Self::Bare(_), _) => None,
        }
    }
}

/// The path of the first place in which two records differ, through JSON texts in strings. None if they differ only in writing.
pub fn first_difference(a: &Tree, b: &Tree) -> Option<String> {
    match (a, b) {
        (Tree::Map(x), Tree::Map(y)) if x.len() == y.len() => {
            x.iter().zip(y).find_map(|((k, a), (l, b))| {
                if k == l {
                    first_difference(a, b).map(|rest| format!(".{k}{rest}"))
                } else {
                    Some(format!(".{l} (key)"))
                }
            })
        }
        (Tree::List(x), Tree::List(y)) if x.len() == y.len() => x
            .iter()
            .zip(y)
            .enumerate()
            .find_map(|(i, (a, b))| first_difference(a, b).map(|rest| format!("[{i}]{rest}"))),
        (Tree::Text(_), Tree::Text(_)) if a != b => match (a.opened(), b.opened()) {
            (x @ (Tree::Map(_) | Tree::List(_)), y @ (Tree::Map(_) | Tree::List(_))) => {
                first_difference(&x, &y).or(Some(String::new()))
            }
            _ => Some(String::new()),
        },
        _ => (a != b).then(String::new),
    }
}

fn skip(s: &str, at: &mut usize) {
    while s.as_bytes().get(*at).is_some_and(u8::is_ascii_whitespace) {
        *at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_go_through_texts() {
        let text = r#"{"a":"{\"b\":[1.50,{\"c\":\"x\"}]}","d":"\"{\\\"e\\\":null}\""}"#;
        let tree = Tree::parse(text).unwrap();
        assert_eq!(tree.at("a.b[0]").as_deref(), Some("1.50"));
        assert_eq!(tree.at("a.b[1].c").as_deref(), Some("x"));
        assert_eq!(tree.at("d.e").as_deref(), Some("null"));
        assert_eq!(tree.at("a.b[7]"), None);
        let other = Tree::parse(&text.replace('x', "y")).unwrap();
        assert_eq!(
            first_difference(&tree, &other).as_deref(),
            Some(".a.b[1].c")
        );
        assert_eq!(first_difference(&tree, &tree), None);
    }
}
