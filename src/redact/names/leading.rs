//! Where a name ends that begins a running text behind a label or cue, or begins that ends before one.

use super::NameLists;
use super::spaced;
use crate::redact::words::script::{is_dot, is_han, is_hangul, is_kana, is_latin, is_mark};

impl NameLists {
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
                || !(self.starts_with_word(word) || self.follows(word));
            length + if belongs { given } else { 0 }
        } else if is_kana(first) || is_hangul(first) {
            // 김민준 인증 실패: a second word belongs to a surname by itself, or is a form of address
            let most = match text.split(' ').collect::<Vec<_>>()[..] {
                [first, second, ..]
                    if is_hangul(first.chars().next().unwrap_or_default())
                        && first.chars().count() > 2
                        && !self.forms.address_korean(second) =>
                {
                    1
                }
                _ => 2,
            };
            leading_words(text, |c| is_kana(c) || is_hangul(c) || is_han(c), most)
        } else if first.is_ascii() || is_latin(first) {
            if first.is_alphabetic() {
                self.leading_latin(text, sure)
            } else {
                0
            }
        } else if first.is_alphabetic() {
            // Thai, Devanagari and others: words of letters and marks, divided by one space
            let length = leading_words(
                text,
                |c| !c.is_ascii() && !is_han(c) && (c.is_alphabetic() || is_mark(c)),
                4,
            );
            text[..length]
                .match_indices(' ')
                .map(|(blank, _)| blank)
                .find(|blank| self.follows(&text[blank + 1..]))
                .unwrap_or(length)
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
        // 山田太郎様が: two characters of a surname, and a form of address or a particle behind the name
        let japanese = chars.len() > 3 && self.japanese.contains(&text[..end_of(2)]);
        let ends = |i: &usize| self.forms.end_japanese(&text[end_of(*i)..]);
        let chars = match (2..chars.len()).find(|i| japanese && ends(i)) {
            Some(end) => chars[..end].to_vec(),
            None => chars,
        };
        let surname = if japanese
            || chars.len() >= 2 && self.compound.contains(&[chars[0], chars[1]])
        {
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
        // 김민준 인증 실패: behind three syllables a message goes on
        let field = match field.split_once(' ') {
            Some((first, _)) if first.starts_with(is_hangul) && first.chars().count() > 2 => first,
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
                || (self.surnames.contains(&run[2]) && !is_word(3) && !is_word(2))
                    && !self.follows(&text[text.len() - tail(2)..])
                    // 查询到
                    && !self.follows(&text[text.len() - tail(1)..]))
        {
            return tail(3);
        }
        // 管理员, 支付失败: the end of a longer word
        let within = |n: usize| (n + 1..=run.len()).any(is_word);
        match (1..=run.len().min(2))
            .rev()
            .find(|n| self.surnames.contains(&run[n - 1]) && !is_word(*n) && !within(*n))
        {
            Some(n) => tail(n),
            None => 0,
        }
    }

    /// The length in bytes of a Chinese name of three characters whose surname is a word as well (满犇子), between a title and a word that
    /// follows names. Zero if any of it may be another word.
    pub fn rare_name(&self, text: &str) -> usize {
        let mut ends = text.char_indices().map(|(i, _)| i).skip(1);
        let (Some(one), Some(two), Some(end)) = (ends.next(), ends.next(), ends.next()) else {
            return 0;
        };
        let name = &text[..end];
        let rare = name
            .chars()
            .next()
            .is_some_and(|c| self.rare_surnames.contains(&c));
        let named = rare
            && name.chars().all(is_han)
            && self.follows(&text[end..])
            && ![one, two].iter().any(|i| self.follows(&text[*i..]))
            && !self.has_word(name);
        if named { end } else { 0 }
    }

    fn starts_with_word(&self, text: &str) -> bool {
        text.char_indices()
            .skip(2)
            .map(|(i, _)| i)
            .chain([text.len()])
            .any(|end| self.chinese_words.contains(&text[..end]))
    }

    /// Does a word start here that can't belong to a name (的, 提交, 身份证)?
    pub(crate) fn follows(&self, rest: &str) -> bool {
        let first = rest.chars().next();
        first
            .and_then(|first| self.follow.get(&first))
            .is_some_and(|words| words.iter().any(|w| rest.starts_with(w.as_str())))
    }
}

/// The length of a given name behind a Japanese surname and one space: 池田 花子.
fn given_behind_space(rest: &str, surname: bool) -> usize {
    const SPACES: [char; 2] = [' ', '　'];
    let Some(space) = rest
        .chars()
        .next()
        .filter(|c| surname && SPACES.contains(c))
    else {
        return 0;
    };
    let given = rest[space.len_utf8()..]
        .chars()
        .take_while(|c| is_han(*c) || is_kana(*c))
        .take(5)
        .collect::<String>();
    let end = space.len_utf8() + given.len();
    // 山田花子 電話：…
    let label = rest[end..].starts_with([':', '=', '：']);
    if (1..=4).contains(&given.chars().count()) && !label {
        end
    } else {
        0
    }
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
            // ด.ช.ธนภัทร
            Some('.') if text[at + 1..].starts_with(&accept) => at += 1,
            _ => break,
        }
    }
    end
}
#[cfg(test)]
mod tests {
    use crate::redact::names::tests::lists;

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
}
