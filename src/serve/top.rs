//! The overview as a page.

use super::{chart, html::Html, page::Page, trace::kind_name};
use crate::query::{text::count, time::show_cost, top::Top, top_text::percent};

/// The whole document.
pub fn page(top: &Top, page: &Page) -> String {
    page.document(page.words().top, &body(top, page))
}

/// The overview.
pub fn body(top: &Top, page: &Page) -> Html {
    let words = page.words();
    let mut html = Html::new();
    html.markup("<h1>")
        .text(&count(top.calls))
        .markup(" ")
        .text(words.calls_in_all);
    html.markup(if top.errors > 0 {
        ", <span class=\"bad\">"
    } else {
        ", <span class=\"good\">"
    });
    html.text(&format!(
        "{} {} ({})",
        count(top.errors),
        words.errors_in_all,
        percent(top.errors, top.calls)
    ))
    .markup("</span></h1>\n<p class=\"dim\">");
    html.text(&format!(
        "{}: {}; ",
        words.counted_over,
        kind_name(top.counted, words)
    ));
    html.text(&format!(
        "{} {}, {} {}",
        words.monitoring,
        count(top.monitoring),
        words.operation,
        count(top.operation)
    ));
    html.markup("</p>\n");
    if top.calls == 0 {
        html.element("<p>", words.nothing, "</p>");
        return html;
    }
    if !top.series.points.is_empty() {
        html.element("<h2>", words.per_minute, "</h2>\n<div class=\"card\">");
        chart::series(&mut html, &top.series, page);
        html.markup("</div>\n");
    }
    html.markup("<div class=\"two\">");
    codes(&mut html, top, page);
    failing(&mut html, top, page);
    costs(&mut html, top, page);
    steps(&mut html, top, page);
    regions(&mut html, top, page);
    html.markup("</div>\n");
    html
}

/// Leads to the records behind a figure: those that were asked for, and of them the ones that match `filter`.
fn found(html: &mut Html, page: &Page, filter: &str, text: &str) {
    let asked = page.here.as_ref().map_or(&[][..], |here| &here.parameters);
    let before = asked.iter().find(|(name, _)| name == "q");
    let all = before.map_or(filter.to_owned(), |(_, before)| {
        format!("{before} {filter}")
    });
    let mut parameters = vec![("q", all.as_str())];
    let others = asked.iter().filter(|(name, _)| name != "q");
    parameters.extend(others.map(|(name, value)| (name.as_str(), value.as_str())));
    page.anchor(html, "/search", &parameters, text);
}

/// Opens a section with a table; heads of numbers are marked by `true`.
fn open(html: &mut Html, title: &str, heads: &[(&str, bool)]) {
    html.markup("<section>").element(
        "<h2>",
        title,
        "</h2>\n<div class=\"card\"><table><thead><tr>",
    );
    for (head, number) in heads {
        html.markup(if *number { "<th class=\"n\">" } else { "<th>" })
            .text(head)
            .markup("</th>");
    }
    html.markup("</tr></thead><tbody>\n");
}

fn close(html: &mut Html) {
    html.markup("</tbody></table></div></section>\n");
}

fn numbers(html: &mut Html, cells: &[String]) {
    for cell in cells {
        html.element("<td class=\"n cost\">", cell, "</td>");
    }
}

fn codes(html: &mut Html, top: &Top, page: &Page) {
    let words = page.words();
    let Some(most) = top.codes.first().map(|c| c.count) else {
        return;
    };
    open(
        html,
        words.codes,
        &[
            (words.code, false),
            (words.calls, true),
            (words.share, true),
            ("", false),
        ],
    );
    for row in &top.codes {
        html.markup(if row.error {
            "<tr><td class=\"bad\">"
        } else {
            "<tr><td>"
        });
        found(html, page, &filter("code", &row.code), &row.code);
        html.markup("</td>");
        numbers(html, &[count(row.count), percent(row.count, top.calls)]);
        html.markup("<td>");
        chart::share(html, row.count as f64 / most as f64, row.error);
        html.markup("</td></tr>\n");
    }
    close(html);
}

fn failing(html: &mut Html, top: &Top, page: &Page) {
    if top.failing.is_empty() {
        return;
    }
    let words = page.words();
    open(
        html,
        words.failing,
        &[
            (words.code, false),
            (words.action, false),
            (words.caller, false),
            (words.calls, true),
        ],
    );
    for row in &top.failing {
        let query: Vec<String> = [
            ("code", &row.code),
            ("action", &row.action),
            ("caller", &row.caller),
        ]
        .into_iter()
        .filter(|(_, value)| *value != crate::query::top::ABSENT)
        .map(|(name, value)| filter(name, value))
        .collect();
        html.markup("<tr><td>");
        found(html, page, &query.join(" "), &row.code);
        html.markup("</td>")
            .element("<td>", &row.action, "</td>")
            .element("<td>", &row.caller, "</td>");
        numbers(html, &[count(row.count)]);
        html.markup("</tr>\n");
    }
    close(html);
}

fn costs(html: &mut Html, top: &Top, page: &Page) {
    if top.costs.is_empty() {
        return;
    }
    let words = page.words();
    let heads = [
        (words.action, false),
        (words.calls, true),
        ("p50", true),
        ("p95", true),
        ("p99", true),
        (words.max, true),
    ];
    open(html, words.cost, &heads);
    for row in &top.costs {
        html.markup("<tr>")
            .element("<td>", row.action.as_deref().unwrap_or(words.all), "</td>");
        numbers(
            html,
            &[
                count(row.count),
                show_cost(row.p50),
                show_cost(row.p95),
                show_cost(row.p99),
                show_cost(row.max),
            ],
        );
        html.markup("</tr>\n");
    }
    close(html);
}

fn steps(html: &mut Html, top: &Top, page: &Page) {
    if top.steps.is_empty() {
        return;
    }
    let words = page.words();
    let heads = [
        (words.step, false),
        (words.met, true),
        ("p50", true),
        (words.max, true),
        (words.slowest_call, false),
    ];
    open(html, words.slow_steps, &heads);
    for row in &top.steps {
        html.markup("<tr>").element("<td>", &row.step, "</td>");
        numbers(
            html,
            &[count(row.count), show_cost(row.p50), show_cost(row.max)],
        );
        let id = row.request_id.as_deref().unwrap_or("");
        html.markup("<td class=\"id\">");
        page.anchor(html, "/trace", &[("id", id)], id);
        html.markup("</td></tr>\n");
    }
    html.markup("</tbody></table><p class=\"dim\">")
        .text(&format!(
            "{}: {}",
            words.steps_from,
            count(top.steps_from as u64)
        ));
    html.markup("</p></div></section>\n");
}

fn regions(html: &mut Html, top: &Top, page: &Page) {
    if top.regions.is_empty() {
        return;
    }
    let words = page.words();
    open(
        html,
        words.regions,
        &[
            (words.region, false),
            (words.calls, true),
            (words.share, true),
            (words.errors, true),
        ],
    );
    for row in &top.regions {
        html.markup("<tr>").element("<td>", &row.region, "</td>");
        numbers(
            html,
            &[
                count(row.calls),
                percent(row.calls, top.calls),
                percent(row.errors, row.calls),
            ],
        );
        html.markup("</tr>\n");
    }
    close(html);
}

/// A filter that the search form understands: values with spaces go into quotes, and what the form would take for its own signs is asked for as
/// any one character.
pub fn filter(name: &str, value: &str) -> String {
    let value = value.replace(['"', ',', '*'], "?");
    if value.contains(char::is_whitespace) {
        format!("{name}=\"{value}\"")
    } else {
        format!("{name}={value}")
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::serve::{
        page::{Here, Theme},
        words::Lang,
    };

    #[test]
    fn a_figure_leads_to_its_records_in_the_time_that_was_asked_for() {
        let parameters = [("q", "region=x"), ("t", "word"), ("from", "2026-01-01")];
        let page = Page {
            lang: Lang::En,
            zone: TimeZone::UTC,
            theme: Theme::Dark,
            here: Some(Here {
                path: "/top",
                parameters: parameters.map(|(k, v)| (k.into(), v.into())).into(),
                signed_in: false,
            }),
        };
        let mut html = Html::new();
        found(&mut html, &page, "code=-1", "-1");
        let expected = "<a href=\"/search?q=region%3Dx+code%3D-1&amp;t=word&amp;from=2026-01-01&amp;lang=en&amp;theme=dark\">-1</a>";
        assert_eq!(html.into_string(), expected);
    }
}
