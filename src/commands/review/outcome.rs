//! What a review came to: counts by text, who was set apart and why, and the exit code.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::page::{SHOWN, apart_lines, pages, stranger_lines, values_json};
use super::sitting::Sitting;
use crate::app::failure::{Failure, Kind};
use crate::app::review::decide::{Ending, Halt};
use crate::campaign::people::contact::as_a_word;
use crate::campaign::review::{Flaw, Group, Item, Review};
use crate::cli::ui::{Align, Report, Table, plural};

/// What happened to a mail that was to be decided about.
#[derive(Debug)]
pub enum Turn {
    /// It was carried out, or it was not to be.
    Taken(Ending),
    /// It is no longer what was shown.
    Apart(Vec<Flaw>),
}

/// What happened to the mails that were to be decided about, by the server's id.
#[derive(Debug, Default)]
pub struct Endings {
    turns: HashMap<String, Turn>,
    /// Why it ended early.
    pub halt: Option<Halt>,
}

impl Endings {
    /// Notes what happened to a mail.
    pub fn set(&mut self, id: &str, turn: Turn) {
        self.turns.insert(id.to_owned(), turn);
    }

    /// Whether a mail still has to be decided about.
    pub fn leave_open(&self, item: &Item<'_>) -> bool {
        !matches!(self.turns.get(&item.queued.id), Some(Turn::Taken(ending)) if !matches!(ending, Ending::Failed(_)))
    }

    /// Where a mail stands by now.
    fn standing<'e>(&'e self, item: &'e Item<'_>) -> Standing<'e> {
        match self.turns.get(&item.queued.id) {
            Some(Turn::Taken(ending)) => Standing::Taken(ending),
            Some(Turn::Apart(flaws)) => Standing::Apart(flaws),
            None if item.flaws.is_empty() => Standing::Waiting,
            None => Standing::Apart(&item.flaws),
        }
    }
}

/// Where a mail stands.
enum Standing<'e> {
    Waiting,
    Apart(&'e [Flaw]),
    Taken(&'e Ending),
}

/// Where the mails of a text stand; each is counted once.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Counts {
    waiting: usize,
    approved: usize,
    rejected: usize,
    set_apart: usize,
    decided_elsewhere: usize,
    failed: usize,
}

impl Counts {
    /// Where the mails of a group stand.
    pub fn of(group: &Group<'_>, endings: &Endings) -> Self {
        Self::of_items(group.items(), endings)
    }

    /// Where these mails stand.
    pub fn of_items<'r, 'a: 'r>(items: impl Iterator<Item = &'r Item<'a>>, endings: &Endings) -> Self {
        let mut counts = Self::default();
        for item in items {
            *match endings.standing(item) {
                Standing::Waiting => &mut counts.waiting,
                Standing::Apart(_) => &mut counts.set_apart,
                Standing::Taken(Ending::Approved) => &mut counts.approved,
                Standing::Taken(Ending::Rejected) => &mut counts.rejected,
                Standing::Taken(Ending::Elsewhere(_)) => &mut counts.decided_elsewhere,
                Standing::Taken(Ending::Failed(_)) => &mut counts.failed,
            } += 1;
        }
        counts
    }

    /// In words: what occurs.
    pub fn told(self) -> String {
        let occur = self.each().into_iter().filter(|(_, count)| *count > 0);
        occur.map(|(name, count)| format!("{count} {name}")).collect::<Vec<_>>().join(", ")
    }

    fn plus(self, other: Self) -> Self {
        Self {
            waiting: self.waiting + other.waiting,
            approved: self.approved + other.approved,
            rejected: self.rejected + other.rejected,
            set_apart: self.set_apart + other.set_apart,
            decided_elsewhere: self.decided_elsewhere + other.decided_elsewhere,
            failed: self.failed + other.failed,
        }
    }

    /// With their names, the two that every table has first.
    fn each(self) -> [(&'static str, usize); 6] {
        [
            ("waiting", self.waiting),
            ("approved", self.approved),
            ("rejected", self.rejected),
            ("set apart", self.set_apart),
            ("decided elsewhere", self.decided_elsewhere),
            ("failed", self.failed),
        ]
    }
}

/// The end of a review.
pub fn report(sitting: &Sitting<'_>, review: &Review<'_>, endings: Endings) -> Report {
    let counts: Vec<Counts> = review.groups.iter().map(|group| Counts::of(group, &endings)).collect();
    let total = counts.iter().fold(Counts::default(), |sum, counts| sum.plus(*counts));
    let looked_only = endings.turns.is_empty() && !sitting.face.terminal.interactive;
    let mut screen = if looked_only { pages(sitting, review) } else { String::new() };
    screen.push_str(&table(sitting, review, &counts, total));
    if !looked_only {
        screen
            .push_str(&apart_lines(set_apart(review, &endings).map(|(_, item, flaws)| (item.contact(), flaws)), SHOWN));
    }
    screen.push_str(&stranger_lines(review));
    let data = json(sitting, review, &counts, total, &endings);
    let failure = failure(review, endings, total);
    // A failure says itself how to go on.
    if failure.is_none() {
        screen.push_str(&next(sitting, review, &counts, total));
    }
    Report { data: data.as_object().cloned().unwrap_or_default(), screen, failure, ..Report::default() }
}

/// The mails that are set apart and still wait, with their texts.
fn set_apart<'r, 'a>(
    review: &'r Review<'a>,
    endings: &'r Endings,
) -> impl Iterator<Item = (&'r Group<'a>, &'r Item<'a>, &'r [Flaw])> {
    standings(review, endings).filter_map(|(group, item, standing)| match standing {
        Standing::Apart(flaws) => Some((group, item, flaws)),
        Standing::Waiting | Standing::Taken(_) => None,
    })
}

fn standings<'r, 'a>(
    review: &'r Review<'a>,
    endings: &'r Endings,
) -> impl Iterator<Item = (&'r Group<'a>, &'r Item<'a>, Standing<'r>)> {
    review.groups.iter().flat_map(move |group| {
        group.sound.iter().chain(&group.apart).map(move |item| (group, item, endings.standing(item)))
    })
}

fn table(sitting: &Sitting<'_>, review: &Review<'_>, counts: &[Counts], total: Counts) -> String {
    if review.groups.is_empty() {
        return "Nothing of this campaign waits for approval.\n".to_owned();
    }
    let occurs: Vec<bool> = total.each().iter().enumerate().map(|(at, (_, count))| at < 2 || *count > 0).collect();
    let mut columns = vec![("phase", Align::Left), ("text", Align::Left)];
    let kept = |row: [(&'static str, usize); 6]| row.into_iter().zip(occurs.clone()).filter(|(_, occurs)| *occurs);
    columns.extend(kept(total.each()).map(|((name, _), _)| (name, Align::Right)));
    let mut table = Table::new(&columns, sitting.face.terminal.width());
    for (group, counts) in review.groups.iter().zip(counts) {
        let mut row = vec![group.phase.to_owned(), group.name()];
        row.extend(
            kept(counts.each()).map(|((_, count), _)| if count == 0 { "·".to_owned() } else { count.to_string() }),
        );
        table.row(row);
    }
    table.render()
}

/// The command that moves on.
fn next(sitting: &Sitting<'_>, review: &Review<'_>, counts: &[Counts], total: Counts) -> String {
    let first = |fits: fn(&Counts) -> bool| review.groups.iter().zip(counts).find(|(_, counts)| fits(counts));
    if let Some((group, _)) = first(|counts| counts.rejected > 0) {
        let again = format!("mmig submit --phase {} --retry-failed", group.phase);
        return match sitting.args.contact {
            Some(_) => format!("next: {again} (sends it anew)\n"),
            None => format!("next: correct the template, `mmig draft --phase {}`, then `{again}`\n", group.phase),
        };
    }
    if let Some((group, _)) = first(|counts| counts.waiting > 0) {
        let one = if review.groups.len() == 1 { format!(" --variant {}", group.name()) } else { String::new() };
        return format!("next: mmig review --approve --phase {}{one} --by NAME, or --reject --reason …\n", group.phase);
    }
    let decided = total.approved + total.decided_elsewhere > 0;
    if decided { "next: mmig track, then mmig status\n".to_owned() } else { String::new() }
}

fn json(sitting: &Sitting<'_>, review: &Review<'_>, counts: &[Counts], total: Counts, endings: &Endings) -> Value {
    let variants: Vec<Value> =
        review.groups.iter().zip(counts).map(|(group, counts)| variant_json(sitting, group, *counts)).collect();
    let one = |group: &Group<'_>, item: &Item<'_>| {
        json!({
            "phase": group.phase, "variant": group.name(), "contact": item.contact(), "message_id": item.queued.id,
        })
    };
    let apart = set_apart(review, endings).map(|(group, item, flaws)| {
        let mut entry = one(group, item);
        entry["reasons"] = flaws.iter().map(flaw_json).collect();
        entry
    });
    let apart: Vec<Value> = apart.collect();
    let (mut elsewhere, mut failures) = (Vec::new(), Vec::new());
    for (group, item, standing) in standings(review, endings) {
        let mut entry = one(group, item);
        match standing {
            Standing::Taken(Ending::Elsewhere(outcome)) => {
                entry["outcome"] = json!(outcome);
                elsewhere.push(entry);
            }
            Standing::Taken(Ending::Failed(words)) => {
                entry["words"] = json!(words);
                failures.push(entry);
            }
            _ => {}
        }
    }
    let strangers = review
        .strangers
        .iter()
        .map(|mail| json!({ "message_id": mail.id, "to": mail.to, "subject": mail.text.subject }));
    let mut data = json!({
        "campaign": sitting.run.campaign.name, "variants": variants, "apart": apart, "elsewhere": elsewhere,
        "failures": failures, "not_ours": strangers.collect::<Vec<_>>(),
    });
    if let (Value::Object(data), Value::Object(total)) = (&mut data, json!(total)) {
        data.extend(total);
    }
    data
}

fn flaw_json(flaw: &Flaw) -> Value {
    let mut entry = json!({ "kind": flaw.kind(), "message": flaw.to_string() });
    if let Flaw::Text { difference } = flaw {
        entry["difference"] = json!(difference);
    }
    entry
}

fn variant_json(sitting: &Sitting<'_>, group: &Group<'_>, counts: Counts) -> Value {
    let mut entry = json!({
        "phase": group.phase, "variant": group.name(), "digest": group.digest,
        "in_drafts": group.kept.draft.is_some(),
        "subject": group.kept.text.as_ref().map(|text| &text.subject),
        "markdown": group.kept.text.as_ref().map(|text| &text.body),
        "values": values_json(sitting, group),
    });
    if let (Value::Object(entry), Value::Object(counts)) = (&mut entry, json!(counts)) {
        entry.extend(counts);
    }
    entry
}

/// The failure it amounts to, if any: what ended it early, what was set apart, what the server did not do.
fn failure(review: &Review<'_>, endings: Endings, total: Counts) -> Option<Failure> {
    let again = "run the same command again: what is decided stays decided";
    let mut endings = endings;
    match endings.halt.take() {
        Some(Halt::Api(error)) => return Some(crate::app::review::queue::failure(error)),
        Some(Halt::Interrupted) => {
            let message = "interrupted; what was in flight is finished and recorded";
            return Some(Failure::new(Kind::Interrupted, message, again));
        }
        Some(Halt::TooManyFailures(number)) => {
            let message = format!("stopped after {number} failures in a row");
            return Some(Failure::new(Kind::Partial, message, again).with_details(words(review, &endings)));
        }
        Some(Halt::Ledger(error)) => {
            let failure = Failure::from(error);
            return Some(Failure { message: format!("stopped deciding: {}", failure.message), ..failure });
        }
        None => {}
    }
    if total.set_apart > 0 {
        return Some(apart_failure(review, &endings, total.set_apart));
    }
    (total.failed > 0).then(|| {
        let message = format!("{} could not be decided about", plural(total.failed, "mail"));
        Failure::new(Kind::Partial, message, again).with_details(words(review, &endings))
    })
}

fn words(review: &Review<'_>, endings: &Endings) -> Vec<String> {
    let failed = standings(review, endings).filter_map(|(_, item, standing)| match standing {
        Standing::Taken(Ending::Failed(words)) => Some(format!("{}: {words}", item.contact())),
        _ => None,
    });
    failed.take(SHOWN).collect()
}

/// Set apart is what nobody decided about on purpose.
fn apart_failure(review: &Review<'_>, endings: &Endings, number: usize) -> Failure {
    let mut forged = set_apart(review, endings)
        .filter(|(_, _, flaws)| flaws.iter().any(|flaw| !matches!(flaw, Flaw::Stale(_))))
        .peekable();
    let is_forged = forged.peek().is_some();
    let first = forged.next().or_else(|| set_apart(review, endings).next());
    let (phase, contact) = first.map(|(group, item, _)| (group.phase, item.contact())).unwrap_or_default();
    let word = as_a_word(contact);
    let others = if number > 1 { format!(" and {} more", number - 1) } else { String::new() };
    let message = format!("{} set apart, approved by nobody: {contact}{others}", plural(number, "mail"));
    let hint = if is_forged {
        format!(
            "find out who changed it; here it can only be rejected: mmig review --reject --phase {phase} --contact {word} --reason …"
        )
    } else {
        format!(
            "withdraw what is too late: mmig cancel --phase {phase}, then mmig submit --phase {phase} --retry-failed; \
             or let one out on purpose: mmig review --approve --phase {phase} --contact {word}"
        )
    };
    Failure::new(Kind::Refused, message, hint)
}
