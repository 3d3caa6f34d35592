//! Text for terminals: colours only where they are wanted, columns by the width that characters have, nothing that a terminal would obey.

use std::{borrow::Cow, fmt::Write as _, io::IsTerminal as _};

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// How to write.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// With colours.
    pub colour: bool,
    /// Columns there are.
    pub width: usize,
    /// A person reads it on a terminal: tables are cut to fit. A program that reads it gets every cell whole.
    pub fits: bool,
}

/// What a text is, which decides its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// As it is.
    Plain,
    /// A heading.
    Head,
    /// Beside the point.
    Dim,
    /// Went well.
    Good,
    /// Went wrong.
    Bad,
    /// A bar.
    Bar,
}

impl Style {
    /// Without colours, 100 columns: for files, pipes and tests.
    pub const PLAIN: Self = Self {
        colour: false,
        width: 100,
        fits: true,
    };

    /// For standard output: colours on a terminal unless `NO_COLOR` is set, its width (at least 60 columns, at most 200).
    pub fn of_stdout() -> Self {
        let terminal = std::io::stdout().is_terminal();
        let colour = terminal && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
        let width = if terminal {
            terminal_width().unwrap_or(100)
        } else {
            100
        };
        Self {
            colour,
            width: width.clamp(60, 200),
            fits: terminal,
        }
    }

    /// A text in a colour.
    pub fn paint<'a>(&self, ink: Ink, text: &'a str) -> Cow<'a, str> {
        let code = match ink {
            _ if !self.colour => return Cow::Borrowed(text),
            Ink::Plain => return Cow::Borrowed(text),
            Ink::Head => "1",
            Ink::Dim => "2",
            Ink::Good => "32",
            Ink::Bad => "1;31",
            Ink::Bar => "36",
        };
        Cow::Owned(format!("\x1b[{code}m{text}\x1b[0m"))
    }
}

fn terminal_width() -> Option<usize> {
    if let Some(columns) = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok()) {
        return Some(columns);
    }
    let mut size = libc::winsize {
        ws_row: 0,
        ws_col: 0,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    // SAFETY: TIOCGWINSZ writes a winsize into the place that is given, which outlives the call.
    let answer = unsafe { libc::ioctl(libc::STDOUT_FILENO, libc::TIOCGWINSZ, &mut size) };
    (answer == 0 && size.ws_col > 0).then_some(usize::from(size.ws_col))
}

/// Stored text without anything that a terminal would obey: escape sequences, carriage returns and text-direction marks become visible.
pub fn clean(text: &str) -> Cow<'_, str> {
    if !text.chars().any(commands) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => out.push('⏎'),
            '\t' => out.push(' '),
            c if commands(c) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

fn commands(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Columns that a text takes.
pub fn width(text: &str) -> usize {
    text.width()
}

/// The text cut to `most` columns, with `…` where something is missing.
pub fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if width(text) <= most {
        return Cow::Borrowed(text);
    }
    let mut used = 0;
    let mut out = String::new();
    for c in text.chars() {
        let w = c.width().unwrap_or(0);
        if used + w + 1 > most {
            break;
        }
        used += w;
        out.push(c);
    }
    out.push('…');
    Cow::Owned(out)
}

/// The text cut or filled up to exactly `columns`.
pub fn fit(text: &str, columns: usize) -> String {
    let text = cut(text, columns);
    let missing = columns.saturating_sub(width(&text));
    format!("{text}{}", " ".repeat(missing))
}

/// A bar of `columns` for the part of an axis from `from` to `to` (0 to 1), in eighths of a column. What is there at all is visible.
pub fn bar(from: f64, to: f64, columns: usize) -> String {
    const LEFT: [char; 8] = ['█', '▉', '▊', '▋', '▌', '▍', '▎', '▏'];
    let (from, to) = (from.clamp(0.0, 1.0), to.clamp(0.0, 1.0));
    let start = ((from * columns as f64).floor() as usize).min(columns.saturating_sub(1));
    let eighths = (((to - from) * columns as f64 * 8.0).round() as usize).max(1);
    let (whole, part) = (eighths / 8, eighths % 8);
    let whole = whole.min(columns - start);
    let mut out = " ".repeat(start);
    out.extend(std::iter::repeat_n('█', whole));
    if part > 0 && start + whole < columns {
        out.push(LEFT[8 - part]);
    }
    out
}

/// A number with thin groups: `12,345`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// Columns of text, each as wide as its widest cell (but at most `most` columns), numbers to the right.
pub struct Columns {
    heads: Vec<(&'static str, bool)>,
    whole: Option<usize>,
    rows: Vec<Vec<String>>,
}

impl Columns {
    /// Heads, and whether the column holds numbers.
    pub fn new(heads: &[(&'static str, bool)]) -> Self {
        Self {
            heads: heads.to_vec(),
            whole: None,
            rows: Vec::new(),
        }
    }

    /// This column is never cut: its cells are to be copied.
    pub fn keep_whole(mut self, column: usize) -> Self {
        self.whole = Some(column);
        self
    }

    /// One row; cells beyond the heads are dropped.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Lays it out. The last column gets what is left of the style's width.
    pub fn lay_out(&self, style: &Style, indent: usize) -> String {
        let widths = self.widths(style, indent);
        let mut out = String::new();
        let mut line = |cells: &[Cow<'_, str>], head: bool| {
            out.push_str(&" ".repeat(indent));
            for (i, ((_, number), width_)) in self.heads.iter().zip(&widths).enumerate() {
                let cell = cells.get(i).map_or("", |c| c.as_ref());
                let cell = cut(cell, *width_);
                let space = " ".repeat(width_.saturating_sub(width(&cell)));
                let painted = style.paint(if head { Ink::Dim } else { Ink::Plain }, &cell);
                let last = i + 1 == self.heads.len();
                match (number, last) {
                    (true, _) => out.push_str(&format!("{space}{painted}")),
                    (false, true) => out.push_str(&painted),
                    (false, false) => out.push_str(&format!("{painted}{space}")),
                }
                out.push_str(if last { "\n" } else { "  " });
            }
        };
        line(
            &self
                .heads
                .iter()
                .map(|(h, _)| Cow::Borrowed(*h))
                .collect::<Vec<_>>(),
            true,
        );
        for row in &self.rows {
            line(&row.iter().map(|c| clean(c)).collect::<Vec<_>>(), false);
        }
        out
    }

    fn widths(&self, style: &Style, indent: usize) -> Vec<usize> {
        let mut widths: Vec<usize> = self
            .heads
            .iter()
            .enumerate()
            .map(|(i, (head, _))| {
                self.rows
                    .iter()
                    .filter_map(|r| r.get(i))
                    .map(|c| width(&clean(c)))
                    .chain([width(head)])
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        if !style.fits {
            return widths;
        }
        // Too wide: the widest column gives way, and again, until everything fits or nothing can give.
        let room = style
            .width
            .saturating_sub(indent + 2 * widths.len().saturating_sub(1));
        while widths.iter().sum::<usize>() > room {
            let may_give = |(i, w): &(usize, &mut usize)| Some(*i) != self.whole && **w > 4;
            let widest = widths.iter_mut().enumerate().filter(may_give);
            let Some((_, widest)) = widest.max_by_key(|(_, w)| **w) else {
                break;
            };
            *widest -= 1;
        }
        widths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_for_a_terminal_to_obey() {
        assert_eq!(
            clean("a\x1b[2Jb\rc\u{202e}d\u{9b}"),
            "a\\u{1b}[2Jb\\u{d}c\\u{202e}d\\u{9b}"
        );
        assert_eq!(clean("比对 é"), "比对 é");
    }

    #[test]
    fn width_is_in_columns() {
        assert_eq!(fit("比对通过", 6), "比对… ");
        assert_eq!(fit("ab", 4), "ab  ");
        assert_eq!(cut("abcdef", 4), "abc…");
    }

    #[test]
    fn bars() {
        assert_eq!(bar(0.0, 1.0, 4), "████");
        assert_eq!(bar(0.5, 0.5, 4), "  ▏");
        assert_eq!(bar(1.0, 1.0, 4), "   ▏");
        assert_eq!(bar(0.0, 0.375, 4), "█▌");
    }

    #[test]
    fn columns_fit() {
        let mut columns = Columns::new(&[("name", false), ("n", true)]);
        columns.row(vec!["x".repeat(300), count(1_234_567)]);
        let text = columns.lay_out(&Style::PLAIN, 2);
        assert!(text.lines().all(|l| width(l) <= 100), "{text}");
        assert!(text.ends_with("1,234,567\n"));
    }
}
