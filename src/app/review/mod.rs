//! Reading what waits for approval, text by text, and a person's decision about it.

mod decide;
mod filter;
pub mod outcome;
pub mod queue;
pub mod session;
pub mod text;

use crate::api::Verdict;
use crate::app::App;
use crate::app::failure::{Failure, Kind};
use crate::app::observer::{Question, agreed};
use crate::app::review::outcome::{Results, ReviewOutcome};
use crate::app::review::session::ReviewSession;
use crate::campaign::hint::Action;
use crate::campaign::review::{Group, Item};
use crate::campaign::text::presentable;

/// Which of the waiting mails a review is about, and what is decided about them.
#[derive(Debug, Clone, Default)]
pub struct ReviewRequest {
    /// Only these phases; all where none is named.
    pub phases: Vec<String>,
    /// Only these texts, each by its draft's name or the start of its digest; all where none is named.
    pub texts: Vec<String>,
    /// Only these customers' mails, each decided by itself; all where nobody is named.
    pub contacts: Vec<String>,
    /// What is decided; `None` decides nothing.
    pub verdict: Option<Verdict>,
    /// Who decides; recorded with the decision.
    pub by: Option<String>,
    /// The difference that a reviewer has read and accepts, by its name: mails that all differ like this are approved as they are.
    pub accept_change: Option<String>,
    /// Do not ask before deciding.
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
    /// Whether it is about each mail by itself, not about their text.
    pub by_itself: bool,
    /// The difference from what was submitted that is accepted, by its name.
    pub accept_change: Option<String>,
}

impl ReviewDecision {
    /// Whether it lets mails out.
    pub fn approves(&self) -> bool {
        self.verdict == Verdict::Approve
    }

    /// Whether it may include a mail.
    pub fn includes(&self, item: &Item<'_>) -> bool {
        let is_accepted = self.approves() && self.accept_change.is_some() && item.change() == self.accept_change;
        is_accepted || item.may_be_decided(self.approves(), self.by_itself)
    }
}

/// Compares what waits for approval with what was submitted, and approves or rejects it where the request says so.
///
/// # Errors
/// No campaign, no ledger, no reviewer's key, a name that fits nothing, or a decision without a name, a reason or a yes; nothing
/// was decided then.
pub async fn review(app: &App<'_>, request: ReviewRequest) -> Result<ReviewOutcome, Failure> {
    let decision = request.decision()?;
    let session = ReviewSession::open(app, &request).await?;
    let review = session.waiting()?;
    let mut results = Results::default();
    if let Some(decision) = decision {
        request.one_phase(&review)?;
        let items: Vec<&Item<'_>> =
            review.groups.iter().flat_map(Group::items).filter(|item| decision.includes(item)).collect();
        if !items.is_empty() {
            let texts: Vec<_> = review.groups.iter().map(|group| session.text(group, &results)).collect();
            let question = Question::Decide { approve: decision.approves(), mails: items.len(), texts: &texts };
            agreed(app, request.yes, question, request.again(&decision)).await?;
            session.decide(&items, &decision, &mut results).await?;
        }
    }
    Ok(session.outcome(&review, results))
}

impl ReviewRequest {
    fn decision(&self) -> Result<Option<ReviewDecision>, Failure> {
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

    /// The same request, to be made once more.
    fn again(&self, decision: &ReviewDecision) -> Action {
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
