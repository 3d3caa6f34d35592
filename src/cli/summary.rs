//! What a run has done, in a few lines on standard error.

use std::{
    fmt::Write,
    io::IsTerminal,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use crate::pipeline::{deliver::DeliveryStats, stats::Stats};

/// Makes the summary; `delivery` is there where records go to a server, with the number of records that wait in the spool.
pub fn summary(
    stats: &Stats,
    elapsed: Duration,
    delivery: Option<(&DeliveryStats, u64)>,
) -> String {
    let paint = Paint(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none());
    let get = |counter: &AtomicU64| counter.load(Relaxed);
    let (records, read, written) = (
        get(&stats.records),
        get(&stats.bytes_in),
        get(&stats.bytes_out),
    );
    let seconds = elapsed.as_secs_f64().max(1e-9);
    let mut text = format!(
        "{} records, {} in, {} out, {:.2} s, {}\n",
        paint.strong(&grouped(records)),
        bytes(read),
        bytes(written),
        seconds,
        paint.strong(&format!("{:.1} MB/s", read as f64 / seconds / 1e6)),
    );
    let found = stats.findings_by_category();
    let total: u64 = found.iter().map(|(_, count)| count).sum();
    let _ = writeln!(text, "{} values taken out", paint.strong(&grouped(total)));
    let width = found
        .iter()
        .map(|(category, _)| category.len())
        .max()
        .unwrap_or(0);
    for (category, count) in found {
        let _ = writeln!(text, "  {category:width$}  {:>13}", grouped(count));
    }
    let mut note = |count: u64, what: &str, is_bad: bool| {
        if count > 0 {
            let line = format!("{} {what}", grouped(count));
            let _ = writeln!(text, "{}", if is_bad { paint.bad(&line) } else { line });
        }
    };
    note(
        get(&stats.not_json),
        "lines were no JSON objects: redacted as text",
        false,
    );
    note(get(&stats.empty), "empty lines", false);
    note(
        get(&stats.too_long),
        "lines were longer than pipeline.max_line_bytes: replaced",
        true,
    );
    note(
        get(&stats.failed),
        "records could not be inspected: replaced",
        true,
    );
    if let Some((delivery, waiting)) = delivery {
        note(get(&delivery.stored), "records stored", false);
        note(
            get(&delivery.already_there),
            "records were stored already",
            false,
        );
        note(
            get(&delivery.refused),
            "records are older than their retention: not stored",
            true,
        );
        note(
            get(&delivery.dead),
            "records are in the dead-letter folder (for Elasticsearch: tuomin replay)",
            true,
        );
        note(
            waiting,
            "records wait in the spool: the next run delivers them",
            false,
        );
        note(
            get(&delivery.undelivered),
            "records were not delivered",
            true,
        );
    }
    text
}

/// `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1.2 MB`, with decimal units.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if count < 1000 {
        return format!("{count} B");
    }
    let mut value = count as f64;
    let mut unit = "";
    for next in UNITS {
        if value < 999.95 {
            break;
        }
        value /= 1000.0;
        unit = next;
    }
    format!("{value:.1} {unit}")
}

struct Paint(bool);

impl Paint {
    fn wrap(&self, code: &str, text: &str) -> String {
        if self.0 {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.into()
        }
    }

    fn strong(&self, text: &str) -> String {
        self.wrap("1", text)
    }

    fn bad(&self, text: &str) -> String {
        self.wrap("31", text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(1500), "1.5 kB");
        assert_eq!(bytes(999_999), "1.0 MB");
        assert_eq!(bytes(2_500_000_000), "2.5 GB");
    }
}
