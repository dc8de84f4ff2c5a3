//! The request for a review: which mails, and what to decide about them.

use crate::api::Verdict;
use crate::app::failure::{Failure, Kind};
use crate::campaign::hint::Action;
use crate::campaign::review::Item;
use crate::campaign::text::presentable;

/// Which of the waiting mails to review, and what to decide about them.
#[derive(Debug, Clone, Default)]
pub struct ReviewRequest {
    /// Only these phases; empty means all.
    pub phases: Vec<String>,
    /// Only these texts, each by its draft's name or the start of its digest; empty means all.
    pub texts: Vec<String>,
    /// Only these customers' mails, each decided individually; empty means all.
    pub contacts: Vec<String>,
    /// The decision; `None` decides nothing.
    pub verdict: Option<Verdict>,
    /// Who decides; recorded with the decision.
    pub by: Option<String>,
    /// The id of a difference that a reviewer has read and accepts: mails that all differ in this way are approved as
    /// they are.
    pub accept_change: Option<String>,
    /// Do not ask for confirmation before deciding.
    pub yes: bool,
    /// Take over the lock of a dead run on another host.
    pub break_lock: bool,
}

/// A person's decision about waiting mails.
#[derive(Debug, Clone)]
pub struct ReviewDecision {
    /// What was decided.
    pub verdict: Verdict,
    /// Who decided.
    pub by: String,
    /// Whether it applies to single mails, not to their text.
    pub by_itself: bool,
    /// The id of the difference from the submitted text that is accepted.
    pub accept_change: Option<String>,
}

impl ReviewDecision {
    /// Whether it is an approval.
    pub fn approves(&self) -> bool {
        self.verdict == Verdict::Approve
    }

    /// Whether it may include a mail.
    pub fn includes(&self, item: &Item<'_>) -> bool {
        let is_accepted = self.approves() && self.accept_change.is_some() && item.change() == self.accept_change;
        is_accepted || item.may_be_decided(self.approves(), self.by_itself)
    }
}

impl ReviewRequest {
    pub(super) fn decision(&self) -> Result<Option<ReviewDecision>, Failure> {
        let verdict = match &self.verdict {
            None => return Ok(None),
            Some(Verdict::Approve) => Verdict::Approve,
            Some(Verdict::Reject { reason }) if reason.trim().is_empty() => {
                let hint = "add --reason TEXT: the authors have to know what to change";
                return Err(Failure::new(Kind::Usage, "a rejection needs a reason", hint));
            }
            Some(Verdict::Reject { reason }) => Verdict::Reject { reason: reason.trim().to_owned() },
        };
        let by = self.by.as_deref().map(presentable).unwrap_or_default();
        if by.is_empty() {
            let hint = "add --by NAME: it is recorded with the decision";
            return Err(Failure::new(Kind::Usage, "the reviewer is not named; nothing was decided", hint));
        }
        Ok(Some(ReviewDecision {
            verdict,
            by,
            by_itself: !self.contacts.is_empty(),
            accept_change: self.accept_change.clone(),
        }))
    }

    /// The action that repeats this request.
    pub(super) fn again(&self, decision: &ReviewDecision) -> Action {
        let action = match decision.verdict {
            Verdict::Approve => Action::new("review").flag("approve"),
            Verdict::Reject { .. } => Action::new("review").flag("reject").option("reason", "…"),
        };
        let action = action.options("phase", &self.phases).options("variant", &self.texts);
        let action = match &self.accept_change {
            Some(change) => action.option("accept-change", change.as_str()),
            None => action,
        };
        action.options("contact", &self.contacts).option("by", "NAME")
    }
}
