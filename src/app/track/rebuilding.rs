//! Making a ledger of what the server still knows. What a damaged one still says comes first; nothing is sent.

use std::collections::{BTreeMap, HashSet};

use futures_util::{StreamExt, stream};

use crate::api::{ApiError, Direction, Listing, MailView};
use crate::app::Run;
use crate::app::failure::{Failure, Kind};
use crate::app::remote::{Remote, failure};
use crate::app::track as tracking;
use crate::campaign::Time;
use crate::campaign::definition::Campaign;
use crate::campaign::mail::Course;
use crate::campaign::mail::traces::{Findings, Known, Trace, is_of, take_in, without_mails};
use crate::campaign::people::recipient::{Entry, Recipient};
use crate::campaign::people::records::Records;
use crate::campaign::text::Form;
use crate::campaign::text::digest::Digest;
use crate::campaign::text::template::Templates;
use crate::campaign::text::variant::Texts;

/// Brings records that may lack anything up to what the server shows. `entries` are what a damaged journal tells of
/// recipients whose own record was lost. Only the records change; nothing is saved.
pub async fn rebuild(
    run: &Run<'_>,
    records: &mut Records,
    entries: Vec<(Time, String, Entry)>,
    templates: &Templates,
    remote: &Remote,
) -> Result<Findings, Failure> {
    let now = run.app.clock.now();
    for (at, who, entry) in entries {
        // Of those whom the server does not show either, nothing is left to be told.
        records.apply(&who, at, entry);
    }
    let known = known(run, records, templates);
    let findings = if remote.api.capabilities().lists_mail {
        let listed = unknown(records, remote).await?;
        let traces = traces(run, remote, listed.mails).await?;
        take_in(records, run.campaign, &known, traces, listed.complete, now)
    } else {
        without_mails(records, run.campaign, &known, now)
    };
    records.rebuilt = Some(now);
    Ok(findings)
}

/// So many of the newest mails that the ledger does not know are looked at by [`refuse_if_lost`].
const LOOKED_AT: usize = 5;

/// Refuses to go on where the newest mails of the mailbox are of this campaign and the ledger does not know them: it
/// was lost, or put back from an old copy, or another machine has a newer one, and people would be mailed a second time.
///
/// A mail gets the campaign's tags only after the ledger has its id, so no crash of ours looks like that. Where the server
/// shows no mails, the contacts' tags and the texts that were sent tell of a ledger that was lost.
pub async fn refuse_if_lost(run: &Run<'_>, records: &Records, remote: &Remote) -> Result<(), Failure> {
    let campaign = run.campaign;
    if !remote.api.capabilities().lists_mail {
        return if looks_lost(run, records) { Err(lost("texts of it were sent", campaign, true)) } else { Ok(()) };
    }
    let page = remote.api.mails(remote.mailbox_id(), Direction::Outbound, None).await.map_err(failure)?;
    let shown: HashSet<&str> = page.mails.iter().map(|mail| mail.id.as_str()).collect();
    let addressed: HashSet<String> = page.mails.iter().flat_map(|mail| &mail.to).map(|to| to.to_lowercase()).collect();
    let known: HashSet<&str> = records.mail_ids().filter(|id| shown.contains(id)).collect();
    let everybody = records.recipients().iter().map(|recipient| recipient.email.to_lowercase());
    let ours: HashSet<_> = everybody.filter(|address| addressed.contains(address.as_str())).collect();
    let unknown = page.mails.iter().filter(|mail| !known.contains(mail.id.as_str()));
    let to_us = unknown.filter(|mail| matches!(mail.to.as_slice(), [to] if ours.contains(to.to_lowercase().as_str())));
    for mail in to_us.take(LOOKED_AT) {
        let tags = tags(remote, &mail.id).await.map_err(failure)?;
        if is_of(campaign, &tags) {
            let knows_none = records.recipients().iter().all(|recipient| recipient.mails.is_empty());
            return Err(lost("the mailbox has mails of it", campaign, knows_none));
        }
    }
    Ok(())
}

/// The tags of a mail; none of one that is gone.
async fn tags(remote: &Remote, id: &str) -> Result<BTreeMap<String, String>, ApiError> {
    match remote.api.labels(remote.mailbox_id(), id).await {
        Err(ApiError::NotFound { .. }) => Ok(BTreeMap::new()),
        read => read,
    }
}

/// Whether, by what is here and by the contacts, mails left that the ledger does not know of.
fn looks_lost(run: &Run<'_>, records: &Records) -> bool {
    let tag = &run.campaign.tags.notified;
    let is_told = |recipient: &Recipient| recipient.tags.iter().any(|carried| carried == tag);
    let knows_none = records.recipients().iter().all(|recipient| recipient.mails.is_empty());
    records.rebuilt.is_none() && knows_none && run.folder.sent().has_any() && records.recipients().iter().any(is_told)
}

fn lost(proof: &str, campaign: &Campaign, knows_none: bool) -> Failure {
    let state = if knows_none {
        "this ledger knows of none: it is lost, or somewhere else"
    } else {
        "this ledger does not know the newest: it is an old copy, or another machine goes on with a newer one"
    };
    let message = format!("campaign `{}` is under way ({proof}), and of its mails {state}", campaign.name);
    let hint = "put the newest state.toml back; or `mmig track --rebuild` makes one of what the server knows";
    Failure::new(Kind::Ledger, message, hint)
}

/// The mails of the mailbox that the ledger does not know. A mail of ours has one recipient.
async fn unknown(records: &Records, remote: &Remote) -> Result<Listing, Failure> {
    let known: HashSet<&str> = records.mail_ids().collect();
    let in_question = |mail: &MailView| mail.to.len() == 1 && !known.contains(mail.id.as_str());
    remote.api.every_mail(remote.mailbox_id(), Direction::Outbound, in_question).await.map_err(failure)
}

/// Mails, each with its tags.
async fn traces(run: &Run<'_>, remote: &Remote, mails: Vec<MailView>) -> Result<Vec<Trace>, Failure> {
    let progress = run.app.observer.progress(crate::app::observer::Work::Rebuilding, mails.len());
    let now = run.app.clock.now();
    let reading = stream::iter(mails).map(|view| async move {
        tags(remote, &view.id).await.map(|tags| Trace {
            to: view.to.first().cloned().unwrap_or_default(),
            at: view.received_at.map(tracking::whole_seconds),
            course: tracking::course(&view, &Course::Submitted, now),
            approved: tracking::approval(&view),
            id: view.id,
            thread: view.thread,
            subject: view.subject,
            tags,
        })
    });
    let mut reading = std::pin::pin!(reading.buffer_unordered(run.campaign.limits.concurrency));
    let mut traces = Vec::new();
    while let Some(trace) = reading.next().await {
        progress.step();
        traces.push(trace.map_err(failure)?);
    }
    Ok(traces)
}

/// Each phase with its texts: those of today, and those that were reviewed. A template that cannot be rendered any more
/// tells nothing.
fn known<'a>(run: &Run<'a>, records: &Records, templates: &Templates) -> Vec<Known<'a>> {
    let of_phase = |phase| {
        let mut forms: BTreeMap<Digest, Form> = BTreeMap::new();
        let mut texts = Texts::new(run.campaign, templates, phase);
        for recipient in records.recipients() {
            if let Ok(rendered) = texts.render(&texts.inputs(recipient)) {
                forms.entry(rendered.digest).or_insert_with(|| rendered.form.clone());
            }
        }
        let drafts = run.folder.drafts(&phase.name);
        for locked in drafts.lock().ok().flatten().map(|lock| lock.variants).unwrap_or_default() {
            let text = drafts.text(&locked);
            forms.extend(text.and_then(|text| Some((locked.digest, Form::of(&text).ok()?))));
        }
        let sent = run.folder.sent();
        let has_left = forms.keys().any(|digest| sent.text(*digest).is_some());
        Known { phase, texts: forms.into_iter().collect(), has_left }
    };
    run.campaign.phases.iter().map(of_phase).collect()
}
