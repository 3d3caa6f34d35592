//! A seeded workload of made-up records, and the labels that say what was planted in it.
//!
//! Everything comes from one seed: the same [`Settings`] give the same bytes on every machine and in every version that does not
//! say otherwise in its change log. People, numbers and pictures are invented; numbers are valid by their standards, so that detectors
//! have to find them, and are computed here a second time, independently of the detectors.
//!
//! ```text
//! Head ─┐
//! Person ─▶ body / prose / decoys ─▶ Node (a tree with marks) ─▶ JSON line
//!                                                        └─────▶ Labels
//! ```

pub mod body;
pub mod credentials;
pub mod cues;
pub mod decoys;
pub mod head;
pub mod ids;
pub mod images;
pub mod keys;
pub mod labels;
pub mod monitoring;
pub mod names;
pub mod node;
pub mod operation;
pub mod pairs;
pub mod person;
pub mod prose;
pub mod rng;
pub mod traffic;
pub mod words;
pub mod wrap;

use head::Head;
use images::{Camera, Images};
use labels::Labels;
use node::Style;
use rng::Rng;

/// Which kind of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// One flat record a call.
    Monitoring,
    /// Step debug information and bodies.
    Operation,
    /// Both, half and half.
    Mixed,
}

/// What to generate.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Where all randomness starts.
    pub seed: u64,
    /// Which records.
    pub kind: Kind,
    /// Size of payloads.
    pub images: Images,
    /// Share of records (0 to 1) with unusual encodings and writings.
    pub hard: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seed: 1,
            kind: Kind::Mixed,
            images: Images::Small,
            hard: 0.2,
        }
    }
}

/// Makes one record after the other, without end.
pub struct Generator {
    settings: Settings,
    random: Rng,
    camera: Camera,
    ms: u64,
    line: u64,
}

impl Generator {
    /// Starts from the seed.
    pub fn new(settings: Settings) -> Self {
        let mut random = Rng::new(settings.seed);
        let camera = Camera::new(settings.images, &mut random);
        // 2026-01-01: a fixed start, since a clock would make the bytes differ from run to run.
        Self {
            settings,
            random,
            camera,
            ms: 1_767_225_600_000,
            line: 0,
        }
    }

    /// Appends a record, without line end, and returns its labels.
    pub fn record(&mut self, out: &mut String) -> Labels {
        let r = &mut self.random;
        self.line += 1;
        let head = Head::next(&mut self.ms, r);
        let hard = r.chance(self.settings.hard);
        let operation = match self.settings.kind {
            Kind::Operation => true,
            Kind::Monitoring => false,
            Kind::Mixed => r.chance(0.5),
        };
        let node = if operation {
            operation::record(&head, hard, &self.camera, r)
        } else {
            monitoring::record(&head, hard, &self.camera, r)
        };
        let style = Style {
            spaces: r.chance(0.15),
            ascii: r.chance(if hard { 0.2 } else { 0.05 }),
            slash: r.chance(0.1),
        };
        node.write(style, out);
        let mut labels = Labels {
            line: self.line,
            ..Labels::default()
        };
        node.labels("", "", &mut labels);
        labels
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(settings: Settings, n: usize) -> Vec<(String, Labels)> {
        let mut generator = Generator::new(settings);
        (0..n)
            .map(|_| {
                let mut line = String::new();
                let labels = generator.record(&mut line);
                (line, labels)
            })
            .collect()
    }

    #[test]
    fn every_line_is_a_json_object() {
        for (line, _) in lines(
            Settings {
                hard: 0.6,
                ..Settings::default()
            },
            600,
        ) {
            assert!(!line.contains('\n'));
            let value: serde_json::Value =
                serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line}"));
            assert!(value.is_object());
        }
    }

    #[test]
    fn same_seed_same_bytes() {
        let settings = Settings {
            seed: 5,
            ..Settings::default()
        };
        let (a, b) = (lines(settings, 50), lines(settings, 50));
        assert!(a.iter().zip(&b).all(|(a, b)| a.0 == b.0));
        assert_ne!(
            a[0].0,
            lines(
                Settings {
                    seed: 6,
                    ..settings
                },
                1
            )[0]
            .0
        );
    }

    /// `tuomin generate --records 60 --seed 20261295 --hard 0.3 -o tests/data/sample.ndjson --labels tests/data/sample.labels.ndjson`
    #[test]
    fn the_shipped_sample_comes_from_its_seed() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data");
        let (mut records, mut labels) = (String::new(), String::new());
        for (line, planted) in lines(
            Settings {
                seed: 20_261_295,
                hard: 0.3,
                ..Settings::default()
            },
            60,
        ) {
            records += &(line + "\n");
            labels += &(serde_json::to_string(&planted).unwrap() + "\n");
        }
        assert!(
            std::fs::read_to_string(format!("{folder}/sample.ndjson")).unwrap() == records,
            "generate the sample again: see above"
        );
        assert!(
            std::fs::read_to_string(format!("{folder}/sample.labels.ndjson")).unwrap() == labels,
            "generate the labels again: see above"
        );
    }

    #[test]
    fn no_word_list_is_missing() {
        for country in [
            "cn", "hk", "mo", "tw", "sg", "th", "my", "id", "ph", "vn", "jp", "kr", "in", "asia",
        ] {
            assert!(!words::PLACES.get(country)[0].is_empty(), "{country}");
        }
        for (line, labels) in lines(Settings::default(), 2000) {
            assert!(
                labels.plants.iter().all(|p| !p.value.trim().is_empty()),
                "{line}"
            );
        }
    }

    #[test]
    fn every_class_and_carrier_is_planted() {
        let mut seen = std::collections::BTreeSet::new();
        for (_, labels) in lines(
            Settings {
                hard: 0.4,
                ..Settings::default()
            },
            3000,
        ) {
            for p in labels.plants {
                seen.insert(p.class);
                seen.insert(format!("{:?}", p.carrier));
                seen.extend(p.encoding.split('+').map(str::to_owned));
            }
        }
        for want in [
            "id_number.cn",
            "id_number.hk",
            "id_number.mo",
            "id_number.tw",
            "id_number.sg",
            "id_number.th",
            "id_number.my",
            "id_number.id",
            "id_number.ph",
            "id_number.vn",
            "id_number.jp",
            "id_number.kr",
            "id_number.in",
            "passport",
            "travel_permit",
            "mrz",
            "name",
            "birth_date",
            "address",
            "gender",
            "ethnicity",
            "validity",
            "authority",
            "phone",
            "email",
            "bank_card",
            "credential",
            "url_signature",
            "biometric.jpeg",
            "biometric.png",
            "biometric.mp4",
            "biometric.feature",
            "biometric.opaque",
            "Key",
            "Label",
            "FreeText",
            "Number",
            "Repeat",
            "KvList",
            "MapKey",
            "plain",
            "json_text",
            "json_text_5",
            "unicode_escapes",
            "json_cut",
            "form",
            "query",
            "percent",
            "multipart",
            "xml_text",
            "xml_attributes",
            "xml_cdata",
            "xml_references",
            "base64_json",
            "gzip_base64",
            "html_entities",
            "go_print",
            "java_print",
            "python_print",
            "key_value",
            "lines",
            "full_width",
            "lower_case",
            "separated",
            "data_uri",
            "hex_dump",
            "base64_lines",
            "base64_cut",
        ] {
            assert!(
                seen.contains(want),
                "{want} is never planted; seen: {seen:?}"
            );
        }
    }
}
