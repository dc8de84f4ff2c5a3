//! Updates the ledger: with the server's status of mails and replies, with usage, and with what people report.

pub mod bookkeeping;
pub mod explain;
pub mod follow;
pub mod mark;
pub mod rebuilding;
mod replies;
pub mod seen;
pub mod usage;

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use crate::api::{ApiError, Direction, MailView};
use crate::app::Run;
use crate::app::failure::Failure;
use crate::app::remote::{Remote, read_all};
use crate::campaign::Time;
use crate::campaign::mail::{Accepted, Course, Fate, Mail};
use crate::campaign::people::recipient::Entry;
use crate::campaign::people::records::Records;

use seen::{approval, as_seen};

pub use follow::{FollowRequest, follow, sync_approvals};

/// What tracking found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct News {
    /// Mails whose status changed.
    pub mails: usize,
    /// Customers who wrote.
    pub replies: usize,
    /// Automatic replies, which say nothing about the customer.
    pub automatic: usize,
    /// Customers whose reply has been answered.
    pub answered: usize,
}

/// Asks the server and records its answer. Does nothing if the server does not list mails.
///
/// # Errors
/// The server cannot be asked.
pub async fn track(run: &Run<'_>, records: &mut Records, remote: &Remote) -> Result<News, Failure> {
    let now = run.app.clock.now();
    let mut news = News::default();
    if remote.api.capabilities().lists_mail && records.recipients().iter().any(|recipient| !recipient.mails.is_empty())
    {
        news.mails = outbound(run, records, remote).await?;
        let talk = replies::update(run, records, remote).await?;
        news = News { replies: talk.replies, automatic: talk.automatic, answered: talk.answered, ..news };
    }
    records.tracked = Some(now);
    Ok(news)
}

/// Reads the outbound list, newest first, until every mail of interest has been seen. Returns how many changed. For
/// mails that left without having been seen waiting, it asks who approved them.
///
/// # Errors
/// The server cannot be asked.
pub async fn outbound(run: &Run<'_>, records: &mut Records, remote: &Remote) -> Result<usize, Failure> {
    let now = run.app.clock.now();
    let mut out_at_once = Vec::new();
    let wanted = Wanted::of(records);
    let mut unseen = vec![true; wanted.places.len()];
    let (mut missing, mut changed) = (unseen.len(), 0);
    if missing == 0 {
        return Ok(0);
    }
    // One at a time: the whole list may be larger than the ledger.
    let take = |view: MailView| {
        if let Some(found) = wanted.find(records, &view.id) {
            // A new mail shifts others to the next page, where they appear again.
            missing -= usize::from(std::mem::take(&mut unseen[found]));
            let (_, place, index) = wanted.places[found];
            let was_on_its_way = is_on_its_way(&records.recipients()[place].mails[index]);
            changed += usize::from(update(records, place, &view, now));
            if was_on_its_way && has_left(&records.recipients()[place].mails[index]) {
                out_at_once.push((place, view.id));
            }
        }
        missing > 0
    };
    remote.api.each_mail(remote.mailbox_id(), Direction::Outbound, take).await?;
    if run.campaign.asks_for_approval() {
        find_unapproved(run, records, remote, out_at_once).await?;
    }
    Ok(changed)
}

/// Whether no one is known to have approved it, or to have had to.
fn is_on_its_way(mail: &Mail) -> bool {
    mail.accepted().is_some_and(|known| known.course == Course::Submitted && known.approved.is_none())
}

/// Whether it was sent, and no approval is known.
fn has_left(mail: &Mail) -> bool {
    let left = |course: &Course| matches!(course, Course::Delivered { .. } | Course::Bounced { .. });
    mail.accepted().is_some_and(|known| left(&known.course) && known.approved.is_none())
}

/// Asks who approved mails that were sent before they were seen waiting, and records those without an approval: the
/// mailbox's mode was changed, or its allowlist let them pass. The list does not show this, so each is requested
/// individually.
async fn find_unapproved(
    run: &Run<'_>,
    records: &mut Records,
    remote: &Remote,
    mails: Vec<(usize, String)>,
) -> Result<(), Failure> {
    let ask = async |(place, id): (usize, String)| match remote.api.mail(remote.mailbox_id(), &id).await {
        Err(ApiError::NotFound { .. }) => Ok(None),
        seen => Ok(Some((place, approval(&seen?.view), id))),
    };
    for (place, approved, id) in read_all(run, mails, ask, || {}).await?.into_iter().flatten() {
        let Some(approved) = approved else {
            records.unapproved.push(id.into());
            continue;
        };
        let mut mails = records.recipients_mut()[place].mails.iter_mut();
        let fates = mails.by_ref().map(|mail| &mut mail.fate);
        let known = fates.filter_map(|fate| if let Fate::Accepted(known) = fate { Some(known) } else { None });
        known.filter(|known| known.id == id).for_each(|known| known.approved = Some(approved.clone()));
    }
    Ok(())
}

/// Asks who approved a customer's mails. The list does not show this, so each mail is requested
/// individually.
///
/// # Errors
/// The server cannot be reached, or the user interrupted.
pub async fn approvals(run: &Run<'_>, records: &mut Records, remote: &Remote, key: &str) -> Result<(), Failure> {
    let latest =
        |mail: &&Mail| records.get(key).and_then(|own| own.mail(&mail.phase)).is_some_and(|last| last == *mail);
    let mails = records.get(key).map(|own| own.mails.as_slice()).unwrap_or_default();
    let unknown: Vec<(String, Accepted)> = mails
        .iter()
        .filter(latest)
        .filter_map(|mail| Some((mail.phase.to_string(), mail.accepted()?.clone())))
        .filter(|(_, accepted)| accepted.approved.is_none() && !accepted.id.is_empty())
        .collect();
    let ask = async |(phase, accepted): (String, Accepted)| {
        let approved = match remote.api.mail(remote.mailbox_id(), &accepted.id).await {
            Err(ApiError::NotFound { .. }) => None,
            seen => approval(&seen?.view),
        };
        Ok(approved.map(|approved| (phase, Fate::Accepted(Accepted { approved: Some(approved), ..accepted }))))
    };
    for (phase, fate) in read_all(run, unknown, ask, || {}).await?.into_iter().flatten() {
        records.apply(key, run.app.clock.now(), Entry::Fate { phase, fate });
    }
    Ok(())
}

/// About this many of the newest mails of the outbound list.
///
/// # Errors
/// The server cannot be asked.
pub async fn newest(remote: &Remote, number: usize) -> Result<Vec<MailView>, Failure> {
    let mut left = number;
    let keep_on = |_: &MailView| {
        left = left.saturating_sub(1);
        left > 0
    };
    let listed = remote.api.all_mails(remote.mailbox_id(), Direction::Outbound, keep_on).await?;
    Ok(listed.mails)
}

/// The mail, if the server may have news of it. A delivered mail can still bounce; and one that the server reported
/// as cancelled, rejected or failed may turn out to have been sent.
fn may_change(mail: &Mail) -> Option<&Accepted> {
    let known = mail.accepted()?;
    (!known.id.is_empty() && !matches!(known.course, Course::Bounced { .. })).then_some(known)
}

/// The mails of which the server may have news.
struct Wanted {
    hasher: RandomState,
    /// For each mail, the hash of the server's id, its recipient's index in the records, and its index among the
    /// recipient's mails; sorted by hash. The ids themselves would take several times as much memory.
    places: Vec<(u64, usize, usize)>,
}

impl Wanted {
    fn of(records: &Records) -> Self {
        let (hasher, mut places) = (RandomState::new(), Vec::new());
        for (place, recipient) in records.recipients().iter().enumerate() {
            let mails = recipient.mails.iter().enumerate();
            let known = mails.filter_map(|(index, mail)| Some((index, may_change(mail)?)));
            places.extend(known.map(|(index, known)| (hasher.hash_one(known.id.as_str()), place, index)));
        }
        places.sort_unstable();
        Self { hasher, places }
    }

    /// The position of the mail with this id.
    fn find(&self, records: &Records, id: &str) -> Option<usize> {
        let hash = self.hasher.hash_one(id);
        let start = self.places.partition_point(|(other, ..)| *other < hash);
        let alike = self.places[start..].iter().take_while(|(other, ..)| *other == hash);
        let is_it = |(_, place, index): &(u64, usize, usize)| {
            let mail = records.recipients().get(*place).and_then(|recipient| recipient.mails.get(*index));
            mail.and_then(Mail::accepted).is_some_and(|known| known.id == id)
        };
        alike.enumerate().find(|(_, place)| is_it(place)).map(|(number, _)| start + number)
    }
}

/// Records the server's view of our mails. Returns how many changed.
pub fn apply_views(records: &mut Records, views: &[MailView], now: Time) -> usize {
    let shown: HashMap<&str, &MailView> = views.iter().map(|view| (view.id.as_str(), view)).collect();
    let mut found = Vec::new();
    for (place, recipient) in records.recipients().iter().enumerate() {
        let known = recipient.mails.iter().filter_map(may_change);
        found.extend(known.filter_map(|known| shown.get(known.id.as_str())).map(|view| (place, *view)));
    }
    found.into_iter().filter(|(place, view)| update(records, *place, view, now)).count()
}

/// Records the server's view of a mail. Returns whether it is news.
fn update(records: &mut Records, place: usize, view: &MailView, now: Time) -> bool {
    let recipient = &records.recipients()[place];
    let found = recipient.mails.iter().find(|mail| mail.accepted().is_some_and(|accepted| accepted.id == view.id));
    let Some(known) = found.and_then(Mail::accepted) else { return false };
    let today = as_seen(view, known, now);
    if today == *known {
        return false;
    }
    // Not recorded as the phase's latest mail: it may be an earlier one that was reported as cancelled
    // and is not.
    let recipient = &mut records.recipients_mut()[place];
    let is_it = |mail: &&mut Mail| mail.accepted().is_some_and(|accepted| accepted.id == view.id);
    recipient.mails.iter_mut().find(is_it).map(|mail| mail.fate = Fate::Accepted(today)).is_some()
}
