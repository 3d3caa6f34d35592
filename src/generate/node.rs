//! A tree of what a record says, in which the planted values are marked; written out in one encoding or another.
//!
//! Labels come from a walk over the tree, so they cannot disagree with what is written.

use super::labels::{Carrier, Keep, Labels, Plant, Strength};
use super::wrap::Wrap;

/// A value of a record.
pub enum Node {
    /// A string.
    Text(Leaf),
    /// A number, `true`, `false` or `null`, as it stands.
    Bare(Leaf),
    /// An array.
    List(Vec<Node>),
    /// An object.
    Map(Vec<Entry>),
    /// A value that is written in an encoding of its own, as one string.
    Wrapped(Box<Node>, Wrap),
}

/// A member of an object.
pub struct Entry {
    /// The key.
    pub key: String,
    /// Marks on the key itself.
    pub marks: Vec<Mark>,
    /// The value.
    pub node: Node,
}

/// A scalar and its marks.
#[derive(Clone, Default)]
pub struct Leaf {
    /// As it is written, before any encoding.
    pub text: String,
    /// What is in it.
    pub marks: Vec<Mark>,
}

/// A mark on a scalar.
#[derive(Clone)]
pub enum Mark {
    /// Personal data.
    Plant {
        /// [`Plant::class`].
        class: String,
        /// [`Plant::value`].
        value: String,
        /// [`Plant::carrier`].
        carrier: Carrier,
        /// [`Plant::strength`].
        strength: Strength,
        /// How the value itself is written (`full_width`, `data_uri`), or empty.
        form: &'static str,
    },
    /// Something that must survive: its class. Its value is the whole leaf unless given.
    Keep(String, Option<String>),
}

/// How JSON is written: as different libraries do.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// A space after `:` and `,` (Python).
    pub spaces: bool,
    /// Everything outside ASCII as `\u` escapes (Python, Java).
    pub ascii: bool,
    /// `\/` for `/` (PHP).
    pub slash: bool,
}

impl Node {
    /// A string.
    pub fn text(s: impl Into<String>) -> Self {
        Self::Text(Leaf {
            text: s.into(),
            marks: Vec::new(),
        })
    }

    /// A number, boolean or null.
    pub fn bare(s: impl ToString) -> Self {
        Self::Bare(Leaf {
            text: s.to_string(),
            marks: Vec::new(),
        })
    }

    /// A string that must survive.
    pub fn keep(field: &str, s: impl Into<String>) -> Self {
        Self::Text(Leaf {
            text: s.into(),
            marks: vec![Mark::Keep(field.to_owned(), None)],
        })
    }

    /// A bare number that must survive.
    pub fn keep_bare(field: &str, s: impl ToString) -> Self {
        Self::Bare(Leaf {
            text: s.to_string(),
            marks: vec![Mark::Keep(field.to_owned(), None)],
        })
    }

    /// A planted string under a key that tells.
    pub fn plant(class: &str, s: impl Into<String>) -> Self {
        let text = s.into();
        let mark = Mark::plant(class, &text, Carrier::Key, Strength::Strong);
        Self::Text(Leaf {
            text,
            marks: vec![mark],
        })
    }

    /// The object of some entries.
    pub fn map<K: Into<String>>(entries: impl IntoIterator<Item = (K, Node)>) -> Self {
        Self::Map(
            entries
                .into_iter()
                .map(|(k, node)| Entry {
                    key: k.into(),
                    marks: Vec::new(),
                    node,
                })
                .collect(),
        )
    }

    /// Writes the node into an encoding of its own.
    pub fn wrapped(self, wrap: Wrap) -> Self {
        Self::Wrapped(Box::new(self), wrap)
    }

    /// Appends the JSON.
    pub fn write(&self, style: Style, out: &mut String) {
        match self {
            Self::Text(leaf) => quote(&leaf.text, style, out),
            Self::Bare(leaf) => out.push_str(&leaf.text),
            Self::List(items) => {
                out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push_str(if style.spaces { ", " } else { "," });
                    }
                    item.write(style, out);
                }
                out.push(']');
            }
            Self::Map(entries) => {
                out.push('{');
                for (i, entry) in entries.iter().enumerate() {
                    if i > 0 {
                        out.push_str(if style.spaces { ", " } else { "," });
                    }
                    quote(&entry.key, style, out);
                    out.push_str(if style.spaces { ": " } else { ":" });
                    entry.node.write(style, out);
                }
                out.push('}');
            }
            Self::Wrapped(node, wrap) => quote(&wrap.apply(node, style), style, out),
        }
    }

    /// Collects the labels of the node.
    pub fn labels(&self, path: &str, encoding: &str, into: &mut Labels) {
        match self {
            Self::Text(leaf) | Self::Bare(leaf) => leaf
                .marks
                .iter()
                .for_each(|m| m.label(&leaf.text, path, encoding, into)),
            Self::List(items) => items
                .iter()
                .enumerate()
                .for_each(|(i, n)| n.labels(&format!("{path}[{i}]"), encoding, into)),
            Self::Map(entries) => {
                for entry in entries {
                    let path = if path.is_empty() {
                        entry.key.clone()
                    } else {
                        format!("{path}.{}", entry.key)
                    };
                    entry
                        .marks
                        .iter()
                        .for_each(|m| m.label(&entry.key, &path, encoding, into));
                    entry.node.labels(&path, encoding, into);
                }
            }
            Self::Wrapped(node, wrap) => {
                let name = wrap.name();
                let encoding = if encoding.is_empty() {
                    name
                } else {
                    format!("{encoding}+{name}")
                };
                let from = into.plants.len();
                node.labels(path, &encoding, into);
                wrap.relabel(&mut into.plants[from..]);
            }
        }
    }
}

impl Mark {
    /// A plant without a form of its own.
    pub fn plant(class: &str, value: &str, carrier: Carrier, strength: Strength) -> Self {
        Self::Plant {
            class: class.to_owned(),
            value: value.to_owned(),
            carrier,
            strength,
            form: "",
        }
    }

    fn label(&self, text: &str, path: &str, encoding: &str, into: &mut Labels) {
        match self {
            Self::Plant {
                class,
                value,
                carrier,
                strength,
                form,
            } => into.plants.push(Plant {
                class: class.clone(),
                value: value.clone(),
                path: path.to_owned(),
                encoding: match (encoding.is_empty(), form.is_empty()) {
                    (true, true) => "plain".to_owned(),
                    (true, false) => (*form).to_owned(),
                    (false, true) => encoding.to_owned(),
                    (false, false) => format!("{encoding}+{form}"),
                },
                carrier: *carrier,
                strength: *strength,
            }),
            Self::Keep(field, value) => {
                into.keeps.push(Keep {
                    field: field.clone(),
                    value: value.clone().unwrap_or_else(|| text.to_owned()),
                    path: path.to_owned(),
                });
            }
        }
    }
}

/// Appends a JSON string.
pub fn quote(s: &str, style: Style, out: &mut String) {
    out.reserve(s.len() + 2);
    out.push('"');
    for c in s.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '/' if style.slash => out.push_str("\\/"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", c as u32)),
            c if style.ascii && !c.is_ascii() => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
