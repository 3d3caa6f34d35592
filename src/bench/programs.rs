//! What is measured: the redactor, and what it is compared with in the same run.

use std::borrow::Cow;

use regex::bytes::Regex;

use crate::redact::{Redactor, Worker};

/// A way of treating lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Program {
    /// Finds line ends and copies: nothing that reads and writes lines can be faster.
    Copy,
    /// Checks that each line is JSON (serde_json, no tree) and copies it.
    CheckJson,
    /// Six regular expressions replaced one after the other over the raw line, as a first attempt does it. Not right, only a yardstick.
    NaiveRegex,
    /// The redactor.
    Redact,
    /// A process that only divides a file into lines and copies them to the null device, on one thread: the floor of processes.
    CopyRun,
    /// `tuomin run FILE > /dev/null` as a process of its own: start, patterns, reading, writing.
    Run,
    /// `tuomin run --es URL FILE`: the same, and each record acknowledged by Elasticsearch.
    Store,
}

impl Program {
    /// What it is compared with: nothing that reads and writes lines in the same way can be faster.
    pub fn floor(self) -> Self {
        match self {
            Self::CopyRun | Self::Run | Self::Store => Self::CopyRun,
            _ => Self::Copy,
        }
    }

    /// As it is shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Copy => "copy floor",
            Self::CheckJson => "JSON check",
            Self::NaiveRegex => "naive regexes",
            Self::Redact => "redact",
            Self::CopyRun => "copy (process)",
            Self::Run => "tuomin run (process)",
            Self::Store => "into Elasticsearch",
        }
    }
}

/// What one thread needs to run a program.
pub enum Thread {
    /// [`Program::Copy`]
    Copy,
    /// [`Program::CheckJson`]
    CheckJson,
    /// [`Program::NaiveRegex`]
    Naive(Vec<(Regex, &'static [u8])>),
    /// [`Program::Redact`]
    Redact(Box<Worker>),
}

impl Thread {
    /// Prepares a thread. None for programs that are processes.
    pub fn of(program: Program, redactor: &Redactor) -> Option<Self> {
        Some(match program {
            Program::Copy => Self::Copy,
            Program::CheckJson => Self::CheckJson,
            Program::NaiveRegex => Self::Naive(naive()),
            Program::Redact => Self::Redact(Box::new(redactor.worker())),
            Program::CopyRun | Program::Run | Program::Store => return None,
        })
    }

    /// Treats whole lines.
    pub fn lines(&mut self, batch: &[u8], out: &mut Vec<u8>) {
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', batch) {
            self.line(&batch[start..end], out);
            out.push(b'\n');
            start = end + 1;
        }
    }

    fn line(&mut self, line: &[u8], out: &mut Vec<u8>) {
        match self {
            Self::Copy => out.extend_from_slice(line),
            Self::CheckJson => {
                let _ = std::hint::black_box(serde_json::from_slice::<serde::de::IgnoredAny>(line));
                out.extend_from_slice(line);
            }
            Self::Naive(rules) => {
                let mut now = Cow::Borrowed(line);
                for (rule, replacement) in rules.iter() {
                    if let Cow::Owned(next) = rule.replace_all(&now, *replacement) {
                        now = Cow::Owned(next);
                    }
                }
                out.extend_from_slice(&now);
            }
            Self::Redact(worker) => {
                worker.redact(line, out);
            }
        }
    }
}

/// Mainland, Hong Kong, Singapore and Thai numbers by shape, and two lists of keys.
fn naive() -> Vec<(Regex, &'static [u8])> {
    const RULES: [(&str, &[u8]); 6] = [
        (
            r#"(\\*"(?:ImageBase64|BestFrame|FaceImage)\\*"\s*:\s*\\*")[^"\\]*"#,
            b"${1}[IMAGE]",
        ),
        (
            r#"(\\*"(?:Name|IdCardName|姓名)\\*"\s*:\s*\\*")[^"\\]*"#,
            b"${1}***",
        ),
        (
            r"(?-u:\b)[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx](?-u:\b)",
            b"***",
        ),
        (r"(?-u:\b)[A-Z]{1,2}[0-9]{6}(?:\([0-9A]\)|[0-9A])", b"***"),
        (r"(?-u:\b)[STFGM][0-9]{7}[A-Z](?-u:\b)", b"***"),
        (
            r"(?-u:\b)[1-8](?:[0-9]{12}|-[0-9]{4}-[0-9]{5}-[0-9]{2}-[0-9])(?-u:\b)",
            b"***",
        ),
    ];
    RULES
        .iter()
        .filter_map(|(rule, replacement)| Some((Regex::new(rule).ok()?, *replacement)))
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn all_naive_rules_compile() {
        assert_eq!(super::naive().len(), 6);
    }
}
