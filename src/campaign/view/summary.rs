//! All there is to tell of a campaign, for those who report on it.

use std::collections::{BTreeMap, BTreeSet};

use super::attention::Attention;
use super::behind::{Straggler, behind};
use super::overview::{Overview, overview};
use super::timeline::{Timeline, timeline};
use crate::campaign::Time;
use crate::campaign::definition::Campaign;
use crate::campaign::mail::Mail;
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;
use crate::campaign::review::stale_mails;
use crate::campaign::text::digest::Digest;
use crate::campaign::text::{Form, Text};

/// The whole of it.
#[derive(Debug)]
pub struct Summary<'a> {
    /// The campaign.
    pub campaign: &'a Campaign,
    /// Its recipients.
    pub records: &'a Records,
    /// As of when.
    pub now: Time,
    /// Segments, phases, forecast, what to look at.
    pub overview: Overview,
    /// The stages day by day.
    pub timeline: Timeline,
    /// Who is not done.
    pub behind: Vec<Straggler<'a>>,
    /// What was told: each text that left, by phase.
    pub texts: Vec<Sent<'a>>,
}

/// One text, and to whom it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent<'a> {
    /// The phase.
    pub phase: &'a str,
    /// Which reviewed text.
    pub variant: Digest,
    /// The segments its recipients belong to now.
    pub segments: BTreeSet<&'a str>,
    /// The mails with it, whatever became of them.
    pub mails: usize,
    /// Of those, the ones that arrived.
    pub arrived: usize,
    /// When the first one left.
    pub first: Time,
    /// And the last.
    pub last: Time,
    /// The text, its personal values left open; `None` where it was not kept.
    pub text: Option<Text>,
}

impl<'a> Summary<'a> {
    /// Sums up the records as of `now`. `kept` finds the text of a digest.
    pub fn of(campaign: &'a Campaign, records: &'a Records, now: Time, kept: impl Fn(Digest) -> Option<Text>) -> Self {
        let stale = stale_mails(campaign, records, |digest| Form::of(&kept(digest)?).ok(), now);
        let mut overview = overview(campaign, records, now, None, None);
        overview.attention.extend(stale.iter().map(|(recipient, mail, why)| Attention::stale(recipient, mail, why)));
        Self {
            campaign,
            records,
            now,
            overview,
            timeline: timeline(campaign, records, now),
            behind: behind(records, None),
            texts: texts(campaign, records, kept),
        }
    }

    /// In one word what became of a recipient's mail of a phase, and when; `None` where there is no mail.
    pub fn outcome(&self, recipient: &Recipient, phase: &str) -> Option<(String, Time)> {
        let mail = recipient.mail(phase)?;
        Some((mail.outcome().to_string().replace('_', " "), mail.reached_at().or(mail.taken()).unwrap_or(mail.sending)))
    }
}

/// The texts in the order of the phases, those that went to most first.
fn texts<'a>(campaign: &Campaign, records: &'a Records, kept: impl Fn(Digest) -> Option<Text>) -> Vec<Sent<'a>> {
    let mut sent: BTreeMap<(usize, Digest), Sent<'a>> = BTreeMap::new();
    for recipient in records.recipients() {
        for mail in &recipient.mails {
            let place = campaign.phases.iter().position(|phase| phase.name == mail.phase).unwrap_or(usize::MAX);
            let text = || Sent::nobody_yet(mail, kept(mail.variant));
            sent.entry((place, mail.variant)).or_insert_with(text).count(recipient, mail);
        }
    }
    let mut sent: Vec<_> = sent.into_iter().collect();
    sent.sort_by_key(|((place, _), text)| (*place, std::cmp::Reverse(text.mails)));
    sent.into_iter().map(|(_, text)| text).collect()
}

impl<'a> Sent<'a> {
    fn nobody_yet(mail: &'a Mail, text: Option<Text>) -> Self {
        let (first, last) = (mail.sending, mail.sending);
        let segments = BTreeSet::new();
        Self { phase: &mail.phase, variant: mail.variant, segments, mails: 0, arrived: 0, first, last, text }
    }

    fn count(&mut self, recipient: &'a Recipient, mail: &Mail) {
        self.segments.insert(&recipient.segment);
        self.mails += 1;
        self.arrived += usize::from(mail.reached());
        (self.first, self.last) = (self.first.min(mail.sending), self.last.max(mail.sending));
    }
}
