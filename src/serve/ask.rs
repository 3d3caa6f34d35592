//! The form above search and overview, and the query that it stands for.

use std::collections::HashMap;

use super::{html::Html, page::Page};
use crate::query::{
    filter::{Condition, Query},
    time::{self, Millis},
};

/// The ages that the form offers.
const AGES: [&str; 7] = ["15m", "1h", "6h", "24h", "7d", "30d", ANY];
/// The age that is none.
pub const ANY: &str = "any";

/// What a reader typed, as it came.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Filters, divided by spaces; values with spaces in double quotes.
    pub filters: String,
    /// Words.
    pub words: String,
    /// An age, or [`ANY`].
    pub since: String,
    /// A time or nothing.
    pub from: String,
    /// A time or nothing.
    pub to: String,
    /// `time`, `+time`, `cost`.
    pub sort: String,
    /// From 1.
    pub page: usize,
}

/// Longest text that a field of the form may hold.
const LONGEST: usize = 2_000;

impl Asked {
    /// From the parameters of the address. `age` is what counts where the reader said nothing about time.
    pub fn new(parameters: &HashMap<String, String>, age: &'static str) -> Self {
        let text = |name: &str| {
            parameters
                .get(name)
                .map_or("", |v| v.trim())
                .chars()
                .take(LONGEST)
                .collect::<String>()
        };
        let said_when = ["since", "from", "to"]
            .iter()
            .any(|n| parameters.contains_key(*n));
        Self {
            filters: text("q"),
            words: text("t"),
            since: if said_when {
                text("since")
            } else {
                age.to_owned()
            },
            from: text("from"),
            to: text("to"),
            sort: if parameters.contains_key("sort") {
                text("sort")
            } else {
                "time".to_owned()
            },
            page: text("page")
                .parse()
                .ok()
                .filter(|p| (1..=100_000).contains(p))
                .unwrap_or(1),
        }
    }

    /// As parameters again, without those that are empty.
    pub fn parameters(&self) -> Vec<(String, String)> {
        [
            ("q", &self.filters),
            ("t", &self.words),
            ("since", &self.since),
            ("from", &self.from),
            ("to", &self.to),
            ("sort", &self.sort),
        ]
        .into_iter()
        .map(|(k, v)| (k.to_owned(), v.clone()))
        .filter(|(_, v)| !v.is_empty())
        .collect()
    }

    /// The query, or what is wrong with it in words for the reader.
    pub fn query(&self, page: &Page, now: Millis) -> Result<Query, String> {
        let point = |text: &str| {
            if text.is_empty() {
                Ok(None)
            } else {
                time::point(text, &page.zone, now)
                    .map(Some)
                    .map_err(|e| e.to_string())
            }
        };
        let mut from = point(&self.from)?;
        let to = point(&self.to)?;
        // Typed times say more than the age, which always has some value.
        if from.is_none() && to.is_none() && !self.since.is_empty() && self.since != ANY {
            from = Some(now - time::duration(&self.since).map_err(|e| e.to_string())?);
        }
        let conditions = split(&self.filters)
            .iter()
            .map(|f| Condition::parse(f))
            .collect::<Result<_, _>>()
            .map_err(|e| e.to_string())?;
        let words = if self.words.is_empty() {
            Vec::new()
        } else {
            vec![self.words.clone()]
        };
        Ok(Query {
            from,
            to,
            conditions,
            words,
            persons: Vec::new(),
        })
    }

    /// The form itself.
    pub fn form(&self, page: &Page, path: &'static str, with_sort: bool) -> Html {
        let words = page.words();
        let mut html = Html::new();
        html.markup("<form class=\"ask\" method=\"get\"")
            .attribute("action", path)
            .markup(">");
        let mut field = |label: &'static str,
                         name: &'static str,
                         value: &str,
                         hint: &'static str,
                         class: &'static str| {
            html.markup(class)
                .text(label)
                .markup("<input autocomplete=\"off\" spellcheck=\"false\" maxlength=\"2000\"");
            html.attribute("name", name)
                .attribute("value", value)
                .attribute("placeholder", hint)
                .markup("></label>");
        };
        field(
            words.filter,
            "q",
            &self.filters,
            words.filter_hint,
            "<label class=\"wide\">",
        );
        field(words.text, "t", &self.words, "", "<label>");
        let mut options =
            |label: &str, name: &'static str, chosen: &str, choices: &[(&str, &str)]| {
                html.markup("<label>")
                    .text(label)
                    .markup("<select")
                    .attribute("name", name)
                    .markup(">");
                let known = choices.iter().any(|(value, _)| *value == chosen);
                for (value, text) in choices
                    .iter()
                    .copied()
                    .chain((!known).then_some((chosen, chosen)))
                {
                    html.markup("<option")
                        .attribute("value", value)
                        .markup(if value == chosen { " selected>" } else { ">" });
                    html.text(text).markup("</option>");
                }
                html.markup("</select></label>");
            };
        let ages: Vec<(&str, &str)> = AGES
            .iter()
            .map(|a| (*a, if *a == ANY { words.any_time } else { *a }))
            .collect();
        options(words.since, "since", &self.since, &ages);
        if with_sort {
            options(
                words.sort,
                "sort",
                &self.sort,
                &[
                    ("time", words.newest),
                    ("+time", words.oldest),
                    ("cost", words.slowest),
                ],
            );
        }
        for (label, name, value) in [(words.from, "from", &self.from), (words.to, "to", &self.to)] {
            html.markup("<label>").text(label).markup("<input size=\"17\" autocomplete=\"off\" maxlength=\"40\" placeholder=\"2026-11-24 15:01\"");
            html.attribute("name", name)
                .attribute("value", value)
                .markup("></label>");
        }
        html.markup("<button>").text(words.go).markup("</button>");
        page.keep(&mut html);
        html.markup("</form>\n");
        html
    }
}

/// Parts divided by white space; double quotes keep spaces.
fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            c if c.is_whitespace() && !quoted => parts.push(String::new()),
            c => {
                if let Some(part) = parts.last_mut() {
                    part.push(c);
                }
            }
        }
    }
    parts.retain(|p| !p.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{query::filter::Field, serve::words::Lang};

    fn page() -> Page {
        Page::standalone(Lang::En, jiff::tz::TimeZone::UTC)
    }

    fn asked(list: &[(&str, &str)]) -> Asked {
        Asked::new(
            &list
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect(),
            "24h",
        )
    }

    #[test]
    fn a_form_is_a_query() {
        let query = asked(&[("q", "code!=0  caller=\"web portal\""), ("t", "timeout")])
            .query(&page(), 100_000_000)
            .unwrap();
        assert_eq!(
            query.conditions[1],
            Condition::is(Field::Caller, "web portal")
        );
        assert_eq!(
            (query.from, query.words),
            (Some(13_600_000), vec!["timeout".to_owned()])
        );
        assert_eq!(
            asked(&[("since", "any")]).query(&page(), 5).unwrap().from,
            None
        );
        assert_eq!(
            asked(&[("since", "1h"), ("from", "2026-11-24")])
                .query(&page(), 5)
                .unwrap()
                .from,
            Some(1_795_478_400_000)
        );
    }

    #[test]
    fn mistakes_are_said() {
        assert!(
            asked(&[("q", "colour=red")])
                .query(&page(), 5)
                .unwrap_err()
                .contains("no field")
        );
        assert!(
            asked(&[("from", "noon")])
                .query(&page(), 5)
                .unwrap_err()
                .contains("no time")
        );
        assert!(
            asked(&[("since", "<b>")])
                .query(&page(), 5)
                .unwrap_err()
                .contains("no duration")
        );
        assert_eq!(asked(&[("page", "-1")]).page, 1);
    }

    #[test]
    fn the_form_keeps_what_was_typed_and_escapes_it() {
        let html = asked(&[("q", "\"><script>"), ("since", "3h")])
            .form(&page(), "/search", true)
            .into_string();
        assert!(html.contains("value=\"&quot;&gt;&lt;script&gt;\""));
        assert!(html.contains("<option value=\"3h\" selected>"));
    }
}
