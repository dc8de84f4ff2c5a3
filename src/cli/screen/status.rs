//! The screens of `status`: the campaign at a glance, or who is not done.

use strum::IntoEnumIterator;

use super::{in_words, local};
use crate::app::status::{Head, StatusOutcome};
use crate::campaign::Time;
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::mail::Outcome;
use crate::campaign::people::accounts::AccountCount;
use crate::campaign::people::coverage::Coverage;
use crate::campaign::people::stage::Stage;
use crate::campaign::text::presentable;
use crate::campaign::view::attention::{Alike, gathered};
use crate::campaign::view::behind::Straggler;
use crate::campaign::view::next::Next;
use crate::campaign::view::overview::{Overview, PhaseLine, SegmentLine};
use crate::cli::ui::{Column, NOTHING, Table, clean, plural, wrapped};

/// How many items that need attention are listed, and how many customers for each; the rest is in
/// `--json`.
const SHOWN: usize = 10;
const SHOWN_OF_EACH: usize = 3;
/// Without a customer, no one is done either.
const NOBODY: &str = "No recipients yet.\n";

/// The customers who are not done, if requested; otherwise the campaign at a glance.
pub fn status(outcome: &StatusOutcome, width: usize) -> String {
    let StatusOutcome { definition: campaign, overview, .. } = outcome;
    let screen = Screen { outcome, campaign, overview, width };
    match &outcome.behind {
        Some(_) if outcome.records.recipients().is_empty() => format!("{NOBODY}{}", screen.next()),
        Some(behind) => stragglers(campaign, behind, width),
        None => screen.whole(),
    }
}

fn stragglers(campaign: &Campaign, behind: &[Straggler], width: usize) -> String {
    if behind.is_empty() {
        return "Everyone is done.\n".to_owned();
    }
    let columns = [
        Column::name("contact"),
        Column::name("name"),
        Column::name("segment"),
        Column::word("stage"),
        Column::word("last mail"),
        Column::word("phase").if_room(),
        Column::word("last old call").or("old call").if_filled(),
        Column::word("").if_filled(),
    ];
    let mut table = Table::new(columns, width);
    let day = |at| campaign.local_date(at).to_string();
    for one in behind {
        let last = one.last_mail.as_ref();
        let (mail, phase) = last.map_or(("never".to_owned(), ""), |mail| (day(mail.time), mail.phase.as_str()));
        let (stage, called) = (one.stage.to_string(), one.last_old_call.map(day).unwrap_or_default());
        let mark = if one.relapsed { "relapsed" } else { "" };
        table.row([one.contact.as_str(), &presentable(&one.name), &one.segment, &stage, &mail, phase, &called, mark]);
    }
    format!("{}\n{} not done\n", table.render(), plural(behind.len(), "customer"))
}

/// How long ago, if that is worth mentioning.
fn days_ago(days: i64) -> String {
    match days {
        ..1 => String::new(),
        1 => ", a day ago".to_owned(),
        days => format!(", {days} days ago"),
    }
}

/// The data of the screen.
struct Screen<'a> {
    outcome: &'a StatusOutcome,
    campaign: &'a Campaign,
    overview: &'a Overview,
    /// The maximum width, in characters.
    width: usize,
}

impl Screen<'_> {
    fn whole(&self) -> String {
        let mut text = self.head();
        if self.outcome.records.recipients().is_empty() {
            text.push_str(&format!("\n{NOBODY}"));
        } else {
            text.push_str(&format!("\n{}\n{}{}{}", self.segments(), self.phases(), self.attention(), self.coverage()));
            if let Some(tracked) = self.outcome.records.tracked {
                let ago = days_ago((self.outcome.head.as_of - tracked).num_days());
                text.push_str(&format!("\nserver last asked {}{ago}\n", local(self.campaign, tracked)));
            }
        }
        text + &self.next()
    }

    fn head(&self) -> String {
        let bold = anstyle::Style::new().bold();
        let Head { campaign, title, deadline, days_left, .. } = &self.outcome.head;
        let (title, when) = (clean(title), from_today(*days_left));
        let mut head = format!("{bold}{title}{bold:#} ({campaign}), deadline {deadline}, {when}");
        let (done, all) = (self.overview.at_stage(Stage::Completed), self.overview.recipients());
        if all == 0 {
            return wrapped(&head, self.width, 0);
        }
        head.push_str(&format!(": {done} of {all} done"));
        if let Some(AccountCount { customers, completed, .. }) = self.overview.accounts {
            head.push_str(&format!(", {completed} of {customers} accounts"));
        }
        let forecast = format!("forecast: {}", self.overview.forecast.in_words);
        wrapped(&head, self.width, 0) + &wrapped(&forecast, self.width, 0)
    }

    /// Each segment and its stages, with a bar if there is room for one; the percentage is always shown.
    fn segments(&self) -> String {
        let with_bars = self.segments_table(Column::word("done"), bar);
        if with_bars.fits_whole() {
            return with_bars.render();
        }
        let without = self.segments_table(Column::number("done"), |line| format!("{} %", percentage(line)));
        if without.fits() { without.render() } else { self.segments_in_words() }
    }

    fn segments_table(&self, done: Column, cell: impl Fn(&SegmentLine) -> String) -> Table {
        let stages: Vec<Stage> = Stage::iter().collect();
        let mut columns = vec![Column::name("segment"), Column::number("recipients").or("all")];
        columns.extend(stages.iter().map(|stage| match stage {
            Stage::Acknowledged => Column::number("acknowledged").or("ack'd"),
            stage => Column::number(&stage.to_string()),
        }));
        let more = [Column::number("relapsed"), Column::number("left")].map(Column::if_filled);
        columns.extend(more.into_iter().chain([done]));
        let mut table = Table::new(columns, self.width);
        for line in self.lines() {
            let mut row = vec![line.name.clone(), line.recipients.to_string()];
            row.extend(line.stages.values().map(|count| shown(*count)));
            row.extend([shown(line.relapsed), shown(line.left), cell(&line)]);
            table.row(row);
        }
        table
    }

    /// The segments, and their total if there are several.
    fn lines(&self) -> Vec<SegmentLine> {
        let mut lines = self.overview.segments.clone();
        if lines.len() > 1 {
            lines.push(SegmentLine::sum("total", &lines));
        }
        lines
    }

    fn segments_in_words(&self) -> String {
        let columns = [Column::name("segment"), Column::number("recipients"), Column::text("")];
        let mut table = Table::new(columns, self.width);
        for line in self.lines() {
            let more = [("relapsed".to_owned(), line.relapsed), ("left".to_owned(), line.left)];
            let counts = line.stages.iter().map(|(stage, count)| (stage.to_string(), *count)).chain(more);
            let counts = format!("{} % done, {}", percentage(&line), listed(counts));
            table.row([line.name.clone(), line.recipients.to_string(), counts]);
        }
        table.render()
    }

    /// Only outcomes that occur get a column, which keeps the screen narrow.
    fn phases(&self) -> String {
        let occurs = |outcome: &Outcome| self.overview.phases.iter().any(|line| line.count(*outcome) > 0);
        let outcomes: Vec<Outcome> = Outcome::iter().filter(occurs).collect();
        let mut columns = phase_columns();
        columns.extend(outcomes.iter().map(|outcome| Column::number(&in_words(*outcome))));
        let mut table = Table::new(columns, self.width);
        for line in &self.overview.phases {
            let counts = outcomes.iter().map(|outcome| shown(line.count(*outcome)));
            table.row(self.phase_cells(line).into_iter().chain(counts));
        }
        if table.fits() { table.render() } else { self.phases_in_words() }
    }

    fn phases_in_words(&self) -> String {
        let mut columns = phase_columns();
        columns.push(Column::text(""));
        let mut table = Table::new(columns, self.width);
        for line in &self.overview.phases {
            let counts = Outcome::iter().map(|outcome| (in_words(outcome), line.count(outcome)));
            table.row(self.phase_cells(line).into_iter().chain([listed(counts)]));
        }
        table.render()
    }

    fn phase_cells(&self, line: &PhaseLine) -> [String; 4] {
        let date = line.due.map(|due| self.campaign.local_date(due));
        let when = date.map(|date| from_today((date - self.campaign.local_date(self.outcome.head.as_of)).num_days()));
        let undated = self.campaign.phase(&line.name).map_or("", Phase::undated);
        let due = date.map_or_else(|| undated.to_owned(), |date| date.to_string());
        [line.name.clone(), due, when.unwrap_or_default(), line.state.to_string()]
    }

    fn attention(&self) -> String {
        let alike = gathered(&self.overview.attention);
        if alike.is_empty() {
            return String::new();
        }
        let bold = anstyle::Style::new().bold();
        let mut text = format!("\n{bold}attention{bold:#}\n");
        for item in alike.iter().take(SHOWN) {
            text.push_str(&wrapped(
                &format!("{}: {}", heading(item), clean(&item.first.message.to_string())),
                self.width,
                2,
            ));
        }
        if alike.len() > SHOWN {
            text.push_str(&format!("  and {} more: mmig status --json\n", alike.len() - SHOWN));
        }
        text
    }

    /// The customers the campaign does not reach as it should.
    fn coverage(&self) -> String {
        let Coverage { no_segment, several_segments, shared_addresses, unreachable, no_technical_contact } =
            &self.overview.coverage;
        let technical = match no_technical_contact.len() {
            1 => "account without a technical contact",
            _ => "accounts without a technical contact",
        };
        // There may be many, and few of them are shown.
        let kinds = [
            Listed::of("in no segment, so they get no mail", no_segment, Clone::clone),
            Listed::of("in several segments; the first one counts", several_segments, |one| {
                format!("{} ({})", one.contact, one.segment)
            }),
            Listed::of("shared by several contacts, and mailed once", shared_addresses, |one| one.address.clone()),
            Listed::of("to be reached by a person", unreachable, |one| format!("{} ({})", one.contact, one.why)),
            Listed::of(technical, no_technical_contact, Clone::clone),
        ];
        let mut lines: String = kinds.iter().filter(|kind| kind.count > 0).map(|kind| kind.line(self.width)).collect();
        if kinds.iter().any(|kind| kind.count > SHOWN_OF_EACH) {
            lines.push_str("  all of them: mmig status --json\n");
        }
        let bold = anstyle::Style::new().bold();
        if lines.is_empty() { lines } else { format!("\n{bold}coverage{bold:#}\n{lines}") }
    }

    fn next(&self) -> String {
        let Some(step) = &self.outcome.next else { return String::new() };
        let (command, of) = (&step.command, |phase: &str| format!("phase {}", clean(phase)));
        let when =
            |from: Option<Time>| from.map_or(String::new(), |due| format!(", due {}", local(self.campaign, due)));
        let line = match &step.next {
            Next::Segment => format!("next: {command}"),
            Next::Draft { phase, rejected: true, .. } => {
                format!("next: fix the text that was rejected, then {command} ({})", of(phase))
            }
            Next::Draft { phase, from, .. } => format!("next: {command} ({}{})", of(phase), when(*from)),
            Next::Submit { phase, recipients, from: None, .. } => {
                format!("next: {command} ({}, {})", of(phase), plural(*recipients, "recipient"))
            }
            Next::Submit { phase, recipients, from: Some(due), .. } => {
                let (due, recipients) = (local(self.campaign, *due), plural(*recipients, "recipient"));
                format!("next: {command} from {due} on ({}, {recipients} so far)", of(phase))
            }
            Next::Replace { phase, mails } => {
                format!("next: {command} ({}, {} with an older text)", of(phase), plural(*mails, "mail"))
            }
            Next::Approve { mails } => format!("next: {command} ({} to approve)", plural(*mails, "mail")),
            Next::Attend { kind, .. } => format!("next: {command} (attention: {kind})"),
            Next::ReachOut { behind } => {
                let customers = plural(*behind, "customer");
                format!("next: {command}, and contact the {customers} left: no more mail is due")
            }
        };
        wrapped(&line, self.width, 0)
    }
}

/// A kind of customer that the campaign does not reach, and the first of them.
struct Listed<'a> {
    what: &'a str,
    count: usize,
    first: Vec<String>,
}

impl<'a> Listed<'a> {
    fn of<T>(what: &'a str, all: &[T], name: impl Fn(&T) -> String) -> Self {
        let first = all.iter().take(SHOWN_OF_EACH).map(|one| clean(&name(one))).collect();
        Self { what, count: all.len(), first }
    }

    fn line(&self, width: usize) -> String {
        let such_as = if self.count > SHOWN_OF_EACH { ", such as" } else { ":" };
        wrapped(&format!("{} {}{such_as} {}", self.count, self.what, self.first.join(", ")), width, 2)
    }
}

fn phase_columns() -> Vec<Column> {
    vec![Column::name("phase"), Column::word("due"), Column::word("").if_room(), Column::word("state")]
}

fn shown(count: usize) -> String {
    if count == 0 { NOTHING.to_owned() } else { count.to_string() }
}

/// The counts that are not zero, such as "5 notified, 3 started".
fn listed(counts: impl IntoIterator<Item = (String, usize)>) -> String {
    let there = counts.into_iter().filter(|(_, count)| *count > 0);
    there.map(|(name, count)| format!("{count} {name}")).collect::<Vec<_>>().join(", ")
}

/// How many of a segment are done, as a bar with a percentage.
fn bar(line: &SegmentLine) -> String {
    const LENGTH: usize = 12;
    let full = done_of(line, LENGTH);
    format!("{}{} {:>3} %", "█".repeat(full), "░".repeat(LENGTH - full), percentage(line))
}

/// The percentage of a segment that is done.
fn percentage(line: &SegmentLine) -> usize {
    done_of(line, 100)
}

/// The part of `whole` that is done, rounded down.
fn done_of(line: &SegmentLine, whole: usize) -> usize {
    let done = line.stages.get(&Stage::Completed).copied().unwrap_or_default();
    (done * whole).checked_div(line.recipients).unwrap_or_default()
}

/// A date relative to today.
fn from_today(days: i64) -> String {
    let number = usize::try_from(days.abs()).unwrap_or_default();
    match days {
        0 => "today".to_owned(),
        ..0 => format!("{} ago", plural(number, "day")),
        _ => format!("in {}", plural(number, "day")),
    }
}

/// What the item is, and whom it concerns.
fn heading(item: &Alike<'_>) -> String {
    let named = item.contacts.iter().take(SHOWN_OF_EACH).map(|contact| clean(contact)).collect::<Vec<_>>().join(", ");
    let who = match item.contacts.len() {
        0 => None,
        count if count <= SHOWN_OF_EACH => Some(named),
        count => Some(format!("{count} customers, such as {named}")),
    };
    let phase = item.first.phase.as_deref().map(clean);
    let what = [Some(item.first.kind.to_owned()), phase].into_iter().flatten().collect::<Vec<_>>().join(", ");
    who.map_or_else(|| what.clone(), |who| format!("{what}: {who}"))
}
