//! Shows what waits for approval, text by text, and carries out a person's decision about it.

mod decide;
mod filter;
pub mod outcome;
pub mod queue;
mod request;
mod results;
pub mod session;
mod summary;

use crate::app::App;
use crate::app::failure::Failure;
use crate::app::observer::Question;
use crate::app::review::outcome::ReviewOutcome;
use crate::app::review::session::ReviewSession;
use crate::campaign::review::{Group, Item};

pub use request::{ReviewDecision, ReviewRequest};
pub use results::{MailState, Results};

/// Compares what waits for approval with what was submitted, and approves or rejects it if requested.
///
/// # Errors
/// No campaign, no ledger, no reviewer's key, a name without a match, or a decision without a name, a reason or a
/// confirmation; nothing is then decided.
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
            app.agreed(request.yes, question, request.again(&decision)).await?;
            session.decide(&items, &decision, &mut results).await?;
        }
    }
    Ok(session.outcome(&review, results))
}
