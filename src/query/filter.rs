//! What is asked for: conditions on a record's facts, a time range, words.
//!
//! The same [`Query`] is either sent to Elasticsearch ([`super::elastic`] turns it into a query there) or tested here record by
//! record ([`Query::accepts`]). The two must agree; `tests/it/query.rs` holds them against each other.

use std::net::IpAddr;

pub use super::field::Field;
use super::record::{self, Record};
use super::time::Millis;
use super::wording::{has_words, like, visible};

/// Why a filter can't be understood.
#[derive(Debug, thiserror::Error)]
pub enum FilterError {
    /// No such field.
    #[error("there is no field `{0}`; {1}")]
    Field(String, String),
    /// No operator.
    #[error(
        "`{0}` is no filter: write field=value, field!=value, field=pre*, field=a,b, cost>=500 or cost<20"
    )]
    Form(String),
    /// `cost` with something that is no number.
    #[error("`{0}` compares with a number of milliseconds: cost>=500")]
    Number(String),
    /// Only `cost` has an order.
    #[error("only `cost` can be compared with < and >: `{0}`")]
    Order(String),
    /// Addresses have no wildcards.
    #[error(
        "`{0}`: client_ip takes an address or a network (10.1.2.3, 10.1.0.0/16, 2001:db8::/32), no wildcards"
    )]
    Ip(String),
    /// `kind` with another word.
    #[error("`{0}`: kind is `operation` or `monitoring`")]
    Kind(String),
}

/// One condition on one field.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// Of what.
    pub field: Field,
    /// Turned round: what does not meet the test. Of records that lack the field, only `field!=*` speaks: an error is a code that is not 0,
    /// not a record without one.
    pub negated: bool,
    /// The test.
    pub test: Test,
}

/// What a value must be.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// One of these, exactly.
    Is(Vec<String>),
    /// One of these, in which `*` stands for any text and `?` for any character.
    Like(Vec<String>),
    /// There at all.
    Exists,
    /// A number from … to …, ends included or not.
    Range {
        /// Lower end and whether it belongs to the range.
        low: Option<(f64, bool)>,
        /// Upper end and whether it belongs to the range.
        high: Option<(f64, bool)>,
    },
}

impl Condition {
    /// The plain case: a field with exactly this value.
    pub fn is(field: Field, value: impl Into<String>) -> Self {
        Self {
            field,
            negated: false,
            test: Test::Is(vec![value.into()]),
        }
    }

    /// `field=value`, `field!=value`, `cost>=500`.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let form = || FilterError::Form(text.to_owned());
        let at = text.find(['=', '!', '<', '>']).ok_or_else(form)?;
        let (name, rest) = text.split_at(at);
        let (operator, value) = ["!=", ">=", "<=", "==", "=", ">", "<"]
            .into_iter()
            .find_map(|op| rest.strip_prefix(op).map(|value| (op, value.trim())))
            .ok_or_else(form)?;
        if value.is_empty() || name.trim().is_empty() {
            return Err(form());
        }
        let field = Field::parse(name.trim())?;
        let number = || {
            value
                .trim_end_matches("ms")
                .trim()
                .parse::<f64>()
                .ok()
                .filter(|n| n.is_finite())
                .ok_or_else(|| FilterError::Number(text.to_owned()))
        };
        let range = |low, high| Test::Range { low, high };
        let test = match operator {
            ">=" | ">" | "<=" | "<" if field != Field::Cost => {
                return Err(FilterError::Order(text.to_owned()));
            }
            ">=" => range(Some((number()?, true)), None),
            ">" => range(Some((number()?, false)), None),
            "<=" => range(None, Some((number()?, true))),
            "<" => range(None, Some((number()?, false))),
            _ if value == "*" => Test::Exists,
            _ if field == Field::Cost => {
                let n = number()?;
                range(Some((n, true)), Some((n, true)))
            }
            _ => {
                let values: Vec<String> = value
                    .split(',')
                    .map(str::trim)
                    .filter(|v| !v.is_empty())
                    .map(str::to_owned)
                    .collect();
                if values.is_empty() {
                    return Err(form());
                }
                match field {
                    Field::ClientIp if !values.iter().all(|v| network(v).is_some()) => {
                        return Err(FilterError::Ip(text.to_owned()));
                    }
                    Field::Kind if !values.iter().all(|v| record::kind(v).is_some()) => {
                        return Err(FilterError::Kind(text.to_owned()));
                    }
                    _ => {}
                }
                if values.iter().any(|v| v.contains(['*', '?'])) {
                    Test::Like(values)
                } else {
                    Test::Is(values)
                }
            }
        };
        Ok(Self {
            field,
            negated: operator == "!=",
            test,
        })
    }

    fn accepts(&self, record: &Record) -> bool {
        match self.negated {
            false => self.holds(record),
            true => !self.holds(record) && (self.test == Test::Exists || self.is_there(record)),
        }
    }

    fn is_there(&self, record: &Record) -> bool {
        match self.field {
            Field::Cost => record.facts.cost_ms.is_some(),
            Field::Tag => !record.tags.is_empty(),
            Field::Kind => true,
            field => record.facts.get(field).is_some(),
        }
    }

    fn holds(&self, record: &Record) -> bool {
        if let Field::Cost = self.field {
            return record.facts.cost_ms.is_some_and(|cost| match self.test {
                Test::Range { low, high } => {
                    low.is_none_or(|(n, ends)| cost > n || (ends && cost == n))
                        && high.is_none_or(|(n, ends)| cost < n || (ends && cost == n))
                }
                _ => true,
            });
        }
        let one = |value: &str| match &self.test {
            Test::Is(wanted) if self.field == Field::ClientIp => value.parse().is_ok_and(|ip| {
                wanted
                    .iter()
                    .filter_map(|w| network(w))
                    .any(|net| within(ip, net))
            }),
            Test::Is(wanted) => wanted.iter().any(|w| w == value),
            Test::Like(patterns) => patterns.iter().any(|p| like(p, value)),
            Test::Exists => true,
            Test::Range { .. } => false,
        };
        match self.field {
            Field::Tag => record.tags.iter().any(|t| one(t)),
            Field::Kind => one(record.kind.as_str()),
            field => record.facts.get(field).is_some_and(one),
        }
    }
}

/// Everything that is asked for; an empty one accepts every record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// Not before this moment.
    pub from: Option<Millis>,
    /// Before this moment.
    pub to: Option<Millis>,
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// Each must stand somewhere in the record as a word or a sequence of words, in any case.
    pub words: Vec<String>,
    /// One of these pseudonyms must stand somewhere in the record (none: no condition).
    pub persons: Vec<String>,
}

impl Query {
    /// The records of one call.
    pub fn call(request_id: &str) -> Self {
        Self {
            conditions: vec![Condition::is(Field::RequestId, request_id)],
            ..Self::default()
        }
    }

    /// If the record is asked for. `line` is the record's own text, for words and pseudonyms.
    pub fn accepts(&self, record: &Record, line: &[u8]) -> bool {
        if self.from.is_some() || self.to.is_some() {
            // A record without a time can't be said to lie in a range.
            let Some(at) = record.time else { return false };
            if self.from.is_some_and(|from| at < from) || self.to.is_some_and(|to| at >= to) {
                return false;
            }
        }
        self.conditions.iter().all(|c| c.accepts(record)) && self.accepts_text(line)
    }

    /// The part of [`Self::accepts`] that looks at the text.
    pub fn accepts_text(&self, line: &[u8]) -> bool {
        if self.words.is_empty() && self.persons.is_empty() {
            return true;
        }
        // Escapes hide words (`\u6bd4`), so the text is what a JSON reader sees.
        let line = &visible(line);
        self.words.iter().all(|w| has_words(line, w))
            && (self.persons.is_empty() || self.persons.iter().any(|p| has_words(line, p)))
    }
}

/// An address or a network in CIDR form.
fn network(text: &str) -> Option<(IpAddr, u8)> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits.parse::<u8>().ok()?)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.unwrap_or(most);
    (bits <= most).then_some((address, bits))
}

fn within(ip: IpAddr, (net, bits): (IpAddr, u8)) -> bool {
    let top = |value: u128, width: u32| value.checked_shr(width - u32::from(bits)).unwrap_or(0);
    match (ip, net) {
        (IpAddr::V4(ip), IpAddr::V4(net)) => {
            top(ip.to_bits().into(), 32) == top(net.to_bits().into(), 32)
        }
        (IpAddr::V6(ip), IpAddr::V6(net)) => top(ip.to_bits(), 128) == top(net.to_bits(), 128),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_filters() {
        let c = Condition::parse("RequestId = abc").unwrap();
        assert_eq!(c, Condition::is(Field::RequestId, "abc"));
        assert!(Condition::parse("code!=0").unwrap().negated);
        assert_eq!(
            Condition::parse("code=a, b").unwrap().test,
            Test::Is(vec!["a".into(), "b".into()])
        );
        assert!(matches!(
            Condition::parse("host=10.0.*").unwrap().test,
            Test::Like(_)
        ));
        assert_eq!(Condition::parse("session=*").unwrap().test, Test::Exists);
        assert!(
            matches!(Condition::parse("cost>=500ms").unwrap().test, Test::Range { low: Some((n, true)), high: None } if n == 500.0)
        );
    }

    #[test]
    fn errors_say_what_to_write() {
        let said = |text| Condition::parse(text).unwrap_err().to_string();
        assert!(
            said("reqest_id=1").contains("did you mean `request_id`"),
            "{}",
            said("reqest_id=1")
        );
        assert!(said("nothing").contains("field=value"));
        assert!(said("cost>=soon").contains("milliseconds"));
        assert!(said("code>3").contains("only `cost`"));
        assert!(said("ip=10.*").contains("network"));
        assert!(said("kind=other").contains("operation"));
        assert!(said("code=").contains("field=value"));
    }

    #[test]
    fn networks() {
        let ip = |s: &str| s.parse().unwrap();
        assert!(within(ip("10.1.2.3"), network("10.1.0.0/16").unwrap()));
        assert!(!within(ip("10.2.2.3"), network("10.1.0.0/16").unwrap()));
        assert!(within(ip("10.2.2.3"), network("0.0.0.0/0").unwrap()));
        assert!(within(ip("2001:db8::1"), network("2001:db8::/32").unwrap()));
        assert!(within(ip("::1"), network("::1").unwrap()));
        assert!(network("10.1.2.3/33").is_none());
    }

    #[test]
    fn escapes_hide_nothing() {
        let query = |w: &str| Query {
            words: vec![w.to_owned()],
            ..Query::default()
        };
        let line = br#"{"a":"\u6bd4\u5bf9 x\ntimeout","b":"{\"c\":\"\ud83d\ude00 sim\"}"}"#;
        for word in ["\u{6bd4}\u{5bf9}", "timeout", "sim", "\u{1f600}"] {
            assert!(query(word).accepts_text(line), "{word}");
        }
        assert!(!query("ntimeout").accepts_text(line));
        assert!(!query("x").accepts_text(br#"\u12"#));
    }
}
