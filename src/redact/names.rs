//! Names of persons: what could be one, and where one ends in running text.
//!
//! In eKYC logs names stand under keys and behind labels; there recall comes first and this module only says what can't be a
//! name. In free text without a label a Chinese name is taken only beside a cue word (客户张三, 张三先生).

use std::collections::HashSet;

use super::spaced;
use crate::patterns::schema::Names;

/// Built from our own lists only, so that nobody can choose words that collide.
type Set<T> = HashSet<T, foldhash::fast::FixedState>;

/// Word lists, ready for use.
pub(crate) struct NameLists {
    surnames: Set<char>,
    rare_surnames: Set<char>,
    compound: Set<[char; 2]>,
    japanese: Set<String>,
    japanese_ends: Set<char>,
    korean: Set<String>,
    korean_words: Set<String>,
    chinese_words: Set<String>,
    follow: Vec<String>,
    latin_words: Set<String>,
    latin_names: Set<String>,
    places: Vec<String>,
}

impl NameLists {
    pub fn new(names: &Names) -> Self {
        let set = |list: &[String]| list.iter().cloned().collect::<Set<_>>();
        let first = |list: &[String]| {
            list.iter()
                .filter_map(|s| s.chars().next())
                .collect::<Set<_>>()
        };
        let mut follow = names.follow_words.clone();
        follow.sort_by_key(|w| std::cmp::Reverse(w.len()));
        Self {
            surnames: first(&names.surnames),
            rare_surnames: first(&names.rare_surnames),
            compound: names
                .compound_surnames
                .iter()
                .filter_map(|s| {
                    let mut c = s.chars();
                    Some([c.next()?, c.next()?])
                })
                .collect(),
            japanese: set(&names.japanese_surnames),
            japanese_ends: first(&names.japanese_ends),
            korean: set(&names.korean_surnames),
            korean_words: set(&names.korean_words),
            chinese_words: set(&names.chinese_words),
            follow,
            latin_words: set(&names.latin_words),
            latin_names: set(&names.latin_names),
            places: names.spoken.places.clone(),
        }
    }

    pub fn is_latin_name(&self, word: &str) -> bool {
        self.latin_names.contains(&word.to_lowercase())
    }

    /// Does a text begin with a Chinese surname, or a Japanese one?
    pub(super) fn may_begin_name(&self, text: &str) -> bool {
        let mut chars = text.chars();
        let pair = [chars.next(), chars.next()].map(Option::unwrap_or_default);
        self.surnames.contains(&pair[0]) || self.compound.contains(&pair) || self.is_japanese(text)
    }

    /// Is a text written like a name: with a capital, in another script, or with a known name?
    pub(super) fn is_written_like_one(&self, value: &[u8]) -> bool {
        value.iter().any(|c| c.is_ascii_uppercase() || *c >= 0x80)
            || value
                .split(|c| *c == b' ')
                .filter_map(|word| std::str::from_utf8(word).ok())
                .any(|word| self.is_latin_name(word))
    }

    /// Does a text begin with a place whose words are names as well: Hong Kong?
    pub(super) fn is_place(&self, text: &str) -> bool {
        let begins = |place: &String| {
            text.get(..place.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(place))
        };
        self.places.iter().any(begins)
    }

    pub fn is_common_word(&self, word: &str) -> bool {
        self.is_latin_word(word) || self.chinese_words.contains(word)
    }

    pub(super) fn is_latin_word(&self, word: &str) -> bool {
        !word.starts_with(is_han) && self.latin_words.contains(&word.to_lowercase())
    }

    /// Could the whole text be a person's name? For keys that may also name a thing (`Name`).
    pub fn is_plausible(&self, text: &str) -> bool {
        let text = text.trim();
        // written in escapes that nobody undid: b'\xe0\xb8…', \u0e13, \351\231
        if memchr::memchr(b'\\', text.as_bytes()).is_some()
            && ["\\x", "\\u", "\\2", "\\3"]
                .iter()
                .map(|e| text.matches(e).count())
                .sum::<usize>()
                >= 2
        {
            let part = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'\\' | b' ' | b'.' | b'-');
            return text.len() <= 640 && text.bytes().all(part);
        }
        let count = text.chars().count();
        if count == 0 || count > 80 || !text.chars().any(is_letter) {
            return false;
        }
        if text.len() >= 32 && text.bytes().all(|c| c.is_ascii_hexdigit()) {
            return true; // a name that was hashed without a key
        }
        // a Chinese word may be somebody's name (方子): under a key that says so it counts as one
        if text.chars().any(|c| !is_name_char(c)) || self.is_latin_word(text) {
            return false;
        }
        let han = text.chars().filter(|c| is_han(*c)).count();
        if han == count {
            return self.is_han_name(text);
        }
        if text.is_ascii() {
            let (mut words, mut common) = (0, 0);
            for word in text
                .split([' ', ',', '.', '/', '@'])
                .filter(|w| !w.is_empty())
            {
                // `faceCompare`, `HTTPServer`: a name's word has capitals at its start or everywhere
                let rest = &word[1..];
                let mixed = rest.bytes().any(|c| c.is_ascii_uppercase())
                    && word.bytes().any(|c| c.is_ascii_lowercase());
                if mixed
                    && ![
                        "Mc", "Mac", "De", "Di", "La", "Le", "Van", "O'", "D'", "Al-", "Bin",
                    ]
                    .iter()
                    .any(|p| word.starts_with(p))
                    && !rest.contains(['-', '\'', '*'])
                {
                    return false;
                }
                // face-liveness, ci-runner
                let lower = !word.bytes().any(|c| c.is_ascii_uppercase());
                if lower
                    && word.contains('-')
                    && word.split('-').any(|part| self.latin_words.contains(part))
                {
                    return false;
                }
                words += 1;
                let lower = word.to_ascii_lowercase();
                common += usize::from(
                    self.latin_words.contains(&lower) && !self.latin_names.contains(&lower),
                );
            }
            // `Face Liveness Detection`: nothing but words
            return words <= 8 && (words < 2 || common < words);
        }
        true
    }

    /// Is the whole text a name, told from any other word without a label's help? Of those in Latin letters such of several words.
    pub fn is_name_beyond_doubt(&self, text: &str) -> bool {
        let several = text.contains(' ');
        self.is_plausible(text)
            && (self.leading_name(text, false) == text.len()
                && (several || !text.starts_with(is_latin))
                || several && self.bounded_name(text, false) == text.len())
    }

    /// Could these Han characters be a Chinese (or, of three or four, a Japanese) name?
    fn is_han_name(&self, text: &str) -> bool {
        let chars: Vec<char> = text.chars().collect();
        match chars.len() {
            2 | 3 => {
                let end = chars[0].len_utf8() + chars[1].len_utf8();
                let has_word = self.chinese_words.contains(&text[..end])
                    || self.chinese_words.contains(&text[chars[0].len_utf8()..]);
                self.surnames.contains(&chars[0])
                    || self.rare_surnames.contains(&chars[0]) && !has_word
                    || self.is_compound(&chars)
                    || self.is_japanese(text)
                    // a surname that no list has: three characters of which no two are a word
                    || (chars.len() == 3 && !has_word)
            }
            4 => {
                self.is_compound(&chars)
                    || self.is_japanese(text)
                    || (self.surnames.contains(&chars[0]) && self.surnames.contains(&chars[1]))
                    // a Japanese surname that no list has
                    || (self.japanese_ends.contains(&chars[1]) && !self.has_word(text))
            }
            5 | 6 => self.is_japanese(text) || self.is_compound(&chars),
            _ => false,
        }
    }

    pub(super) fn has_korean_surname(&self, text: &str) -> bool {
        let mut ends = text.char_indices().map(|(i, _)| i).skip(1).take(2);
        ends.any(|i| self.korean.contains(&text[..i]))
    }

    pub(super) fn is_korean_word(&self, text: &str) -> bool {
        self.korean_words.contains(text)
    }

    /// Are any two neighbouring characters a Chinese word?
    pub(super) fn has_word(&self, text: &str) -> bool {
        let starts: Vec<usize> = text
            .char_indices()
            .map(|(i, _)| i)
            .chain([text.len()])
            .collect();
        starts
            .windows(3)
            .any(|w| self.chinese_words.contains(&text[w[0]..w[2]]))
    }

    /// Could it be a given name or a surname by itself, in another script than Latin, where a key leaves no doubt that it holds a name?
    pub fn is_part(&self, value: &[u8]) -> bool {
        let text = String::from_utf8_lossy(value);
        let count = text.chars().count();
        !text.is_ascii()
            && count <= 24
            && text.chars().all(is_name_char)
            && !self.is_common_word(&text)
            && (count > 1 || text.chars().all(|c| self.surnames.contains(&c)))
    }

    fn is_compound(&self, chars: &[char]) -> bool {
        chars.len() >= 3 && self.compound.contains(&[chars[0], chars[1]])
    }

    pub(super) fn is_japanese(&self, text: &str) -> bool {
        let chars = text.char_indices().map(|(i, _)| i).skip(1).take(4);
        chars
            .into_iter()
            .any(|i| self.japanese.contains(&text[..i]))
    }

    /// The length in bytes of the name at the start of running text, after a label or cue that promises one.
    /// Rather one character too many than a leak. Zero if no name starts here.
    /// `sure`: the label leaves no doubt, so any surname will do.
    pub fn leading_name(&self, text: &str, sure: bool) -> usize {
        let Some(first) = text.chars().next() else {
            return 0;
        };
        if is_han(first) {
            let length = self.leading_han(text, sure);
            let surname = &text[..length];
            let known = self.is_japanese(surname) || self.japanese.contains(surname);
            let given = given_behind_space(&text[length..], known || sure);
            let word = text[length..length + given].trim_start();
            let belongs = known
                || word.contains(is_kana)
                || !(self.chinese_words.contains(word) || self.follows(word));
            length + if belongs { given } else { 0 }
        } else if is_kana(first) || is_hangul(first) {
            leading_words(text, |c| is_kana(c) || is_hangul(c) || is_han(c), 2)
        } else if first.is_ascii() || is_latin(first) {
            if first.is_alphabetic() {
                self.leading_latin(text, sure)
            } else {
                0
            }
        } else if first.is_alphabetic() {
            // Thai, Devanagari and others: words of letters and marks, divided by one space
            leading_words(
                text,
                |c| !c.is_ascii() && !is_han(c) && (c.is_alphabetic() || is_mark(c)),
                4,
            )
        } else {
            0
        }
    }

    fn leading_han(&self, text: &str, sure: bool) -> usize {
        if let Some(length) = spaced::leading(text) {
            let known = |c: char| self.surnames.contains(&c) || self.rare_surnames.contains(&c);
            let mut first = text.chars().filter(|c| *c != ' ');
            let pair = [first.next(), first.next()].map(Option::unwrap_or_default);
            return if sure || known(pair[0]) || self.compound.contains(&pair) {
                length
            } else {
                0
            };
        }
        let run: Vec<(usize, char)> = text
            .char_indices()
            .take_while(|(_, c)| is_han(*c) || is_dot(*c) || is_kana(*c) || matches!(c, '*' | '＊'))
            .take(24)
            .collect();
        let end_of = |n: usize| {
            run.get(n).map_or_else(
                || run.last().map_or(0, |(i, c)| i + c.len_utf8()),
                |(i, _)| *i,
            )
        };
        let chars: Vec<char> = run.iter().map(|(_, c)| *c).collect();
        // 买买提·吐尔逊: with a dot the whole run belongs to the name
        if let Some(dot) = chars
            .iter()
            .position(|c| is_dot(*c))
            .filter(|d| (1..=8).contains(d))
        {
            let given = chars[dot + 1..]
                .iter()
                .take(8)
                .take_while(|c| is_han(**c))
                .count();
            let stop = (1..given).find(|n| self.follows(&text[end_of(dot + 1 + n)..]));
            return end_of(dot + 1 + stop.unwrap_or(given));
        }
        let surname = if chars.len() >= 2 && self.compound.contains(&[chars[0], chars[1]]) {
            2
        } else if self.surnames.contains(&chars[0]) || self.is_japanese(&text[..end_of(4)]) || sure
        {
            1
        } else {
            return 0;
        };
        if chars.len() < 2 || (!sure && self.starts_with_word(&text[..end_of(4)])) {
            return if sure && chars.len() == 1 {
                end_of(1)
            } else {
                0
            };
        }
        let longest = surname
            + if chars.len() <= surname + 3 && sure {
                3
            } else {
                2
            };
        if chars.len() <= longest
            && (sure || chars.len() <= surname + 2)
            && !(surname + 1..chars.len()).any(|n| self.follows(&text[end_of(n)..]))
        {
            return end_of(chars.len());
        }
        for n in surname + 1..=(surname + 2).min(chars.len()) {
            if n < chars.len() && self.follows(&text[end_of(n)..]) {
                return end_of(n);
            }
        }
        end_of((surname + 2).min(chars.len()))
    }

    /// The length in bytes of a name that ends where its field ends, `name=満田 結衣, …`: it needs no list to be told from the words behind
    /// it. Of names in Latin letters those of several words, or any where the label leaves no doubt. Zero if none starts here.
    pub fn bounded_name(&self, text: &str, sure: bool) -> usize {
        const ENDS: &[char] = &[
            '\n', '\r', '\t', '&', '|', ';', ',', '，', '。', '；', '}', ']', ')', '"', '\'', '<',
            '>',
        ];
        let field = text[..text.find(ENDS).unwrap_or(text.len())].trim_end();
        if self.chinese_words.contains(field) {
            return 0;
        }
        if field.starts_with(|c: char| c.is_ascii()) {
            let words = field.split(' ');
            let capital = |w: &str| {
                let odd = |c: char| c.is_ascii_digit() || matches!(c, '=' | ':' | '_' | '(' | '.');
                w.starts_with(char::is_uppercase) && !w.contains(odd)
            };
            let named = match words.clone().count() {
                1 => sure,
                n => n <= 6 && self.is_plausible(field),
            };
            let all = words.clone().all(capital);
            return if named && all { field.len() } else { 0 };
        }
        // a Go print divides fields by one space
        let field = match field.find(' ') {
            Some(at) if field[at + 1..].starts_with(|c: char| c.is_ascii()) => &field[..at],
            _ => field,
        };
        let letters = field.chars().filter(|c| *c != ' ');
        let of_names = |c: char| is_han(c) || is_kana(c) || is_dot(c) || is_hangul(c);
        let named = letters.clone().count() <= 12 && letters.clone().all(of_names);
        if named && self.is_plausible(field) {
            field.len()
        } else {
            0
        }
    }

    /// The length in bytes of the Chinese name at the end of a text, before a cue such as 先生. Zero if none ends here.
    pub fn trailing_name(&self, text: &str) -> usize {
        let run: Vec<char> = text
            .chars()
            .rev()
            .take_while(|c| is_han(*c))
            .take(5)
            .collect();
        let tail = |n: usize| run[..n].iter().map(|c| c.len_utf8()).sum();
        let is_word = |n: usize| {
            self.chinese_words
                .contains(&run[..n].iter().rev().collect::<String>())
        };
        if run.len() >= 4 && self.compound.contains(&[run[3], run[2]]) {
            return tail(4);
        }
        if run.len() >= 3
            && (self.compound.contains(&[run[2], run[1]])
                || (self.surnames.contains(&run[2]) && !is_word(3) && !is_word(2)))
        {
            return tail(3);
        }
        match (1..=run.len().min(2))
            .rev()
            .find(|n| self.surnames.contains(&run[n - 1]) && !is_word(*n))
        {
            Some(n) => tail(n),
            None => 0,
        }
    }

    fn starts_with_word(&self, text: &str) -> bool {
        text.char_indices()
            .skip(2)
            .map(|(i, _)| i)
            .chain([text.len()])
            .any(|end| self.chinese_words.contains(&text[..end]))
    }

    /// Does a word start here that can't belong to a name (的, 提交, 身份证)?
    fn follows(&self, rest: &str) -> bool {
        self.follow.iter().any(|w| rest.starts_with(w.as_str()))
    }

    fn leading_latin(&self, text: &str, sure: bool) -> usize {
        let mut end = 0;
        let mut at = 0;
        let mut count = 0;
        let mut lower_start = false;
        loop {
            let rest = &text[at..];
            // son of, daughter of: Indian names in Singapore and Malaysia
            if [
                "s/o ", "d/o ", "a/l ", "a/p ", "S/O ", "D/O ", "A/L ", "A/P ",
            ]
            .iter()
            .any(|p| rest.starts_with(p))
            {
                at += 4;
                count += 1;
                continue;
            }
            let length = rest
                .char_indices()
                .find(|(_, c)| {
                    !(is_latin(*c) || is_mark(*c) || matches!(c, '\'' | '’' | '-' | '*'))
                })
                .map_or(rest.len(), |(i, _)| i);
            let word = &rest[..length];
            let Some(first) = word.chars().next() else {
                break;
            };
            let next = rest[length..]
                .trim_start_matches(['"', '\''])
                .chars()
                .next();
            let is_key = matches!(next, Some('='))
                || (next == Some(':') && count > 0)
                || matches!(next, Some('(' | '_') if count > 0);
            let digits = rest[length..].starts_with(|c: char| c.is_ascii_digit() || c == '_');
            if is_key || digits {
                break;
            }
            let lower = word.to_lowercase();
            let particle = is_particle(&lower);
            let accepted = if count == 0 {
                lower_start = first.is_lowercase() && !particle;
                // `Low Kok Wah`: a common word that another capitalised one follows
                let goes_on = sure
                    && first.is_uppercase()
                    && rest[length..].starts_with([' ', '+'])
                    && rest[length + 1..].starts_with(|c: char| c.is_uppercase());
                !(self.latin_words.contains(&lower) && !particle && !goes_on
                    || (lower_start && !sure && !self.latin_names.contains(&lower)))
            } else if lower_start {
                self.latin_names.contains(&lower)
                    || (particle && rest[length..].starts_with(' '))
                    || (sure
                        && count < 3
                        && !self.latin_words.contains(&lower)
                        && ends_here(&rest[length..]))
            } else {
                // `Min` is a word of logs and of names: within a capitalised name it belongs to it
                first.is_uppercase() || particle || self.latin_names.contains(&lower)
            };
            if !accepted {
                break;
            }
            at += length;
            end = at;
            count += 1;
            if count == 7 {
                break;
            }
            // one space, a comma with a space (SURNAME, Given), a full stop of an initial, the slash of `a/l`
            let two = (text[at..].starts_with(", ") && count == 1)
                || (text[at..].starts_with(". ") && length == 1);
            let one =
                text[at..].starts_with([' ', '+']) || (particle && text[at..].starts_with('/'));
            let joint = match (two, one) {
                (true, _) => 2,
                (_, true) => 1,
                _ => break,
            };
            at += joint;
        }
        end
    }
}

/// Words within a name that are none by themselves: `Siti binti Rahman`, `dela Cruz`.
pub(super) fn is_particle(lower: &str) -> bool {
    matches!(
        lower,
        "bin"
            | "binti"
            | "bt"
            | "bte"
            | "de"
            | "la"
            | "van"
            | "von"
            | "dela"
            | "del"
            | "san"
            | "al"
            | "a"
            | "s"
            | "d"
            | "y"
            | "der"
            | "dos"
            | "los"
            | "las"
            | "das"
            | "do"
            | "bint"
            | "ibn"
            | "da"
    )
}

/// The length of a given name behind a Japanese surname and one space: 池田 花子.
fn given_behind_space(rest: &str, surname: bool) -> usize {
    if !surname || !rest.starts_with(' ') {
        return 0;
    }
    let given = rest[1..]
        .chars()
        .take_while(|c| is_han(*c) || is_kana(*c))
        .take(5)
        .collect::<String>();
    if (1..=4).contains(&given.chars().count()) {
        1 + given.len()
    } else {
        0
    }
}

/// Does the text end, or a delimiter stand, here?
fn ends_here(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with([',', ';', '|', '&', ')', '}', ']', '\n', '"', '\'', '<'])
}

fn leading_words(text: &str, accept: impl Fn(char) -> bool, most: usize) -> usize {
    let mut end = 0;
    let mut at = 0;
    for _ in 0..most {
        let length = text[at..]
            .char_indices()
            .find(|(_, c)| !accept(*c))
            .map_or(text.len() - at, |(i, _)| i);
        // 김민수 주소: the next field's label belongs to no name
        let label = end > 0 && text[at + length..].starts_with([':', '=']);
        if length == 0 || label {
            break;
        }
        end = at + length;
        at = end;
        match text[at..].chars().next() {
            Some(c) if c == ' ' || is_dot(c) => at += c.len_utf8(),
            _ => break,
        }
    }
    end
}

/// [`char::is_alphabetic`], which searches a table for every character beyond ASCII.
fn is_letter(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c) || c.is_alphabetic()
}

fn is_name_char(c: char) -> bool {
    is_letter(c)
        || is_mark(c)
        || is_dot(c)
        || matches!(
            c,
            ' ' | '\'' | '’' | '-' | '.' | ',' | '/' | '@' | '*' | '(' | ')' | '<' | '　'
        )
}

pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}' | '々' | '〇')
}

fn is_kana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{ff66}'..='\u{ff9f}')
        && !is_dot(c)
}

pub(super) fn is_hangul(c: char) -> bool {
    matches!(c, '\u{ac00}'..='\u{d7a3}' | '\u{1100}'..='\u{11ff}')
}

pub(super) fn is_latin(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
}

fn is_dot(c: char) -> bool {
    matches!(c, '·' | '・' | '•' | '‧' | '．')
}

/// Vowel signs and tone marks that are part of a letter.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036f}' | '\u{0e31}' | '\u{0e34}'..='\u{0e3a}' | '\u{0e47}'..='\u{0e4e}' | '\u{0900}'..='\u{0903}' | '\u{093a}'..='\u{094f}' | '\u{0b80}'..='\u{0d7f}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17d3}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists() -> NameLists {
        let words = |s: &str| s.split(' ').map(String::from).collect::<Vec<_>>();
        NameLists::new(&Names {
            surnames: words("张 王 李 高 方 金"),
            compound_surnames: words("欧阳 司马"),
            japanese_surnames: words("山田 佐藤"),
            chinese_words: words("高级 方法 金额 王国"),
            follow_words: words("提交 的 身份 已"),
            latin_words: words("success unknown null the user"),
            latin_names: words("tan ah kow wei"),
            ..Names::default()
        })
    }

    #[test]
    fn where_a_name_ends() {
        let lists = lists();
        for (text, sure, name) in [
            ("张三提交申请", false, "张三"),
            ("欧阳娜娜的申请", false, "欧阳娜娜"),
            ("张三", true, "张三"),
            ("高级用户", false, ""),
            ("金额不足", false, ""),
            ("买买提·吐尔逊已提交", true, "买买提·吐尔逊"),
            ("TAN AH KOW sim=98", true, "TAN AH KOW"),
            ("Nguyễn Văn An, sim", true, "Nguyễn Văn An"),
            ("tan ah kow cost=3", true, "tan ah kow"),
            ("สมชาย ใจดี ok", true, "สมชาย ใจดี"),
            ("김민수 님", true, "김민수 님"),
            ("Siti binti Rahman phone=1", true, "Siti binti Rahman"),
            ("Wei idCard=1", true, "Wei"),
            ("the user", false, ""),
        ] {
            assert_eq!(&text[..lists.leading_name(text, sure)], name, "{text}");
        }
    }

    #[test]
    fn what_could_be_a_name() {
        let lists = lists();
        for yes in [
            "张三",
            "TAN AH KOW",
            "Nguyễn Văn An",
            "O'Brien",
            "สมชาย",
            "张*",
            "Muthu a/l Raman",
            "615db57aa314529aaa0fbe95b3e95bd3",
        ] {
            assert!(lists.is_plausible(yes), "{yes}");
        }
        for no in ["success", "faceCompare", "face-v2", "", "***", "a_b"] {
            assert!(!lists.is_plausible(no), "{no}");
        }
    }
}
