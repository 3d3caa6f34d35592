//! What could be a person's name under a key that may hold one, by what it is made of.

use super::NameLists;
use crate::redact::layers::payload;
use crate::redact::words::script::{is_han, is_letter, is_name_char};

impl NameLists {
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
        // the usual name in Chinese logs answers the next five questions as it stands
        if !text.is_empty() && text.chars().all(is_han) {
            return self.is_han_name(text);
        }
        let count = text.chars().count();
        if count == 0 || count > 80 || !text.chars().any(is_letter) {
            return false;
        }
        if text.len() >= 32 && text.bytes().all(|c| c.is_ascii_hexdigit()) {
            return true; // a name that was hashed without a key
        }
        if self.is_adorned(text) {
            return true;
        }
        if text.chars().any(|c| !is_name_char(c)) || self.is_latin_word(text) {
            return false;
        }
        if text.is_ascii() {
            // lb.example.com
            if text.contains('.') && !text.bytes().any(|c| c == b' ' || c.is_ascii_uppercase()) {
                return false;
            }
            let (mut words, mut common, mut company) = (0, 0, false);
            for word in text
                .split([' ', ',', '.', '/', '@'])
                .filter(|w| !w.is_empty())
            {
                // `faceCompare`, `HTTPServer`: a name's word has capitals at its start or everywhere
                let rest = &word[1..];
                let mixed = rest.bytes().any(|c| c.is_ascii_uppercase())
                    && word.bytes().any(|c| c.is_ascii_lowercase());
                if mixed
                    && !(self.parts.prefixes)
                        .iter()
                        .any(|p| word.starts_with(p.as_str()))
                    && !rest.contains(['-', '\'', '*'])
                {
                    return false;
                }
                // face-liveness, ci-runner, kyc-db
                let lower = !word.bytes().any(|c| c.is_ascii_uppercase());
                let alone = word.len() == text.len();
                if lower
                    && word.contains('-')
                    && (alone || word.split('-').any(|part| self.latin_words.contains(part)))
                {
                    return false;
                }
                words += 1;
                let lower = word.to_ascii_lowercase();
                common += usize::from(
                    self.latin_words.contains(&lower) && !self.latin_names.contains(&lower),
                );
                // `ORCHID TRADING PTE. LTD.`
                company = words > 1 && lower.len() <= 7 && self.parts.companies.contains(&lower);
            }
            // `Face Liveness Detection`: nothing but words
            return words <= 8 && (words < 2 || common < words) && !company;
        }
        // OCR 服务
        let han = text.split(|c| !is_han(c)).find(|run| !run.is_empty());
        let mixed = text.starts_with(|c: char| c.is_ascii_uppercase());
        let named = |run: &str| run.chars().count() == 1 || self.is_han_name(run);
        !mixed || han.is_none_or(named)
    }

    /// Is the whole text what a company, a bank or an office is called: 深圳示例科技有限公司?
    pub fn is_company(&self, text: &str) -> bool {
        // 某某公司: of four characters, and most names have fewer
        const SHORTEST: usize = 12;
        let bytes = text.as_bytes();
        bytes.len() >= SHORTEST
            && bytes[0] >= 0x80
            && self.company_ends.iter().any(|end| text.ends_with(end))
            && text
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '(' | ')' | '（' | '）' | '·'))
    }

    /// The same of several in one text: `Siti Rahmawati;Budi Santoso`.
    pub fn are_plausible(&self, text: &str) -> bool {
        const DIVIDERS: [char; 5] = [';', '；', '、', '|', '，'];
        // the first byte of each
        let may = |c: u8| matches!(c, b';' | b'|' | 0xe3 | 0xef);
        match text.bytes().any(may) && text.contains(DIVIDERS) {
            true => text.split(DIVIDERS).all(|name| self.is_plausible(name)),
            false => self.is_plausible(text),
        }
    }

    /// The same of a name in another script that a header carries in base64.
    pub fn is_plausible_in_base64(&self, value: &[u8]) -> bool {
        let mut text = Vec::new();
        (8..=64).contains(&value.len())
            && value.len().is_multiple_of(4)
            && value.iter().all(|c| payload::is_base64(*c))
            && payload::decode_base64(value, &mut text)
            && text.iter().all(|c| *c >= 0x80 || *c == b' ')
            && std::str::from_utf8(&text).is_ok_and(|text| self.is_plausible(text))
    }

    /// Is it a Chinese name with something added: 苏逸凡（已故）, “苏逸凡”, 苏逸凡1, <b>苏逸凡</b>, 苏?凡?
    fn is_adorned(&self, text: &str) -> bool {
        const UNREAD: &[char] = &['?', '？', '□', '■', '�', '_'];
        let Some(start) = text.find(is_han).filter(|_| text.len() <= 64) else {
            return false;
        };
        let before = text[..start].trim_end();
        let opened = before.is_empty() || before.ends_with(|c: char| !c.is_alphanumeric());
        let rest = &text[start..];
        let name = &rest[..rest
            .find(|c: char| !is_han(c) && !UNREAD.contains(&c))
            .unwrap_or(rest.len())];
        let name = name.trim_end_matches(UNREAD);
        let behind = &rest[name.len()..];
        // 苏逸凡1, but 安全组1 and 高可用v2 are no names
        let numbered = behind.starts_with(|c: char| c.is_ascii_alphanumeric());
        let count = name.chars().count();
        let surname = self.may_begin_name(name);
        // 于洪区-1
        let named = !name.ends_with(&self.thing_ends[..]);
        let read = name.chars().all(is_han)
            && surname
            && !self.has_word(name)
            && self.leading_name(name, false) == name.len();
        let partly =
            count == 3 && surname && name.contains(UNREAD) && name.chars().skip(2).all(is_han);
        opened
            && (count == 3 || count == 2 && !numbered || count == 4 && self.is_compound_name(name))
            && named
            && (read || partly)
    }
}
