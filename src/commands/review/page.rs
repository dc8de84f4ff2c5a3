//! A text and its mails, as a reviewer reads them.

use serde_json::{Value, json};
use strum::IntoEnumIterator;

use super::sitting::Sitting;
use crate::campaign::Time;
use crate::campaign::review::{Flaw, Group, Item, Review, sights, spread};
use crate::campaign::text::{CLOSE, OPEN, Personal, Text};
use crate::cli::ui::{Align, Table, clean, plural};

/// How many of a list the screen shows; the rest is in `--json`.
pub const SHOWN: usize = 10;
/// How many values of a kind are listed with their counts.
const VALUES: usize = 5;

/// All texts, one after the other.
pub fn pages(sitting: &Sitting<'_>, review: &Review<'_>) -> String {
    let total = review.groups.len();
    let each = review.groups.iter().enumerate();
    each.map(|(at, group)| format!("{}\n", page(sitting, group, at + 1, total))).collect()
}

/// One text: what it says, what is filled in, and what is set apart.
pub fn page(sitting: &Sitting<'_>, group: &Group<'_>, number: usize, total: usize) -> String {
    let bold = anstyle::Style::new().bold();
    let mut text = format!(
        "{bold}text {number} of {total}: {}, {}{bold:#}  {}\n{}\n",
        group.phase,
        group.name(),
        waiting(group),
        draft_line(sitting, group)
    );
    if !group.sound.is_empty() {
        text.push_str(&format!("leaves: {}\n", leaves(sitting, &group.sound)));
    }
    text.push('\n');
    match &group.kept.text {
        Some(kept) => text.push_str(&quoted(kept, sitting.face.terminal.width())),
        None => text.push_str("  (the text is neither in sent/ nor in drafts/)\n"),
    }
    if !group.sound.is_empty() {
        text.push_str(&format!("\n{}", values_table(sitting, group)));
    }
    let apart = group.apart.iter().map(|item| (item.contact(), item.flaws.as_slice()));
    text.push_str(&apart_lines(apart, SHOWN));
    text
}

fn waiting(group: &Group<'_>) -> String {
    let wait = format!("{} waiting", plural(group.sound.len(), "mail"));
    if group.apart.is_empty() { wait } else { format!("{wait}, {} set apart", group.apart.len()) }
}

fn draft_line(sitting: &Sitting<'_>, group: &Group<'_>) -> String {
    let Some((_, name)) = &group.kept.draft else {
        return "not in the drafts any more: another text was drafted since it was submitted".to_owned();
    };
    sitting.run.folder.drafts(group.phase).path().join(format!("{name}.md")).display().to_string()
}

/// When approved mails leave, with how many at each time.
fn leaves(sitting: &Sitting<'_>, items: &[Item<'_>]) -> String {
    let now = sitting.face.app.clock.now();
    let mut times: Vec<(Option<Time>, usize)> = Vec::new();
    for item in items {
        let leaves = item.mail.send_at.filter(|at| *at > now);
        match times.iter_mut().find(|(known, _)| *known == leaves) {
            Some((_, count)) => *count += 1,
            None => times.push((leaves, 1)),
        }
    }
    let told = times.iter().map(|(time, count)| {
        let time = time.map_or_else(
            || "as soon as it is approved".to_owned(),
            |time| time.with_timezone(&sitting.run.campaign.zone).format("%Y-%m-%d %H:%M %Z").to_string(),
        );
        if times.len() == 1 { time } else { format!("{time} ({count})") }
    });
    told.take(VALUES).collect::<Vec<_>>().join(", ")
}

/// A text behind a line at the margin, so that nothing in it can be taken for words of ours.
pub fn quoted(text: &Text, width: usize) -> String {
    let lines = [format!("Subject: {}", text.subject), String::new()].into_iter();
    let lines = lines.chain(text.body.lines().map(str::to_owned));
    lines.flat_map(|line| folded(&clean(&line), width.saturating_sub(MARGIN.chars().count()))).collect()
}

const MARGIN: &str = "  │ ";
/// The margin of a line that is one with the line before it.
const FOLDED: &str = "  ┆ ";

/// A line in parts that fit the screen, each behind its margin.
fn folded(line: &str, width: usize) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut column = 0;
    for word in line.split_inclusive(' ') {
        let length = word.trim_end().chars().count();
        if column > 0 && column + length > width {
            parts.push(String::new());
            column = 0;
        }
        column += word.chars().count();
        if let Some(part) = parts.last_mut() {
            part.push_str(word);
        }
    }
    let margins = std::iter::once(MARGIN).chain(std::iter::repeat(FOLDED));
    margins.zip(parts).map(|(margin, part)| format!("{margin}{}", marked(&part)).trim_end().to_owned() + "\n").collect()
}

/// Placeholders stand out.
fn marked(line: &str) -> String {
    let style = anstyle::AnsiColor::Cyan.on_default().bold();
    line.replace(OPEN, &format!("{style}{OPEN}")).replace(CLOSE, &format!("{CLOSE}{style:#}"))
}

/// The values that the text tells and that are each contact's own.
fn own(group: &Group<'_>) -> Vec<Personal> {
    let tells = |personal: &Personal| group.form().is_some_and(|form| form.tells(*personal));
    Personal::iter().filter(|own| !is_common(*own)).filter(tells).collect()
}

/// Those that most mails of a text share.
fn is_common(personal: Personal) -> bool {
    matches!(personal, Personal::DaysLeft | Personal::SendDate)
}

fn values_table(sitting: &Sitting<'_>, group: &Group<'_>) -> String {
    let own = own(group);
    let names: Vec<String> = own.iter().map(|own| own.placeholder()).collect();
    let mut columns = vec![("values", Align::Left), ("contact", Align::Left)];
    columns.extend(names.iter().map(|name| (name.as_str(), Align::Left)));
    let mut table = Table::new(&columns, sitting.face.terminal.width());
    for sight in sights(sitting.run.campaign, &group.sound) {
        let mut row = vec![sight.why, sight.item.contact().to_owned()];
        row.extend(own.iter().map(|own| sight.values.value(*own).unwrap_or_default()));
        table.row(row);
    }
    format!("{}{}", table.render(), common_lines(sitting, group))
}

fn common_lines(sitting: &Sitting<'_>, group: &Group<'_>) -> String {
    let tells = |personal: &Personal| group.form().is_some_and(|form| form.tells(*personal));
    let common = Personal::iter().filter(|personal| is_common(*personal)).filter(tells);
    let lines = common.map(|personal| {
        let spread = spread(sitting.run.campaign, &group.sound, personal);
        let told = spread.iter().take(VALUES).map(|(value, count)| match spread.len() {
            1 => value.clone(),
            _ => format!("{value} ({count})"),
        });
        format!("{} is {}\n", personal.placeholder(), told.collect::<Vec<_>>().join(", "))
    });
    lines.collect()
}

/// The same for programs.
pub fn values_json(sitting: &Sitting<'_>, group: &Group<'_>) -> Value {
    let own = own(group);
    let rows = sights(sitting.run.campaign, &group.sound).into_iter().map(|sight| {
        let values = own.iter().map(|own| (own.to_string(), Value::from(sight.values.value(*own))));
        json!({ "why": sight.why, "contact": sight.item.contact(), "values": values.collect::<serde_json::Map<_, _>>() })
    });
    rows.collect()
}

/// Who is set apart, and why.
pub fn apart_lines<'r>(apart: impl Iterator<Item = (&'r str, &'r [Flaw])>, shown: usize) -> String {
    let mut lines = Vec::new();
    let mut number = 0;
    for (contact, flaws) in apart {
        number += 1;
        if number <= shown {
            let why = flaws.iter().map(Flaw::to_string).collect::<Vec<_>>().join("; ");
            lines.push(format!("  {}: {}", clean(contact), clean(&why)));
            lines.extend(flaws.iter().flat_map(difference).map(|line| format!("      {}", clean(line))));
        }
    }
    if number == 0 {
        return String::new();
    }
    if number > shown {
        lines.push(format!("  and {} more: --json lists all", number - shown));
    }
    let bold = anstyle::Style::new().bold();
    format!("\n{bold}set apart{bold:#}: not approved with the others\n{}\n", lines.join("\n"))
}

fn difference(flaw: &Flaw) -> &[String] {
    if let Flaw::Text { difference } = flaw { difference } else { &[] }
}

/// What is not ours to decide about.
pub fn stranger_lines(review: &Review<'_>) -> String {
    let strangers = &review.strangers;
    if strangers.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "\n{} in this mailbox that the ledger does not know, not decided about here:\n",
        if strangers.len() == 1 { "1 mail waits".to_owned() } else { format!("{} mails wait", strangers.len()) }
    );
    for mail in strangers.iter().take(SHOWN) {
        text.push_str(&format!("  to {}: {}\n", clean(&mail.to.join(", ")), clean(&mail.text.subject)));
    }
    if strangers.len() > SHOWN {
        text.push_str(&format!("  and {} more: --json lists all\n", strangers.len() - SHOWN));
    }
    text.push('\n');
    text
}
