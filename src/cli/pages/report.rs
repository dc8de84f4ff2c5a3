//! The page for those who ask how the campaign goes, and what customers were told.

use serde::Serialize;
use strum::IntoEnumIterator;

use super::{BrokenPage, chart, mail, render};
use crate::campaign::Time;
use crate::campaign::definition::Phase;
use crate::campaign::mail::Outcome;
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::stage::Stage;
use crate::campaign::text::presentable;
use crate::campaign::view::attention::{Alike, gathered};
use crate::campaign::view::behind::Straggler;
use crate::campaign::view::overview::{PhaseLine, SegmentLine};
use crate::campaign::view::summary::{Sent, Summary};

/// How many customers a list of the page names; all of them are in `mmig report --format csv`.
pub const LONGEST: usize = 200;

/// The page of this summary.
pub fn page(summary: &Summary<'_>) -> Result<String, BrokenPage> {
    let Summary { campaign, records, now, overview, .. } = summary;
    let (all, done) = (overview.recipients(), overview.at_stage(Stage::Completed));
    let lines = &overview.segments;
    let total = (lines.len() > 1).then(|| SegmentLine::sum("in all", lines));
    let page = Page {
        title: format!("{}: report", campaign.title),
        campaign: &campaign.title,
        deadline: campaign.deadline.format("%A, %-d %B %Y").to_string(),
        days_left: campaign.days_left(*now),
        made: moment(summary, *now),
        tracked: records.tracked.map(|at| moment(summary, at)),
        all,
        done,
        share: share(done, all),
        forecast: overview.forecast.in_words(campaign),
        chart: chart::stages(&summary.timeline, campaign.deadline, &overview.forecast)?,
        stages: Stage::iter().rev().map(|stage| (stage.to_string(), overview.at_stage(stage))).collect(),
        segments: lines.iter().chain(&total).map(Funnel::of).collect(),
        phases: overview.phases.iter().map(|line| PhasePart::of(summary, line)).collect(),
        attention: gathered(&overview.attention).iter().take(LONGEST).map(Look::of).collect(),
        behind: summary.behind.iter().take(LONGEST).map(|one| Behind::of(summary, one)).collect(),
        behind_in_all: summary.behind.len(),
        usage_known: summary.behind.iter().any(|one| one.last_old_call.is_some()),
        texts: summary.texts.iter().map(|text| TextPart::of(summary, text)).collect(),
        told: records.recipients().iter().take(LONGEST).map(|one| ToldPart::of(summary, one)).collect(),
        recipients: records.recipients().len(),
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
    forecast: String,
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
    told: Vec<ToldPart>,
    recipients: usize,
}

/// How many of a segment came at least so far.
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
    /// Of the phase's recipients, in thousandths: small parts are to be seen.
    share: usize,
}

impl PhasePart {
    fn of(summary: &Summary<'_>, line: &PhaseLine) -> Self {
        let due = line.due.map(|due| day(summary, due));
        let part = |outcome: Outcome| Part {
            name: outcome.to_string().replace('_', " "),
            kind: kind(outcome),
            count: line.count(outcome),
            share: (line.count(outcome) * 1000).checked_div(line.recipients).unwrap_or_default(),
        };
        let mut outcomes: Vec<Part> = Outcome::iter().filter(|outcome| line.count(*outcome) > 0).map(part).collect();
        outcomes.sort_by_key(|part| part.kind == "idle");
        Self {
            name: line.name.clone(),
            due: due.unwrap_or_else(|| summary.campaign.phase(&line.name).map_or("", Phase::undated).to_owned()),
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
            message: presentable(&alike.first.message),
        }
    }
}

#[derive(Serialize)]
struct Behind {
    contact: String,
    name: String,
    segment: String,
    stage: String,
    relapsed: bool,
    told: Option<String>,
    phase: Option<String>,
    last_old_call: Option<String>,
}

impl Behind {
    fn of(summary: &Summary<'_>, one: &Straggler<'_>) -> Self {
        Self {
            contact: presentable(&one.recipient.email),
            name: presentable(&one.recipient.name),
            segment: one.recipient.segment.to_string(),
            stage: one.stage.to_string(),
            relapsed: one.relapsed,
            told: one.told.map(|(at, _)| day(summary, at)),
            phase: one.told.map(|(_, mail)| mail.phase.to_string()),
            last_old_call: one.last_old_call.map(|at| day(summary, at)),
        }
    }
}

#[derive(Serialize)]
struct TextPart {
    phase: String,
    variant: String,
    segments: String,
    mails: usize,
    arrived: usize,
    first: String,
    last: String,
    /// HTML.
    subject: Option<String>,
    /// HTML.
    body: Option<String>,
}

impl TextPart {
    fn of(summary: &Summary<'_>, sent: &Sent<'_>) -> Self {
        Self {
            phase: sent.phase.to_owned(),
            variant: sent.variant.short(),
            segments: sent.segments.iter().copied().collect::<Vec<_>>().join(", "),
            mails: sent.mails,
            arrived: sent.arrived,
            first: day(summary, sent.first),
            last: day(summary, sent.last),
            subject: sent.text.as_ref().map(|text| mail::marked(&text.subject)),
            body: sent.text.as_ref().map(|text| mail::html(&text.body)),
        }
    }
}

#[derive(Serialize)]
struct ToldPart {
    contact: String,
    segment: String,
    stage: String,
    left: bool,
    phases: Vec<Option<(String, String)>>,
}

impl ToldPart {
    fn of(summary: &Summary<'_>, recipient: &Recipient) -> Self {
        let phase = |name: &str| summary.outcome(recipient, name).map(|(outcome, at)| (outcome, day(summary, at)));
        Self {
            contact: presentable(&recipient.email),
            segment: recipient.segment.to_string(),
            stage: recipient.stage().to_string(),
            left: recipient.left.is_some(),
            phases: summary.campaign.phases.iter().map(|own| phase(&own.name)).collect(),
        }
    }
}

/// A share in whole percent.
fn share(part: usize, of: usize) -> usize {
    (part * 100).checked_div(of).unwrap_or_default()
}

fn day(summary: &Summary<'_>, at: Time) -> String {
    summary.campaign.local_date(at).to_string()
}

fn moment(summary: &Summary<'_>, at: Time) -> String {
    at.with_timezone(&summary.campaign.zone).format("%-d %B %Y, %H:%M %Z").to_string()
}
