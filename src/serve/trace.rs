//! A call's story as a page.

use super::{chart, html::Html, page::Page, words::Words};
use crate::query::{
    opened,
    record::Record,
    story::Story,
    story_text::axis_end,
    time::{show, show_cost, zone_name},
};
use crate::record::Kind;

/// The whole document.
pub fn page(story: &Story, page: &Page) -> String {
    page.document(&story.request_id, &body(story, page))
}

/// The story.
pub fn body(story: &Story, page: &Page) -> Html {
    let mut html = Html::new();
    head(&mut html, story, page);
    steps(&mut html, story, page);
    bodies(&mut html, story, page);
    records(&mut html, story, page);
    related(&mut html, story, page);
    html
}

/// The form that asks for a call.
pub fn form(page: &Page, id: &str) -> Html {
    let words = page.words();
    let mut html = Html::new();
    html.markup("<form class=\"ask\" method=\"get\" action=\"/trace\"><label class=\"wide\">")
        .text(words.request_id);
    html.markup("<input name=\"id\" autofocus required maxlength=\"1024\" autocomplete=\"off\" spellcheck=\"false\"").attribute("value", id);
    html.markup("></label><button>")
        .text(words.open)
        .markup("</button>");
    page.keep(&mut html);
    html.markup("</form>\n");
    html
}

fn head(html: &mut Html, story: &Story, page: &Page) {
    let words = page.words();
    let facts = &story.facts;
    html.markup("<h1>").text(&story.request_id).markup(" ");
    html.markup(match (story.failed, &facts.code) {
        (true, _) => "<span class=\"bad\">",
        (false, Some(_)) => "<span class=\"good\">",
        (false, None) => "<span class=\"dim\">",
    });
    html.text(match (story.failed, &facts.code) {
        (true, _) => words.failed,
        (false, Some(_)) => words.ok,
        (false, None) => words.no_code,
    })
    .markup("</span></h1>\n<div class=\"card\"><dl>");
    let begin = story.records.iter().filter_map(|e| e.record.time).min();
    let rows: [(&str, Option<String>); 13] = [
        (
            words.when,
            begin.map(|at| format!("{} ({})", show(at, &page.zone), zone_name(&page.zone, at))),
        ),
        (words.took, facts.cost_ms.map(show_cost)),
        (words.code, facts.code.clone()),
        (words.message, facts.code_text.clone()),
        (words.action, facts.action.clone()),
        (words.service, facts.service.clone()),
        (words.caller, facts.caller.clone()),
        (words.app, facts.app_id.clone()),
        (words.client, facts.client_ip.clone()),
        (words.host, facts.host.clone()),
        (words.region, facts.region.clone()),
        (words.country, story.country.clone()),
        (words.session, facts.session.clone()),
    ];
    for (name, value) in rows {
        if let Some(value) = value {
            html.markup("<div>")
                .element("<dt>", name, "</dt>")
                .element("<dd>", &value, "</dd>")
                .markup("</div>");
        }
    }
    for (name, value) in [
        (words.agent, story.user_agent.as_deref()),
        (
            words.persons,
            Some(&*story.persons.join("  ")).filter(|p| !p.is_empty()),
        ),
    ] {
        if let Some(value) = value {
            html.markup("<div class=\"wide\">")
                .element("<dt>", name, "</dt>")
                .element("<dd>", value, "</dd>")
                .markup("</div>");
        }
    }
    html.markup("</dl></div>\n");
    if story.cut {
        html.element("<p class=\"bad\">", words.cut, "</p>\n");
    }
}

fn steps(html: &mut Html, story: &Story, page: &Page) {
    if story.timeline.is_empty() {
        return;
    }
    let words = page.words();
    let end = axis_end(&story.timeline);
    html.markup("<h2>")
        .text(words.steps)
        .markup(" <span class=\"dim\">")
        .text(&show_cost(end))
        .markup("</span></h2>\n");
    html.markup("<div class=\"card\"><table class=\"steps\"><thead><tr><th class=\"n\">+</th><th class=\"n\">").text(words.took);
    html.markup("</th><th></th><th>")
        .text(words.step)
        .markup("</th><th>")
        .text(words.message)
        .markup("</th></tr></thead><tbody>\n");
    for moment in &story.timeline {
        let cost = moment.step.cost_ms;
        html.markup("<tr><td class=\"n cost dim\">")
            .text(if moment.estimated { "~" } else { "" })
            .text(&show_cost(moment.offset_ms));
        html.markup("</td><td class=\"n cost\">")
            .text(&cost.map(show_cost).unwrap_or_default())
            .markup("</td><td class=\"axis\">");
        chart::span(
            html,
            moment.offset_ms / end,
            (moment.offset_ms + cost.unwrap_or(0.0)) / end,
        );
        html.markup("</td><td class=\"step\">")
            .text(moment.step.name.as_deref().unwrap_or(""))
            .markup("</td><td class=\"msg\">");
        html.text(moment.step.message.as_deref().unwrap_or(""))
            .markup("</td></tr>\n");
    }
    html.markup("</tbody></table></div>\n");
    if story.timeline.iter().any(|m| m.estimated) {
        html.element("<p class=\"dim\">", words.estimated, "</p>\n");
    }
}

fn bodies(html: &mut Html, story: &Story, page: &Page) {
    if story.bodies.is_empty() {
        return;
    }
    let words = page.words();
    html.markup("<div class=\"two\">");
    for body in &story.bodies {
        let title = if body.role == "request" {
            words.request
        } else {
            words.response
        };
        html.markup("<section><h2>")
            .text(title)
            .markup(" <span class=\"dim\">")
            .text(&body.name);
        html.text(&format!(", {} {}", words.record, body.record + 1));
        html.markup("</span></h2><div class=\"card\"><pre>")
            .text(&opened::pretty(&body.value))
            .markup("</pre></div></section>\n");
    }
    html.markup("</div>");
}

/// What a kind is called.
pub fn kind_name(kind: Kind, words: &'static Words) -> &'static str {
    match kind {
        Kind::Monitoring => words.monitoring,
        Kind::Operation => words.operation,
    }
}

fn records(html: &mut Html, story: &Story, page: &Page) {
    let words = page.words();
    html.element("<h2>", words.records, "</h2>\n");
    for (index, entry) in story.records.iter().enumerate() {
        let record: &Record = &entry.record;
        html.markup("<details><summary>").text(&format!(
            "{}. {}  ",
            index + 1,
            page.moment(record.time)
        ));
        html.text(kind_name(record.kind, words));
        if let Some(what) = record.taken_out() {
            html.text(&format!("; {}: {what}", words.taken_out));
        }
        if !record.tags.is_empty() {
            html.text(&format!("; {}", record.tags.join(", ")));
        }
        let fields = serde_json::Value::Object(record.fields.clone());
        html.markup("</summary><div class=\"card\"><pre>")
            .text(&opened::pretty(&opened::open(&fields)))
            .markup("</pre></div></details>\n");
    }
}

fn related(html: &mut Html, story: &Story, page: &Page) {
    let words = page.words();
    if story.related.is_empty() {
        if let Some(to) = page.link("/trace", &[("id", &story.request_id), ("related", "1")]) {
            html.markup("<p><a")
                .attribute("href", &to)
                .markup(">")
                .text(words.show_related)
                .markup("</a></p>\n");
        }
        return;
    }
    html.element(
        "<h2>",
        words.related,
        "</h2>\n<div class=\"card\"><table class=\"related\"><thead><tr>",
    );
    for head in [
        words.by,
        words.when,
        words.request_id,
        words.action,
        words.code,
        words.message,
    ] {
        html.element("<th>", head, "</th>");
    }
    html.markup("</tr></thead><tbody>\n");
    for call in &story.related {
        let text = |t: &Option<String>| t.clone().unwrap_or_default();
        html.markup("<tr>").element(
            "<td>",
            if call.by == "session" {
                words.session
            } else {
                &call.by
            },
            "</td>",
        );
        html.element(
            "<td class=\"when\">",
            &page.moment(call.time),
            "</td><td class=\"id\">",
        );
        let id = text(&call.facts.request_id);
        page.anchor(html, "/trace", &[("id", &id)], &id);
        html.markup("</td>")
            .element("<td>", &text(&call.facts.action), "</td>");
        html.markup(if call.facts.is_error() {
            "<td class=\"bad\">"
        } else {
            "<td>"
        })
        .text(&text(&call.facts.code))
        .markup("</td>");
        html.element("<td>", &text(&call.facts.code_text), "</td></tr>\n");
    }
    html.markup("</tbody></table></div>\n");
}

/// The page for an identifier that no record carries.
pub fn not_found(page: &Page, id: &str) -> String {
    let mut html = form(page, id);
    html.element("<p>", page.words().not_found, "</p>");
    page.document(page.words().trace, &html)
}
