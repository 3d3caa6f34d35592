//! The overview of files, counted line by line on all cores.

use std::{collections::HashMap, hash::Hash};

use rayon::prelude::*;

use super::{
    files::Files,
    filter::Query,
    record::{self, Record},
    source::SourceError,
    time::{self, Millis},
    top::{
        ABSENT, CodeRow, CostRow, FailingRow, RegionRow, Series, Top, TopSpec, counted_kind,
        interval, largest, sample_query, slowest_steps, sort_costs,
    },
};
use crate::record::Kind;

/// The overview of files.
pub fn top(files: &Files, query: &Query, spec: &TopSpec) -> Result<Top, SourceError> {
    let mut tally = Tally::default();
    files.lines(None, |lines| {
        let part = lines
            .par_iter()
            .fold(Tally::default, |mut tally, line| {
                let record = files.head(line);
                if query.accepts(&record, line) {
                    tally.count(&record);
                }
                tally
            })
            .reduce(Tally::default, Tally::join);
        tally = std::mem::take(&mut tally).join(part);
    })?;
    let (operations, order) = sample_query(query);
    let sample = files.search(&operations, order, 0, spec.sample)?.records;
    Ok(tally.into_top(spec, &sample))
}

/// Distinct keys that are counted; further ones are put together under [`OTHERS`]. Logs have hundreds; hostile ones must not fill the memory.
const MOST_KEYS: usize = 100_000;
const OTHERS: &str = "(others)";

#[derive(Default)]
struct Tally {
    kinds: [KindTally; 2],
}

#[derive(Default)]
struct KindTally {
    count: u64,
    errors: u64,
    span: Option<(Millis, Millis)>,
    codes: HashMap<String, u64>,
    failing: HashMap<(String, String, String), u64>,
    costs: HashMap<String, Sketch>,
    regions: HashMap<String, (u64, u64)>,
    minutes: HashMap<Millis, (u64, u64)>,
}

fn slot<K: Hash + Eq, V: Default>(
    map: &mut HashMap<K, V>,
    key: K,
    others: impl FnOnce() -> K,
) -> &mut V {
    if map.len() >= MOST_KEYS && !map.contains_key(&key) {
        return map.entry(others()).or_default();
    }
    map.entry(key).or_default()
}

impl Tally {
    fn count(&mut self, record: &Record) {
        let tally = &mut self.kinds[record.kind as usize];
        let facts = &record.facts;
        let or_absent = |text: &Option<String>| text.clone().unwrap_or_else(|| ABSENT.to_owned());
        let error = facts.is_error();
        let add = |pair: &mut (u64, u64)| {
            pair.0 += 1;
            pair.1 += u64::from(error);
        };
        tally.count += 1;
        tally.errors += u64::from(error);
        if let Some(at) = record.time {
            let (from, to) = tally.span.unwrap_or((at, at));
            tally.span = Some((from.min(at), to.max(at)));
            add(tally
                .minutes
                .entry(at.div_euclid(60_000) * 60_000)
                .or_default());
        }
        if let Some(code) = &facts.code {
            *slot(&mut tally.codes, code.clone(), || OTHERS.into()) += 1;
            if error {
                let key = (
                    code.clone(),
                    or_absent(&facts.action),
                    or_absent(&facts.caller),
                );
                *slot(&mut tally.failing, key, || {
                    (OTHERS.into(), OTHERS.into(), OTHERS.into())
                }) += 1;
            }
        }
        if let Some(cost) = facts.cost_ms {
            slot(&mut tally.costs, or_absent(&facts.action), || OTHERS.into()).add(cost);
        }
        if let Some(region) = &facts.region {
            add(slot(&mut tally.regions, region.clone(), || OTHERS.into()));
        }
    }

    fn join(mut self, other: Self) -> Self {
        for (mine, theirs) in self.kinds.iter_mut().zip(other.kinds) {
            mine.count += theirs.count;
            mine.errors += theirs.errors;
            mine.span = match (mine.span, theirs.span) {
                (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
                (a, b) => a.or(b),
            };
            for (key, n) in theirs.codes {
                *slot(&mut mine.codes, key, || OTHERS.into()) += n;
            }
            for (key, n) in theirs.failing {
                *slot(&mut mine.failing, key, || {
                    (OTHERS.into(), OTHERS.into(), OTHERS.into())
                }) += n;
            }
            for (key, sketch) in theirs.costs {
                slot(&mut mine.costs, key, || OTHERS.into()).join(&sketch);
            }
            for (key, (calls, errors)) in theirs.regions {
                let pair = slot(&mut mine.regions, key, || OTHERS.into());
                *pair = (pair.0 + calls, pair.1 + errors);
            }
            for (key, (calls, errors)) in theirs.minutes {
                let pair = mine.minutes.entry(key).or_default();
                *pair = (pair.0 + calls, pair.1 + errors);
            }
        }
        self
    }

    fn into_top(self, spec: &TopSpec, sample: &[Record]) -> Top {
        let [monitoring, operation] = self.kinds;
        let (monitoring_count, operation_count) = (monitoring.count, operation.count);
        let counted = counted_kind(monitoring_count);
        let tally = if counted == Kind::Monitoring {
            monitoring
        } else {
            operation
        };
        let interval_ms = interval(tally.span.map_or(0, |(from, to)| to - from), spec.bins);
        let mut bars: HashMap<Millis, (u64, u64)> = HashMap::new();
        for (minute, (calls, errors)) in tally.minutes {
            let bar = bars
                .entry(minute.div_euclid(interval_ms) * interval_ms)
                .or_default();
            *bar = (bar.0 + calls, bar.1 + errors);
        }
        let mut all = Sketch::default();
        tally.costs.values().for_each(|s| all.join(s));
        let mut costs: Vec<CostRow> = tally
            .costs
            .into_iter()
            .map(|(action, s)| s.row(Some(action)))
            .collect();
        sort_costs(&mut costs);
        costs.truncate(spec.rows);
        if all.count > 0 {
            costs.insert(0, all.row(None));
        }
        let codes = tally
            .codes
            .into_iter()
            .map(|(code, count)| CodeRow {
                error: record::is_error_code(&code),
                code,
                count,
            })
            .collect();
        let failing = tally
            .failing
            .into_iter()
            .map(|((code, action, caller), count)| FailingRow {
                code,
                action,
                caller,
                count,
            })
            .collect();
        let regions = tally
            .regions
            .into_iter()
            .map(|(region, (calls, errors))| RegionRow {
                region,
                calls,
                errors,
            })
            .collect();
        Top {
            from: tally.span.map(|(from, _)| time::iso(from)),
            to: tally.span.map(|(_, to)| time::iso(to)),
            counted,
            monitoring: monitoring_count,
            operation: operation_count,
            calls: tally.count,
            errors: tally.errors,
            codes: largest(codes, spec.rows, |r: &CodeRow| (r.count, r.code.clone())),
            failing: largest(failing, spec.rows, |r: &FailingRow| {
                (r.count, format!("{} {} {}", r.code, r.action, r.caller))
            }),
            costs,
            series: Series::dense(interval_ms, &bars),
            steps: slowest_steps(sample, spec.rows),
            steps_from: sample.len(),
            regions: largest(regions, spec.rows, |r: &RegionRow| {
                (r.calls, r.region.clone())
            }),
        }
    }
}

/// Counts by logarithmic bucket: any quantile to within half a percent, in a few kilobytes, and two of them can be joined.
#[derive(Clone, Default)]
struct Sketch {
    buckets: HashMap<i32, u64>,
    count: u64,
    max: f64,
}

impl Sketch {
    /// Ratio of one bucket's bounds.
    const RATIO: f64 = 1.01;

    fn add(&mut self, value: f64) {
        if !value.is_finite() {
            return;
        }
        let bucket = if value < 1e-6 {
            i32::MIN
        } else {
            (value.ln() / Self::RATIO.ln()).floor() as i32
        };
        *self.buckets.entry(bucket).or_default() += 1;
        self.count += 1;
        self.max = self.max.max(value);
    }

    fn join(&mut self, other: &Self) {
        for (bucket, count) in &other.buckets {
            *self.buckets.entry(*bucket).or_default() += count;
        }
        self.count += other.count;
        self.max = self.max.max(other.max);
    }

    fn row(&self, action: Option<String>) -> CostRow {
        let mut buckets: Vec<(i32, u64)> = self.buckets.iter().map(|(b, n)| (*b, *n)).collect();
        buckets.sort_unstable();
        let at = |quantile: f64| {
            let rank = (quantile * self.count.saturating_sub(1) as f64).round() as u64;
            let mut seen = 0;
            for (bucket, count) in &buckets {
                seen += count;
                if seen > rank {
                    let middle = if *bucket == i32::MIN {
                        0.0
                    } else {
                        Self::RATIO.powf(f64::from(*bucket) + 0.5)
                    };
                    return middle.min(self.max);
                }
            }
            self.max
        };
        CostRow {
            action,
            count: self.count,
            p50: at(0.5),
            p95: at(0.95),
            p99: at(0.99),
            max: self.max,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_close() {
        let mut one = Sketch::default();
        let mut two = Sketch::default();
        for i in 1..=10_000 {
            if i % 3 == 0 {
                one.add(f64::from(i))
            } else {
                two.add(f64::from(i))
            }
        }
        one.join(&two);
        let row = one.row(None);
        assert!((row.p50 - 5_000.0).abs() < 30.0, "{}", row.p50);
        assert!((row.p99 - 9_900.0).abs() < 60.0, "{}", row.p99);
        assert_eq!((row.count, row.max), (10_000, 10_000.0));
    }

    #[test]
    fn counts_calls_once() {
        let mut tally = Tally::default();
        for i in 0..100 {
            let line = format!(
                r#"{{"RequestId":"{i}","ts":{},"cost":{},"eCode":"{}","action":"A","Region":"r{}"}}"#,
                1_795_500_000 + i * 30,
                i + 1,
                if i % 10 == 0 { "-4" } else { "0" },
                i % 3
            );
            tally.count(&Record::head(line.as_bytes()));
            tally.count(&Record::head(
                format!(r#"{{"RequestId":"{i}","Request":{{}},"eCode":"-4"}}"#).as_bytes(),
            ));
        }
        let top = tally.into_top(&TopSpec::default(), &[]);
        assert_eq!(
            (top.calls, top.errors, top.monitoring, top.operation),
            (100, 10, 100, 100)
        );
        assert_eq!(
            top.failing,
            [FailingRow {
                code: "-4".into(),
                action: "A".into(),
                caller: "-".into(),
                count: 10
            }]
        );
        assert_eq!(top.costs[0].action, None);
        assert_eq!(top.series.points.iter().map(|p| p.calls).sum::<u64>(), 100);
        assert_eq!(top.regions[0].calls, 34);
    }
}
