//! Mails that have not been sent yet and no longer should be, because they are obsolete.

use std::collections::HashSet;

use crate::campaign::address::Address;
use crate::campaign::definition::audience::{Audience, Verdict};
use crate::campaign::definition::stage::Stage;
use crate::campaign::definition::{Campaign, CampaignState};
use crate::campaign::mail::withdrawal::Withdrawal;
use crate::campaign::mail::{Accepted, Mail};
use crate::campaign::people::accounts::Accounts;
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;

/// A mail to cancel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The recipient's key.
    pub key: String,
    /// The recipient's address.
    pub email: String,
    /// The phase.
    pub phase: String,
    /// The mail at the server.
    pub accepted: Accepted,
    /// Why it is obsolete; `None` if a person asked to cancel it.
    pub why: Option<Withdrawal>,
}

impl Target {
    /// The mail as a target, if the server has an id for it.
    pub fn of(recipient: &Recipient, mail: &Mail, why: Option<Withdrawal>) -> Option<Self> {
        let accepted = mail.accepted().filter(|accepted| !accepted.id.is_empty())?.clone();
        let (key, email) = (recipient.key().to_owned(), recipient.email.to_string());
        Some(Self { key, email, phase: mail.phase.to_string(), accepted, why })
    }
}

/// The mails whose customers finished, left or moved on while the mails waited at the server.
pub fn overtaken(campaign: &Campaign, records: &Records, suppressed: &HashSet<Address>) -> Vec<Target> {
    // If no customer at all is found, the server has more likely failed than every customer left.
    let anybody = records.recipients().iter().any(|recipient| recipient.left.is_none());
    let (mut targets, accounts) = (Vec::new(), Accounts::of(campaign, records));
    for recipient in records.recipients() {
        for mail in recipient.mails.iter().filter(|mail| mail.waits()) {
            let why = overtaken_by(campaign, recipient, mail, suppressed);
            let why = why.or_else(|| overtaken_through(&accounts, campaign, recipient, mail));
            let why = why.filter(|why| anybody || *why != Withdrawal::Left);
            targets.extend(why.and_then(|why| Target::of(recipient, mail, Some(why))));
        }
    }
    targets
}

/// Why it is obsolete through another contact of the same customer.
fn overtaken_through(
    accounts: &Accounts<'_>,
    campaign: &Campaign,
    recipient: &Recipient,
    mail: &Mail,
) -> Option<Withdrawal> {
    let phase = campaign.phase(&mail.phase)?;
    let is_done = phase.audience != Audience::Completed && accounts.is_done(recipient);
    let waits = phase.reminds() && accounts.waits(recipient);
    is_done.then_some(Withdrawal::Completed).or(waits.then_some(Withdrawal::Unanswered))
}

/// Why a waiting mail is obsolete; `None` if its phase is no longer in the campaign.
pub(crate) fn overtaken_by(
    campaign: &Campaign,
    recipient: &Recipient,
    mail: &Mail,
    suppressed: &HashSet<Address>,
) -> Option<Withdrawal> {
    if recipient.left.is_some() {
        return Some(Withdrawal::Left);
    }
    if campaign.state != CampaignState::Active {
        return Some(Withdrawal::Paused);
    }
    let stage = recipient.stage();
    let phase = campaign.phase(&mail.phase)?;
    if !phase.is_for(&recipient.segment) {
        return Some(Withdrawal::OtherSegment);
    }
    match phase.audience.verdict(stage) {
        Verdict::NotYet => Some(Withdrawal::NotCompleted),
        Verdict::Past if stage == Stage::Completed => Some(Withdrawal::Completed),
        Verdict::Past => Some(Withdrawal::FurtherAlong),
        Verdict::In => {
            let listed = recipient.address().is_ok_and(|address| suppressed.contains(&address));
            let unanswered = phase.reminds() && recipient.unanswered().is_some();
            listed.then_some(Withdrawal::Suppressed).or(unanswered.then_some(Withdrawal::Unanswered))
        }
    }
}
