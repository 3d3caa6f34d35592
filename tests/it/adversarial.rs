//! Lines written by hand, not by the generator: what vendors' APIs, people's prints and other encodings look like, each with what must be
//! gone and what must still stand. The cases are data, in `tests/data/adversarial/`.

use std::fs;
use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::Deserialize;
use tuomin::evaluate::decode::{Haystack, compact, fold};

use super::redactor::redactor;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    title: String,
    /// The whole line, or …
    #[serde(default)]
    line: String,
    /// … a body that is wrapped and put under `Response`.
    #[serde(default)]
    body: String,
    /// Encodings of the body, the innermost first.
    #[serde(default)]
    wrap: Vec<String>,
    /// What must not be readable from the output, in any encoding.
    hide: Vec<String>,
    /// What must still stand in it.
    stay: Vec<String>,
}

impl Case {
    fn line(&self) -> String {
        if !self.line.is_empty() {
            return self.line.clone();
        }
        let text = self
            .wrap
            .iter()
            .fold(self.body.clone().into_bytes(), |inner, how| {
                encode(how, &inner)
            });
        let text = String::from_utf8(text).expect("the last encoding gives text");
        serde_json::json!({ "RequestId": "e-1", "Response": text }).to_string()
    }
}

fn encode(how: &str, inner: &[u8]) -> Vec<u8> {
    let text = || String::from_utf8(inner.to_vec()).expect("text");
    match how {
        "base64" => STANDARD.encode(inner).into_bytes(),
        "base64url" => URL_SAFE_NO_PAD.encode(inner).into_bytes(),
        "gzip" => {
            let mut packer = flate2::write::GzEncoder::new(Vec::new(), Default::default());
            packer.write_all(inner).expect("packed");
            packer.finish().expect("packed")
        }
        "zlib" => {
            let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), Default::default());
            packer.write_all(inner).expect("packed");
            packer.finish().expect("packed")
        }
        "percent" => inner
            .iter()
            .flat_map(|b| match b {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => vec![*b],
                b => format!("%{b:02X}").into_bytes(),
            })
            .collect(),
        "json" => serde_json::Value::String(text()).to_string().into_bytes(),
        "field" => serde_json::json!({ "inner": text() })
            .to_string()
            .into_bytes(),
        other => panic!("there is no encoding {other:?}"),
    }
}

fn cases() -> Vec<(String, Case)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/adversarial");
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the folder of cases")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    let mut cases = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path).expect("a file of cases");
        let file: File =
            toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let name = path.file_stem().expect("a name").to_string_lossy();
        let named = |case: Case| (format!("{name}: {}", case.title), case);
        cases.extend(file.case.into_iter().map(named));
    }
    cases
}

#[test]
fn what_must_hide_hides_and_what_must_stay_stays() {
    let redactor = redactor();
    let mut worker = redactor.worker();
    let mut complaints = Vec::new();
    for (title, case) in cases() {
        let line = case.line();
        let (mut out, mut again) = (Vec::new(), Vec::new());
        worker.redact(line.as_bytes(), &mut out);
        worker.redact(&out, &mut again);
        let out = String::from_utf8(out).expect("text");
        let before = Haystack::of(&line);
        let after = Haystack::of(&out);
        let stands = |h: &Haystack, value: &str| {
            let value = fold(value);
            let digits = value.bytes().filter(u8::is_ascii_digit).count() >= 6;
            h.folded.contains(&value) || (digits && h.compact.contains(&compact(&value)))
        };
        let leaked = case.hide.iter().filter(|v| stands(&after, v));
        let lost = case.stay.iter().filter(|v| !after.exact.contains(*v));
        let mut wrong: Vec<String> = leaked.map(|v| format!("leaked {v:?}")).collect();
        wrong.extend(lost.map(|v| format!("lost {v:?}")));
        if serde_json::from_str::<serde_json::Value>(&out).is_err() {
            wrong.push("the result is no JSON".into());
        }
        if again != out.as_bytes() {
            wrong.push(format!(
                "a second pass changes it to {}",
                String::from_utf8_lossy(&again)
            ));
        }
        for value in case.hide.iter().chain(&case.stay) {
            assert!(
                stands(&before, value),
                "{title}: {value:?} is not in the line itself"
            );
        }
        if !wrong.is_empty() {
            complaints.push(format!("{title}\n  {}\n  {out}", wrong.join("\n  ")));
        }
    }
    assert!(
        complaints.is_empty(),
        "{} cases:\n{}",
        complaints.len(),
        complaints.join("\n")
    );
}
