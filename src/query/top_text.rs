//! The overview for a terminal.

use std::fmt::Write as _;

use jiff::tz::TimeZone;

use super::{
    text::{self, Columns, Ink, Style, count},
    time::{show_axis, show_cost},
    top::{CostRow, Series, Top},
};

/// Lines of the plot.
const HEIGHT: usize = 8;

/// The whole overview.
pub fn render(top: &Top, zone: &TimeZone, style: &Style) -> String {
    if top.monitoring + top.operation == 0 {
        return "no records match\n".into();
    }
    let mut out = String::new();
    let share = percent(top.errors, top.calls);
    let _ = writeln!(
        out,
        "{} calls, {} errors ({share}), counted over {} records; {} monitoring and {} operation records",
        style.paint(Ink::Head, &count(top.calls)),
        style.paint(
            if top.errors > 0 { Ink::Bad } else { Ink::Good },
            &count(top.errors)
        ),
        top.counted,
        count(top.monitoring),
        count(top.operation),
    );
    if top.calls == 0 {
        return out;
    }
    plot(&top.series, zone, style, &mut out);
    let title = |out: &mut String, text: &str| {
        let _ = writeln!(out, "\n{}", style.paint(Ink::Head, text));
    };
    if !top.codes.is_empty() {
        title(&mut out, "Codes");
        let most = top.codes.first().map_or(1, |c| c.count);
        let mut columns = Columns::new(&[
            ("code", false),
            ("calls", true),
            ("share", true),
            ("", false),
        ]);
        for row in &top.codes {
            let bar = text::bar(0.0, row.count as f64 / most as f64, 30);
            columns.row(vec![
                row.code.clone(),
                count(row.count),
                percent(row.count, top.calls),
                bar,
            ]);
        }
        out.push_str(&columns.lay_out(style, 2));
    }
    if !top.failing.is_empty() {
        title(&mut out, "Errors by action and caller");
        let mut columns = Columns::new(&[
            ("code", false),
            ("action", false),
            ("caller", false),
            ("calls", true),
        ]);
        for row in &top.failing {
            columns.row(vec![
                row.code.clone(),
                row.action.clone(),
                row.caller.clone(),
                count(row.count),
            ]);
        }
        out.push_str(&columns.lay_out(style, 2));
    }
    if !top.costs.is_empty() {
        title(&mut out, "Cost");
        let heads = [
            ("action", false),
            ("calls", true),
            ("p50", true),
            ("p95", true),
            ("p99", true),
            ("max", true),
        ];
        let mut columns = Columns::new(&heads);
        for CostRow {
            action,
            count: n,
            p50,
            p95,
            p99,
            max,
        } in &top.costs
        {
            let action = action.clone().unwrap_or_else(|| "all".into());
            columns.row(vec![
                action,
                count(*n),
                show_cost(*p50),
                show_cost(*p95),
                show_cost(*p99),
                show_cost(*max),
            ]);
        }
        out.push_str(&columns.lay_out(style, 2));
    }
    if !top.steps.is_empty() {
        title(
            &mut out,
            &format!(
                "Slowest steps (of the {} slowest operations)",
                count(top.steps_from as u64)
            ),
        );
        let mut columns = Columns::new(&[
            ("step", false),
            ("met", true),
            ("p50", true),
            ("max", true),
            ("call of the slowest", false),
        ])
        .keep_whole(4);
        for row in &top.steps {
            let call = row.request_id.clone().unwrap_or_default();
            columns.row(vec![
                row.step.clone(),
                count(row.count),
                show_cost(row.p50),
                show_cost(row.max),
                call,
            ]);
        }
        out.push_str(&columns.lay_out(style, 2));
    }
    if !top.regions.is_empty() {
        title(&mut out, "Regions");
        let mut columns = Columns::new(&[
            ("region", false),
            ("calls", true),
            ("share", true),
            ("errors", true),
        ]);
        for row in &top.regions {
            columns.row(vec![
                row.region.clone(),
                count(row.calls),
                percent(row.calls, top.calls),
                percent(row.errors, row.calls),
            ]);
        }
        out.push_str(&columns.lay_out(style, 2));
    }
    out
}

/// `12.3 %`.
pub fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "-".to_owned();
    }
    format!("{:.1} %", part as f64 * 100.0 / whole as f64)
}

/// Calls a minute as columns of eighths, errors in the same columns from below.
fn plot(series: &Series, zone: &TimeZone, style: &Style, out: &mut String) {
    const STEPS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let (Some(first), Some(last)) = (series.points.first(), series.points.last()) else {
        return;
    };
    let highest = series.highest();
    let _ = writeln!(out, "\n{}", style.paint(Ink::Head, "Calls a minute"));
    let label = 9;
    // Narrow terminals show the newest part.
    let room = style.width.saturating_sub(label + 3).max(10);
    let points = &series.points[series.points.len().saturating_sub(room)..];
    for line in (0..HEIGHT).rev() {
        let value = if line == HEIGHT - 1 {
            rate(series.per_minute(highest))
        } else if line == 0 {
            "0".to_owned()
        } else {
            String::new()
        };
        let _ = write!(
            out,
            "  {} ",
            style.paint(Ink::Dim, &format!("{value:>label$}"))
        );
        for point in points {
            let eighths =
                |n: u64| (n as f64 / highest as f64 * (HEIGHT * 8) as f64).ceil() as usize;
            let here = |n: u64| eighths(n).saturating_sub(line * 8).min(8);
            let (calls, errors) = (here(point.calls), here(point.errors));
            // A cell has one glyph: where errors reach into it, it is theirs.
            let (glyph, ink) = if errors > 0 {
                (STEPS[errors.max(1)], Ink::Bad)
            } else {
                (STEPS[calls], Ink::Bar)
            };
            out.push_str(&style.paint(ink, glyph.encode_utf8(&mut [0; 4])));
        }
        out.push('\n');
    }
    let span = last.at - first.at;
    let (from, to) = (
        show_axis(points[0].at, span, zone),
        show_axis(last.at, span, zone),
    );
    let gap = points
        .len()
        .saturating_sub(text::width(&from) + text::width(&to))
        .max(1);
    let _ = writeln!(
        out,
        "  {} {}",
        " ".repeat(label),
        style.paint(Ink::Dim, &format!("{from}{}{to}", " ".repeat(gap)))
    );
}

/// Calls a minute, short.
pub fn rate(per_minute: f64) -> String {
    if per_minute >= 100.0 || per_minute.fract() == 0.0 {
        count(per_minute.round() as u64)
    } else {
        format!("{per_minute:.1}")
    }
}
