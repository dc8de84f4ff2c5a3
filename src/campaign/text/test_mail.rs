//! Test mails: a customer's mail, sent to a colleague. No ledger records them, and none is ever taken for a customer's.

use std::collections::BTreeMap;

use crate::campaign::Time;
use crate::campaign::definition::problem::Problem;
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::digest::Digest;
use crate::campaign::people::recipient::Recipient;
use crate::campaign::text::variant::Texts;
use crate::campaign::text::{Reading, Text};

pub use crate::campaign::mail::settlement::MARK;

/// A customer's mail for a colleague.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestMail<'a> {
    /// The customer whose mail it is.
    pub recipient: &'a Recipient,
    /// The text it is made from.
    pub variant: Digest,
    /// The marked mail; `None` if the text states something unknown about the customer.
    pub text: Option<Text>,
}

/// The key of a test mail. `nonce` belongs to the run: a second test sends a second mail, and a repeated attempt
/// does not.
pub(crate) fn test_key(campaign: &str, phase: &str, to: &str, test: &TestMail<'_>, nonce: &str) -> String {
    let variant = test.variant.to_string();
    format!("mmig-test-{}", Digest::of(&["test", campaign, phase, to, test.recipient.key(), &variant, nonce]))
}

/// The test mails of a phase: for each text, the mail of the first of these recipients about whom everything it states
/// is known. Days count from the day it is sent.
pub fn test_mails<'a>(
    recipients: impl Iterator<Item = &'a Recipient>,
    texts: &mut Texts<'_>,
    reading: Reading,
    now: Time,
) -> Result<Vec<TestMail<'a>>, Problem> {
    let leaves = leaves(texts.campaign(), texts.phase(), now);
    let mut chosen: BTreeMap<Digest, (usize, TestMail<'a>)> = BTreeMap::new();
    for (place, recipient) in recipients.enumerate() {
        let rendered = texts.render(&texts.inputs(recipient))?;
        if chosen.get(&rendered.digest).is_some_and(|(_, known)| known.text.is_some()) {
            continue;
        }
        let filled = rendered.form.fill(&texts.campaign().values(recipient, leaves), reading);
        let text = filled.map(|text| Text { subject: format!("{MARK}{}", text.subject), ..text });
        let mail = TestMail { recipient, variant: rendered.digest, text };
        chosen.insert(rendered.digest, (place, mail));
    }
    let mut chosen: Vec<_> = chosen.into_values().collect();
    chosen.sort_by_key(|(place, _)| *place);
    Ok(chosen.into_iter().map(|(_, mail)| mail).collect())
}

/// When the phase's mails are sent, if they are submitted in time.
fn leaves(campaign: &Campaign, phase: &Phase, now: Time) -> Time {
    campaign.due(phase).filter(|due| *due > now).unwrap_or(now)
}
