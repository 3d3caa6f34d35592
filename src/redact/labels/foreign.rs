//! Values behind labels of other scripts than Latin, which need no separator: 姓名：张三, 身份证号110…

use crate::patterns::schema::ValueRule;
use crate::redact::fields::accept::rule_accepts;
use crate::redact::pass::{Pass, Rule};
use crate::redact::shapes::surroundings::is_epoch;
use crate::redact::words::script::is_han;
use crate::redact::words::spans::valid_prefix;

/// The longest label, in bytes.
const LABEL: usize = 64;

impl Pass<'_> {
    /// Labels of other scripts than Latin, with or without a separator behind them: 姓名：张三, 身份证号110…
    pub(crate) fn foreign_labels(&mut self, t: &[u8], at: usize, mark: usize) {
        let core = self.core;
        let mut from = 0;
        'labels: while let Some((label, class)) = core.foreign.next(t, from) {
            from = label.end;
            let Some(data) = core.fields.classes.get(class as usize) else {
                continue;
            };
            let Some(category) = data.category else {
                continue;
            };
            let mut start = label.end;
            let mut joint = false;
            loop {
                let rest = &t[start..];
                if core.outcomes.begins(rest) {
                    continue 'labels;
                }
                // 氏名(漢字)=…: what qualifies the label is not the value
                if let Some(close) = memchr::memchr(b')', &rest[..rest.len().min(32)])
                    .filter(|i| rest[0] == b'(' && matches!(rest.get(i + 1), Some(b':' | b'=')))
                {
                    start += close + 1;
                    joint = true;
                    continue;
                }
                // Quê quán / Place of origin: the same label in two languages
                if let Some(length) = second_label(rest) {
                    // the value stands on the next line
                    if !t[..start + length].ends_with(b":") {
                        continue 'labels;
                    }
                    start += length;
                    joint = true;
                    continue;
                }
                let skip = match rest {
                    [
                        b' ' | b':' | b'=' | b'"' | b'\'' | b'\\' | b'(' | b'>' | b'|' | b'\t',
                        ..,
                    ] => 1,
                    // 姓名<张三>, but no tag
                    [b'<', 0xe4..=0xe9, ..] => 1,
                    _ => (core.prose.copulas.iter().map(String::as_str))
                        .chain(["「", "【", "】", "“"])
                        .find(|sign| rest.starts_with(sign.as_bytes()))
                        .map_or(0, str::len),
                };
                // 姓名→身份证→人脸 may be the steps of a process
                let arrow = if rest.starts_with("→".as_bytes()) {
                    3
                } else {
                    2 * usize::from(rest.starts_with(b"->"))
                };
                if skip + arrow == 0 || start - label.end > 24 {
                    break;
                }
                joint |= skip > 0;
                start += skip + arrow;
            }
            if start >= t.len() || self.scratch.edits.touches(mark, at + start..at + start + 1) {
                continue;
            }
            // 登录密码 cost=12ms: what has a label of its own is none of this one, and {'name': '地址', 'value': …} names it
            if t[start] == b',' || is_field(&t[start..]) {
                continue;
            }
            // 성명이 일치하지 않습니다: a particle behind the label
            let particled = !joint && self.core.names.forms.begin_particle(&t[start..]);
            // नाम गलत है: behind a space a word goes on with the sentence, where labels are words of every day
            let spoken = data.needs_separator
                && t[label.end..start].iter().all(|c| *c == b' ')
                && matches!(t[label.start..], [0xe0, 0xa4..=0xb7, ..]);
            if particled || spoken {
                continue;
            }
            // 姓名⇥身份证号: the heads of columns stand side by side
            if core.foreign.begins(&t[start..]) {
                continue;
            }
            // 氏名が一致しません: a particle goes on with the sentence
            let sentence =
                !joint && valid_prefix(&t[start..t.len().min(start + 3)]).starts_with(is_hiragana);
            if ((data.needs_separator || data.keys_only) && !joint) || sentence {
                continue;
            }
            if core.is_name(category) && matches!(t[start], b'-' | b'/' | b'^') {
                // 姓名-宋国强-身份证
                let text = valid_prefix(&t[start + 1..t.len().min(start + LABEL)]);
                let run = text.find(|c: char| !is_han(c)).unwrap_or(text.len());
                if core
                    .names
                    .is_person(&text[..run], |word| core.is_label(word))
                {
                    let span = start + 1..start + 1 + run;
                    self.take_labelled(t, span, at, mark, class, category, b"");
                }
                continue;
            }
            // 신청자 본인확인 실패: behind a space a Korean word must begin with a surname, and be none of every day
            let spaced = t[label.end..start].iter().all(|c| *c == b' ');
            if core.is_name(category) && spaced && !core.names.may_be_korean(&t[start..]) {
                continue;
            }
            if core.is_name(category) {
                let text = valid_prefix(&t[start..t.len().min(start + 256)]);
                // họ tên có giá trị 'Đỗ Minh Quân': the quote is no sign of the name's
                let text = match t[start - 1] {
                    b'\'' => text.split('\'').next().unwrap_or(text),
                    _ => text,
                };
                // 坐席：请您眨眨眼: where many hands write, whom a label tells may speak
                if data.value == ValueRule::Person && core.names.follows(text) {
                    continue;
                }
                let length = core.names.leading_name(text, joint);
                // 이름 김민수 생년월일 900415: the next label ends a name
                let length = match core
                    .foreign
                    .next(&text.as_bytes()[..text.len().min(length + LABEL)], 1)
                {
                    Some((next, _)) if next.start < length && text[..next.start].ends_with(' ') => {
                        text[..next.start].trim_end().len()
                    }
                    _ => length,
                };
                let long_enough = joint || text[..length].chars().count() >= 2;
                if length > 0 && long_enough && !core.names.is_common_word(&text[..length]) {
                    self.take_labelled(t, start..start + length, at, mark, class, category, b"");
                    from = start + length;
                }
                continue;
            }
            if !joint
                && (data.needs_separator
                    || matches!(
                        data.label_value,
                        ValueRule::Any | ValueRule::Text | ValueRule::Secret | ValueRule::Blob
                    ))
            {
                continue; // `地址不存在` is no address
            }
            // 身份证 2026-11-24, 银行卡 0x7f3c: behind a space alone a number must be long enough, and no time
            let signed = t[label.end..start].iter().any(|c| *c != b' ');
            let number = matches!(data.label_value, ValueRule::Number | ValueRule::Phone);
            // 身份证号是一一零一零五…: as speech is written down
            let spelled = if number {
                spelled_run(&t[start..], &core.prose.spelled)
            } else {
                0
            };
            if spelled > 0 {
                let span = start..start + spelled;
                let placed = at + span.start..at + span.end;
                from = span.end;
                self.take_by_class(&t[span], placed, Rule::Label(class), category, b"");
                continue;
            }
            if number && !signed && !may_be_number(&t[start..]) {
                continue;
            }
            if let Some(value) = self.value_after(t, start, data.label_value, category, false)
                && rule_accepts(data.label_value, &t[value.span.clone()])
                // 인증번호 발송: a secret is not spelled in the letters of the language
                && !(core.catalog.is_secret(category) && t[value.span.start] >= 0x80)
            {
                from = from.max(value.span.end);
                self.take_labelled(t, value.span, at, mark, class, category, b"");
            }
        }
    }
}

/// The length of ` / Place of origin:` at the start of a text, or of the same without a colon up to its line's end.
fn second_label(text: &[u8]) -> Option<usize> {
    const LONGEST: usize = 40;
    let slash = text.iter().take(2).position(|c| *c == b'/')?;
    let rest = &text[slash + 1..text.len().min(slash + LONGEST)];
    let words = rest
        .iter()
        .take_while(|c| c.is_ascii_alphabetic() || matches!(c, b' ' | b'.' | b'/'))
        .count();
    let first = rest.trim_ascii_start().first();
    let colon = rest.get(words) == Some(&b':');
    let ends = matches!(text.get(slash + 1 + words), None | Some(b'\n' | b'\r'));
    let told = (colon || ends) && first.is_some_and(u8::is_ascii_alphabetic);
    (told && text[..slash].iter().all(|c| *c == b' '))
        .then_some(slash + 1 + words + usize::from(colon))
}

/// Does a text begin with `key=` or `key:`?
fn is_field(text: &[u8]) -> bool {
    let word = |c: &&u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'.');
    let length = text.iter().take(32).take_while(word).count();
    length > 1
        && text[0].is_ascii_alphabetic()
        && match text.get(length) {
            Some(b'=') => text.get(length + 1) != Some(&b'='),
            Some(b':') => !text[length + 1..].starts_with(b"//"),
            _ => false,
        }
}

/// Does a text begin with what may be a person's number: no date, time, address of memory, short count, or word of a program before a number?
fn may_be_number(text: &[u8]) -> bool {
    let run = text
        .iter()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'/' | b'.'))
        .count();
    let run = &text[..run];
    let letters = run.iter().take_while(|c| c.is_ascii_alphabetic()).count();
    let digits = run.iter().filter(|c| c.is_ascii_digit()).count();
    // 身份证OCR 88211, 身份证 code 1003
    if letters > 2 || (letters == 2 && run.len() == 2) {
        return false;
    }
    let date = digits == 8
        && run.len() == 10
        && run.iter().filter(|c| matches!(c, b'-' | b'/')).count() == 2;
    let alone = run.iter().all(u8::is_ascii_digit) && !text[run.len()..].starts_with(b" ");
    let short = run.len() == digits && (5..8).contains(&digits) && !alone;
    !(date
        || short
        || is_epoch(run)
        || run.starts_with(b"0x")
        || (digits == 8 && run.starts_with(b"20") && run.len() == 8))
}

/// The length of a number that is spelled in Chinese at the start of a text.
fn spelled_run(text: &[u8], digits: &str) -> usize {
    const FEWEST: usize = 7;
    const MOST: usize = 24;
    let text = valid_prefix(&text[..text.len().min(3 * MOST)]);
    let run = text.find(|c| !digits.contains(c)).unwrap_or(text.len());
    if run >= 3 * FEWEST { run } else { 0 }
}

fn is_hiragana(c: char) -> bool {
    ('\u{3041}'..='\u{309f}').contains(&c)
}
