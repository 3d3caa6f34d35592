//! Which script a character is of.

/// [`char::is_alphabetic`], which searches a table for every character beyond ASCII.
pub(crate) fn is_letter(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c) || c.is_alphabetic()
}

pub(crate) fn is_name_char(c: char) -> bool {
    is_letter(c)
        || is_mark(c)
        || is_dot(c)
        || matches!(
            c,
            ' ' | '\'' | '’' | '-' | '.' | ',' | '/' | '@' | '*' | '(' | ')' | '<' | '　'
        )
        || is_invisible(c)
}

/// Characters that nobody sees: soft hyphen, zero-width ones, marks of direction and of byte order.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'
    )
}

pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}' | '々' | '〇')
}

pub(crate) fn is_kana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{ff66}'..='\u{ff9f}')
        && !is_dot(c)
}

pub(crate) fn is_hangul(c: char) -> bool {
    matches!(c, '\u{ac00}'..='\u{d7a3}' | '\u{1100}'..='\u{11ff}')
}

pub(crate) fn is_latin(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}')
}

pub(crate) fn is_dot(c: char) -> bool {
    matches!(c, '·' | '・' | '•' | '‧' | '．')
}

/// Vowel signs and tone marks that are part of a letter.
pub(crate) fn is_mark(c: char) -> bool {
    matches!(c,
        '\u{0300}'..='\u{036f}' | '\u{0e31}' | '\u{0e34}'..='\u{0e3a}' | '\u{0e47}'..='\u{0e4e}' | '\u{0eb1}' | '\u{0eb4}'..='\u{0ebc}' | '\u{0ec8}'..='\u{0ecd}'
            | '\u{0900}'..='\u{0903}' | '\u{093a}'..='\u{094f}' | '\u{0980}'..='\u{0983}' | '\u{09bc}'..='\u{09cd}' | '\u{09d7}'
            | '\u{0a01}'..='\u{0a03}' | '\u{0a3c}'..='\u{0a4d}' | '\u{0a70}'..='\u{0a71}' | '\u{0a81}'..='\u{0a83}' | '\u{0abc}'..='\u{0acd}'
            | '\u{0b01}'..='\u{0b03}' | '\u{0b3c}'..='\u{0b57}' | '\u{0b80}'..='\u{0d7f}' | '\u{0d81}'..='\u{0d83}' | '\u{0dca}'..='\u{0ddf}'
            | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17d3}')
}
