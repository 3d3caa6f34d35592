//! Names that a word within them proves, wherever they stand: `Ahmad bin Ismail`, `SITI AMINAH BINTI ROSLI`, `Kumar a/l Muniappan`, `Rajesh s/o Krishnan`.

use super::NameLists;
use super::spoken::Promise;
use crate::redact::edit::action::CategoryId;
use crate::redact::pass::Pass;
use crate::redact::words::spans::{valid_prefix, valid_suffix};

/// So many words may stand before it.
const WORDS: usize = 4;
/// So far they and those behind are looked for, in bytes.
const REACH: usize = 96;

impl NameLists {
    /// Does a word that says whose child a person is begin a text?
    #[inline]
    pub(super) fn is_connector(&self, text: &[u8]) -> bool {
        let likely = matches!(
            text,
            [b'b' | b'B', b'i' | b'I' | b't' | b'T', ..]
                | [b'a' | b'A' | b's' | b'S' | b'd' | b'D', b'/', ..]
        );
        likely
            && self.parts.patronymics.iter().any(|word| {
                text.get(word.len()) == Some(&b' ')
                    && text[..word.len()].eq_ignore_ascii_case(word.as_bytes())
            })
    }
}

impl Pass<'_> {
    /// The name around the connecting word that begins at `word`. Gives where it ends.
    pub(super) fn connected_name(
        &mut self,
        t: &[u8],
        word: usize,
        at: usize,
        mark: usize,
        category: CategoryId,
    ) -> usize {
        let core = self.core;
        let head = valid_suffix(&t[word.saturating_sub(REACH)..word - 1]);
        let mut starts = [word; WORDS];
        let mut count = 0;
        let mut rest = head;
        while count < WORDS {
            let begins = |c: char| !(c.is_alphabetic() || matches!(c, '\'' | '-' | '’' | '@'));
            let length = rest.len()
                - rest.rfind(begins).map_or(0, |i| {
                    i + rest[i..].chars().next().map_or(1, char::len_utf8)
                });
            let (before, last) = rest.split_at(rest.len() - length);
            // 13812345678N BIN …: the end of a number
            if !last.starts_with(char::is_uppercase)
                || before.ends_with(|c: char| c.is_ascii_digit())
            {
                break;
            }
            starts[count] = word - 1 - (head.len() - before.len());
            count += 1;
            match before.strip_suffix(' ') {
                Some(before) => rest = before,
                None => break,
            }
        }
        let is_label = |word: &str| core.is_label(word);
        for start in starts[..count].iter().rev() {
            let text = valid_prefix(&t[*start..t.len().min(word + REACH)]);
            let end = start + core.names.spoken_name(text, Promise::Hint, is_label);
            if end > word + 2 {
                let rule = "name around a connecting word";
                // behind `S/O` as behind a label the second name may be gone already
                if !self.take_name(t, *start..end, at, mark, category, rule) {
                    self.take_name(t, *start..word - 1, at, mark, category, rule);
                }
                return end;
            }
        }
        word
    }
}
