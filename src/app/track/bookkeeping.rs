//! Writes data other than mails to the server: stage tags on contacts and conversations, and tags on mails from which a
//! lost ledger can be rebuilt. This follows the mails, and no failure of it stops a campaign.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};

use compact_str::CompactString;

use crate::api::{ApiError, MailStatus, TagWrite};
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
    if remote.api.capabilities().labels_mail {
        label_mails(run, ledger.records_mut(), remote).await;
        show_stages(run, ledger.records_mut(), remote).await;
    }
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
    let due = unlabelled(records);
    let records = RefCell::new(records);
    let write = async |(place, phase): (usize, CompactString)| {
        let (key, accepted, labels) = {
            let records = records.borrow();
            let recipient = &records.recipients()[place];
            let mail = recipient.mail(&phase);
            let Some((mail, accepted)) = mail.and_then(|mail| Some((mail, mail.accepted()?))) else {
                return Step::good(Ok(None));
            };
            let stage = stage_shown_by(recipient, mail).or(accepted.stage);
            let labels = labels(run.campaign, mail, &recipient.segment, stage);
            (recipient.key().to_owned(), Accepted { labelled: true, stage, ..accepted.clone() }, labels)
        };
        match remote.api.label(remote.mailbox_id(), &accepted.id, &labels).await {
            Ok(()) => {
                let fate = Fate::Accepted(accepted);
                Step::good(Ok(Some((key, Entry::Fate { phase: phase.into(), fate }))))
            }
            Err(error) => failed(error),
        }
    };
    write_all(run, &records, Work::TaggingMails, Pace::steady(run.campaign.limits.concurrency), due, write).await;
}

/// Tags the latest mail of each customer's conversation with the stage.
async fn show_stages(run: &Run<'_>, records: &mut Records, remote: &Remote) {
    let due = stages_to_show(records);
    let records = RefCell::new(records);
    let write = async |place: usize| {
        let (key, phase, accepted, stage, has_written) = {
            let records = records.borrow();
            let recipient = &records.recipients()[place];
            let Some(mail) = recipient.conversation().map(|mail| &recipient.mails[mail]) else {
                return Step::good(Ok(None));
            };
            let Some(accepted) = mail.accepted().cloned() else { return Step::good(Ok(None)) };
            let (key, phase) = (recipient.key().to_owned(), mail.phase.to_string());
            (key, phase, accepted, recipient.stage(), recipient.has_written())
        };
        // Where the customer has not written, the latest mail is ours.
        let latest = if has_written { latest_mail(remote, &accepted.thread).await } else { Ok(None) };
        let labels = BTreeMap::from([(traces::STAGE.to_owned(), stage.to_string())]);
        let written = match latest {
            Ok(latest) => {
                let id = latest.as_deref().unwrap_or(&accepted.id);
                remote.api.label(remote.mailbox_id(), id, &labels).await
            }
            Err(error) => Err(error),
        };
        match written {
            Ok(()) => {
                let fate = Fate::Accepted(Accepted { stage: Some(stage), ..accepted });
                Step::good(Ok(Some((key, Entry::Fate { phase, fate }))))
            }
            Err(error) => failed(error),
        }
    };
    write_all(run, &records, Work::TaggingMails, Pace::steady(run.campaign.limits.concurrency), due, write).await;
}

/// The stage that the tags of this mail should show, if it is the latest of its conversation and the stage is not
/// pending.
fn stage_shown_by(recipient: &Recipient, mail: &Mail) -> Option<Stage> {
    let latest = recipient.conversation().map(|place| &recipient.mails[place]);
    let is_latest = latest.is_some_and(|latest| std::ptr::eq(latest, mail)) && !recipient.has_written();
    Some(recipient.stage()).filter(|stage| is_latest && *stage > Stage::Pending)
}

/// The places of the customers whose conversation does not show their stage yet. A customer who was always pending
/// needs no tag.
fn stages_to_show(records: &Records) -> Vec<usize> {
    let is_due = |recipient: &Recipient| {
        let shown = recipient.conversation().map(|mail| recipient.mails[mail].shown_stage());
        shown.is_some_and(|shown| shown.unwrap_or(Stage::Pending) != recipient.stage())
    };
    let recipients = records.recipients().iter().enumerate();
    recipients.filter(|(_, recipient)| is_due(recipient)).map(|(place, _)| place).collect()
}

/// The id of the latest mail of a conversation that was received or sent; `None` if the server
/// shows none.
async fn latest_mail(remote: &Remote, thread: &str) -> Result<Option<String>, ApiError> {
    if thread.is_empty() {
        return Ok(None);
    }
    let mails = remote.api.thread(remote.mailbox_id(), thread).await?.map(|thread| thread.mails).unwrap_or_default();
    let moved = mails.into_iter().filter(|view| !view.status.is_held_back() && view.status != MailStatus::Deleted);
    Ok(moved.max_by_key(|view| view.received_at).map(|view| view.id))
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

fn labels(campaign: &Campaign, mail: &Mail, segment: &str, stage: Option<Stage>) -> BTreeMap<String, String> {
    let labels = [
        (traces::CAMPAIGN, campaign.name.clone()),
        (traces::PHASE, mail.phase.to_string()),
        (traces::SEGMENT, segment.to_owned()),
        (traces::DEADLINE, mail.deadline.iso()),
    ];
    let stage = stage.map(|stage| (traces::STAGE, stage.to_string()));
    labels.into_iter().chain(stage).map(|(name, value)| (name.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::Time;
    use crate::campaign::mail::Course;
    use crate::campaign::people::stage::{Evidence, Mark};

    fn at(minute: i64) -> Time {
        "2027-01-30T13:00:00Z".parse::<Time>().unwrap() + chrono::TimeDelta::minutes(minute)
    }

    fn accepted(id: &str, course: Course) -> Accepted {
        Accepted {
            id: id.into(),
            thread: "".into(),
            at: at(0),
            labelled: false,
            stage: None,
            approved: None,
            withdrawing: None,
            too_late: None,
            course,
        }
    }

    fn mail(phase: &str, accepted: Accepted) -> Mail {
        Mail {
            phase: phase.into(),
            variant: crate::campaign::text::digest::Digest::of(&["text"]),
            to: None,
            deadline: at(0).date_naive().into(),
            usage: None,
            sending: at(0),
            send_at: None,
            fate: Fate::Accepted(accepted),
        }
    }

    fn recipient(mails: Vec<Mail>) -> Recipient {
        Recipient {
            id: "c1".into(),
            email: "c1@a.example".into(),
            name: "".into(),
            tags: Vec::new(),
            segment: "rest".into(),
            since: at(0),
            left: None,
            usage: None,
            marks: Vec::new(),
            mails,
            skips: Vec::new(),
        }
    }

    fn cancelled() -> Course {
        Course::Cancelled { when: at(0), why: None }
    }

    fn delivered() -> Course {
        Course::Delivered { when: at(0) }
    }

    #[test]
    fn a_void_mail_that_another_has_followed_is_not_tagged() {
        let mut recipient = recipient(vec![
            mail("announce", accepted("m1", cancelled())),
            mail("announce", accepted("m2", Course::Submitted)),
        ]);
        assert_eq!(unlabelled(&Records::from_iter([recipient.clone()])), [(0, "announce".into())]);
        recipient.mails[1] = mail("announce", Accepted { labelled: true, ..accepted("m2", Course::Submitted) });
        assert_eq!(unlabelled(&Records::from_iter([recipient])), []);
    }

    fn is_due(recipient: &Recipient) -> bool {
        !stages_to_show(&Records::from_iter([recipient.clone()])).is_empty()
    }

    /// Notes that the stage is shown, as the journal does.
    fn show(recipient: &mut Recipient) {
        let mail = &recipient.mails[recipient.conversation().unwrap()];
        let stage = Some(recipient.stage());
        let fate = Fate::Accepted(Accepted { stage, ..mail.accepted().unwrap().clone() });
        recipient.apply(at(5), Entry::Fate { phase: mail.phase.to_string(), fate });
    }

    #[test]
    fn a_stage_is_shown_once_and_again_after_anything_that_changes_it_or_the_conversation() {
        let mut customer = recipient(vec![mail("announce", accepted("m1", Course::Submitted))]);
        assert!(!is_due(&customer), "pending says nothing");
        customer.mails[0] = mail("announce", accepted("m1", delivered()));
        assert!(is_due(&customer));
        show(&mut customer);
        assert!(!is_due(&customer));
        let mark = |stage, by| Entry::Mark(Mark { stage, at: at(9), by, note: String::new() });
        for entry in [
            mark(Stage::Acknowledged, Evidence::Reply),
            mark(Stage::Acknowledged, Evidence::Answered),
            mark(Stage::Completed, Evidence::Hand),
            mark(Stage::Pending, Evidence::Hand),
        ] {
            customer.apply(at(9), entry.clone());
            assert!(is_due(&customer), "{entry:?}");
            show(&mut customer);
            assert!(!is_due(&customer), "{entry:?}");
        }
    }

    #[test]
    fn the_stage_is_on_the_latest_mail_that_was_not_stopped() {
        let mut customer = recipient(vec![
            mail("announce", accepted("m1", delivered())),
            mail("prepare", accepted("m2", Course::Submitted)),
            mail("window", accepted("m3", cancelled())),
        ]);
        assert_eq!(customer.conversation(), Some(1));
        assert_eq!(stage_shown_by(&customer, &customer.mails[1]), Some(Stage::Notified));
        assert_eq!(stage_shown_by(&customer, &customer.mails[0]), None);
        // The journal has news of the latest mail of a phase only.
        customer.mails[2].phase = "prepare".into();
        assert_eq!(customer.conversation(), Some(0));
    }
}
