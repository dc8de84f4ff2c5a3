//! Which deadline a customer goes by: what those mails told that reached them, or may have.

use super::recipient::Recipient;
use super::stage::Stage;
use crate::campaign::mail::{Mail, Outcome};
use crate::campaign::moment::LocalMoment;

impl Mail {
    /// Whether the customer reads, or may have read, what it tells. One that waits for its day is not read yet.
    pub fn tells(&self) -> bool {
        match self.outcome() {
            Outcome::Sending | Outcome::Unknown | Outcome::Submitted | Outcome::Delivered => true,
            Outcome::PendingApproval => self.send_at.is_none(),
            Outcome::Scheduled
            | Outcome::Bounced
            | Outcome::Rejected
            | Outcome::Cancelled
            | Outcome::Failed
            | Outcome::Waiting
            | Outcome::Excluded => false,
        }
    }
}

impl Recipient {
    /// The deadline the customer went by before a phase's mail, or goes by while there is none: the one that the last
    /// mail told. `None` where no mail told any.
    pub fn told_before(&self, phase: &str) -> Option<LocalMoment> {
        let own = self.mails.iter().position(|mail| mail.phase == phase && !mail.is_void());
        last_told(&self.mails[..own.unwrap_or(self.mails.len())])
    }

    /// Whether the customer has work to do, and goes by another deadline than this one.
    pub(crate) fn goes_by_another(&self, deadline: LocalMoment) -> bool {
        let told_another = last_told(&self.mails).is_some_and(|told| told != deadline);
        told_another && self.left.is_none() && self.stage() < Stage::Completed
    }

    /// Whether a mail that is not out yet is going to tell another deadline than this one.
    pub(crate) fn is_to_read_another(&self, deadline: LocalMoment) -> bool {
        let waits = |mail: &Mail| matches!(mail.outcome(), Outcome::PendingApproval | Outcome::Scheduled);
        self.mails.iter().any(|mail| waits(mail) && mail.deadline != deadline)
    }
}

/// What the last of these mails told, in the order in which they leave.
fn last_told(mails: &[Mail]) -> Option<LocalMoment> {
    mails.iter().filter(|mail| mail.tells()).max_by_key(|mail| mail.leaves()).map(|mail| mail.deadline)
}
