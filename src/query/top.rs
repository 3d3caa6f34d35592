//! The overview: which codes, from whom, how slow, how many, where.
//!
//! Calls are counted over monitoring records, of which there is one a call; where a log has none, over operation records.

use std::collections::HashMap;

use serde::Serialize;

use super::{
    filter::{Condition, Field, Query, Test},
    record::{Record, SUCCESS_CODES},
    source::{Order, OrderBy},
    steps,
    time::Millis,
};
use crate::record::{Field as Role, Kind};

/// What stands for an absent value in tables.
pub const ABSENT: &str = "-";

/// How much is wanted.
#[derive(Clone, Copy, Debug)]
pub struct TopSpec {
    /// Rows a table.
    pub rows: usize,
    /// At most so many bars in the plot.
    pub bins: usize,
    /// The slowest operations whose steps are looked at.
    pub sample: usize,
}

impl Default for TopSpec {
    fn default() -> Self {
        Self {
            rows: 10,
            bins: 72,
            sample: 500,
        }
    }
}

/// The overview.
#[derive(Debug, Serialize)]
pub struct Top {
    /// The first and last moment of what was counted.
    pub from: Option<String>,
    /// As [`Self::from`].
    pub to: Option<String>,
    /// Which kind of record stands for a call here.
    pub counted: Kind,
    /// How many records there are of each kind.
    pub monitoring: u64,
    /// As [`Self::monitoring`].
    pub operation: u64,
    /// Calls, and those whose code is an error.
    pub calls: u64,
    /// As [`Self::calls`].
    pub errors: u64,
    /// Codes, most frequent first, successes too.
    pub codes: Vec<CodeRow>,
    /// Errors by code, action and caller.
    pub failing: Vec<FailingRow>,
    /// What calls cost: all of them first, then by action.
    pub costs: Vec<CostRow>,
    /// Calls over time.
    pub series: Series,
    /// The slowest steps of the slowest operations.
    pub steps: Vec<StepRow>,
    /// From how many operations the steps are.
    pub steps_from: usize,
    /// Volume by region.
    pub regions: Vec<RegionRow>,
}

/// One code.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CodeRow {
    /// The code.
    pub code: String,
    /// Calls that ended with it.
    pub count: u64,
    /// If it stands for a failure.
    pub error: bool,
}

/// Errors of one code, action and caller. `-` where a record does not say.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct FailingRow {
    pub code: String,
    pub action: String,
    pub caller: String,
    pub count: u64,
}

/// Costs of an action in milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct CostRow {
    /// `None`: all actions together.
    pub action: Option<String>,
    pub count: u64,
    pub p50: f64,
    pub p95: f64,
    pub p99: f64,
    pub max: f64,
}

/// Calls over time.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Series {
    /// Width of a bar, in milliseconds.
    pub interval_ms: Millis,
    /// The bars without gaps.
    pub points: Vec<Point>,
}

impl Series {
    /// The calls of the highest bar, one at least.
    pub fn highest(&self) -> u64 {
        self.points
            .iter()
            .map(|p| p.calls)
            .max()
            .unwrap_or(0)
            .max(1)
    }
}

/// One bar.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Point {
    /// Where it begins.
    pub at: Millis,
    /// Calls in it.
    pub calls: u64,
    /// Of them, errors.
    pub errors: u64,
}

/// One step of operations.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepRow {
    /// Its name.
    pub step: String,
    /// How often it was met.
    pub count: u64,
    /// Its cost in the middle, in milliseconds.
    pub p50: f64,
    /// Its highest cost, in milliseconds.
    pub max: f64,
    /// The call in which that was.
    pub request_id: Option<String>,
}

/// One region.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[allow(missing_docs)]
pub struct RegionRow {
    pub region: String,
    pub calls: u64,
    pub errors: u64,
}

impl Series {
    /// Calls a minute of a bar.
    pub fn per_minute(&self, count: u64) -> f64 {
        count as f64 * 60_000.0 / self.interval_ms.max(1) as f64
    }

    /// Fills the gaps between counted bars.
    pub fn dense(interval_ms: Millis, counted: &HashMap<Millis, (u64, u64)>) -> Self {
        let (Some(first), Some(last)) = (counted.keys().min(), counted.keys().max()) else {
            return Self {
                interval_ms,
                points: Vec::new(),
            };
        };
        // The interval was chosen for this span, so the number of bars is bounded.
        let points = (*first..=*last)
            .step_by(usize::try_from(interval_ms).unwrap_or(1).max(1))
            .map(|at| {
                let (calls, errors) = counted.get(&at).copied().unwrap_or_default();
                Point { at, calls, errors }
            })
            .collect();
        Self {
            interval_ms,
            points,
        }
    }
}

/// The narrowest usual interval, a minute or more, that covers `span` with at most `bins` bars.
pub fn interval(span: Millis, bins: usize) -> Millis {
    const MINUTE: Millis = 60_000;
    const USUAL: [Millis; 13] = [1, 2, 5, 10, 15, 30, 60, 120, 360, 720, 1_440, 2_880, 10_080];
    let most = i64::try_from(bins.max(2)).unwrap_or(2) - 1;
    let usual = USUAL
        .into_iter()
        .map(|m| m * MINUTE)
        .find(|i| span / i < most);
    // Beyond 7-day bars: whole weeks.
    usual.unwrap_or_else(|| 10_080 * MINUTE * (span / (10_080 * MINUTE * most) + 1))
}

/// The operations whose steps are looked at, and their order.
pub fn sample_query(query: &Query) -> (Query, Order) {
    let mut query = query.clone();
    query.conditions.push(Condition {
        field: Field::Kind,
        negated: false,
        test: Test::Is(vec![Kind::Operation.as_str().to_owned()]),
    });
    (
        query,
        Order {
            by: OrderBy::Fact(Field::Cost),
            descending: true,
        },
    )
}

/// The slowest steps of some operations.
pub fn slowest_steps(records: &[Record], rows: usize) -> Vec<StepRow> {
    let mut by_name: HashMap<String, (Vec<f64>, Option<String>)> = HashMap::new();
    for record in records {
        let Some((_, debug)) = record.role(Role::Debug) else {
            continue;
        };
        for step in steps::of(debug) {
            let (Some(name), Some(cost)) = (step.name, step.cost_ms) else {
                continue;
            };
            let (costs, slowest) = by_name.entry(name).or_default();
            if costs.iter().all(|c| *c < cost) {
                slowest.clone_from(&record.facts.request_id);
            }
            costs.push(cost);
        }
    }
    let mut steps: Vec<StepRow> = by_name
        .into_iter()
        .map(|(step, (mut costs, request_id))| {
            costs.sort_by(f64::total_cmp);
            let (p50, max) = (costs[costs.len() / 2], costs[costs.len() - 1]);
            StepRow {
                step,
                count: costs.len() as u64,
                p50,
                max,
                request_id,
            }
        })
        .collect();
    steps.sort_by(|a, b| b.p50.total_cmp(&a.p50).then_with(|| a.step.cmp(&b.step)));
    steps.truncate(rows);
    steps
}

/// Which kind stands for a call.
pub fn counted_kind(monitoring: u64) -> Kind {
    if monitoring > 0 {
        Kind::Monitoring
    } else {
        Kind::Operation
    }
}

/// Most calls first.
pub fn sort_costs(costs: &mut [CostRow]) {
    costs.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.action.cmp(&b.action)));
}

/// The rows with the largest counts; equal ones in the order of their names, so that an answer is the same each time.
pub fn largest<T>(mut rows: Vec<T>, most: usize, key: impl Fn(&T) -> (u64, String)) -> Vec<T> {
    rows.sort_by_cached_key(|row| {
        let (count, name) = key(row);
        (std::cmp::Reverse(count), name)
    });
    rows.truncate(most);
    rows
}

/// Codes of calls that went well, for a query that leaves them out.
pub fn success_codes() -> &'static [&'static str] {
    &SUCCESS_CODES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals() {
        assert_eq!(interval(0, 72), 60_000);
        assert_eq!(interval(3_600_000, 72), 60_000);
        assert_eq!(interval(86_400_000, 72), 30 * 60_000);
        for span in [
            1_i64,
            60_000 * 71,
            86_400_000 * 30,
            86_400_000 * 3_650,
            86_400_000 * 36_500,
        ] {
            assert!(span / interval(span, 72) < 72, "{span}");
        }
    }
}
