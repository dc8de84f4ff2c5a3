//! The report as a page: how the campaign is going, and what customers were sent.

use compact_str::CompactString;
use serde::Serialize;
use strum::IntoEnumIterator;

use super::{BrokenPage, chart, mail, render};
use crate::app::report::{Customer, ReportOutcome};
use crate::app::status::Head;
use crate::campaign::Time;
use crate::campaign::definition::Phase;
use crate::campaign::mail::Outcome;
use crate::campaign::people::accounts::AccountCount;
use crate::campaign::people::stage::Stage;
use crate::campaign::text::presentable;
use crate::campaign::view::attention::{Alike, gathered};
use crate::campaign::view::behind::Straggler;
use crate::campaign::view::overview::{PhaseLine, SegmentLine};
use crate::campaign::view::texts::SentText;
use crate::cli::screen::in_words;

/// How many customers the page lists; all of them are in `mmig report --format csv`.
pub const LONGEST: usize = 200;

/// The page of a report.
///
/// # Errors
/// None is known; the page's template would have to be wrong.
pub fn page(report: &ReportOutcome) -> Result<String, BrokenPage> {
    let ReportOutcome { head, overview, timeline, behind, texts, customers, .. } = report;
    let Head { as_of, title, deadline, days_left, .. } = head;
    let (all, done) = (overview.recipients(), overview.at_stage(Stage::Completed));
    let lines = &overview.segments;
    let total = (lines.len() > 1).then(|| SegmentLine::sum("total", lines));
    let page = Page {
        title: format!("{title}: report"),
        campaign: title,
        deadline: deadline.in_words(),
        days_left: *days_left,
        made: moment(report, *as_of),
        tracked: customers.records.tracked.map(|at| moment(report, at)),
        all,
        done,
        share: share(done, all),
        accounts: overview.accounts,
        forecast: &overview.forecast.in_words,
        chart: chart::stages(timeline, deadline.date, &overview.forecast.verdict)?,
        stages: Stage::iter().rev().map(|stage| (stage.to_string(), overview.at_stage(stage))).collect(),
        segments: lines.iter().chain(&total).map(Funnel::of).collect(),
        phases: overview.phases.iter().map(|line| PhasePart::of(report, line)).collect(),
        attention: gathered(&overview.attention).iter().take(LONGEST).map(Look::of).collect(),
        behind: behind.iter().take(LONGEST).map(|one| Behind::of(report, one)).collect(),
        behind_in_all: behind.len(),
        usage_known: behind.iter().any(|one| one.last_old_call.is_some()),
        texts: texts.iter().map(|text| TextPart::of(report, text)).collect(),
        customers: customers.iter().take(LONGEST).map(|one| CustomerPart::of(report, &one)).collect(),
        customers_in_all: customers.iter().len(),
    };
    render("report.html", &page)
}

#[derive(Serialize)]
struct Page<'a> {
    title: String,
    campaign: &'a str,
    deadline: String,
    days_left: i64,
    made: String,
    tracked: Option<String>,
    all: usize,
    done: usize,
    share: usize,
    /// How many customers the contacts are, where several may be one.
    accounts: Option<AccountCount>,
    forecast: &'a str,
    /// SVG.
    chart: String,
    stages: Vec<(String, usize)>,
    segments: Vec<Funnel>,
    phases: Vec<PhasePart>,
    attention: Vec<Look>,
    behind: Vec<Behind>,
    behind_in_all: usize,
    usage_known: bool,
    texts: Vec<TextPart>,
    customers: Vec<CustomerPart>,
    customers_in_all: usize,
}

/// How many of a segment have reached at least this stage.
#[derive(Serialize)]
struct Funnel {
    name: String,
    recipients: usize,
    left: usize,
    relapsed: usize,
    steps: Vec<Step>,
}

#[derive(Serialize)]
struct Step {
    stage: String,
    reached: usize,
    share: usize,
}

impl Funnel {
    fn of(line: &SegmentLine) -> Self {
        let step = |stage: Stage| {
            let reached = line.stages.range(stage..).map(|(_, count)| count).sum();
            Step { stage: stage.to_string(), reached, share: share(reached, line.recipients) }
        };
        let steps = Stage::iter().skip(1).map(step).collect();
        let (name, recipients, left, relapsed) = (line.name.clone(), line.recipients, line.left, line.relapsed);
        Self { name, recipients, left, relapsed, steps }
    }
}

#[derive(Serialize)]
struct PhasePart {
    name: String,
    due: String,
    state: String,
    outcomes: Vec<Part>,
}

#[derive(Serialize)]
struct Part {
    name: String,
    /// `good`, `bad`, `odd` or `idle`.
    kind: &'static str,
    count: usize,
    /// The share of the phase's recipients, in thousandths, so that small parts are visible.
    share: usize,
}

impl PhasePart {
    fn of(report: &ReportOutcome, line: &PhaseLine) -> Self {
        let due = line.due.map(|due| day(report, due));
        let part = |outcome: Outcome| Part {
            name: in_words(outcome),
            kind: kind(outcome),
            count: line.count(outcome),
            share: (line.count(outcome) * 1000).checked_div(line.recipients).unwrap_or_default(),
        };
        let mut outcomes: Vec<Part> = Outcome::iter().filter(|outcome| line.count(*outcome) > 0).map(part).collect();
        outcomes.sort_by_key(|part| part.kind == "idle");
        Self {
            name: line.name.clone(),
            due: due.unwrap_or_else(|| report.definition.phase(&line.name).map_or("", Phase::undated).to_owned()),
            state: line.state.to_string(),
            outcomes,
        }
    }
}

fn kind(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Delivered | Outcome::Submitted => "good",
        Outcome::Sending | Outcome::PendingApproval | Outcome::Scheduled => "odd",
        Outcome::Bounced | Outcome::Rejected | Outcome::Failed | Outcome::Unknown => "bad",
        Outcome::Waiting | Outcome::Cancelled | Outcome::Excluded => "idle",
    }
}

#[derive(Serialize)]
struct Look {
    kind: String,
    phase: Option<String>,
    contacts: Vec<String>,
    more: usize,
    message: String,
}

impl Look {
    fn of(alike: &Alike<'_>) -> Self {
        const NAMED: usize = 5;
        Self {
            kind: alike.first.kind.replace('-', " "),
            phase: alike.first.phase.clone(),
            contacts: alike.contacts.iter().take(NAMED).map(|contact| presentable(contact)).collect(),
            more: alike.contacts.len().saturating_sub(NAMED),
            message: presentable(&alike.first.message.to_string()),
        }
    }
}

#[derive(Serialize)]
struct Behind {
    contact: String,
    name: String,
    segment: String,
    account: Option<String>,
    stage: String,
    relapsed: bool,
    last_mail: Option<String>,
    phase: Option<String>,
    last_old_call: Option<String>,
}

impl Behind {
    fn of(report: &ReportOutcome, one: &Straggler) -> Self {
        Self {
            contact: presentable(&one.contact),
            name: presentable(&one.name),
            segment: one.segment.to_string(),
            account: one.account.as_deref().map(presentable),
            stage: one.stage.to_string(),
            relapsed: one.relapsed,
            last_mail: one.last_mail.as_ref().map(|mail| day(report, mail.time)),
            phase: one.last_mail.as_ref().map(|mail| mail.phase.to_string()),
            last_old_call: one.last_old_call.map(|at| day(report, at)),
        }
    }
}

#[derive(Serialize)]
struct TextPart {
    phase: String,
    text: String,
    segments: String,
    mails: usize,
    delivered: usize,
    first: String,
    last: String,
    /// HTML.
    subject: Option<String>,
    /// HTML.
    body: Option<String>,
}

impl TextPart {
    fn of(report: &ReportOutcome, sent: &SentText) -> Self {
        Self {
            phase: sent.phase.to_string(),
            text: sent.digest.short(),
            segments: sent.segments.iter().map(CompactString::as_str).collect::<Vec<_>>().join(", "),
            mails: sent.mails,
            delivered: sent.delivered,
            first: day(report, sent.first),
            last: day(report, sent.last),
            subject: sent.subject.as_deref().map(mail::marked),
            body: sent.markdown.as_deref().map(mail::html),
        }
    }
}

#[derive(Serialize)]
struct CustomerPart {
    contact: String,
    segment: String,
    account: Option<String>,
    stage: String,
    left: bool,
    phases: Vec<Option<(String, String)>>,
}

impl CustomerPart {
    fn of(report: &ReportOutcome, one: &Customer<'_>) -> Self {
        let mail = |phase: &Phase| {
            let mail = one.phases.get(phase.name.as_str())?;
            Some((in_words(mail.outcome), day(report, mail.at)))
        };
        Self {
            contact: presentable(one.contact),
            segment: one.segment.to_owned(),
            account: one.account.map(presentable),
            stage: one.stage.to_string(),
            left: one.left.is_some(),
            phases: report.definition.phases.iter().map(mail).collect(),
        }
    }
}

/// A share in whole percent.
fn share(part: usize, of: usize) -> usize {
    (part * 100).checked_div(of).unwrap_or_default()
}

fn day(report: &ReportOutcome, at: Time) -> String {
    report.definition.local_date(at).to_string()
}

fn moment(report: &ReportOutcome, at: Time) -> String {
    at.with_timezone(&report.definition.zone).format("%-d %B %Y, %H:%M %Z").to_string()
}
