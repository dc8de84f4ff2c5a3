//! One recipient as one line of `state.toml`: an inline table with its fields in a fixed order, what is empty left out.

use std::borrow::Cow;
use std::fmt::Display;
use std::str::FromStr;

use chrono::{NaiveDate, SecondsFormat};
use compact_str::CompactString;

use super::inline::{Item, write_string};
use crate::campaign::Time;
use crate::campaign::mail::{Accepted, Addressee, Approval, Course, Fate, Mail};
use crate::campaign::recipient::Recipient;
use crate::campaign::stage::Mark;
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
        table.key("usage");
        write_usage(usage, table.out);
    }
    table.list("marks", &recipient.marks, write_mark);
    table.list("mails", &recipient.mails, write_mail);
    table.end();
}

fn write_usage(usage: &Usage, out: &mut String) {
    let mut table = Writer::begin(out);
    table.time("at", Some(usage.at));
    table.calls(&usage.calls);
    table.time("quiet_since", Some(usage.quiet_since));
    if let Some(operations) = &usage.operations {
        table.list("operations", &operations.called, |operation, out| write_string(operation, out));
        table.text("among", &operations.among);
    }
    table.end();
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
    table.bare("deadline", &mail.deadline.to_string());
    if let Some(calls) = &mail.usage {
        table.calls(calls);
    }
    table.time("sending", Some(mail.sending));
    table.time("send_at", mail.send_at);
    match &mail.fate {
        Fate::Sending => table.text("fate", "sending"),
        Fate::Unknown { at, why } => table.fate("unknown", *at, why),
        Fate::Failed { at, words } => table.fate("failed", *at, words),
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
    if accepted.labelled {
        table.bare("labelled", "true");
    }
    table.time("too_late", accepted.too_late);
    match &accepted.course {
        Course::Submitted => table.text("fate", "submitted"),
        Course::Handed => table.text("fate", "handed"),
        Course::PendingApproval => table.text("fate", "pending_approval"),
        Course::Scheduled => table.text("fate", "scheduled"),
        Course::Delivered { when } => table.fate("delivered", *when, ""),
        Course::Bounced { when, kind } => table.fate("bounced", *when, kind),
        Course::Rejected { when, reason } => table.fate("rejected", *when, reason),
        Course::Cancelled { when, why } => {
            table.fate("cancelled", *when, "");
            table.text("why", &why.map(|why| why.to_string()).unwrap_or_default());
        }
        Course::Failed { when, words } => table.fate("send_failed", *when, words),
    }
}

struct Writer<'a> {
    out: &'a mut String,
    first: bool,
}

impl<'a> Writer<'a> {
    fn begin(out: &'a mut String) -> Self {
        out.push('{');
        Self { out, first: true }
    }

    fn key(&mut self, key: &str) {
        self.out.push_str(if self.first { " " } else { ", " });
        self.out.push_str(key);
        self.out.push_str(" = ");
        self.first = false;
    }

    fn text(&mut self, key: &str, text: &str) {
        if !text.is_empty() {
            self.key(key);
            write_string(text, self.out);
        }
    }

    fn bare(&mut self, key: &str, text: &str) {
        self.key(key);
        self.out.push_str(text);
    }

    fn time(&mut self, key: &str, time: Option<Time>) {
        if let Some(time) = time {
            self.bare(key, &time.to_rfc3339_opts(SecondsFormat::Secs, true));
        }
    }

    fn calls(&mut self, calls: &Calls) {
        self.bare("old_calls", &calls.old_calls.to_string());
        self.bare("new_calls", &calls.new_calls.to_string());
        self.time("last_seen", calls.last_seen);
    }

    fn fate(&mut self, fate: &str, when: Time, words: &str) {
        self.text("fate", fate);
        self.time("when", Some(when));
        self.text("words", words);
    }

    fn list<T>(&mut self, key: &str, items: &[T], write: fn(&T, &mut String)) {
        if items.is_empty() {
            return;
        }
        self.key(key);
        self.out.push('[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.out.push_str(", ");
            }
            write(item, self.out);
        }
        self.out.push(']');
    }

    fn end(self) {
        self.out.push_str(" }");
    }
}

/// Reads a recipient.
pub(super) fn read(item: Item<'_>) -> Result<Recipient, String> {
    let mut table = Reader::of(item, "a recipient")?;
    let recipient = Recipient {
        id: table.text("id")?.unwrap_or_default(),
        email: table.text("email")?.unwrap_or_default(),
        name: table.text("name")?.unwrap_or_default(),
        segment: table.needed_text("segment")?,
        tags: table.list("tags")?.into_iter().map(text).collect::<Result<_, _>>()?,
        since: table.needed_time("since")?,
        left: table.time("left")?,
        usage: table.take("usage").map(read_usage).transpose()?.map(Box::new),
        marks: table.list("marks")?.into_iter().map(read_mark).collect::<Result<_, _>>()?,
        mails: table.list("mails")?.into_iter().map(read_mail).collect::<Result<_, _>>()?,
    };
    table.finish().map(|()| recipient)
}

/// A tag, an operation.
fn text(item: Item<'_>) -> Result<CompactString, String> {
    match item {
        Item::Text(text) => Ok(text.into()),
        _ => Err("what stands in a list of texts is no text".to_owned()),
    }
}

fn read_usage(item: Item<'_>) -> Result<Usage, String> {
    let mut table = Reader::of(item, "usage")?;
    let usage = Usage {
        at: table.needed_time("at")?,
        calls: table.calls()?.ok_or_else(|| table.missing("old_calls"))?,
        quiet_since: table.needed_time("quiet_since")?,
        operations: read_operations(&mut table)?,
    };
    table.finish().map(|()| usage)
}

fn read_operations(table: &mut Reader<'_>) -> Result<Option<Operations>, String> {
    let called: Vec<CompactString> = table.list("operations")?.into_iter().map(text).collect::<Result<_, _>>()?;
    match table.text("among")? {
        Some(among) => Ok(Some(Operations { called, among })),
        None if called.is_empty() => Ok(None),
        None => Err("`operations` stands without `among`".to_owned()),
    }
}

fn read_mark(item: Item<'_>) -> Result<Mark, String> {
    let mut table = Reader::of(item, "a mark")?;
    let mark = Mark {
        stage: table.needed("stage")?,
        at: table.needed_time("at")?,
        by: table.needed("by")?,
        note: table.text("note")?.unwrap_or_default(),
    };
    table.finish().map(|()| mark)
}

fn read_mail(item: Item<'_>) -> Result<Mail, String> {
    let mut table = Reader::of(item, "a mail")?;
    let mail = Mail {
        phase: table.needed_text("phase")?,
        variant: table.needed("variant")?,
        to: read_addressee(&mut table)?,
        deadline: table.needed_date("deadline")?,
        usage: table.calls()?.map(Box::new),
        sending: table.needed_time("sending")?,
        send_at: table.time("send_at")?,
        fate: read_fate(&mut table)?,
    };
    table.finish().map(|()| mail)
}

fn read_addressee(table: &mut Reader<'_>) -> Result<Option<Box<Addressee>>, String> {
    let (email, name, id) = (table.text("to")?, table.text("to_name")?, table.text("to_id")?);
    let then =
        Addressee { email: email.unwrap_or_default(), name: name.unwrap_or_default(), id: id.unwrap_or_default() };
    let changed = [&then.email, &then.name, &then.id].iter().any(|text| !text.is_empty());
    Ok(changed.then(|| Box::new(then)))
}

fn read_fate(table: &mut Reader<'_>) -> Result<Fate, String> {
    let fate: Cow<'_, str> = table.needed_text("fate")?;
    match fate.as_ref() {
        "sending" => Ok(Fate::Sending),
        "unknown" => Ok(Fate::Unknown { at: table.needed_time("when")?, why: table.words()? }),
        "failed" => Ok(Fate::Failed { at: table.needed_time("when")?, words: table.words()? }),
        _ => Ok(Fate::Accepted(Accepted {
            id: table.text("id")?.unwrap_or_default(),
            thread: table.text("thread")?.unwrap_or_default(),
            at: table.needed_time("accepted")?,
            labelled: table.flag("labelled")?,
            approved: read_approval(table)?,
            too_late: table.time("too_late")?,
            course: read_course(&fate, table)?,
        })),
    }
}

fn read_approval(table: &mut Reader<'_>) -> Result<Option<Approval>, String> {
    let by = table.text("approved_by")?.unwrap_or_default();
    match table.time("approved")? {
        Some(at) => Ok(Some(Approval { at, by })),
        None if by.is_empty() => Ok(None),
        None => Err("`approved_by` stands without `approved`".to_owned()),
    }
}

fn read_course(fate: &str, table: &mut Reader<'_>) -> Result<Course, String> {
    Ok(match fate {
        "submitted" => Course::Submitted,
        "handed" => Course::Handed,
        "pending_approval" => Course::PendingApproval,
        "scheduled" => Course::Scheduled,
        "delivered" => Course::Delivered { when: table.needed_time("when")? },
        "bounced" => Course::Bounced { when: table.needed_time("when")?, kind: table.words()? },
        "rejected" => Course::Rejected { when: table.needed_time("when")?, reason: table.words()? },
        "cancelled" => Course::Cancelled { when: table.needed_time("when")?, why: table.chosen("why")? },
        "send_failed" => Course::Failed { when: table.needed_time("when")?, words: table.words()? },
        other => return Err(format!("a mail has the fate `{other}`, which there is not")),
    })
}

/// A time as we write it, `2027-01-30T13:00:00Z`: most of reading a large ledger is reading times.
fn our_time(text: &str) -> Option<Time> {
    let bytes: &[u8; 20] = text.as_bytes().try_into().ok()?;
    let number = |at: usize, length: usize| {
        bytes[at..at + length]
            .iter()
            .try_fold(0_u32, |number, byte| Some(number * 10 + char::from(*byte).to_digit(10)?))
    };
    let signs = [bytes[4], bytes[7], bytes[10], bytes[13], bytes[16], bytes[19]];
    if &signs != b"--T::Z" {
        return None;
    }
    let date = chrono::NaiveDate::from_ymd_opt(i32::try_from(number(0, 4)?).ok()?, number(5, 2)?, number(8, 2)?)?;
    Some(date.and_hms_opt(number(11, 2)?, number(14, 2)?, number(17, 2)?)?.and_utc())
}

/// A table being read: every field is taken out once, and none may be left.
struct Reader<'a> {
    what: &'static str,
    /// Last first: fields are asked for in the order they are written in, so the one asked for is mostly the last here.
    fields: Vec<(Cow<'a, str>, Item<'a>)>,
}

impl<'a> Reader<'a> {
    fn of(item: Item<'a>, what: &'static str) -> Result<Self, String> {
        match item {
            Item::Table(mut fields) => {
                fields.reverse();
                Ok(Self { what, fields })
            }
            _ => Err(format!("{what} is no table")),
        }
    }

    fn take(&mut self, key: &str) -> Option<Item<'a>> {
        let index = self.fields.iter().rposition(|(name, _)| name == key)?;
        Some(self.fields.remove(index).1)
    }

    fn missing(&self, key: &str) -> String {
        format!("{} has no `{key}`", self.what)
    }

    fn text<T: From<Cow<'a, str>>>(&mut self, key: &str) -> Result<Option<T>, String> {
        match self.take(key) {
            None => Ok(None),
            Some(Item::Text(text)) => Ok(Some(text.into())),
            Some(_) => Err(format!("`{key}` of {} is no text", self.what)),
        }
    }

    fn words(&mut self) -> Result<String, String> {
        Ok(self.text("words")?.unwrap_or_default())
    }

    fn needed_text<T: From<Cow<'a, str>>>(&mut self, key: &str) -> Result<T, String> {
        self.text(key)?.ok_or_else(|| self.missing(key))
    }

    fn chosen<T: FromStr<Err: Display>>(&mut self, key: &str) -> Result<Option<T>, String> {
        let Some(text) = self.text::<Cow<'a, str>>(key)? else { return Ok(None) };
        text.parse().map(Some).map_err(|error| format!("`{key}` of {} is `{text}`: {error}", self.what))
    }

    fn needed<T: FromStr<Err: Display>>(&mut self, key: &str) -> Result<T, String> {
        self.chosen(key)?.ok_or_else(|| self.missing(key))
    }

    fn time(&mut self, key: &str) -> Result<Option<Time>, String> {
        match self.take(key) {
            None => Ok(None),
            Some(Item::Bare(text)) => match our_time(&text).map_or_else(|| text.parse(), Ok) {
                Ok(time) => Ok(Some(time)),
                Err(error) => Err(format!("`{key}` of {} is no time: {error}", self.what)),
            },
            Some(_) => Err(format!("`{key}` of {} is no time", self.what)),
        }
    }

    fn needed_time(&mut self, key: &str) -> Result<Time, String> {
        self.time(key)?.ok_or_else(|| self.missing(key))
    }

    fn needed_date(&mut self, key: &str) -> Result<NaiveDate, String> {
        let date = match self.take(key) {
            None => return Err(self.missing(key)),
            Some(Item::Bare(text)) => text.parse().ok(),
            Some(_) => None,
        };
        date.ok_or_else(|| format!("`{key}` of {} is no date", self.what))
    }

    fn number(&mut self, key: &str) -> Result<Option<u64>, String> {
        match self.take(key) {
            None => Ok(None),
            Some(Item::Bare(text)) if text.parse::<u64>().is_ok() => Ok(text.parse().ok()),
            Some(_) => Err(format!("`{key}` of {} is no whole number from 0 up", self.what)),
        }
    }

    /// The numbers of calls; none of them, or both.
    fn calls(&mut self) -> Result<Option<Calls>, String> {
        let (old_calls, new_calls) = (self.number("old_calls")?, self.number("new_calls")?);
        let last_seen = self.time("last_seen")?;
        match (old_calls, new_calls) {
            (Some(old_calls), Some(new_calls)) => Ok(Some(Calls { old_calls, new_calls, last_seen })),
            (None, None) if last_seen.is_none() => Ok(None),
            _ => Err(format!("{} has only a part of the numbers of calls", self.what)),
        }
    }

    fn flag(&mut self, key: &str) -> Result<bool, String> {
        match self.take(key) {
            None => Ok(false),
            Some(Item::Bare(text)) if text == "true" || text == "false" => Ok(text == "true"),
            Some(_) => Err(format!("`{key}` of {} is neither true nor false", self.what)),
        }
    }

    fn list(&mut self, key: &str) -> Result<Vec<Item<'a>>, String> {
        match self.take(key) {
            None => Ok(Vec::new()),
            Some(Item::List(items)) => Ok(items),
            Some(_) => Err(format!("`{key}` of {} is no list", self.what)),
        }
    }

    /// A field we do not know was written by somebody who means something by it: it must not be lost.
    fn finish(self) -> Result<(), String> {
        match self.fields.first() {
            None => Ok(()),
            Some((key, _)) => Err(format!("{} has `{key}`, which there is not", self.what)),
        }
    }
}
