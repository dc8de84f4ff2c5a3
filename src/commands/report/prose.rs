//! The report as Markdown, for a wiki, an issue or a mail.

use strum::IntoEnumIterator;

use crate::campaign::definition::Phase;
use crate::campaign::mail::Outcome;
use crate::campaign::people::stage::Stage;
use crate::campaign::text::{escape_markdown, presentable};
use crate::campaign::view::attention::gathered;
use crate::campaign::view::overview::SegmentLine;
use crate::campaign::view::summary::Summary;

/// How many customers a list names; all of them are in the CSV.
const LONGEST: usize = 50;

/// The whole report.
pub fn of(summary: &Summary<'_>) -> String {
    let sections =
        [head(summary), segments(summary), phases(summary), attention(summary), behind(summary), texts(summary)];
    sections.into_iter().filter(|section| !section.is_empty()).collect::<Vec<_>>().join("\n")
}

fn head(summary: &Summary<'_>) -> String {
    let Summary { campaign, overview, now, .. } = summary;
    let (done, all) = (overview.at_stage(Stage::Completed), overview.recipients());
    format!(
        "# {}\n\nAs of {}: {done} of {all} customers done, {} days to the deadline ({}).\n\nForecast: {}.\n",
        safe(&campaign.title),
        campaign.local_date(*now),
        campaign.days_left(*now),
        campaign.deadline,
        overview.forecast.in_words(campaign),
    )
}

fn segments(summary: &Summary<'_>) -> String {
    let lines = &summary.overview.segments;
    let total = (lines.len() > 1).then(|| SegmentLine::sum("in all", lines));
    let head = ["segment", "customers"].into_iter().map(str::to_owned);
    let head: Vec<String> = head.chain(Stage::iter().map(|stage| stage.to_string())).collect();
    let rows = lines.iter().chain(&total).map(|line| {
        let counts = std::iter::once(line.recipients).chain(line.stages.values().copied());
        std::iter::once(safe(&line.name)).chain(counts.map(|count| count.to_string())).collect()
    });
    format!("## How far each segment is\n\n{}", table(&head, rows))
}

fn phases(summary: &Summary<'_>) -> String {
    let head = ["phase", "due", "state", "what became of it"].map(str::to_owned);
    let rows = summary.overview.phases.iter().map(|line| {
        let there = Outcome::iter().filter(|outcome| line.count(*outcome) > 0);
        let told = there.map(|outcome| format!("{} {}", line.count(outcome), outcome.to_string().replace('_', " ")));
        let due = line.due.map(|due| summary.campaign.local_date(due).to_string());
        let due = due.unwrap_or_else(|| summary.campaign.phase(&line.name).map_or("", Phase::undated).to_owned());
        vec![safe(&line.name), due, line.state.to_string(), told.collect::<Vec<_>>().join(", ")]
    });
    format!("## Mails by phase\n\n{}", table(&head, rows))
}

fn attention(summary: &Summary<'_>) -> String {
    let alike = gathered(&summary.overview.attention);
    if alike.is_empty() {
        return String::new();
    }
    let lines = alike.iter().take(LONGEST).map(|item| {
        let phase = item.first.phase.as_deref().map(|phase| format!(", {}", safe(phase))).unwrap_or_default();
        let who = match item.contacts.as_slice() {
            [] => String::new(),
            [one] => format!(", {}", safe(one)),
            several => format!(", {} customers such as {}", several.len(), safe(several[0])),
        };
        format!("- {}{phase}{who}: {}\n", item.first.kind, safe(&item.first.message))
    });
    format!("## To look at\n\n{}", lines.collect::<String>())
}

fn behind(summary: &Summary<'_>) -> String {
    let all = summary.behind.len();
    if all == 0 {
        return "## Who is not done\n\nNobody: everybody is done.\n".to_owned();
    }
    let head = ["customer", "name", "segment", "stage", "last told"].map(str::to_owned);
    let rows = summary.behind.iter().take(LONGEST).map(|one| {
        let told = one.told.map_or_else(|| "never".to_owned(), |(at, _)| summary.campaign.local_date(at).to_string());
        let relapsed = if one.relapsed { ", relapsed" } else { "" };
        let (email, name) = (safe(&one.recipient.email), safe(&one.recipient.name));
        vec![email, name, safe(&one.recipient.segment), format!("{}{relapsed}", one.stage), told]
    });
    let rest = if all > LONGEST {
        format!("\nThe first {LONGEST} of {all}; all of them: `mmig report --format csv`\n")
    } else {
        String::new()
    };
    format!("## Who is not done\n\n{}{rest}", table(&head, rows))
}

fn texts(summary: &Summary<'_>) -> String {
    if summary.texts.is_empty() {
        return String::new();
    }
    let head = ["phase", "subject", "segments", "mails", "delivered", "from", "to", "text"].map(str::to_owned);
    let rows = summary.texts.iter().map(|sent| {
        let subject = sent.text.as_ref().map_or("not kept", |text| &text.subject);
        let segments = sent.segments.iter().copied().collect::<Vec<_>>().join(", ");
        let day = |at| summary.campaign.local_date(at).to_string();
        let (mails, arrived) = (sent.mails.to_string(), sent.arrived.to_string());
        vec![
            safe(sent.phase),
            safe(subject),
            safe(&segments),
            mails,
            arrived,
            day(sent.first),
            day(sent.last),
            sent.variant.short(),
        ]
    });
    format!("## What was told\n\n{}", table(&head, rows))
}

fn table(head: &[String], rows: impl Iterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let rule = format!("|{}\n", "---|".repeat(head.len()));
    line(head) + &rule + &rows.map(|row| line(&row)).collect::<String>()
}

/// A text from outside on one line, shown as it is.
fn safe(text: &str) -> String {
    escape_markdown(&presentable(text))
}
