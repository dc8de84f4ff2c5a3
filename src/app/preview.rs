//! Renders customers' mails as they would be sent, with their personal values.

use schemars::JsonSchema;
use serde::Serialize;

use super::draft::{chosen, recorded};
use crate::app::failure::{Failure, Kind};
use crate::app::{App, Outcome, selection};
use crate::campaign::Time;
use crate::campaign::hint::Action;
use crate::campaign::people::recipient::Recipient;
use crate::campaign::text::Reading;
use crate::campaign::text::digest::Digest;
use crate::campaign::text::variant::Texts;
use crate::hint;

/// The arguments of [`preview`].
#[derive(Debug, Clone, Default)]
pub struct PreviewRequest {
    /// The customers: an address, an id, or a part of a name or address that is unique.
    pub contacts: Vec<String>,
    /// The phases, by name; empty means all.
    pub phases: Vec<String>,
}

/// Mails as they would be sent.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PreviewOutcome {
    /// The campaign's name.
    pub campaign: String,
    /// The mails, customer by customer.
    pub mails: Vec<PreviewMail>,
}

impl Outcome for PreviewOutcome {}

/// A mail as it would be sent.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PreviewMail {
    /// The phase.
    pub phase: String,
    /// The address it would be sent to.
    pub to: String,
    /// When it would be sent: on the phase's day, or now if that has passed.
    pub leaves: Time,
    /// The subject.
    pub subject: String,
    /// The body.
    pub markdown: String,
    /// The identity of its text, without the personal values.
    pub digest: Digest,
}

/// Renders customers' mails with their personal values; writes nothing.
///
/// # Errors
/// As [`draft`](super::draft::draft); also a customer with no match or several, or usage that a mail quotes and that is
/// unknown.
pub fn preview(app: &App<'_>, request: PreviewRequest) -> Result<PreviewOutcome, Failure> {
    let PreviewRequest { contacts, phases } = request;
    let folder = app.folder()?;
    let definition = folder.definition()?;
    let campaign = &definition.campaign;
    let phases = chosen(campaign, &phases)?;
    let templates = folder.vetted(&definition)?;
    let records = recorded(app, &folder, campaign)?;
    let customers = selection::customers(&records, &contacts)?;
    let texts = phases.into_iter().map(|phase| Texts::new(campaign, &templates, phase).knowing(&records.sent_facts));
    let mut texts: Vec<_> = texts.collect();
    let mut mails = Vec::new();
    for customer in customers {
        for texts in texts.iter_mut().filter(|texts| texts.concerns(customer)) {
            mails.push(mail(app.clock.now(), texts, customer)?);
        }
    }
    Ok(PreviewOutcome { campaign: campaign.name.clone(), mails })
}

fn mail(now: Time, texts: &mut Texts<'_>, customer: &Recipient) -> Result<PreviewMail, Failure> {
    let (campaign, phase) = (texts.campaign(), texts.phase());
    let rendered = texts.render(&texts.inputs(customer));
    let rendered = rendered.map_err(|problem| Failure::invalid(&campaign.name, vec![problem]))?;
    let leaves = campaign.due(phase).filter(|due| *due > now).unwrap_or(now);
    let filled = rendered.form.fill(&campaign.values(customer, leaves), Reading::Markdown);
    let text = filled.ok_or_else(|| {
        let message = format!("the mail of phase `{}` quotes usage of {} that is unknown", phase.name, customer.email);
        let import = Action::new("track").option("usage", "FILE");
        Failure::new(Kind::Refused, message, hint!["import it: ", import])
    })?;
    Ok(PreviewMail {
        phase: phase.name.clone(),
        to: customer.email.to_string(),
        leaves,
        subject: text.subject,
        markdown: text.body,
        digest: rendered.digest,
    })
}
