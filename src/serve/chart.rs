//! Drawings as inline SVG: coordinates in attributes, colours in the style sheet, so that no style attribute needs to be allowed.

use super::{html::Html, page::Page};
use crate::query::{time::show_axis, top::Series, top_text::rate};

/// A part of an axis, `from` and `to` between 0 and 1.
pub fn span(html: &mut Html, from: f64, to: f64) {
    const WIDTH: f64 = 1_000.0;
    let start = from.clamp(0.0, 1.0) * WIDTH;
    // What is there at all is visible.
    let width = ((to.clamp(0.0, 1.0) * WIDTH) - start).max(3.0);
    html.markup("<svg class=\"step\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"bar\" y=\"0\" height=\"10\" x=\"");
    html.number(start.min(WIDTH - 3.0))
        .markup("\" width=\"")
        .number(width)
        .markup("\"/></svg>");
}

/// A share of the largest, with the part that are errors.
pub fn share(html: &mut Html, part: f64, error: bool) {
    html.markup("<svg class=\"share\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect y=\"0\" height=\"10\" x=\"0\" width=\"");
    html.number((part.clamp(0.0, 1.0) * 100.0).max(0.5));
    html.markup(if error {
        "\" class=\"err\"/></svg>"
    } else {
        "\" class=\"bar\"/></svg>"
    });
}

/// A line's value: half of one decimal may need two.
fn tick(highest: f64, part: f64) -> String {
    let value = highest * part;
    if highest < 10.0 && (value * 10.0).fract() != 0.0 {
        format!("{value:.2}")
    } else {
        rate(value)
    }
}

/// Calls a minute: a bar for each interval, errors in it from below, three lines with their values.
pub fn series(html: &mut Html, series: &Series, page: &Page) {
    let (Some(first), Some(last)) = (series.points.first(), series.points.last()) else {
        return;
    };
    const LEFT: f64 = 56.0;
    const WIDTH: f64 = 1_000.0;
    const HEIGHT: f64 = 180.0;
    const TOP: f64 = 10.0;
    let highest = series.highest();
    let step = (WIDTH - LEFT) / series.points.len() as f64;
    let gap = if step > 4.0 { 1.0 } else { 0.0 };
    html.markup("<svg class=\"series\" role=\"img\" viewBox=\"0 0 1000 214\">");
    html.element("<title>", page.words().per_minute, "</title>");
    for part in [0.0, 0.5, 1.0] {
        let y = TOP + HEIGHT * (1.0 - part);
        html.markup("<line class=\"grid\" x1=\"56\" x2=\"1000\" y1=\"")
            .number(y)
            .markup("\" y2=\"")
            .number(y)
            .markup("\"/>");
        html.markup("<text text-anchor=\"end\" x=\"50\" y=\"")
            .number(y + 4.0)
            .markup("\">");
        html.text(&tick(series.per_minute(highest), part))
            .markup("</text>");
    }
    for (i, point) in series.points.iter().enumerate() {
        for (n, error) in [(point.calls, false), (point.errors, true)] {
            if n == 0 {
                continue;
            }
            let height = (n as f64 / highest as f64 * HEIGHT).max(1.0);
            html.markup(if error {
                "<rect class=\"err\" x=\""
            } else {
                "<rect class=\"bar\" x=\""
            });
            html.number(LEFT + step * i as f64)
                .markup("\" width=\"")
                .number((step - gap).max(0.5));
            html.markup("\" y=\"")
                .number(TOP + HEIGHT - height)
                .markup("\" height=\"")
                .number(height)
                .markup("\"><title>");
            html.text(&format!(
                "{}: {} / {}",
                page.moment(Some(point.at)),
                point.calls,
                point.errors
            ))
            .markup("</title></rect>");
        }
    }
    let axis = last.at - first.at;
    html.markup("<text x=\"56\" y=\"208\">")
        .text(&show_axis(first.at, axis, &page.zone))
        .markup("</text>");
    html.markup("<text text-anchor=\"end\" x=\"1000\" y=\"208\">")
        .text(&show_axis(last.at, axis, &page.zone))
        .markup("</text></svg>");
}
