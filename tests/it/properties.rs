//! Promises that hold for any record, on generated ones: what is planted is found at any depth and in any encoding, nothing
//! changes without a finding, a second pass changes nothing, and the borders of blocks don't matter.

use std::{
    io,
    time::{Duration, Instant},
};

use proptest::prelude::*;
use serde_json::{Value, json};
use tuomin::evaluate::{check, decode::Haystack, place::Tree};
use tuomin::generate::ids::{self, Day};
use tuomin::generate::names::{Country, Name};
use tuomin::generate::rng::Rng;
use tuomin::input::lines::{LineLimits, Lines};
use tuomin::input::source::ByteSource;
use tuomin::pipeline::shutdown::Shutdown;
use tuomin::redact::{Form, Outcome, Redactor};

use crate::fuzzing::checks::redactors;

fn redact(line: &str) -> (String, Outcome) {
    redact_with(&redactors()[0], line)
}

fn redact_with(redactor: &Redactor, line: &str) -> (String, Outcome) {
    let mut out = Vec::new();
    let outcome = redactor.worker().redact(line.as_bytes(), &mut out);
    (String::from_utf8(out).expect("output is UTF-8"), outcome)
}

/// Texts that may hold anything: words, digits, escapes, several scripts.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z ]{0,20}",
        "[0-9]{1,20}",
        "[\\u{4e00}-\\u{4fff}，。：0-9a-z]{0,16}",
        "\\PC{0,24}",
        "[\\\\\"/{}\\[\\]:,%&=<>]{0,12}",
        Just("2026-11-24T15:01:02.123Z".to_owned()),
        Just("成功".to_owned()),
    ]
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z_]{1,12}",
        Just("Message".to_owned()),
        Just("Result".to_owned()),
        Just("Cost".to_owned()),
        Just("Name".to_owned()),
        Just("IdCard".to_owned()),
        Just("姓名".to_owned()),
        Just("ImageBase64".to_owned()),
        Just("Request".to_owned()),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        text().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
        (-1e6..1e6f64).prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key(), inner.clone()), 0..6)
                .prop_map(|e| Value::Object(e.into_iter().collect())),
            // JSON text in a string.
            inner.prop_map(|v| Value::String(v.to_string())),
        ]
    })
}

fn record() -> impl Strategy<Value = Value> {
    prop::collection::vec((key(), value()), 0..8)
        .prop_map(|e| Value::Object(e.into_iter().collect()))
}

/// One way of putting a value inside another.
#[derive(Clone, Copy, Debug)]
enum Step {
    Object,
    Array,
    JsonText,
    Base64,
    Percent,
    Pair,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => Just(Step::Object),
        2 => Just(Step::Array),
        3 => Just(Step::JsonText),
        1 => Just(Step::Base64),
        1 => Just(Step::Percent),
        1 => Just(Step::Pair),
    ]
}

fn wrap(inner: Value, step: Step) -> Value {
    use base64::Engine as _;
    match step {
        Step::Object => json!({ "data": inner, "ok": true }),
        Step::Array => json!([1, inner, null]),
        Step::JsonText => Value::String(inner.to_string()),
        Step::Base64 => Value::String(
            base64::engine::general_purpose::STANDARD.encode(json!({ "p": inner }).to_string()),
        ),
        Step::Percent => {
            let mut out = String::new();
            tuomin::generate::wrap::percent(&json!({ "q": inner }).to_string(), false, &mut out);
            Value::String(out)
        }
        Step::Pair => json!([{ "Name": "detail", "Value": inner }]),
    }
}

/// A source that gives its bytes in pieces of given sizes.
struct Pieces {
    bytes: Vec<u8>,
    at: usize,
    sizes: Vec<usize>,
    next: usize,
}

impl ByteSource for Pieces {
    fn read_some(
        &mut self,
        into: &mut Vec<u8>,
        most: usize,
        _: Option<Instant>,
    ) -> io::Result<usize> {
        let size = self.sizes[self.next % self.sizes.len()];
        self.next += 1;
        let n = size.min(most).min(self.bytes.len() - self.at);
        into.extend_from_slice(&self.bytes[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn valid_stays_valid_and_a_second_pass_changes_nothing(record in record(), pretty in any::<bool>()) {
        let line = if pretty { record.to_string().replace("\":", "\" : ") } else { record.to_string() };
        prop_assume!(serde_json::from_str::<Value>(&line).is_ok());
        let (once, outcome) = redact(&line);
        prop_assert!(outcome.form == Form::Json);
        let (before, after) = (Tree::parse(&line).unwrap(), Tree::parse(&once));
        prop_assert!(after.is_some(), "no longer JSON: {once}");
        prop_assert!(check::still_parses(&before, &after.unwrap()), "a JSON text inside no longer parses");
        if outcome.findings == 0 {
            prop_assert_eq!(&once, &line);
        }
        prop_assert_eq!(&redact(&once).0, &once);
    }

    #[test]
    fn a_planted_secret_is_found_at_any_depth(seed in any::<u64>(), steps in prop::collection::vec(step(), 0..9), key in prop::sample::select(vec!["IdCard", "id_number", "certNo", "身份证号"])) {
        // Each level of text inside text doubles its escapes: six levels are 63 backslashes before each quote.
        prop_assume!(steps.iter().filter(|s| matches!(s, Step::JsonText | Step::Base64 | Step::Percent)).count() <= 6);
        let mut r = Rng::new(seed);
        let birth = Day::birth(&mut r);
        let id = ids::cn18(&mut r, birth).plain;
        let name = Name::of(Country::Tw, &mut r).full;
        let mut inner = json!({ key: id, "Name": name, "Message": format!("核验{id}完成") });
        for step in &steps {
            inner = wrap(inner, *step);
        }
        let line = json!({ "RequestId": "5f0c7d1e", "Request": inner }).to_string();
        let (out, _) = redact(&line);
        let hay = Haystack::of(&out);
        prop_assert!(!hay.compact.contains(&id.to_lowercase()), "{} leaked through {:?}: {}", id, steps, out);
        prop_assert!(!hay.folded.contains(&name), "{} leaked through {:?}: {}", name, steps, out);
    }

    #[test]
    fn strict_lets_nothing_unknown_stand_and_a_second_pass_changes_nothing(record in record(), secret in "[a-z]{5,9} [a-zæøå]{5,9}[0-9]?", steps in prop::collection::vec(step(), 0..6), field in prop::sample::select(vec!["Request", "RspBody", "DebugInfo"])) {
        let mut inner = json!({ "remark": secret, "more": record });
        for step in &steps {
            inner = wrap(inner, *step);
        }
        let line = json!({ "RequestId": "5f0c7d1e", field: inner }).to_string();
        let strict = &redactors()[1];
        let (once, _) = redact_with(strict, &line);
        prop_assert!(!Haystack::of(&once).folded.contains(&secret), "{} stands after {:?}: {}", secret, steps, once);
        prop_assert_eq!(&redact_with(strict, &once).0, &once);
    }

    #[test]
    fn any_bytes_give_a_record(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let line: Vec<u8> = bytes.into_iter().filter(|b| *b != b'\n').collect();
        crate::fuzzing::checks::line(&line);
    }

    #[test]
    fn borders_of_blocks_do_not_matter(records in prop::collection::vec(record(), 1..12), sizes in prop::collection::vec(1usize..200, 1..8), last in any::<bool>()) {
        let mut text = records.iter().map(Value::to_string).collect::<Vec<_>>().join("\n").into_bytes();
        if last {
            text.push(b'\n');
        }
        let source = Pieces { bytes: text.clone(), at: 0, sizes, next: 0 };
        let mut lines = Lines::new(Box::new(source), LineLimits { block: 512, line: 1 << 20, flush: Duration::from_millis(1) }, Shutdown::new().unwrap(), true);
        let (mut all, mut block) = (Vec::new(), Vec::new());
        while lines.fill(&mut block).unwrap() {
            all.extend_from_slice(&block);
            prop_assert!(block.ends_with(b"\n") || all.len() == text.len(), "a block ends in the middle of a line");
            block.clear();
        }
        prop_assert_eq!(all, text);
    }
}
