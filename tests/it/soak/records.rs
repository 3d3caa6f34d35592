//! The records of a soak: each can be made again from its number, and all hold secrets.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;

/// Persons who are in the records: name, identity number (GB 11643, the first is the standard's own example), telephone, password.
const PERSONS: [[&str; 4]; 3] = [
    [
        "欧阳静怡",
        "11010519491231002X",
        "13800138001",
        "kX9-qwertz-11",
    ],
    [
        "诸葛明远",
        "440524188001010014",
        "13912345678",
        "pL2-azerty-22",
    ],
    [
        "司马相宜",
        "110105194912310038",
        "18600001234",
        "mN5-dvorak-33",
    ],
];

/// One in so many is older than its retention.
const TOO_OLD: u64 = 500;
const DAY_MS: u64 = 86_400_000;

/// All values that must be nowhere.
pub fn secrets() -> impl Iterator<Item = &'static str> {
    PERSONS.into_iter().flatten()
}

/// The records from one source.
pub struct Records {
    source: &'static str,
    seed: u64,
    begun_ms: u64,
    made: u64,
}

impl Records {
    pub fn new(source: &'static str, seed: u64) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Self {
            source,
            seed,
            begun_ms: now.as_millis() as u64,
            made: 0,
        }
    }

    /// The next ones, a line each.
    pub fn next(&mut self, count: u64) -> String {
        let numbers = self.made..self.made + count;
        self.made = numbers.end;
        numbers.map(|number| self.line(number)).collect()
    }

    /// Those that must be stored, by the identifier they are known by.
    pub fn all(&self) -> impl Iterator<Item = (String, String)> {
        let numbers = (0..self.made).filter(|number| !is_too_old(*number));
        numbers.map(|number| (self.id(number), self.line(number)))
    }

    /// How many must be stored.
    pub fn stored(&self) -> u64 {
        self.made - self.too_old()
    }

    /// How many are refused for their age.
    pub fn too_old(&self) -> u64 {
        (0..self.made).filter(|number| is_too_old(*number)).count() as u64
    }

    fn id(&self, number: u64) -> String {
        format!("{}-{number:08}", self.source)
    }

    fn line(&self, number: u64) -> String {
        let [name, id_number, phone, password] = PERSONS[(number % 3) as usize];
        let age_days = if is_too_old(number) {
            1000
        } else {
            number % 4 * 6
        };
        let filler = blake3::hash(&(self.seed ^ number).to_le_bytes()).to_hex();
        let body = json!({"Name": name, "IdCard": id_number, "Phone": phone, "Password": password, "Digest": filler.as_str()});
        let record = json!({
            "RequestId": self.id(number), "Action": "IdCardVerification", "Timestamp": self.begun_ms - age_days * DAY_MS + number % 1000,
            "DebugInfo": format!("比对通过 姓名：{name}，身份证号：{id_number}"), "Request": body.to_string(), "Response": {"Sim": number % 100, "Phone": phone},
            "Digest": filler[..(number % 64) as usize].repeat(4),
        });
        format!("{record}\n")
    }
}

fn is_too_old(number: u64) -> bool {
    number % TOO_OLD == TOO_OLD / 2
}

/// A pause between two helpings of records: the soak is about faults, not about speed.
pub const PAUSE: Duration = Duration::from_millis(250);
/// Records in a helping, at most.
pub const HELPING: u64 = 20;
