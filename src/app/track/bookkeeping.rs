//! What is written to the server besides mails: the tags on contacts that tell their stage, and the tags on mails from
//! which a lost ledger can be rebuilt. It comes after the mails, and nothing of it stops a campaign.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};

use compact_str::CompactString;
use futures_util::{StreamExt, stream};

use crate::api::TagWrite;
use crate::app::observer::Work;
use crate::app::remote::Remote;
use crate::app::{App, Run};
use crate::campaign::definition::Campaign;
use crate::campaign::mail::traces;
use crate::campaign::mail::{Accepted, Fate, Mail};
use crate::campaign::people::cohort::sharing;
use crate::campaign::people::contact::Contact;
use crate::campaign::people::recipient::{Entry, Recipient};
use crate::campaign::people::records::Records;
use crate::campaign::people::stage::Stage;
use crate::store::local::Ledger;

/// Brings the server's tags up to the ledger. What fails is tried again the next time.
pub async fn keep(run: &Run<'_>, ledger: &mut Ledger, remote: &Remote) {
    tag_contacts(run, ledger.records_mut(), remote).await;
    label_mails(run, ledger.records_mut(), remote).await;
}

/// The tags a contact should carry for its stage and does not. A stage stands for those before it.
fn missing_tags(campaign: &Campaign, recipient: &Recipient) -> Vec<String> {
    let stage = recipient.stage();
    let due = campaign
        .tags
        .each()
        .into_iter()
        .filter(|(own, _)| *own == stage || *own == Stage::Notified && stage > Stage::Notified);
    let told =
        |stage: Stage| stage != Stage::Notified || recipient.mails.iter().any(crate::campaign::mail::Mail::reached);
    due.filter(|(own, tag)| told(*own) && recipient.tags.iter().all(|carried| carried != tag))
        .map(|(_, tag)| tag.to_owned())
        .collect()
}

async fn tag_contacts(run: &Run<'_>, records: &mut Records, remote: &Remote) {
    let Run { app, campaign, .. } = *run;
    if records.tags_stopped.is_some() {
        return;
    }
    // A server without a request for tags goes by the address: of several with the same one it would write any.
    let mixed_up = if remote.api.capabilities().adds_tags { HashSet::new() } else { sharing(records) };
    let is_due = |recipient: &Recipient| {
        let here = recipient.left.is_none() && !mixed_up.contains(recipient.key());
        here && !missing_tags(campaign, recipient).is_empty()
    };
    let recipients = records.recipients().iter().enumerate();
    let due: Vec<usize> = recipients.filter(|(_, recipient)| is_due(recipient)).map(|(place, _)| place).collect();
    let progress = app.observer.progress(Work::TaggingContacts, due.len());
    // Where it is not known what a write does to the row that is there, one goes first and tells.
    let first = usize::from(!remote.api.capabilities().adds_tags);
    let mut due = due.into_iter();
    let records = RefCell::new(records);
    let mut failed = Vec::new();
    for (concurrency, batch) in
        [(1, due.by_ref().take(first).collect::<Vec<_>>()), (campaign.limits.concurrency, due.collect())]
    {
        let writes = stream::iter(batch).take_while(|_| std::future::ready(!app.stop.asked())).map(|place| {
            let records = records.borrow();
            let recipient = &records.recipients()[place];
            let (key, contact) = (recipient.key().to_owned(), contact(recipient));
            let tags = missing_tags(campaign, recipient);
            async move {
                let written = remote.api.add_tags(&contact, &tags).await;
                (key, tags, written)
            }
        });
        let mut writes = std::pin::pin!(writes.buffer_unordered(concurrency));
        while let Some((key, tags, written)) = writes.next().await {
            progress.step();
            let mut records = records.borrow_mut();
            match written {
                Ok(TagWrite::Written) => drop(records.apply(&key, app.clock.now(), Entry::Tagged { tags })),
                Ok(TagWrite::Doubled) => {
                    let why = "writing a contact's tags made a second contact instead of changing the first";
                    records.tags_stopped.get_or_insert_with(|| why.to_owned());
                }
                Err(error) => failed.push(error.to_string()),
            }
        }
        if let Some(why) = &records.borrow().tags_stopped {
            app.observer.warn(format!("contact tags are no longer written in this campaign: {why}. Stages are kept in the ledger alone; remove the second contact by hand"));
            return;
        }
    }
    say_failed(app, "contacts could not be tagged", &failed);
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
    let Run { app, campaign, .. } = *run;
    if !remote.api.capabilities().labels_mail {
        return;
    }
    let due = unlabelled(records);
    let records = RefCell::new(records);
    let progress = app.observer.progress(Work::TaggingMails, due.len());
    let writes = stream::iter(due).take_while(|_| std::future::ready(!app.stop.asked())).map(|(place, phase)| {
        let records = records.borrow();
        let recipient = &records.recipients()[place];
        let key = recipient.key().to_owned();
        let mail = recipient.mail(&phase);
        let accepted = mail.and_then(Mail::accepted).cloned();
        let labels = mail.map(|mail| labels(campaign, mail, &recipient.segment));
        async move {
            let (accepted, labels) = (accepted?, labels?);
            let written = remote.api.label(remote.mailbox_id(), &accepted.id, &labels).await;
            Some((key, phase, accepted, written))
        }
    });
    let mut writes = std::pin::pin!(writes.buffer_unordered(campaign.limits.concurrency));
    let mut failed = Vec::new();
    while let Some(labelled) = writes.next().await {
        progress.step();
        let Some((key, phase, accepted, written)) = labelled else { continue };
        match written {
            Ok(()) => {
                let fate = Fate::Accepted(Accepted { labelled: true, ..accepted });
                records.borrow_mut().apply(&key, app.clock.now(), Entry::Fate { phase: phase.into(), fate });
            }
            Err(error) => failed.push(error.to_string()),
        }
    }
    say_failed(app, "mails could not be tagged", &failed);
}

/// The mails without our tags: their recipients' places, and their phases. A void one that another has followed stays
/// as it is.
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
    let deadline = mail.deadline.to_string();
    let labels = [
        (traces::CAMPAIGN, campaign.name.as_str()),
        (traces::PHASE, &mail.phase),
        (traces::SEGMENT, segment),
        (traces::DEADLINE, &deadline),
    ];
    labels.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

fn say_failed(app: &App<'_>, what: &str, failed: &[String]) {
    if let Some(first) = failed.first() {
        app.observer.warn(format!("{} {what}, which the next run tries again: {first}", failed.len()));
    }
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
            deadline: at.date_naive(),
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
        };
        assert_eq!(unlabelled(&Records::from_iter([recipient.clone()])), [(0, "announce".into())]);
        recipient.mails[1] = mail(Accepted { labelled: true, ..accepted("m2", Course::Submitted) });
        assert_eq!(unlabelled(&Records::from_iter([recipient])), []);
    }
}
