//! What is written to the server besides mails: tags on contacts that show their stage, and tags on mails from which a
//! lost ledger can be rebuilt. It follows the mails, and its failures never stop a campaign.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};

use compact_str::CompactString;

use crate::api::{ApiError, TagWrite};
use crate::app::Run;
use crate::app::batch::{Batch, Halt, Pace, Step};
use crate::app::observer::Work;
use crate::app::remote::Remote;
use crate::campaign::decide::traces;
use crate::campaign::definition::Campaign;
use crate::campaign::mail::{Accepted, Fate, Mail};
use crate::campaign::people::cohort::sharing;
use crate::campaign::people::contact::Contact;
use crate::campaign::people::recipient::{Entry, Recipient};
use crate::campaign::people::records::Records;
use crate::campaign::people::stage::Stage;
use crate::campaign::plural;
use crate::store::local::Ledger;

/// Brings the server's tags up to date with the ledger. What fails is retried next time.
pub async fn keep(run: &Run<'_>, ledger: &mut Ledger, remote: &Remote) {
    tag_contacts(run, ledger.records_mut(), remote).await;
    label_mails(run, ledger.records_mut(), remote).await;
}

/// The tags that a contact should have for its stage and lacks. A stage includes those before it.
fn missing_tags(campaign: &Campaign, recipient: &Recipient) -> Vec<String> {
    let stage = recipient.stage();
    let due = campaign
        .tags
        .each()
        .into_iter()
        .filter(|(own, _)| *own == stage || *own == Stage::Notified && stage > Stage::Notified);
    let shows = |stage: Stage| stage != Stage::Notified || recipient.mails.iter().any(Mail::reached);
    due.filter(|(own, tag)| shows(*own) && recipient.tags.iter().all(|carried| carried != tag))
        .map(|(_, tag)| tag.to_owned())
        .collect()
}

async fn tag_contacts(run: &Run<'_>, records: &mut Records, remote: &Remote) {
    let Run { app, campaign, .. } = *run;
    if records.tags_stopped.is_some() {
        return;
    }
    let adds_tags = remote.api.capabilities().adds_tags;
    // A server without a request for tags finds the contact by its address: among several with the same address it
    // could change any.
    let mixed_up = if adds_tags { HashSet::new() } else { sharing(records) };
    // Writing tags from what we know could overwrite what the other program wrote.
    let retagged: HashSet<&str> = records.retagged.iter().map(compact_str::CompactString::as_str).collect();
    let is_due = |recipient: &Recipient| {
        let apart = mixed_up.contains(recipient.key()) || retagged.contains(recipient.key());
        let here = recipient.left.is_none() && !apart;
        here && !missing_tags(campaign, recipient).is_empty()
    };
    let recipients = records.recipients().iter().enumerate();
    let due: Vec<usize> = recipients.filter(|(_, recipient)| is_due(recipient)).map(|(place, _)| place).collect();
    // If it is unknown whether a write updates the existing row, one write goes first to find out.
    let most = campaign.limits.concurrency;
    let pace = if adds_tags { Pace::steady(most) } else { Pace { at_first: 1, step: 1, most } };
    let records = RefCell::new(records);
    let write = async |place: usize| {
        let (key, contact, tags) = {
            let records = records.borrow();
            let recipient = &records.recipients()[place];
            (recipient.key().to_owned(), contact(recipient), missing_tags(campaign, recipient))
        };
        match remote.api.add_tags(&contact, &tags).await {
            Ok(TagWrite::Written) => Step::good(Ok(Some((key, Entry::Tagged { tags })))),
            Ok(TagWrite::Doubled) => Step::last(Ok(None), Halt::Disabled(DOUBLED.to_owned())),
            Err(error) => failed(error),
        }
    };
    let halt = write_all(run, &records, Work::TaggingContacts, pace, due, write).await;
    if let Some(Halt::Disabled(why)) = halt {
        app.observer.warn(format!("contact tags are no longer written in this campaign: {why}. Stages are kept only in the ledger; remove the second contact by hand"));
        records.borrow_mut().tags_stopped = Some(why);
    }
}

/// Why contact tags are no longer written.
const DOUBLED: &str = "the server created a duplicate contact instead of updating tags";

/// The journal entry to record and its recipient, if any; or why the write failed.
type Written = Result<Option<(String, Entry)>, String>;

/// What a failed write means for the others.
fn failed(error: ApiError) -> Step<Written> {
    let why = Err(error.to_string());
    if error.stops_everything() { Step::last(why, Halt::Api(error)) } else { Step::bad(why) }
}

/// Writes each of `due` to the server, several at a time, and records what was written. A failure only causes a
/// warning.
async fn write_all<T>(
    run: &Run<'_>,
    records: &RefCell<&mut Records>,
    work: Work,
    pace: Pace,
    due: Vec<T>,
    write: impl AsyncFn(T) -> Step<Written>,
) -> Option<Halt> {
    let Run { app, .. } = *run;
    let progress = app.observer.progress(work, due.len());
    let (mut open, mut first_error) = (due.len(), None);
    let batch = Batch { stop: &app.stop, pace, brake: None };
    let halt = batch
        .run(due, write, |written| {
            progress.step();
            match written {
                Ok(entry) => {
                    open -= 1;
                    if let Some((key, entry)) = entry {
                        records.borrow_mut().apply(&key, app.clock.now(), entry);
                    }
                }
                Err(why) => first_error = first_error.take().or(Some(why)),
            }
        })
        .await;
    if let Some(why) = first_error {
        let what = if work == Work::TaggingContacts { "contact" } else { "mail" };
        app.observer.warn(format!("{} not tagged; the next run tries again: {why}", plural(open, what)));
    }
    halt
}

fn contact(recipient: &Recipient) -> Contact {
    Contact {
        id: recipient.id.clone(),
        email: recipient.email.clone(),
        name: recipient.name.clone(),
        tags: Some(recipient.tags.clone()),
    }
}

async fn label_mails(run: &Run<'_>, records: &mut Records, remote: &Remote) {
    if !remote.api.capabilities().labels_mail {
        return;
    }
    let due = unlabelled(records);
    let (records, written) = (RefCell::new(records), RefCell::new(Vec::new()));
    let write = async |(place, phase): (usize, CompactString)| {
        let (key, accepted, labels) = {
            let records = records.borrow();
            let recipient = &records.recipients()[place];
            let mail = recipient.mail(&phase);
            let Some((mail, accepted)) = mail.and_then(|mail| Some((mail, mail.accepted()?))) else {
                return Step::good(Ok(None));
            };
            (recipient.key().to_owned(), accepted.clone(), labels(run.campaign, mail, &recipient.segment))
        };
        match remote.api.label(remote.mailbox_id(), &accepted.id, &labels).await {
            Ok(()) => {
                written.borrow_mut().push(accepted.id.clone());
                let fate = Fate::Accepted(Accepted { labelled: true, ..accepted });
                Step::good(Ok(Some((key, Entry::Fate { phase: phase.into(), fate }))))
            }
            Err(error) => failed(error),
        }
    };
    write_all(run, &records, Work::TaggingMails, Pace::steady(run.campaign.limits.concurrency), due, write).await;
    look_again(run, records.into_inner(), remote, &written.into_inner()).await;
}

/// Looks at one of the mails that the server says it tagged: a lost ledger is rebuilt from these tags, and noticed by them. Where
/// it does not show them, none of the tags is believed, and the next run writes them again.
async fn look_again(run: &Run<'_>, records: &mut Records, remote: &Remote, written: &[CompactString]) {
    let Some(last) = written.last() else { return };
    let Ok(tags) = remote.api.labels(remote.mailbox_id(), last).await else { return };
    if traces::is_of(run.campaign, &tags) {
        return;
    }
    let what = plural(written.len(), "mail");
    run.app
        .observer
        .warn(format!("the server says that it tagged {what}, and does not show it; the next run tries again"));
    let unbelieved: HashSet<&CompactString> = written.iter().collect();
    for mail in records.recipients_mut().iter_mut().flat_map(|recipient| &mut recipient.mails) {
        if let Fate::Accepted(accepted) = &mut mail.fate
            && unbelieved.contains(&accepted.id)
        {
            accepted.labelled = false;
        }
    }
}

/// The mails without our tags, as their recipients' index and the phase. A void mail that was followed by another
/// stays as it is.
fn unlabelled(records: &Records) -> Vec<(usize, CompactString)> {
    let mut due = Vec::new();
    for (place, recipient) in records.recipients().iter().enumerate() {
        let latest = |mail: &&Mail| recipient.mail(&mail.phase).is_some_and(|last| std::ptr::eq(last, *mail));
        let bare = |mail: &&Mail| mail.accepted().is_some_and(|own| !own.labelled && !own.id.is_empty());
        let mails = recipient.mails.iter().filter(bare).filter(latest);
        due.extend(mails.map(|mail| (place, mail.phase.clone())));
    }
    due
}

fn labels(campaign: &Campaign, mail: &Mail, segment: &str) -> BTreeMap<String, String> {
    let deadline = mail.deadline.iso();
    let labels = [
        (traces::CAMPAIGN, campaign.name.as_str()),
        (traces::PHASE, &mail.phase),
        (traces::SEGMENT, segment),
        (traces::DEADLINE, &deadline),
    ];
    labels.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::mail::Course;

    #[test]
    fn a_void_mail_that_another_has_followed_is_not_tagged() {
        let at = "2027-01-30T13:00:00Z".parse().unwrap();
        let accepted = |id: &str, course| Accepted {
            id: id.into(),
            thread: "".into(),
            at,
            labelled: false,
            approved: None,
            withdrawing: None,
            too_late: None,
            course,
        };
        let mail = |accepted| Mail {
            phase: "announce".into(),
            variant: crate::campaign::text::digest::Digest::of(&["text"]),
            to: None,
            deadline: at.date_naive().into(),
            usage: None,
            sending: at,
            send_at: None,
            fate: Fate::Accepted(accepted),
        };
        let void = mail(accepted("m1", Course::Cancelled { when: at, why: None }));
        let mut recipient = Recipient {
            id: "c1".into(),
            email: "c1@a.example".into(),
            name: "".into(),
            tags: Vec::new(),
            segment: "rest".into(),
            since: at,
            left: None,
            usage: None,
            marks: Vec::new(),
            mails: vec![void, mail(accepted("m2", Course::Submitted))],
            skips: Vec::new(),
        };
        assert_eq!(unlabelled(&Records::from_iter([recipient.clone()])), [(0, "announce".into())]);
        recipient.mails[1] = mail(Accepted { labelled: true, ..accepted("m2", Course::Submitted) });
        assert_eq!(unlabelled(&Records::from_iter([recipient])), []);
    }
}
