//! Where answers come from.

use std::cmp::Ordering;

use super::{
    elastic::Elastic,
    files::Files,
    filter::{Field, Query},
    record::Record,
    top::{Top, TopSpec},
};

/// Why a question was not answered. Texts of the server are never part of it: they may quote stored values.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Settings that can't be used.
    #[error("{0}")]
    Settings(String),
    /// What the store's client says.
    #[error(transparent)]
    Store(#[from] crate::output::elasticsearch::Error),
    /// An answer that is no JSON of the expected form.
    #[error("Elasticsearch answered something that is no search result")]
    Answer,
    /// A file.
    #[error("{path}: {error}")]
    File {
        /// Which.
        path: String,
        /// Why.
        error: std::io::Error,
    },
    /// A line without end.
    #[error("{path}: a line is longer than {limit} MiB")]
    Line {
        /// Which file.
        path: String,
        /// The limit in MiB.
        limit: usize,
    },
}

/// By what an answer is sorted. Ties are ordered by time and request ID, so that both sources page alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// By what.
    pub by: OrderBy,
    /// Largest first.
    pub descending: bool,
}

/// What can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderBy {
    /// The event time.
    Time,
    /// A fact.
    Fact(Field),
}

impl Default for Order {
    fn default() -> Self {
        Self {
            by: OrderBy::Time,
            descending: true,
        }
    }
}

impl Order {
    /// `time`, `cost`, `code` …; largest first for time and cost unless the name has a `-` (turned round) or `+` (smallest first).
    pub fn parse(text: &str) -> Result<Self, super::filter::FilterError> {
        let (name, sign) = match text.as_bytes().first() {
            Some(b'-') => (&text[1..], Some(true)),
            Some(b'+') => (&text[1..], Some(false)),
            _ => (text, None),
        };
        let by = if name.eq_ignore_ascii_case("time") || name == "@timestamp" {
            OrderBy::Time
        } else {
            OrderBy::Fact(Field::parse(name)?)
        };
        let descending = sign.unwrap_or(matches!(by, OrderBy::Time | OrderBy::Fact(Field::Cost)));
        Ok(Self { by, descending })
    }

    /// Which of two records comes first. What lacks the value comes last in both directions.
    pub fn compare(&self, a: &Record, b: &Record) -> Ordering {
        fn last<T>(
            a: Option<T>,
            b: Option<T>,
            descending: bool,
            cmp: impl Fn(&T, &T) -> Ordering,
        ) -> Ordering {
            match (a, b) {
                (Some(a), Some(b)) if descending => cmp(&b, &a),
                (Some(a), Some(b)) => cmp(&a, &b),
                (a, b) => b.is_some().cmp(&a.is_some()),
            }
        }
        let main = match self.by {
            OrderBy::Time => last(a.time, b.time, self.descending, Ord::cmp),
            OrderBy::Fact(Field::Cost) => last(
                a.facts.cost_ms,
                b.facts.cost_ms,
                self.descending,
                f64::total_cmp,
            ),
            OrderBy::Fact(Field::Kind) => {
                last(Some(a.kind), Some(b.kind), self.descending, |a, b| {
                    a.as_str().cmp(b.as_str())
                })
            }
            OrderBy::Fact(field) => last(
                a.facts.get(field),
                b.facts.get(field),
                self.descending,
                Ord::cmp,
            ),
        };
        let time = if self.by == OrderBy::Time {
            Ordering::Equal
        } else {
            last(a.time, b.time, true, Ord::cmp)
        };
        main.then(time).then_with(|| {
            last(
                a.facts.request_id.as_ref(),
                b.facts.request_id.as_ref(),
                false,
                Ord::cmp,
            )
        })
    }
}

/// A part of an answer.
#[derive(Debug, Default)]
pub struct Page {
    /// How many records are asked for altogether.
    pub total: u64,
    /// Those of this page.
    pub records: Vec<Record>,
}

/// Elasticsearch or files.
pub enum Source {
    /// The indices that `tuomin run --es` wrote.
    Elastic(Elastic),
    /// The lines that `tuomin run -o` wrote.
    Files(Files),
}

impl Source {
    /// Records that are asked for, sorted, from `offset` on, at most `limit`.
    pub async fn search(
        &self,
        query: &Query,
        order: Order,
        offset: usize,
        limit: usize,
    ) -> Result<Page, SourceError> {
        match self {
            Self::Elastic(elastic) => elastic.search(query, order, offset, limit).await,
            Self::Files(files) => files.search(query, order, offset, limit),
        }
    }

    /// Every record that is asked for, sorted, without a limit; `each` is called with one after another and ends the walk by `false`.
    pub async fn walk(
        &self,
        query: &Query,
        order: Order,
        mut each: impl FnMut(Record) -> bool,
    ) -> Result<(), SourceError> {
        match self {
            Self::Elastic(elastic) => elastic.walk(query, order, each).await,
            Self::Files(files) => {
                for record in files.search(query, order, 0, usize::MAX)?.records {
                    if !each(record) {
                        break;
                    }
                }
                Ok(())
            }
        }
    }

    /// The overview.
    pub async fn top(&self, query: &Query, spec: &TopSpec) -> Result<Top, SourceError> {
        match self {
            Self::Elastic(elastic) => super::top_elastic::top(elastic, query, spec).await,
            Self::Files(files) => super::tally::top(files, query, spec),
        }
    }

    /// In a few words, for the head of a report.
    pub fn describe(&self) -> String {
        match self {
            Self::Elastic(elastic) => elastic.describe(),
            Self::Files(files) => files.describe(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(line: &str) -> Record {
        Record::head(line.as_bytes())
    }

    #[test]
    fn orders() {
        let a = record(r#"{"RequestId":"a","cost":5,"ts":1795502216}"#);
        let b = record(r#"{"RequestId":"b","cost":7,"ts":1795502216}"#);
        let none = record(r#"{"RequestId":"c"}"#);
        assert_eq!(Order::default().compare(&a, &b), Ordering::Less);
        let cost = Order::parse("cost").unwrap();
        assert_eq!(cost.compare(&a, &b), Ordering::Greater);
        assert_eq!(
            Order::parse("+cost").unwrap().compare(&a, &b),
            Ordering::Less
        );
        for order in [cost, Order::parse("+cost").unwrap(), Order::default()] {
            assert_eq!(order.compare(&none, &a), Ordering::Greater);
        }
        assert!(Order::parse("colour").is_err());
    }
}
