//! One recipient as one line of `state.toml`: an inline table with its fields in a fixed order, what is empty left out.

use compact_str::CompactString;

use super::inline::{Line, Writer, write_string};
use super::table::{Parsed, Table};
use crate::campaign::Time;
use crate::campaign::mail::{Accepted, Addressee, Approval, Course, Fate, Mail, Rejection};
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::stage::Mark;
use crate::campaign::usage::{Calls, Operations, Usage};

/// Writes a recipient's line, without its end.
pub(super) fn write(recipient: &Recipient, out: &mut String) {
    let mut table = Writer::begin(out);
    table.text("id", &recipient.id);
    table.text("email", &recipient.email);
    table.text("name", &recipient.name);
    table.text("segment", &recipient.segment);
    table.list("tags", &recipient.tags, |tag, out| write_string(tag, out));
    table.time("since", Some(recipient.since));
    table.time("left", recipient.left);
    if let Some(usage) = &recipient.usage {
        table.value("usage", |out| write_usage(usage, out));
    }
    table.list("marks", &recipient.marks, write_mark);
    table.list("mails", &recipient.mails, write_mail);
    table.end();
}

fn write_usage(usage: &Usage, out: &mut String) {
    let mut table = Writer::begin(out);
    table.time("at", Some(usage.at));
    write_calls(&usage.calls, &mut table);
    table.time("quiet_since", Some(usage.quiet_since));
    if let Some(operations) = &usage.operations {
        table.list("operations", &operations.called, |operation, out| write_string(operation, out));
        table.text("among", &operations.among);
    }
    table.end();
}

fn write_calls(calls: &Calls, table: &mut Writer<'_>) {
    table.number("old_calls", calls.old_calls);
    table.number("new_calls", calls.new_calls);
    table.time("last_seen", calls.last_seen);
}

fn write_mark(mark: &Mark, out: &mut String) {
    let mut table = Writer::begin(out);
    table.text("stage", &mark.stage.to_string());
    table.time("at", Some(mark.at));
    table.text("by", &mark.by.to_string());
    table.text("note", &mark.note);
    table.end();
}

fn write_mail(mail: &Mail, out: &mut String) {
    let mut table = Writer::begin(out);
    table.text("phase", &mail.phase);
    table.text("variant", &mail.variant.to_string());
    if let Some(to) = &mail.to {
        table.text("to", &to.email);
        table.text("to_name", &to.name);
        table.text("to_id", &to.id);
    }
    table.date("deadline", mail.deadline);
    if let Some(calls) = &mail.usage {
        write_calls(calls, &mut table);
    }
    table.time("sending", Some(mail.sending));
    table.time("send_at", mail.send_at);
    match &mail.fate {
        Fate::Sending => table.text("fate", "sending"),
        Fate::Unknown { at, why } => write_fate(&mut table, "unknown", *at, why),
        Fate::Failed { at, words } => write_fate(&mut table, "failed", *at, words),
        Fate::Accepted(accepted) => write_accepted(accepted, &mut table),
    }
    table.end();
}

fn write_accepted(accepted: &Accepted, table: &mut Writer<'_>) {
    table.text("id", &accepted.id);
    table.text("thread", &accepted.thread);
    table.time("accepted", Some(accepted.at));
    if let Some(approval) = &accepted.approved {
        table.time("approved", Some(approval.at));
        table.text("approved_by", &approval.by);
    }
    table.flag("labelled", accepted.labelled);
    table.time("too_late", accepted.too_late);
    table.text("withdrawing", &accepted.withdrawing.map(|why| why.to_string()).unwrap_or_default());
    match &accepted.course {
        Course::Submitted => table.text("fate", "submitted"),
        Course::Handed => table.text("fate", "handed"),
        Course::PendingApproval => table.text("fate", "pending_approval"),
        Course::Scheduled => table.text("fate", "scheduled"),
        Course::Delivered { when } => write_fate(table, "delivered", *when, ""),
        Course::Bounced { when, kind } => write_fate(table, "bounced", *when, kind),
        Course::Rejected(no) => {
            write_fate(table, "rejected", no.when, &no.reason);
            table.text("by", &no.by);
            table.flag("whole_text", no.whole_text);
        }
        Course::Cancelled { when, why } => {
            write_fate(table, "cancelled", *when, "");
            table.text("why", &why.map(|why| why.to_string()).unwrap_or_default());
        }
        Course::Failed { when, words } => write_fate(table, "send_failed", *when, words),
    }
}

fn write_fate(table: &mut Writer<'_>, fate: &str, when: Time, words: &str) {
    table.text("fate", fate);
    table.time("when", Some(when));
    table.text("words", words);
}

/// Reads the recipient that a line of ours begins with, and gives what follows it.
pub(super) fn read(text: &str) -> Option<(Recipient, &str)> {
    Line::read(text, WHAT, read_recipient)
}

/// Reads a recipient that a TOML reader has read.
pub(super) fn read_parsed(value: toml::Value) -> Result<Recipient, String> {
    Parsed::read(value, WHAT, read_recipient)
}

const WHAT: &str = "a recipient";

fn read_recipient<'a>(table: &mut impl Table<'a>) -> Result<Recipient, String> {
    Ok(Recipient {
        id: table.words("id")?,
        email: table.words("email")?,
        name: table.words("name")?,
        segment: table.needed_text("segment")?.into(),
        tags: table.texts("tags")?,
        since: table.needed_time("since")?,
        left: table.time("left")?,
        usage: table.table("usage", "usage", read_usage)?.map(Box::new),
        marks: table.tables("marks", "a mark", read_mark)?,
        mails: table.tables("mails", "a mail", read_mail)?,
    })
}

fn read_usage<'a>(table: &mut impl Table<'a>) -> Result<Usage, String> {
    Ok(Usage {
        at: table.needed_time("at")?,
        calls: read_calls(table)?.ok_or_else(|| table.missing("old_calls"))?,
        quiet_since: table.needed_time("quiet_since")?,
        operations: read_operations(table)?,
    })
}

/// The numbers of calls; none of them, or both.
fn read_calls<'a>(table: &mut impl Table<'a>) -> Result<Option<Calls>, String> {
    let (old_calls, new_calls) = (table.number("old_calls")?, table.number("new_calls")?);
    let last_seen = table.time("last_seen")?;
    match (old_calls, new_calls) {
        (Some(old_calls), Some(new_calls)) => Ok(Some(Calls { old_calls, new_calls, last_seen })),
        (None, None) if last_seen.is_none() => Ok(None),
        _ => Err(format!("{} has only a part of the numbers of calls", table.what())),
    }
}

fn read_operations<'a>(table: &mut impl Table<'a>) -> Result<Option<Operations>, String> {
    let (called, among) = (table.texts("operations")?, table.text("among")?);
    match among {
        Some(among) => Ok(Some(Operations { called, among: among.into() })),
        None if called.is_empty() => Ok(None),
        None => Err(table.missing("among")),
    }
}

fn read_mark<'a>(table: &mut impl Table<'a>) -> Result<Mark, String> {
    Ok(Mark {
        stage: table.needed("stage")?,
        at: table.needed_time("at")?,
        by: table.needed("by")?,
        note: table.words("note")?,
    })
}

fn read_mail<'a>(table: &mut impl Table<'a>) -> Result<Mail, String> {
    Ok(Mail {
        phase: table.needed_text("phase")?.into(),
        variant: table.needed("variant")?,
        to: read_addressee(table)?,
        deadline: table.needed_date("deadline")?,
        usage: read_calls(table)?.map(Box::new),
        sending: table.needed_time("sending")?,
        send_at: table.time("send_at")?,
        fate: read_fate(table)?,
    })
}

fn read_addressee<'a>(table: &mut impl Table<'a>) -> Result<Option<Box<Addressee>>, String> {
    let then = Addressee { email: table.words("to")?, name: table.words("to_name")?, id: table.words("to_id")? };
    let changed = [&then.email, &then.name, &then.id].iter().any(|text| !text.is_empty());
    Ok(changed.then(|| Box::new(then)))
}

fn read_fate<'a>(table: &mut impl Table<'a>) -> Result<Fate, String> {
    let taken = read_taken(table)?;
    let fate = table.needed_text("fate")?;
    match (fate.as_ref(), taken) {
        ("sending", None) => Ok(Fate::Sending),
        ("unknown", None) => Ok(Fate::Unknown { at: table.needed_time("when")?, why: table.words("words")? }),
        ("failed", None) => Ok(Fate::Failed { at: table.needed_time("when")?, words: table.words("words")? }),
        (course, Some(taken)) => Ok(Fate::Accepted(Accepted { course: read_course(course, table)?, ..taken })),
        (_, None) => Err(table.missing("accepted")),
    }
}

/// What is there only of a mail that the server has.
fn read_taken<'a>(table: &mut impl Table<'a>) -> Result<Option<Accepted>, String> {
    let (id, thread): (CompactString, CompactString) = (table.words("id")?, table.words("thread")?);
    let accepted = table.time("accepted")?;
    let (approved, labelled) = (read_approval(table)?, table.flag("labelled")?);
    let (too_late, withdrawing) = (table.time("too_late")?, table.chosen("withdrawing")?);
    let course = Course::Submitted;
    let nothing = id.is_empty() && thread.is_empty() && approved.is_none() && !labelled;
    match accepted {
        Some(at) => Ok(Some(Accepted { id, thread, at, labelled, approved, too_late, withdrawing, course })),
        None if nothing && too_late.is_none() && withdrawing.is_none() => Ok(None),
        None => Err(table.missing("accepted")),
    }
}

fn read_approval<'a>(table: &mut impl Table<'a>) -> Result<Option<Approval>, String> {
    let (at, by) = (table.time("approved")?, table.words::<CompactString>("approved_by")?);
    match at {
        Some(at) => Ok(Some(Approval { at, by })),
        None if by.is_empty() => Ok(None),
        None => Err(table.missing("approved")),
    }
}

fn read_course<'a>(fate: &str, table: &mut impl Table<'a>) -> Result<Course, String> {
    Ok(match fate {
        "submitted" => Course::Submitted,
        "handed" => Course::Handed,
        "pending_approval" => Course::PendingApproval,
        "scheduled" => Course::Scheduled,
        "delivered" => Course::Delivered { when: table.needed_time("when")? },
        "bounced" => Course::Bounced { when: table.needed_time("when")?, kind: table.words("words")? },
        "rejected" => Course::Rejected(Box::new(Rejection {
            when: table.needed_time("when")?,
            reason: table.words("words")?,
            by: table.words("by")?,
            whole_text: table.flag("whole_text")?,
        })),
        "cancelled" => Course::Cancelled { when: table.needed_time("when")?, why: table.chosen("why")? },
        "send_failed" => Course::Failed { when: table.needed_time("when")?, words: table.words("words")? },
        other => return Err(format!("a mail has the fate `{other}`, which there is not")),
    })
}
