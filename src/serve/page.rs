//! The frame round every page: served ones with navigation, standalone ones with nothing that leads elsewhere.

use jiff::tz::TimeZone;

use super::{
    html::{Html, link},
    words::{Lang, Words},
};
use crate::query::time;

/// The style sheet, the same for both.
pub const STYLE: &str = include_str!("style.css");

/// How a page is shown.
#[derive(Clone)]
pub struct Page {
    /// In which language.
    pub lang: Lang,
    /// In which zone times are.
    pub zone: TimeZone,
    /// `light` or `dark`; what the reader's system prefers if it is neither.
    pub theme: Theme,
    /// Set for served pages: links between them work. The path with parameters that shows the same again.
    pub here: Option<Here>,
}

/// Where a served page stands.
#[derive(Clone)]
pub struct Here {
    /// The page's path.
    pub path: &'static str,
    /// Its parameters, without language and theme.
    pub parameters: Vec<(String, String)>,
    /// Readers had to sign in.
    pub signed_in: bool,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the reader's system has it.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// From a link.
    pub fn parse(text: Option<&str>) -> Self {
        match text {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::System,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::System => "",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

impl Page {
    /// For a file: one page on its own.
    pub fn standalone(lang: Lang, zone: TimeZone) -> Self {
        Self {
            lang,
            zone,
            theme: Theme::System,
            here: None,
        }
    }

    /// The page's words.
    pub fn words(&self) -> &'static Words {
        self.lang.words()
    }

    /// A link to another served page that keeps language and theme; `None` on a standalone page.
    pub fn link(&self, path: &'static str, parameters: &[(&str, &str)]) -> Option<String> {
        self.here.as_ref()?;
        let mut all = parameters.to_vec();
        all.push(("lang", self.lang.short()));
        all.push(("theme", self.theme.name()));
        Some(link(path, &all))
    }

    /// A text that leads to another page, or only the text on a standalone page.
    pub fn anchor(
        &self,
        html: &mut Html,
        path: &'static str,
        parameters: &[(&str, &str)],
        text: &str,
    ) {
        match self.link(path, parameters) {
            Some(to) => html
                .markup("<a")
                .attribute("href", &to)
                .markup(">")
                .text(text)
                .markup("</a>"),
            None => html.text(text),
        };
    }

    /// Hidden fields that keep language and theme when a form is sent.
    pub fn keep(&self, html: &mut Html) {
        for (name, value) in [("lang", self.lang.short()), ("theme", self.theme.name())] {
            if !value.is_empty() {
                html.markup("<input type=\"hidden\"")
                    .attribute("name", name)
                    .attribute("value", value)
                    .markup(">");
            }
        }
    }

    /// A moment in the page's zone.
    pub fn moment(&self, at: Option<time::Millis>) -> String {
        at.map_or_else(|| "-".to_owned(), |at| time::show(at, &self.zone))
    }

    /// The whole document.
    pub fn document(&self, title: &str, body: &Html) -> String {
        let mut html = Html::new();
        html.markup("<!doctype html>\n<html")
            .attribute("lang", self.lang.tag());
        if self.theme != Theme::System {
            html.attribute("data-theme", self.theme.name());
        }
        html.markup(">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        html.markup("<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"robots\" content=\"noindex\">\n");
        if self.here.is_some() {
            html.markup("<link rel=\"stylesheet\" href=\"/style.css\">\n");
        } else {
            // A file has no headers, so it carries its own policy: no script, nothing from elsewhere, this one style.
            html.markup("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'nonce-page'; base-uri 'none'; form-action 'none'\">\n");
            html.markup("<style nonce=\"page\">\n")
                .markup(STYLE)
                .markup("</style>\n");
        }
        html.element("<title>", title, " · tuomin</title>\n</head>\n<body>\n");
        self.header(&mut html);
        html.markup("<main>\n").part(body).markup("</main>\n");
        self.footer(&mut html);
        html.markup("</body>\n</html>\n");
        html.into_string()
    }

    fn header(&self, html: &mut Html) {
        let words = self.words();
        html.markup("<header><span class=\"brand\">tuomin</span>");
        if let Some(here) = &self.here {
            if here.path != "/login" {
                html.markup("<nav>");
                for (path, text) in [
                    ("/search", words.search),
                    ("/top", words.top),
                    ("/trace", words.trace),
                ] {
                    html.markup("<a")
                        .attribute("href", &self.link(path, &[]).unwrap_or_default());
                    if here.path == path {
                        html.markup(" aria-current=\"page\"");
                    }
                    html.markup(">").text(text).markup("</a>");
                }
                html.markup("</nav>");
            }
            let same: Vec<(&str, &str)> = here
                .parameters
                .iter()
                .map(|(k, v)| (k.as_str(), v.as_str()))
                .collect();
            html.markup("<span class=\"side\">");
            let (other, name) = match self.lang {
                Lang::En => (Lang::Zh, "中文"),
                Lang::Zh => (Lang::En, "English"),
            };
            let switch = Self {
                lang: other,
                ..self.clone()
            };
            switch.anchor(html, here.path, &same, name);
            for (theme, name) in [(Theme::Light, words.light), (Theme::Dark, words.dark)] {
                if self.theme != theme {
                    let switch = Self {
                        theme,
                        ..self.clone()
                    };
                    switch.anchor(html, here.path, &same, name);
                }
            }
            if here.signed_in {
                html.markup("<form method=\"post\" action=\"/logout\"><button class=\"plain\">")
                    .text(words.sign_out)
                    .markup("</button></form>");
            }
            html.markup("</span>");
        }
        html.markup("</header>\n");
    }

    fn footer(&self, html: &mut Html) {
        let words = self.words();
        html.markup("<footer>")
            .text(words.made_by)
            .markup(" ")
            .text(words.zone)
            .markup(" ");
        html.text(&time::zone_name(&self.zone, time::now()))
            .markup(".</footer>\n");
    }
}
