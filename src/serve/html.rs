//! HTML that can't be injected into: markup comes from the program's own text only, everything else is escaped.

use std::borrow::Cow;

/// A page under construction. Stored text is hostile; [`Self::markup`] takes only text that stands in this program.
#[derive(Default)]
pub struct Html {
    out: String,
}

impl Html {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Markup of the program's own.
    pub fn markup(&mut self, text: &'static str) -> &mut Self {
        self.out.push_str(text);
        self
    }

    /// Any text, as content or inside a quoted attribute.
    pub fn text(&mut self, text: &str) -> &mut Self {
        escape_into(text, &mut self.out);
        self
    }

    /// ` name="value"`.
    pub fn attribute(&mut self, name: &'static str, value: &str) -> &mut Self {
        self.markup(" ")
            .markup(name)
            .markup("=\"")
            .text(value)
            .markup("\"")
    }

    /// A number, for coordinates: two decimals at most.
    pub fn number(&mut self, n: f64) -> &mut Self {
        let n = if n.is_finite() {
            (n * 100.0).round() / 100.0
        } else {
            0.0
        };
        self.out.push_str(&n.to_string());
        self
    }

    /// `<tag>text</tag>`; the tag may have attributes of the program's own: `("td class=n", "td")` would not close well, so it is given whole.
    pub fn element(&mut self, open: &'static str, text: &str, close: &'static str) -> &mut Self {
        self.markup(open).text(text).markup(close)
    }

    /// What another part built.
    pub fn part(&mut self, part: &Html) -> &mut Self {
        self.out.push_str(&part.out);
        self
    }

    /// The finished text.
    pub fn into_string(self) -> String {
        self.out
    }
}

fn escape_into(text: &str, out: &mut String) {
    let mut plain = 0;
    for (at, c) in text.char_indices() {
        let escaped: Cow<'_, str> = match c {
            '&' => "&amp;".into(),
            '<' => "&lt;".into(),
            '>' => "&gt;".into(),
            '"' => "&quot;".into(),
            '\'' => "&#39;".into(),
            '`' => "&#96;".into(),
            '\n' | '\t' => continue,
            // No document may hold them, and no reader should be told another direction than the text's own.
            c if c.is_control()
                || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}') =>
            {
                "\u{fffd}".into()
            }
            _ => continue,
        };
        out.push_str(&text[plain..at]);
        out.push_str(&escaped);
        plain = at + c.len_utf8();
    }
    out.push_str(&text[plain..]);
}

/// A link's address: a path of the program's own with query parameters, percent-encoded.
pub fn link(path: &'static str, parameters: &[(&str, &str)]) -> String {
    let mut out = path.to_owned();
    let mut encoder = url::form_urlencoded::Serializer::new(String::new());
    let mut any = false;
    for (name, value) in parameters.iter().filter(|(_, v)| !v.is_empty()) {
        encoder.append_pair(name, value);
        any = true;
    }
    if any {
        out.push('?');
        out.push_str(&encoder.finish());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_escaped() {
        let mut html = Html::new();
        html.markup("<a")
            .attribute("title", "\" onload='x")
            .markup(">")
            .text("</a><script>`&\u{202e}\0é")
            .markup("</a>");
        assert_eq!(
            html.into_string(),
            "<a title=\"&quot; onload=&#39;x\">&lt;/a&gt;&lt;script&gt;&#96;&amp;\u{fffd}\u{fffd}é</a>"
        );
    }

    #[test]
    fn links_are_encoded() {
        assert_eq!(
            link("/trace", &[("id", "a&b=\"<"), ("lang", "")]),
            "/trace?id=a%26b%3D%22%3C"
        );
        assert_eq!(link("/", &[]), "/");
    }
}
