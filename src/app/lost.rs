//! Whether this ledger is the campaign's newest: not lost, not an old copy, not another machine's. Continuing with any
//! other would mail people twice.

use std::collections::{BTreeMap, HashSet};

use compact_str::CompactString;

use crate::api::{ApiError, Direction, Extent, MailView};
use crate::app::Run;
use crate::app::failure::{Failure, Kind};
use crate::app::ledger::newest::{put_back, rebuild};
use crate::app::remote::{Remote, read_all};
use crate::app::session::{LedgerView, Session};
use crate::campaign::address::plain;
use crate::campaign::decide::gates::{Refusal, notified_elsewhere, notified_elsewhere_gate};
use crate::campaign::decide::traces::is_of;
use crate::campaign::hint::Action;
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;
use crate::campaign::text::Form;
use crate::hint;

/// Refuses to continue with a ledger that does not know what the server shows of the campaign: the tags on the
/// mailbox's mails and, for a new ledger, the contacts' tags.
///
/// A mail gets the campaign's tags only after the ledger has its id, so a crash of ours never looks like
/// this.
///
/// # Errors
/// The ledger does not know it, the mailbox's list could not be read to its end, or the server cannot be
/// reached.
pub async fn refuse_if_lost(run: &Run<'_>, session: &Session) -> Result<(), Failure> {
    let judged = judge(run, session).await;
    // If another run took the ledger over while this machine slept, that alone explains why this
    // copy is old.
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
    match notified_elsewhere_gate(campaign, records).filter(|_| session.is_new) {
        Some(Refusal { what, hint }) => Err(Failure::new(Kind::Ledger, what, hint)),
        None => Ok(()),
    }
}

/// Whether the ledger knows no mail.
fn knows_none(records: &Records) -> bool {
    records.recipients().iter().all(|recipient| recipient.mails.is_empty())
}

/// Refuses a mailbox other than the one the campaign's mails are in: they would be invisible, and sent again.
///
/// # Errors
/// It is a different mailbox.
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

/// How many mails to our customers are examined although their subject is none of ours, newest first. Each costs a
/// request. A campaign stays hidden only if a reviewer changed the subjects of more than these, and the contacts' tags
/// too.
const LOOKED_AT: usize = 500;

/// Whether the mailbox has a mail of this campaign that the ledger does not know.
///
/// Only mails newer than the newest one in the ledger can be unknown: an older copy lacks what came after it. A ledger
/// without mails is compared with the whole list.
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

/// The campaign's texts that were sent or drafted here.
fn forms(run: &Run<'_>) -> Vec<Form> {
    let drafts = run.campaign.phases.iter().map(|phase| run.folder.drafts(&phase.name));
    let drafted = drafts.flat_map(|drafts| {
        let locked = drafts.lock().ok().flatten().map(|lock| lock.variants).unwrap_or_default();
        locked.into_iter().filter_map(move |text| drafts.text(&text))
    });
    run.folder.sent().texts().chain(drafted).filter_map(|text| Form::of(&text).ok()).collect()
}

/// Whether one of these mails carries the campaign's tags; several are requested at a time, until one
/// does.
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

/// A mail's tags; empty if the mail is gone.
///
/// # Errors
/// The server cannot be reached, or the tags cannot be read.
pub async fn tags(remote: &Remote, id: &str) -> Result<BTreeMap<String, String>, ApiError> {
    match remote.api.labels(remote.mailbox_id(), id).await {
        Err(ApiError::NotFound { .. }) => Ok(BTreeMap::new()),
        read => read,
    }
}

/// Warns about contacts that carry the campaign's tag without any mail of ours, unless that was adopted.
pub fn notified_elsewhere_warning(
    run: &Run<'_>,
    records: &Records,
    planned: impl Iterator<Item = impl AsRef<str>>,
) -> Option<String> {
    let elsewhere: HashSet<&str> = notified_elsewhere(run.campaign, records).map(Recipient::key).collect();
    let number = planned.filter(|key| elsewhere.contains(key.as_ref())).count();
    (number > 0).then(|| {
        let tag = &run.campaign.tags.notified;
        format!(
            "{number} of these recipients carry `{tag}`, and this ledger has no mail to them: another tool notified \
             them, or the ledger is an old copy"
        )
    })
}
