//! Finding the affected customers and recording them by segment.

use schemars::JsonSchema;
use serde::Serialize;

use crate::app::failure::Failure;
use crate::app::session::{LedgerView, Session};
use crate::app::{App, Outcome};
use crate::campaign::decide::gates::{Refusal, told_elsewhere, told_gate};
use crate::campaign::people::cohort::{Count, Odd};

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct SegmentRequest {
    /// Record nothing.
    pub dry_run: bool,
    /// Contacts may carry the campaign's tags although the ledger knows of no mail to them: something else told them.
    pub adopt: bool,
    /// Take over the lock of a run on another host that is known to be dead.
    pub break_lock: bool,
}

/// Who was found.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SegmentOutcome {
    /// The campaign's name.
    pub campaign: String,
    /// Whether nothing was recorded.
    pub dry_run: bool,
    /// Segment by segment, in the campaign's order.
    pub segments: Vec<Count>,
    /// Contacts with something odd about them, each with what it is.
    pub odd: Vec<Odd>,
    /// How many contacts carry the campaign's tag although no mail to them is known.
    pub told_elsewhere: usize,
    /// Whether the server said which addresses it will not deliver to.
    pub suppression_known: bool,
}

impl Outcome for SegmentOutcome {}

impl SegmentOutcome {
    /// How many customers were found in all segments.
    pub fn found(&self) -> usize {
        self.segments.iter().map(|count| count.found).sum()
    }
}

/// Asks the server for the contacts of all segments, and records who came, moved or left.
///
/// # Errors
/// No campaign, no key, another run holds the ledger, or the server cannot be asked; nothing is recorded then.
pub async fn segment(app: &App<'_>, request: SegmentRequest) -> Result<SegmentOutcome, Failure> {
    let folder = app.folder()?;
    let campaign = folder.definition()?.campaign;
    let ledger = LedgerView::open(app, &folder, &campaign, "segment", request.dry_run, request.break_lock).await?;
    let mut session = Session::open(app, &folder, &campaign, ledger).await?;
    let told = told_elsewhere(&campaign, session.ledger.records()).count();
    if request.adopt {
        session.ledger.records_mut().adopted = Some(app.clock.now());
    } else if let Some(Refusal { what, hint }) = told_gate(&campaign, session.ledger.records()) {
        app.observer.warn(format!("{what}, so nothing will be sent; {hint}"));
    }
    session.ledger.save()?;
    Ok(SegmentOutcome {
        campaign: campaign.name,
        dry_run: request.dry_run,
        told_elsewhere: told,
        segments: session.census.segments,
        odd: session.census.odd,
        suppression_known: session.suppression_known,
    })
}
