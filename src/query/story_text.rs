//! A call's story for a terminal.

use std::fmt::Write as _;

use jiff::tz::TimeZone;

use super::{
    opened,
    story::{Entry, Moment, Story},
    text::{self, Columns, Ink, Style, clean, fit},
    time::{show, show_cost, zone_name},
};

/// The whole story.
pub fn render(story: &Story, zone: &TimeZone, style: &Style) -> String {
    let mut out = String::new();
    head(story, zone, style, &mut out);
    steps(story, style, &mut out);
    bodies(story, style, &mut out);
    records(story, zone, style, &mut out);
    related(story, zone, style, &mut out);
    out
}

fn title(out: &mut String, style: &Style, text: &str) {
    let _ = writeln!(out, "\n{}", style.paint(Ink::Head, text));
}

fn head(story: &Story, zone: &TimeZone, style: &Style, out: &mut String) {
    let facts = &story.facts;
    let verdict = verdict(story);
    let ink = match (story.failed, &facts.code) {
        (true, _) => Ink::Bad,
        (false, Some(_)) => Ink::Good,
        (false, None) => Ink::Dim,
    };
    let _ = writeln!(
        out,
        "{} {}  {}",
        style.paint(Ink::Head, "Call"),
        clean(&story.request_id),
        style.paint(ink, &clean(&verdict))
    );
    let begin = story.records.iter().filter_map(|e| e.record.time).min();
    let when = begin.map(|at| format!("{} ({})", show(at, zone), zone_name(zone, at)));
    let rows: [(&str, Option<String>); 12] = [
        ("when", when),
        ("took", facts.cost_ms.map(show_cost)),
        ("action", facts.action.clone()),
        ("service", facts.service.clone()),
        ("caller", facts.caller.clone()),
        ("app", facts.app_id.clone()),
        ("client", facts.client_ip.clone()),
        ("with", story.user_agent.clone()),
        ("host", facts.host.clone()),
        ("region", facts.region.clone()),
        ("country", story.country.clone()),
        ("session", facts.session.clone()),
    ];
    for (name, value) in rows {
        if let Some(value) = value {
            let _ = writeln!(
                out,
                "  {} {}",
                style.paint(Ink::Dim, &fit(name, 9)),
                text::cut(&clean(&value), style.width - 12)
            );
        }
    }
    if !story.persons.is_empty() {
        let _ = writeln!(
            out,
            "  {} {}",
            style.paint(Ink::Dim, &fit("persons", 9)),
            clean(&story.persons.join(" "))
        );
    }
    if story.cut {
        let _ = writeln!(
            out,
            "  {}",
            style.paint(
                Ink::Bad,
                "more records carry this identifier than are shown"
            )
        );
    }
}

/// `failed: -4 持卡人信息有误`, `ok: 0`, `no code`.
pub fn verdict(story: &Story) -> String {
    let facts = &story.facts;
    let Some(code) = facts.code.as_deref() else {
        return "no code".to_owned();
    };
    let text = facts
        .code_text
        .as_deref()
        .filter(|t| *t != code)
        .unwrap_or("");
    format!(
        "{} {code} {text}",
        if story.failed { "failed:" } else { "ok:" }
    )
    .trim_end()
    .to_owned()
}

/// Where the axis ends, in milliseconds after the begin.
pub fn axis_end(timeline: &[Moment]) -> f64 {
    timeline
        .iter()
        .map(|m| m.offset_ms + m.step.cost_ms.unwrap_or(0.0))
        .fold(0.0, f64::max)
        .max(1.0)
}

fn steps(story: &Story, style: &Style, out: &mut String) {
    if story.timeline.is_empty() {
        return;
    }
    let end = axis_end(&story.timeline);
    title(
        out,
        style,
        &format!("Steps ({} over {})", story.timeline.len(), show_cost(end)),
    );
    let columns = (style.width / 4).clamp(12, 40);
    let names = story
        .timeline
        .iter()
        .filter_map(|m| m.step.name.as_deref())
        .map(|n| text::width(&clean(n)))
        .max()
        .unwrap_or(0)
        .min(28);
    for moment in &story.timeline {
        let cost = moment.step.cost_ms;
        let bar = text::bar(
            moment.offset_ms / end,
            (moment.offset_ms + cost.unwrap_or(0.0)) / end,
            columns,
        );
        let name = fit(&clean(moment.step.name.as_deref().unwrap_or("")), names);
        let at = format!(
            "{}{}",
            if moment.estimated { "~" } else { "" },
            show_cost(moment.offset_ms)
        );
        let left = style
            .width
            .saturating_sub(2 + 10 + 1 + 9 + 2 + columns + 2 + names + 2);
        let message = clean(moment.step.message.as_deref().unwrap_or("")).into_owned();
        let _ = writeln!(
            out,
            "  {} {:>9}  {}  {name}  {}",
            style.paint(Ink::Dim, &format!("{at:>10}")),
            cost.map(show_cost).unwrap_or_default(),
            style.paint(Ink::Bar, &fit(&bar, columns)),
            text::cut(&message, left.max(20)),
        );
    }
    if story.timeline.iter().any(|m| m.estimated) {
        let _ = writeln!(
            out,
            "  {}",
            style.paint(
                Ink::Dim,
                "~ the step has no time of its own: placed after the costs before it"
            )
        );
    }
}

fn bodies(story: &Story, style: &Style, out: &mut String) {
    for body in &story.bodies {
        let role = if body.role == "request" {
            "Request"
        } else {
            "Response"
        };
        title(
            out,
            style,
            &format!("{role} ({}, record {})", clean(&body.name), body.record + 1),
        );
        for line in opened::pretty(&body.value).lines() {
            let _ = writeln!(out, "  {}", clean(line));
        }
    }
}

fn records(story: &Story, zone: &TimeZone, style: &Style, out: &mut String) {
    title(out, style, "Records");
    for (index, Entry { record, .. }) in story.records.iter().enumerate() {
        let at = record
            .time
            .map_or_else(|| "no time".to_owned(), |at| show(at, zone));
        let mut remarks: Vec<String> = record.tags.clone();
        if let Some(what) = record.taken_out() {
            remarks.push(format!("taken out: {what}"));
        }
        let _ = writeln!(
            out,
            "  {}. {at}  {}  {}",
            index + 1,
            record.kind,
            style.paint(Ink::Dim, &clean(&remarks.join("; ")))
        );
        for (key, value) in record.others() {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            let line = format!("{}: {}", clean(key), clean(&value));
            let _ = writeln!(out, "     {}", text::cut(&line, style.width - 5));
        }
    }
}

fn related(story: &Story, zone: &TimeZone, style: &Style, out: &mut String) {
    if story.related.is_empty() {
        return;
    }
    title(out, style, "Related calls");
    let mut columns = Columns::new(&[
        ("by", false),
        ("when", false),
        ("call", false),
        ("action", false),
        ("code", false),
        ("text", false),
    ])
    .keep_whole(2);
    for call in &story.related {
        let text = |t: &Option<String>| t.clone().unwrap_or_default();
        columns.row(vec![
            call.by.clone(),
            call.time.map(|at| show(at, zone)).unwrap_or_default(),
            text(&call.facts.request_id),
            text(&call.facts.action),
            text(&call.facts.code),
            text(&call.facts.code_text),
        ]);
    }
    out.push_str(&columns.lay_out(style, 2));
}
