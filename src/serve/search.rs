//! Found records as a page.

use super::{ask::Asked, html::Html, page::Page, trace::kind_name};
use crate::query::{source, text::count, time::show_cost};

/// Records a page.
pub const LIMIT: usize = 50;

/// The table under the form.
pub fn body(asked: &Asked, found: &source::Page, page: &Page) -> Html {
    let words = page.words();
    let mut html = Html::new();
    if found.records.is_empty() {
        html.element("<p>", words.nothing, "</p>");
        return html;
    }
    html.markup("<div class=\"card\"><table class=\"found\"><thead><tr>");
    for (head, number) in [
        (words.when, false),
        (words.kind, false),
        (words.request_id, false),
        (words.action, false),
        (words.code, false),
        (words.took, true),
        (words.caller, false),
        (words.message, false),
    ] {
        html.markup(if number { "<th class=\"n\">" } else { "<th>" })
            .text(head)
            .markup("</th>");
    }
    html.markup("</tr></thead><tbody>\n");
    for record in &found.records {
        let facts = &record.facts;
        let id = facts.request_id.as_deref().unwrap_or("");
        html.markup("<tr>")
            .element("<td class=\"when\">", &page.moment(record.time), "</td>");
        html.element(
            "<td class=\"kind\">",
            kind_name(record.kind, words),
            "</td><td class=\"id\">",
        );
        page.anchor(&mut html, "/trace", &[("id", id)], id);
        html.markup("</td>")
            .element("<td>", facts.action.as_deref().unwrap_or(""), "</td>");
        html.markup(if facts.is_error() {
            "<td class=\"bad code\">"
        } else {
            "<td class=\"code\">"
        })
        .text(facts.code.as_deref().unwrap_or(""))
        .markup("</td>");
        html.element(
            "<td class=\"n cost\">",
            &facts.cost_ms.map(show_cost).unwrap_or_default(),
            "</td>",
        );
        html.element("<td>", facts.caller.as_deref().unwrap_or(""), "</td>");
        html.element(
            "<td class=\"msg\">",
            facts.code_text.as_deref().unwrap_or(""),
            "</td></tr>\n",
        );
    }
    html.markup("</tbody></table></div>\n<p class=\"pages\"><span class=\"dim\">");
    let first = (asked.page - 1) * LIMIT;
    html.text(&format!(
        "{}–{} / {} {}",
        first + 1,
        first + found.records.len(),
        count(found.total),
        words.total
    ))
    .markup("</span>");
    for (target, text, there) in [
        (asked.page.saturating_sub(1), words.previous, asked.page > 1),
        (
            asked.page + 1,
            words.next,
            ((first + found.records.len()) as u64) < found.total,
        ),
    ] {
        if there {
            let number = target.to_string();
            let parameters = asked.parameters();
            let mut all: Vec<(&str, &str)> = parameters
                .iter()
                .map(|(k, v)| (k.as_str(), v.as_str()))
                .collect();
            all.push(("page", &number));
            page.anchor(&mut html, "/search", &all, text);
        }
    }
    html.markup("</p>\n");
    html
}
