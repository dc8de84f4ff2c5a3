//! Making a ledger of what the server still knows. What a damaged one still says comes first; nothing is sent.

use std::collections::{BTreeMap, HashSet};

use futures_util::{StreamExt, stream};

use crate::api::{ApiError, Direction, MailView};
use crate::campaign::Time;
use crate::campaign::definition::Campaign;
use crate::campaign::digest::Digest;
use crate::campaign::mail::Course;
use crate::campaign::recipient::Entry;
use crate::campaign::records::Records;
use crate::campaign::template::Templates;
use crate::campaign::text::Form;
use crate::campaign::traces::{CAMPAIGN, Findings, Known, Trace, take_in, without_mails};
use crate::campaign::variant::Texts;
use crate::failure::{Failure, Kind};
use crate::remote::{Remote, failure};
use crate::submission::Run;
use crate::tracking;

/// Brings records that may lack anything up to what the server shows. `entries` are what a damaged journal tells of
/// recipients whose own record was lost. Only the records change; nothing is saved.
pub async fn rebuild(
    run: &Run<'_>,
    records: &mut Records,
    entries: Vec<(Time, String, Entry)>,
    templates: &Templates,
    remote: &Remote,
) -> Result<Findings, Failure> {
    let now = run.context.clock.now();
    for (at, who, entry) in entries {
        // Of those whom the server does not show either, nothing is left to be told.
        records.apply(&who, at, entry);
    }
    let findings = if remote.api.capabilities().lists_mail {
        let listed = remote.api.every_mail(remote.mailbox_id(), Direction::Outbound).await.map_err(failure)?;
        let traces = traces(run, records, remote, listed.mails).await?;
        take_in(records, run.campaign, &known(run, records, templates), traces, listed.complete, now)
    } else {
        without_mails(records, run.campaign, now)
    };
    records.rebuilt = Some(now);
    Ok(findings)
}

/// So many of the newest mails to the campaign's customers are looked at by [`refuse_if_lost`].
const LOOKED_AT: usize = 5;

/// Refuses to go on with a ledger that knows of no mail where the newest mails of the mailbox are of this campaign: it
/// was lost, or another machine has it, and everybody would be mailed a second time.
pub async fn refuse_if_lost(campaign: &Campaign, records: &Records, remote: &Remote) -> Result<(), Failure> {
    let told = records.rebuilt.is_some() || records.recipients().iter().any(|recipient| !recipient.mails.is_empty());
    if told || !remote.api.capabilities().lists_mail {
        return Ok(());
    }
    let ours: HashSet<String> =
        records.recipients().iter().map(|recipient| recipient.email.as_str().to_lowercase()).collect();
    let page = remote.api.mails(remote.mailbox_id(), Direction::Outbound, None).await.map_err(failure)?;
    let to_us = page.mails.iter().filter(|mail| mail.to.iter().any(|to| ours.contains(&to.to_lowercase())));
    for mail in to_us.take(LOOKED_AT) {
        let tags = remote.api.labels(remote.mailbox_id(), &mail.id).await.map_err(failure)?;
        if tags.get(CAMPAIGN).is_some_and(|name| *name == campaign.name) {
            let message = format!(
                "the mailbox has mails of campaign `{}`, and this ledger knows of none: it is lost, or somewhere else",
                campaign.name
            );
            let hint = "put state.toml back; or `mmig track --rebuild` makes one of what the server knows";
            return Err(Failure::new(Kind::Ledger, message, hint));
        }
    }
    Ok(())
}

/// The mails that the ledger does not know, each with its tags.
async fn traces(
    run: &Run<'_>,
    records: &Records,
    remote: &Remote,
    mails: Vec<MailView>,
) -> Result<Vec<Trace>, Failure> {
    let mails_of = records.recipients().iter().flat_map(|recipient| &recipient.mails);
    let known: HashSet<&str> = mails_of.filter_map(|mail| Some(mail.accepted()?.id.as_str())).collect();
    // A mail of ours has one recipient.
    let in_question = |mail: &MailView| mail.to.len() == 1 && !known.contains(mail.id.as_str());
    let unknown: Vec<MailView> = mails.into_iter().filter(in_question).collect();
    let progress = run.context.terminal.progress(unknown.len(), "reading the mails' tags");
    let now = run.context.clock.now();
    let reading = stream::iter(unknown).map(|view| async move {
        let tags = match remote.api.labels(remote.mailbox_id(), &view.id).await {
            Err(ApiError::NotFound { .. }) => Ok(BTreeMap::new()),
            read => read,
        };
        tags.map(|tags| Trace {
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
        Known { phase, texts: forms.into_iter().collect() }
    };
    run.campaign.phases.iter().map(of_phase).collect()
}
