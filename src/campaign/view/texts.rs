//! Which texts were sent, and to whom.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::Serialize;

use crate::campaign::Time;
use crate::campaign::definition::Campaign;
use crate::campaign::digest::Digest;
use crate::campaign::mail::Mail;
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;
use crate::campaign::text::Text;

/// One text, and who it was sent to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SentText {
    /// The phase.
    #[schemars(with = "String")]
    pub phase: CompactString,
    /// The digest of the reviewed text.
    pub digest: Digest,
    /// The segments its recipients belong to now.
    #[schemars(with = "BTreeSet<String>")]
    pub segments: BTreeSet<CompactString>,
    /// How many mails have it, whatever their fate.
    pub mails: usize,
    /// How many of those arrived.
    pub delivered: usize,
    /// When the first one was sent.
    pub first: Time,
    /// When the last one was sent.
    pub last: Time,
    /// The subject, without personal values; `None` if the text was not kept.
    pub subject: Option<String>,
    /// The body, also without personal values; `None` if the text was not kept.
    pub markdown: Option<String>,
}

/// The texts in the order of the phases, those with the most mails first. `kept` finds the text with a
/// digest.
pub(crate) fn sent_texts(
    campaign: &Campaign,
    records: &Records,
    kept: impl Fn(Digest) -> Option<Text>,
) -> Vec<SentText> {
    let mut sent: BTreeMap<(usize, Digest), SentText> = BTreeMap::new();
    for recipient in records.recipients() {
        for mail in &recipient.mails {
            let place = campaign.phases.iter().position(|phase| phase.name == mail.phase).unwrap_or(usize::MAX);
            let text = || SentText::to_nobody(mail, kept(mail.variant));
            sent.entry((place, mail.variant)).or_insert_with(text).count(recipient, mail);
        }
    }
    let mut sent: Vec<_> = sent.into_iter().collect();
    sent.sort_by_key(|((place, _), text)| (*place, Reverse(text.mails)));
    sent.into_iter().map(|(_, text)| text).collect()
}

impl SentText {
    fn to_nobody(mail: &Mail, text: Option<Text>) -> Self {
        let (subject, markdown) = text.map(|text| (text.subject, text.body)).unzip();
        Self {
            phase: mail.phase.clone(),
            digest: mail.variant,
            segments: BTreeSet::new(),
            mails: 0,
            delivered: 0,
            first: mail.sending,
            last: mail.sending,
            subject,
            markdown,
        }
    }

    fn count(&mut self, recipient: &Recipient, mail: &Mail) {
        if !self.segments.contains(&recipient.segment) {
            self.segments.insert(recipient.segment.clone());
        }
        self.mails += 1;
        self.delivered += usize::from(mail.reached());
        (self.first, self.last) = (self.first.min(mail.sending), self.last.max(mail.sending));
    }
}
