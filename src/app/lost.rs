//! Whether the ledger at hand is the campaign's newest: not lost, not an old copy, not the one of another machine. Whoever
//! goes on with another one mails people twice.

use std::collections::{BTreeMap, HashSet};

use compact_str::CompactString;

use crate::api::{ApiError, Direction, Extent, MailView};
use crate::app::failure::{Failure, Kind};
use crate::app::remote::{Remote, read_all};
use crate::app::session::{LedgerView, Session};
use crate::app::{App, Run, ledger};
use crate::campaign::address::plain;
use crate::campaign::decide::gates::{Refusal, told_elsewhere, told_gate};
use crate::campaign::decide::traces::is_of;
use crate::campaign::definition::Campaign;
use crate::campaign::hint::{Action, Hint};
use crate::campaign::people::records::Records;
use crate::campaign::text::Form;
use crate::hint;
use crate::store::folder::{Folder, LastRun};

/// The ledger, and what the texts that left told, for a command that only looks.
///
/// # Errors
/// It cannot be read, or what was sent shows that it is elsewhere or that a newer one is.
pub fn read(app: &App<'_>, folder: &Folder, campaign: &Campaign) -> Result<Records, Failure> {
    let records = ledger::read(app, folder, campaign)?;
    refuse_if_elsewhere(folder, &ledger::place(app, Some(campaign)).value, records.as_ref())?;
    Ok(records.unwrap_or_default())
}

/// The same, for a command that answers by the ledger only: drafts are made from a ledger, so where there are drafts and no
/// ledger, it is elsewhere, and an answer would be about nobody.
///
/// # Errors
/// As [`read`].
pub fn read_to_answer(app: &App<'_>, folder: &Folder, campaign: &Campaign) -> Result<Records, Failure> {
    let records = read(app, folder, campaign)?;
    let drafted = || campaign.phases.iter().any(|phase| matches!(folder.drafts(&phase.name).lock(), Ok(Some(_))));
    if is_new(&records) && drafted() {
        let not_there = not_there(&ledger::place(app, Some(campaign)).value);
        let message =
            format!("campaign `{}` has drafts, and the ledger they were made from is {not_there}", folder.name);
        let segment = Action::new("segment");
        let hint = hint!["run this where the ledger is; if nothing was sent yet, ", segment, " starts one here"];
        return Err(Failure::new(Kind::Ledger, message, hint));
    }
    Ok(records)
}

/// Refuses where `sent/` shows more than the ledger knows; no server is asked. `place` is where the ledger should be.
///
/// # Errors
/// The ledger is missing or older than what was sent, or `sent/` is another campaign's.
pub fn refuse_if_elsewhere(folder: &Folder, place: &str, records: Option<&Records>) -> Result<(), Failure> {
    let sent = folder.sent();
    let Some(last) = sent.last_run()? else {
        let is_missing = records.is_none_or(is_new) && sent.has_any();
        return if is_missing { Err(missing(folder, place, None)) } else { Ok(()) };
    };
    if last.campaign != folder.name {
        let message = format!("{} holds the texts of campaign `{}`", folder.file("sent").display(), last.campaign);
        let hint = "if this folder was renamed, give it that name again; if it is a copy for a new campaign, delete sent/ in it";
        return Err(Failure::new(Kind::Ledger, message, hint));
    }
    match records {
        None => Err(missing(folder, place, Some(&last))),
        Some(records) if is_new(records) => Err(missing(folder, place, Some(&last))),
        Some(records) if records.runs < last.run => Err(older(folder, &last)),
        Some(_) => Ok(()),
    }
}

/// Whether nothing was ever recorded in it.
pub fn is_new(records: &Records) -> bool {
    records.segmented.is_none() && records.recipients().is_empty()
}

/// Where the ledger was last, as far as `sent/` says.
fn where_it_was(last: &LastRun) -> String {
    let host = if last.host.is_empty() { "another machine" } else { &last.host };
    format!("the last run that sent, on {}, was on {host}", last.at.format("%Y-%m-%d at %H:%M UTC"))
}

/// That the ledger is not where it should be.
fn not_there(place: &str) -> String {
    if place == ledger::LOCAL { "not on this machine".to_owned() } else { format!("not at {place}") }
}

fn missing(folder: &Folder, place: &str, last: Option<&LastRun>) -> Failure {
    let was = last.map(|last| format!("; {}", where_it_was(last))).unwrap_or_default();
    let message = format!("campaign `{}` is in progress, and its ledger is {}{was}", folder.name, not_there(place));
    let run = if place == ledger::LOCAL {
        "run this where the ledger is, or put its newest state.toml here"
    } else {
        "check the address of the ledger and the campaign's name"
    };
    Failure::new(Kind::Ledger, message, hint![run, "; if it is lost, ", rebuild(), " rebuilds it from the server"])
}

fn older(folder: &Folder, last: &LastRun) -> Failure {
    let message = format!(
        "this ledger is older than what was sent of campaign `{}`: {}, and the ledger does not know that run",
        folder.name,
        where_it_was(last)
    );
    Failure::new(Kind::Ledger, message, put_back())
}

fn rebuild() -> Action {
    Action::new("track").flag("rebuild")
}

fn put_back() -> Hint {
    hint!["put the newest state.toml back; or ", rebuild(), " rebuilds it from the server"]
}

/// Refuses to go on with a ledger that does not know what the server shows of the campaign: by the tags of the mailbox's
/// mails and, for a ledger that did not exist before, by the contacts' tags.
///
/// A mail gets the campaign's tags only after the ledger has its id, so no crash of ours looks like that.
///
/// # Errors
/// It does not know it, or the mailbox's list could not be read to its end; or the server cannot be asked.
pub async fn refuse_if_lost(run: &Run<'_>, session: &Session) -> Result<(), Failure> {
    let judged = judge(run, session).await;
    // One that another run took over while this machine slept is old for no other reason.
    if let LedgerView::Open(ledger) = &session.ledger {
        ledger.still_held().await?;
    }
    judged
}

async fn judge(run: &Run<'_>, session: &Session) -> Result<(), Failure> {
    let (campaign, records) = (run.campaign, session.ledger.records());
    refuse_another_mailbox(records, session.remote.mailbox_id())?;
    if session.remote.api.capabilities().lists_mail && has_unknown_mails(run, records, &session.remote).await? {
        return Err(lost(&campaign.name, knows_none(records)));
    }
    match told_gate(campaign, records).filter(|_| session.is_new) {
        Some(Refusal { what, hint }) => Err(Failure::new(Kind::Ledger, what, hint)),
        None => Ok(()),
    }
}

/// Whether it knows of no mail.
fn knows_none(records: &Records) -> bool {
    records.recipients().iter().all(|recipient| recipient.mails.is_empty())
}

/// Refuses a mailbox that is not the one the campaign's mails are in: they would be invisible, and sent again.
///
/// # Errors
/// It is another one.
pub fn refuse_another_mailbox(records: &Records, mailbox: &str) -> Result<(), Failure> {
    if mailbox.is_empty() || records.mailbox.is_empty() || records.mailbox == mailbox || knows_none(records) {
        return Ok(());
    }
    let message = format!("the mails of this campaign are in the mailbox {}, and this is {mailbox}", records.mailbox);
    let hint = hint![
        "check the server's address, and [campaign] from and [api] mailbox; if the mails are to leave from this one from now \
         on, ",
        rebuild(),
        " records that"
    ];
    Err(Failure::new(Kind::Refused, message, hint))
}

fn lost(campaign: &str, knows_none: bool) -> Failure {
    let state = if knows_none {
        "this ledger knows of none: it is lost, or somewhere else"
    } else {
        "this ledger does not know the newest: it is an old copy, or another machine goes on with a newer one"
    };
    let message = format!("campaign `{campaign}` is in progress (the mailbox has mails of it), and of those {state}");
    Failure::new(Kind::Ledger, message, put_back())
}

/// How many mails to our customers are looked at that are not of a text of ours by their subject, the newest first. Each costs
/// a request; a reviewer who changes the subjects of more than these, and a contact's tags as well, hides a campaign.
const LOOKED_AT: usize = 500;

/// Whether the mailbox has a mail of this campaign that the ledger does not know.
///
/// Only what is newer than the newest mail the ledger knows can be one: what an older copy of the ledger lacks is what came
/// after it. A ledger that knows none is compared with the whole list.
async fn has_unknown_mails(run: &Run<'_>, records: &Records, remote: &Remote) -> Result<bool, Failure> {
    let known: HashSet<&str> = records.mail_ids().collect();
    let ours: HashSet<String> = records.recipients().iter().map(|recipient| plain(&recipient.email)).collect();
    let (mut unknown, mut met_ours) = (Vec::new(), false);
    let take = |mail: MailView| {
        if known.contains(mail.id.as_str()) {
            met_ours = true;
        } else if matches!(mail.to.as_slice(), [to] if ours.contains(&plain(to))) {
            unknown.push((CompactString::from(mail.id), mail.subject));
        }
        !met_ours
    };
    let extent = remote.api.each_mail(remote.mailbox_id(), Direction::Outbound, take).await?;
    if extent == Extent::Broken && records.adopted.is_none() {
        return Err(not_whole(&run.campaign.name));
    }
    let forms = forms(run);
    let (alike, others): (Vec<_>, Vec<_>) =
        unknown.into_iter().partition(|(_, subject)| forms.iter().any(|form| form.may_be_subject(subject)));
    for some in [alike, others.into_iter().take(LOOKED_AT).collect()] {
        if any_is_ours(run, remote, some).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn not_whole(campaign: &str) -> Failure {
    let message = format!(
        "the mailbox's list could not be read to its end, so it cannot be said whether this ledger knows all mails of campaign \
         `{campaign}`; nothing was sent"
    );
    let adopt = Action::new("segment").flag("adopt");
    Failure::new(
        Kind::Ledger,
        message,
        hint!["run the same command again; if you are certain that this ledger is the newest, ", adopt, " goes on"],
    )
}

/// The texts of the campaign that were sent or drafted here.
fn forms(run: &Run<'_>) -> Vec<Form> {
    let drafts = run.campaign.phases.iter().map(|phase| run.folder.drafts(&phase.name));
    let drafted = drafts.flat_map(|drafts| {
        let locked = drafts.lock().ok().flatten().map(|lock| lock.variants).unwrap_or_default();
        locked.into_iter().filter_map(move |text| drafts.text(&text))
    });
    run.folder.sent().texts().chain(drafted).filter_map(|text| Form::of(&text).ok()).collect()
}

/// Whether one of these mails carries the campaign's tags; asked of several at a time, until one does.
async fn any_is_ours(run: &Run<'_>, remote: &Remote, mails: Vec<(CompactString, String)>) -> Result<bool, Failure> {
    for some in mails.chunks(run.campaign.limits.concurrency.max(1)) {
        let read = async |(id, _): &(CompactString, String)| tags(remote, id).await;
        let tags = read_all(run, some, read, || {}).await?;
        if tags.iter().any(|tags| is_of(run.campaign, tags)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The tags of a mail; none of one that is gone.
///
/// # Errors
/// The server cannot be asked, or the tags cannot be read.
pub async fn tags(remote: &Remote, id: &str) -> Result<BTreeMap<String, String>, ApiError> {
    match remote.api.labels(remote.mailbox_id(), id).await {
        Err(ApiError::NotFound { .. }) => Ok(BTreeMap::new()),
        read => read,
    }
}

/// Says how many contacts carry the campaign's tag without any mail of ours, where that was not adopted.
pub fn told_warning(
    run: &Run<'_>,
    records: &Records,
    planned: impl Iterator<Item = impl AsRef<str>>,
) -> Option<String> {
    let told: HashSet<&str> =
        told_elsewhere(run.campaign, records).map(super::super::campaign::people::recipient::Recipient::key).collect();
    let number = planned.filter(|key| told.contains(key.as_ref())).count();
    (number > 0).then(|| {
        let tag = &run.campaign.tags.notified;
        format!(
            "{number} of these recipients carry `{tag}`, and this ledger has no mail to them: another tool notified \
             them, or the ledger is an old copy"
        )
    })
}
