//! Finds the affected customers and records them by segment.

use schemars::JsonSchema;
use serde::Serialize;

use crate::app::failure::{Failure, Kind};
use crate::app::observer::Question;
use crate::app::session::{LedgerView, MassLeaving, Session};
use crate::app::{App, Outcome};
use crate::campaign::decide::gates::{Refusal, notified_elsewhere, notified_elsewhere_gate};
use crate::campaign::hint::Action;
use crate::campaign::people::cohort::{Count, Odd};

/// The arguments of [`segment`].
#[derive(Debug, Clone, Default)]
pub struct SegmentRequest {
    /// Record nothing.
    pub dry_run: bool,
    /// Accept contacts that carry the campaign's tags although the ledger has no mail to them: they were notified in
    /// some other way.
    pub adopt: bool,
    /// Skip the question that a large number of missing customers raises.
    pub yes: bool,
    /// Take over the lock of a dead run on another host.
    pub break_lock: bool,
}

/// The customers that were found.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SegmentOutcome {
    /// The campaign's name.
    pub campaign: String,
    /// Whether this was a dry run.
    pub dry_run: bool,
    /// Segment by segment, in the campaign's order.
    pub segments: Vec<Count>,
    /// Contacts with something unusual about them.
    pub odd: Vec<Odd>,
    /// How many contacts carry the campaign's tag although no mail to them is known.
    pub told_elsewhere: usize,
    /// Whether the server reported its suppression list.
    pub suppression_known: bool,
}

impl Outcome for SegmentOutcome {}

impl SegmentOutcome {
    /// How many customers were found in all segments.
    pub fn found(&self) -> usize {
        self.segments.iter().map(|count| count.found).sum()
    }
}

/// Asks the server for the contacts of all segments, and records who joined, moved or left.
///
/// # Errors
/// No campaign, no key, another run holds the ledger, or the server cannot be reached; nothing is then
/// recorded.
pub async fn segment(app: &App<'_>, request: SegmentRequest) -> Result<SegmentOutcome, Failure> {
    let folder = app.folder()?;
    let campaign = folder.definition()?.campaign;
    let ledger = LedgerView::open(app, &folder, &campaign, "segment", request.dry_run, request.break_lock).await?;
    let mut session = Session::open(app, &folder, &campaign, ledger).await?;
    if let Some(leaving) = session.mass_leaving().filter(|_| !request.dry_run) {
        confirm(app, &request, &leaving).await?;
    }
    let elsewhere = notified_elsewhere(&campaign, session.ledger.records()).count();
    if request.adopt {
        session.ledger.records_mut().adopted = Some(app.clock.now());
    } else if let Some(Refusal { what, hint }) = notified_elsewhere_gate(&campaign, session.ledger.records()) {
        app.observer.warn(format!("{what}, so nothing will be sent; {hint}"));
    }
    session.ledger.save()?;
    Ok(SegmentOutcome {
        campaign: campaign.name,
        dry_run: request.dry_run,
        told_elsewhere: elsewhere,
        segments: session.census.segments,
        odd: session.census.odd,
        suppression_known: session.suppression_known,
    })
}

/// Asks whether so many customers really left.
async fn confirm(app: &App<'_>, request: &SegmentRequest, leaving: &MassLeaving) -> Result<(), Failure> {
    app.observer.note(format!("{leaving}: {}", leaving.shown().join(", ")));
    let question = Question::Words(format!("{leaving}; record that they left?"));
    let again = Action::new("segment").flag_if(request.adopt, "adopt");
    let answered = app.agreed(request.yes, question, again).await;
    // Only a person may confirm this.
    answered.map_err(|failure| match failure.kind {
        Kind::Usage => Failure { kind: Kind::Refused, message: format!("{leaving}: {}", failure.message), ..failure },
        _ => failure,
    })
}
