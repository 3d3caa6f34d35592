//! Values behind labels of other scripts than Latin, which need no separator: 姓名：张三, 身份证号110…

use super::accept::rule_accepts;
use super::pass::Pass;
use super::runs::valid_prefix;
use crate::patterns::schema::ValueRule;

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
                let skip = match rest {
                    [
                        b' ' | b':' | b'=' | b'"' | b'\'' | b'\\' | b'(' | b'>' | b'|' | b'\t',
                        ..,
                    ] => 1,
                    _ if rest.starts_with("是".as_bytes())
                        || rest.starts_with("为".as_bytes())
                        || rest.starts_with("為".as_bytes())
                        || rest.starts_with("は".as_bytes())
                        || rest.starts_with("第".as_bytes()) =>
                    {
                        3
                    }
                    _ if rest.starts_with("「".as_bytes())
                        || rest.starts_with("【".as_bytes())
                        || rest.starts_with("“".as_bytes()) =>
                    {
                        3
                    }
                    _ => 0,
                };
                if skip == 0 || start - label.end > 12 {
                    break;
                }
                joint = true;
                start += skip;
            }
            if start >= t.len() || self.scratch.edits.touches(mark, at + start..at + start + 1) {
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
            if core.is_name(category) {
                let text = valid_prefix(&t[start..t.len().min(start + 256)]);
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
            if let Some(value) = self.value_after(t, start, data.label_value, category, false)
                && rule_accepts(data.label_value, &t[value.span.clone()])
            {
                from = from.max(value.span.end);
                self.take_labelled(t, value.span, at, mark, class, category, b"");
            }
        }
    }
}

fn is_hiragana(c: char) -> bool {
    ('\u{3041}'..='\u{309f}').contains(&c)
}
