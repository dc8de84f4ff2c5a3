//! A text and its mails, as a reviewer reads them.

use crate::app::review::outcome::{ReviewText, SetAside};
use crate::campaign::review::Item;
use crate::campaign::text::{CLOSE, OPEN};
use crate::cli::ui::{Align, Table, clean, plural, wrapped};

/// How many of a list the screen shows; `--json` has all.
pub const SHOWN: usize = 10;

/// How many values of a kind are listed with their counts.
const VALUES: usize = 5;

/// One text: its content, its values, and the mails that are set aside.
pub fn page(text: &ReviewText, number: usize, total: usize, width: usize) -> String {
    let bold = anstyle::Style::new().bold();
    let mut page = format!(
        "{bold}text {number} of {total}: {}, {}{bold:#}  {}\n{}\n",
        text.phase,
        text.name(),
        waiting(text),
        match &text.file {
            Some(file) => file.display().to_string(),
            None => "no longer in the drafts: another text was drafted since it was submitted".to_owned(),
        }
    );
    if !text.leaves.is_empty() {
        page.push_str(&format!("leaves: {}\n", leaves(text)));
    }
    page.push('\n');
    page.push_str(&match (&text.subject, &text.markdown) {
        (Some(subject), Some(markdown)) => quoted(subject, markdown, width),
        _ => "  (the text is neither in sent/ nor in drafts/)\n".to_owned(),
    });
    page.push_str(&verified(text, width));
    if !text.values.is_empty() {
        page.push_str(&format!("\n{}{}", values(text, width), common_values(text)));
    }
    page.push_str(&set_aside(&text.set_aside, SHOWN));
    page
}

/// What the rules verified, and what is left to the reviewer.
fn verified(text: &ReviewText, width: usize) -> String {
    let Some(verified) = &text.verified else { return String::new() };
    let vouched = verified.verified.iter().map(|one| format!("{} ({}) [{}]", one.what, one.how, one.rule));
    let left = verified.unverified.iter().map(|one| format!("{} ({})", one.what, one.why));
    let list = |items: Vec<String>| clean(&if items.is_empty() { "nothing".to_owned() } else { items.join("; ") });
    let (vouched, left) = (list(vouched.collect()), list(left.collect()));
    format!(
        "\n{}{}",
        wrapped(&format!("verified: {vouched}"), width, 0),
        wrapped(&format!("for you to judge: {left}"), width, 0)
    )
}

fn waiting(text: &ReviewText) -> String {
    let wait = format!("{} waiting", plural(text.counts.waiting, "mail"));
    if text.counts.set_aside == 0 { wait } else { format!("{wait}, {} set aside", text.counts.set_aside) }
}

/// When approved mails leave, with how many at each time.
fn leaves(text: &ReviewText) -> String {
    let times = text.leaves.iter().map(|(time, count)| {
        let time = time.map_or_else(
            || "as soon as it is approved".to_owned(),
            |time| time.format("%Y-%m-%d %H:%M %Z").to_string(),
        );
        if text.leaves.len() == 1 { time } else { format!("{time} ({count})") }
    });
    times.take(VALUES).collect::<Vec<_>>().join(", ")
}

/// A mail as it waits.
pub fn whole_mail(item: &Item<'_>, width: usize) -> String {
    let text = &item.queued.text;
    format!("{MARGIN}To: {}\n{}", clean(&item.queued.to.join(", ")), quoted(&text.subject, &text.body, width))
}

/// A text with a line along the margin, so that nothing in it can be taken for our words.
fn quoted(subject: &str, body: &str, width: usize) -> String {
    let lines = [format!("Subject: {subject}"), String::new()].into_iter();
    let lines = lines.chain(body.lines().map(str::to_owned));
    lines.flat_map(|line| folded(&clean(&line), width.saturating_sub(MARGIN.chars().count()))).collect()
}

const MARGIN: &str = "  │ ";
/// The margin of a continuation line.
const FOLDED: &str = "  ┆ ";

/// A line split to fit the screen, each part after its margin.
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

/// The line with its placeholders in colour.
fn marked(line: &str) -> String {
    let style = anstyle::AnsiColor::Cyan.on_default().bold();
    line.replace(OPEN, &format!("{style}{OPEN}")).replace(CLOSE, &format!("{CLOSE}{style:#}"))
}

fn values(text: &ReviewText, width: usize) -> String {
    let names: Vec<String> = text.own.iter().map(|own| own.placeholder()).collect();
    let mut columns = vec![("values", Align::Left), ("contact", Align::Left)];
    columns.extend(names.iter().map(|name| (name.as_str(), Align::Left)));
    let mut table = Table::new(&columns, width);
    for shown in &text.values {
        let value = |name: String| shown.values.get(&name).cloned().flatten().unwrap_or_default();
        let own = text.own.iter().map(|own| value(own.to_string()));
        table.row([shown.why.clone(), shown.contact.clone()].into_iter().chain(own));
    }
    table.render()
}

fn common_values(text: &ReviewText) -> String {
    let lines = text.common.iter().map(|(personal, spread)| {
        let values = spread.iter().take(VALUES).map(|(value, count)| match spread.len() {
            1 => value.clone(),
            _ => format!("{value} ({count})"),
        });
        format!("{} is {}\n", personal.placeholder(), values.collect::<Vec<_>>().join(", "))
    });
    lines.collect()
}

/// The mails that are set aside, and why; at most `shown` of them.
pub fn set_aside(mails: &[SetAside], shown: usize) -> String {
    if mails.is_empty() {
        return String::new();
    }
    let mut lines = Vec::new();
    if let [SetAside { change: Some(change), reasons, mail, .. }, ..] = mails
        && mails.iter().all(|one| one.change.as_ref() == Some(change))
    {
        let differ = plural(mails.len(), "mail");
        lines.push(format!("  all {differ} of this text, in the same way (change {change}):"));
        lines.extend(reasons.iter().flat_map(|reason| &reason.difference).map(|line| format!("      {}", clean(line))));
        let accept = format!("mmig review --approve --phase {} --accept-change {change} --by NAME", mail.phase);
        lines.push(format!("  if that is intended: {accept}"));
        let bold = anstyle::Style::new().bold();
        return format!("\n{bold}set aside{bold:#}: not what was submitted\n{}\n", lines.join("\n"));
    }
    for SetAside { mail, reasons, .. } in mails.iter().take(shown) {
        let why = reasons.iter().map(|reason| reason.message.as_str()).collect::<Vec<_>>().join("; ");
        lines.push(format!("  {}: {}", clean(&mail.contact), clean(&why)));
        lines.extend(reasons.iter().flat_map(|reason| &reason.difference).map(|line| format!("      {}", clean(line))));
    }
    if mails.len() > shown {
        lines.push(format!("  and {} more: --json lists all", mails.len() - shown));
    }
    let bold = anstyle::Style::new().bold();
    format!("\n{bold}set aside{bold:#}: not approved with the others\n{}\n", lines.join("\n"))
}
