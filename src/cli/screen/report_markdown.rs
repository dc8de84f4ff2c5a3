//! The report as Markdown, for a wiki, an issue or a mail.

use compact_str::CompactString;
use strum::IntoEnumIterator;

use super::in_words;
use crate::app::report::ReportOutcome;
use crate::app::status::Head;
use crate::campaign::definition::Phase;
use crate::campaign::mail::Outcome;
use crate::campaign::people::stage::Stage;
use crate::campaign::text::{escape_markdown, presentable};
use crate::campaign::view::attention::gathered;
use crate::campaign::view::overview::SegmentLine;

/// How many customers are listed; all of them are in the CSV.
const LONGEST: usize = 50;

/// The whole report.
pub fn report_markdown(report: &ReportOutcome) -> String {
    let sections = [head(report), segments(report), phases(report), attention(report), behind(report), texts(report)];
    sections.into_iter().filter(|section| !section.is_empty()).collect::<Vec<_>>().join("\n")
}

fn head(report: &ReportOutcome) -> String {
    let ReportOutcome { overview, definition, .. } = report;
    let Head { as_of, title, deadline, days_left, .. } = &report.head;
    let (done, all) = (overview.at_stage(Stage::Completed), overview.recipients());
    let accounts = overview
        .accounts
        .map_or_else(String::new, |accounts| format!(", {} of {} accounts", accounts.completed, accounts.customers));
    format!(
        "# {}\n\nAs of {}: {done} of {all} customers done{accounts}, {days_left} days to the deadline ({deadline}).\n\nForecast: {}.\n",
        safe(title),
        definition.local_date(*as_of),
        overview.forecast.in_words,
    )
}

fn segments(report: &ReportOutcome) -> String {
    let lines = &report.overview.segments;
    let total = (lines.len() > 1).then(|| SegmentLine::sum("total", lines));
    let head = ["segment", "customers"].into_iter().map(str::to_owned);
    let head: Vec<String> = head.chain(Stage::iter().map(|stage| stage.to_string())).collect();
    let rows = lines.iter().chain(&total).map(|line| {
        let counts = std::iter::once(line.recipients).chain(line.stages.values().copied());
        std::iter::once(safe(&line.name)).chain(counts.map(|count| count.to_string())).collect()
    });
    format!("## Segments by stage\n\n{}", table(&head, rows))
}

fn phases(report: &ReportOutcome) -> String {
    let head = ["phase", "due", "state", "outcome"].map(str::to_owned);
    let rows = report.overview.phases.iter().map(|line| {
        let there = Outcome::iter().filter(|outcome| line.count(*outcome) > 0);
        let counts = there.map(|outcome| format!("{} {}", line.count(outcome), in_words(outcome)));
        let due = line.due.map(|due| report.definition.local_date(due).to_string());
        let due = due.unwrap_or_else(|| report.definition.phase(&line.name).map_or("", Phase::undated).to_owned());
        vec![safe(&line.name), due, line.state.to_string(), counts.collect::<Vec<_>>().join(", ")]
    });
    format!("## Mails by phase\n\n{}", table(&head, rows))
}

fn attention(report: &ReportOutcome) -> String {
    let alike = gathered(&report.overview.attention);
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
        format!("- {}{phase}{who}: {}\n", item.first.kind, safe(&item.first.message.to_string()))
    });
    format!("## Needs attention\n\n{}", lines.collect::<String>())
}

fn behind(report: &ReportOutcome) -> String {
    let all = report.behind.len();
    if all == 0 {
        let words = if report.overview.recipients() == 0 { "No recipients yet." } else { "Everyone is done." };
        return format!("## Customers who are not done\n\n{words}\n");
    }
    let account = report.definition.account_tag.as_ref().map(|_| "account");
    let head = ["customer", "name"].into_iter().chain(account).chain(["segment", "stage", "last mail"]);
    let head: Vec<String> = head.map(str::to_owned).collect();
    let rows = report.behind.iter().take(LONGEST).map(|one| {
        let last = one.last_mail.as_ref();
        let last = last.map_or_else(|| "never".to_owned(), |mail| report.definition.local_date(mail.time).to_string());
        let relapsed = if one.relapsed { ", relapsed" } else { "" };
        let (contact, name) = (safe(&one.contact), safe(&one.name));
        let account = account.map(|_| safe(one.account.as_deref().unwrap_or_default()));
        let rest = [safe(&one.segment), format!("{}{relapsed}", one.stage), last];
        [contact, name].into_iter().chain(account).chain(rest).collect()
    });
    let rest = if all > LONGEST {
        format!("\nThe first {LONGEST} of {all}; all of them: `mmig report --format csv`\n")
    } else {
        String::new()
    };
    format!("## Customers who are not done\n\n{}{rest}", table(&head, rows))
}

fn texts(report: &ReportOutcome) -> String {
    if report.texts.is_empty() {
        return String::new();
    }
    let head = ["phase", "subject", "segments", "mails", "delivered", "from", "to", "text"].map(str::to_owned);
    let rows = report.texts.iter().map(|sent| {
        let subject = sent.subject.as_deref().unwrap_or("not kept");
        let segments = sent.segments.iter().map(CompactString::as_str).collect::<Vec<_>>().join(", ");
        let day = |at| report.definition.local_date(at).to_string();
        let (mails, delivered) = (sent.mails.to_string(), sent.delivered.to_string());
        vec![
            safe(&sent.phase),
            safe(subject),
            safe(&segments),
            mails,
            delivered,
            day(sent.first),
            day(sent.last),
            sent.digest.short(),
        ]
    });
    format!("## Mails sent\n\n{}", table(&head, rows))
}

fn table(head: &[String], rows: impl Iterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let rule = format!("|{}\n", "---|".repeat(head.len()));
    line(head) + &rule + &rows.map(|row| line(&row)).collect::<String>()
}

/// A text from outside on one line, shown unchanged.
fn safe(text: &str) -> String {
    escape_markdown(&presentable(text))
}
