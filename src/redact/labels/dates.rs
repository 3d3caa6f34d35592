//! Where a date ends that stands unquoted in a text, in whatever calendar and writing.

use crate::patterns::schema::DateWords;
use crate::redact::words::spans::{valid_prefix, valid_suffix};

/// Of what written dates are made.
pub(crate) struct Dates {
    words: DateWords,
    characters: Vec<char>,
    ends: Vec<char>,
}

impl Dates {
    pub fn new(words: &DateWords) -> Self {
        Self {
            words: words.clone(),
            characters: words.characters.chars().collect(),
            ends: words.ends.chars().collect(),
        }
    }

    /// A date, also behind the place that some cards print before it, `BANDUNG, 15-04-1990`, or a day of the week:
    /// `Wed Mar 07 00:00:00 CST 1990`.
    pub fn placed_run(&self, rest: &[u8]) -> usize {
        let date = self.run(rest);
        if date == 0
            && let Some((head @ [.., b' ' | b','], _)) = rest.split_at_checked(4)
            && self
                .words
                .weekdays
                .iter()
                .any(|day| head.starts_with(day.as_bytes()))
        {
            let gap = rest[3..]
                .iter()
                .take(2)
                .take_while(|c| matches!(c, b' ' | b','))
                .count();
            return match self.run(&rest[3 + gap..]) {
                0 => 0,
                n => 3 + gap + n,
            };
        }
        if date > 0 {
            return date;
        }
        let place = rest
            .iter()
            .take(40)
            .take_while(|c| c.is_ascii_alphabetic() || matches!(c, b' ' | b',' | b'.'))
            .count();
        match self.run(&rest[place..]) {
            n if n >= 8 && rest[..place].contains(&b',') => place + n,
            _ => 0,
        }
    }

    /// Where the era begins before the sign of a year of it, if those who were born in that year are grown up: `民國67` before 年.
    pub fn era_before(&self, t: &[u8], year: usize) -> Option<usize> {
        const REACH: usize = 16;
        let text = valid_suffix(&t[year.saturating_sub(REACH)..year]);
        let head = text.trim_end_matches(|c: char| c.is_ascii_digit());
        let number: u32 = text[head.len()..].parse().ok()?;
        let head = head.trim_end_matches(' ');
        let mut eras = self.words.eras.iter();
        let (era, _) = eras.find(|(era, last)| number <= *last && head.ends_with(era.as_str()))?;
        Some(year - text.len() + head.len() - era.len())
    }

    pub fn ends_with_day(&self, date: &[u8]) -> bool {
        valid_suffix(date).ends_with(&self.ends[..])
    }

    /// A date in digits or in Chinese, Thai or other writing.
    fn run(&self, rest: &[u8]) -> usize {
        let text = valid_prefix(&rest[..rest.len().min(64)]);
        let part = |c: char| {
            c.is_ascii_digit()
                || matches!(c, '-' | '/' | '.' | ' ' | '~')
                || !c.is_ascii() && (self.characters.contains(&c) || is_thai(c))
        };
        let mut end = text
            .char_indices()
            .find(|(_, c)| !part(*c))
            .map_or(text.len(), |(i, _)| i);
        if text[..end].contains(is_thai) {
            // weekday and month are written out, in three bytes a character
            let text = valid_prefix(&rest[..rest.len().min(3 * 64)]);
            let end = text.find(|c| !part(c)).unwrap_or(text.len());
            return self.thai(text[..end].trim_end());
        }
        // 31 Dec 1949, Dec 31, 1949
        let tail = &text[end..];
        if tail.len() >= 3
            && tail.is_char_boundary(3)
            && (self.words.months.iter()).any(|m| tail[..3].eq_ignore_ascii_case(m))
        {
            let letters = tail.bytes().take_while(u8::is_ascii_alphabetic).count();
            let more = tail[letters..]
                .bytes()
                .take_while(|c| c.is_ascii_digit() || matches!(c, b' ' | b',' | b'.' | b'-' | b'/'))
                .count();
            end += letters + more;
            end += clock_and_year(&text[end..]);
        }
        // 7 tháng 3 năm 1990
        for joint in &self.words.joints {
            let Some(rest) = text[end..].strip_prefix(joint.as_str()) else {
                break;
            };
            let part = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-' | '/');
            end = text.len() - rest.trim_start_matches(part).len();
        }
        if text[end..].starts_with('T') {
            let time = text[end + 1..]
                .bytes()
                .take_while(|c| c.is_ascii_digit() || matches!(c, b':' | b'.' | b'Z' | b'+'))
                .count();
            end += if time > 0 { time + 1 } else { 0 };
        }
        // `1990-03-07 200`: a whole date in one word ends there, but for a time of day
        let end = match text[..end].find(' ') {
            Some(blank) if self.is_whole(&text[..blank]) => {
                blank + time_of_day(&text[blank..]).min(text.len() - blank)
            }
            _ => end,
        };
        // the digits of what comes next (` 36ms`) are not ours, nor is a trailing separator
        text[..end]
            .trim_end_matches([' ', ',', '.', '-', '/', '~'])
            .len()
    }

    /// The length of a date in a run that holds Thai, in which what comes next may be written as well: `4 มี.ค. 2528 ที่อยู่`.
    fn thai(&self, run: &str) -> usize {
        const YEAR: usize = 4;
        let digit = |c: char| c.is_ascii_digit() || ('\u{0e50}'..='\u{0e59}').contains(&c);
        let (mut groups, mut from) = (0, 0);
        while let Some(start) = run[from..].find(digit).map(|i| from + i) {
            let end = run[start..]
                .find(|c| !digit(c))
                .map_or(run.len(), |i| start + i);
            groups += 1;
            from = end;
            let next = run[end..].trim_start_matches(' ');
            let another = next.starts_with(|c: char| !c.is_ascii())
                && !next.starts_with(self.words.until.as_str());
            if run[start..end].chars().count() >= YEAR && another && !next.starts_with(digit) {
                return end;
            }
        }
        // a word before a number is none: `เวลา 35`
        if groups >= 2 { run.len() } else { 0 }
    }

    fn is_whole(&self, word: &str) -> bool {
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        let signs = word
            .bytes()
            .filter(|c| matches!(c, b'-' | b'/' | b'.'))
            .count();
        digits >= 6 && (signs == 2 || (signs == 0 && digits == 8)) && word.is_ascii()
            || digits >= 6 && word.ends_with(&self.ends[..])
    }
}

fn is_thai(c: char) -> bool {
    ('\u{0e00}'..='\u{0e7f}').contains(&c)
}

/// The length of ` 00:00:00` at the start of a text, with fractions.
fn time_of_day(text: &str) -> usize {
    let time = text.as_bytes();
    let shape = |i: usize, c: &u8| match i {
        0 => *c == b' ',
        3 => *c == b':',
        _ => c.is_ascii_digit(),
    };
    if time.len() < 6 || !time.iter().take(6).enumerate().all(|(i, c)| shape(i, c)) {
        return 0;
    }
    let more = time[6..]
        .iter()
        .take_while(|c| c.is_ascii_digit() || matches!(c, b':' | b'.' | b'Z' | b'+'));
    6 + more.count()
}

/// The length of `:00:00 CST 1990` at the start of a text, behind the hours of `Mar 07 00`.
fn clock_and_year(text: &str) -> usize {
    let Some((clock, behind)) = text.as_bytes().split_at_checked(6) else {
        return 0;
    };
    let shape = |(i, c): (usize, &u8)| match i {
        0 | 3 => *c == b':',
        _ => c.is_ascii_digit(),
    };
    if !clock.iter().enumerate().all(shape) {
        return 0;
    }
    // the zone may be missing
    let mut from = 0;
    for word in behind.split(|c| *c == b' ').take(3) {
        let year = word.iter().take_while(|c| c.is_ascii_digit()).count();
        if from > 0 && year == 4 {
            return 6 + from + year;
        }
        from += word.len() + 1;
    }
    0
}
