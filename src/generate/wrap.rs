//! The encodings in which logs carry a body inside one string.

use std::fmt::Write as _;
use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::labels::Plant;
use super::node::{Entry, Node, Style, quote};
use super::rng::Rng;

/// An encoding of a whole body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrap {
    /// JSON text, quoted so many times (once: an object's text in a string; twice: that string's text in a string …).
    Json(u8),
    /// JSON text whose characters outside ASCII are `\u` escapes.
    JsonAscii,
    /// JSON text cut off by a logger before its end.
    JsonCut,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// A URL with a query.
    Query,
    /// JSON text, percent-encoded.
    Percent,
    /// `multipart/form-data`.
    Multipart,
    /// XML with values as text.
    XmlText,
    /// XML with values as attributes.
    XmlAttributes,
    /// XML with values in CDATA.
    XmlCdata,
    /// XML with numeric character references for all that is not ASCII.
    XmlReferences,
    /// Base64 of JSON text.
    Base64,
    /// Base64 of gzip of JSON text.
    GzipBase64,
    /// JSON text with HTML entities.
    Html,
    /// Go's `%+v`.
    Go,
    /// Java's `toString` of records and Lombok classes.
    Java,
    /// Python's `repr` of a dict.
    Python,
    /// `key=value, key=value`.
    KeyValue,
    /// `key: value` lines.
    Lines,
}

impl Wrap {
    /// The usual encodings of request and response bodies.
    pub fn any(r: &mut Rng) -> Self {
        use Wrap::*;
        r.one(&[
            Json(1),
            Json(1),
            Json(1),
            Json(1),
            Json(2),
            JsonAscii,
            Form,
            Query,
            KeyValue,
        ])
    }

    /// The unusual ones.
    pub fn hard(r: &mut Rng) -> Self {
        use Wrap::*;
        r.one(&[
            Json(2),
            Json(3),
            Json(4),
            Json(5),
            JsonAscii,
            JsonCut,
            Form,
            Query,
            Percent,
            Multipart,
            XmlText,
            XmlAttributes,
            XmlCdata,
            XmlReferences,
            Base64,
            GzipBase64,
            Html,
            Go,
            Java,
            Python,
            KeyValue,
            Lines,
        ])
    }

    /// For the `encoding` of labels.
    pub fn name(self) -> String {
        match self {
            Self::Json(1) => "json_text".to_owned(),
            Self::Json(n) => format!("json_text_{n}"),
            Self::JsonAscii => "unicode_escapes".to_owned(),
            Self::JsonCut => "json_cut".to_owned(),
            Self::Form => "form".to_owned(),
            Self::Query => "query".to_owned(),
            Self::Percent => "percent".to_owned(),
            Self::Multipart => "multipart".to_owned(),
            Self::XmlText => "xml_text".to_owned(),
            Self::XmlAttributes => "xml_attributes".to_owned(),
            Self::XmlCdata => "xml_cdata".to_owned(),
            Self::XmlReferences => "xml_references".to_owned(),
            Self::Base64 => "base64_json".to_owned(),
            Self::GzipBase64 => "gzip_base64".to_owned(),
            Self::Html => "html_entities".to_owned(),
            Self::Go => "go_print".to_owned(),
            Self::Java => "java_print".to_owned(),
            Self::Python => "python_print".to_owned(),
            Self::KeyValue => "key_value".to_owned(),
            Self::Lines => "lines".to_owned(),
        }
    }

    /// Whether the encoding can be read back without doubt, so that it must still parse after redaction.
    pub fn is_strict(self) -> bool {
        !matches!(
            self,
            Self::JsonCut | Self::Go | Self::Java | Self::Python | Self::KeyValue | Self::Lines
        )
    }

    /// Corrects labels where the encoding says less than the tree: what was a bare number is a text in a form.
    pub(super) fn relabel(self, plants: &mut [Plant]) {
        if matches!(
            self,
            Self::Json(_)
                | Self::JsonAscii
                | Self::JsonCut
                | Self::Percent
                | Self::Base64
                | Self::GzipBase64
                | Self::Html
        ) {
            return;
        }
        for plant in plants
            .iter_mut()
            .filter(|p| p.carrier == super::labels::Carrier::Number)
        {
            plant.carrier = super::labels::Carrier::Key;
        }
    }

    /// The text.
    pub fn apply(self, node: &Node, style: Style) -> String {
        let mut out = String::new();
        match self {
            Self::Json(times) => {
                node.write(style, &mut out);
                for _ in 1..times {
                    let inner = std::mem::take(&mut out);
                    quote(&inner, style, &mut out);
                }
            }
            Self::JsonAscii => node.write(
                Style {
                    ascii: true,
                    ..style
                },
                &mut out,
            ),
            Self::JsonCut => {
                node.write(style, &mut out);
                let end = out.char_indices().rev().nth(14).map_or(0, |(i, _)| i);
                out.truncate(end);
            }
            Self::Form => out.push_str(&form(node, style)),
            Self::Query => {
                out.push_str("https://api.example.com/v3/verify?");
                out.push_str(&form(node, style));
            }
            Self::Percent => percent(&json(node, style), false, &mut out),
            Self::Multipart => {
                const BOUNDARY: &str = "----FormBoundary7MA4YWxkTrZu0gW";
                for (key, value) in pairs(node, style) {
                    let _ = write!(
                        out,
                        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{key}\"\r\n\r\n{value}\r\n"
                    );
                }
                let _ = write!(out, "--{BOUNDARY}--\r\n");
            }
            Self::XmlText => xml(node, style, false, &mut out),
            Self::XmlReferences => xml(node, style, true, &mut out),
            Self::XmlCdata => {
                out.push_str("<xml>");
                for (key, value) in pairs(node, style) {
                    let _ = write!(out, "<{0}><![CDATA[{1}]]></{0}>", tag(&key), value);
                }
                out.push_str("</xml>");
            }
            Self::XmlAttributes => {
                out.push_str("<request version=\"1.0\"><person");
                for (key, value) in pairs(node, style) {
                    let _ = write!(out, " {}=\"", tag(&key));
                    escape_xml(&value, false, &mut out);
                    out.push('"');
                }
                out.push_str("/></request>");
            }
            Self::Base64 => out.push_str(&STANDARD.encode(json(node, style))),
            Self::GzipBase64 => {
                let mut gzip =
                    flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
                // Writing to memory can't fail; an empty body would be found by the tests.
                let _ = gzip.write_all(json(node, style).as_bytes());
                out.push_str(&STANDARD.encode(gzip.finish().unwrap_or_default()));
            }
            Self::Html => {
                let text = json(node, style);
                escape_xml(&text, false, &mut out);
            }
            Self::Go => print(node, &mut out, &GO),
            Self::Java => print(node, &mut out, &JAVA),
            Self::Python => print(node, &mut out, &PYTHON),
            Self::KeyValue => {
                for (i, (key, value)) in pairs(node, style).into_iter().enumerate() {
                    let _ = write!(out, "{}{key}={value}", if i > 0 { ", " } else { "" });
                }
            }
            Self::Lines => {
                for (i, (key, value)) in pairs(node, style).into_iter().enumerate() {
                    let _ = write!(out, "{}{key}: {value}", if i > 0 { "\n" } else { "" });
                }
            }
        }
        out
    }
}

fn json(node: &Node, style: Style) -> String {
    let mut out = String::new();
    node.write(style, &mut out);
    out
}

/// The members of an object as texts; nested values as JSON text.
fn pairs(node: &Node, style: Style) -> Vec<(String, String)> {
    let entries: &[Entry] = if let Node::Map(entries) = node {
        entries
    } else {
        &[]
    };
    entries
        .iter()
        .map(|e| (e.key.clone(), scalar(&e.node, style)))
        .collect()
}

fn scalar(node: &Node, style: Style) -> String {
    match node {
        Node::Text(leaf) | Node::Bare(leaf) => leaf.text.clone(),
        Node::Wrapped(inner, wrap) => wrap.apply(inner, style),
        Node::List(_) | Node::Map(_) => json(node, style),
    }
}

/// Percent-encodes everything but unreserved characters. In forms a space is `+`.
pub fn percent(s: &str, form: bool, out: &mut String) {
    for b in s.bytes() {
        match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(b as char)
            }
            b' ' if form => out.push('+'),
            _ => {
                let _ = write!(out, "%{b:02X}");
            }
        }
    }
}

fn form(node: &Node, style: Style) -> String {
    let mut out = String::new();
    for (i, (key, value)) in pairs(node, style).into_iter().enumerate() {
        if i > 0 {
            out.push('&');
        }
        percent(&key, true, &mut out);
        out.push('=');
        percent(&value, true, &mut out);
    }
    out
}

/// An element's name: keys may have spaces, which names may not.
fn tag(key: &str) -> String {
    key.replace([' ', '/', '(', ')'], "_")
}

fn escape_xml(s: &str, references: bool, out: &mut String) {
    for c in s.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' if !references => out.push('\n'),
            c if references && !c.is_ascii() => {
                let _ = write!(out, "&#x{:x};", c as u32);
            }
            c => out.push(c),
        }
    }
}

fn xml(node: &Node, style: Style, references: bool, out: &mut String) {
    out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Request>");
    for (key, value) in pairs(node, style) {
        let _ = write!(out, "<{}>", tag(&key));
        escape_xml(&value, references, out);
        let _ = write!(out, "</{}>", tag(&key));
    }
    out.push_str("</Request>");
}

/// How a language prints a structure.
struct Printer {
    open: &'static str,
    close: &'static str,
    between: &'static str,
    is: &'static str,
    quote_key: &'static str,
    quote_text: &'static str,
}

const GO: Printer = Printer {
    open: "{",
    close: "}",
    between: " ",
    is: ":",
    quote_key: "",
    quote_text: "",
};
const JAVA: Printer = Printer {
    open: "UserInfo(",
    close: ")",
    between: ", ",
    is: "=",
    quote_key: "",
    quote_text: "",
};
const PYTHON: Printer = Printer {
    open: "{",
    close: "}",
    between: ", ",
    is: ": ",
    quote_key: "'",
    quote_text: "'",
};

fn print(node: &Node, out: &mut String, p: &Printer) {
    match node {
        Node::Map(entries) => {
            out.push_str(p.open);
            for (i, entry) in entries.iter().enumerate() {
                if i > 0 {
                    out.push_str(p.between);
                }
                let _ = write!(out, "{0}{1}{0}{2}", p.quote_key, entry.key, p.is);
                print(&entry.node, out, p);
            }
            out.push_str(p.close);
        }
        Node::List(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push_str(p.between);
                }
                print(item, out, p);
            }
            out.push(']');
        }
        Node::Text(leaf) if p.quote_text.is_empty() => out.push_str(&leaf.text),
        Node::Text(leaf) => {
            let _ = write!(
                out,
                "{0}{1}{0}",
                p.quote_text,
                leaf.text
                    .replace('\\', "\\\\")
                    .replace('\n', "\\n")
                    .replace('\'', "\\'")
            );
        }
        Node::Bare(leaf) if p.quote_key == "'" => out.push_str(match leaf.text.as_str() {
            "true" => "True",
            "false" => "False",
            "null" => "None",
            other => other,
        }),
        Node::Bare(leaf) => out.push_str(&leaf.text),
        Node::Wrapped(inner, wrap) => out.push_str(&wrap.apply(inner, Style::default())),
    }
}
