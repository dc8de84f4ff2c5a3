//! Asks the server for the status of mails, replies and customers who left; cancels what must no longer be sent, and
//! updates the server's tags.

use schemars::JsonSchema;
use serde::Serialize;

use super::{approvals, bookkeeping, track};
use crate::app::cancel::{Cancelled, cancel_mails};
use crate::app::failure::Failure;
use crate::app::lost::refuse_if_lost;
use crate::app::remote::Remote;
use crate::app::session::{LedgerView, Session};
use crate::app::{App, Outcome, Run, selection};
use crate::campaign::Time;
use crate::campaign::hint::Action;
use crate::campaign::people::cohort::{Count, Odd};

/// The arguments of [`follow`].
#[derive(Debug, Clone, Default)]
pub struct FollowRequest {
    /// Take over the lock of a dead run on another host.
    pub break_lock: bool,
}

/// What the server reported.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FollowOutcome {
    /// The campaign's name.
    pub campaign: String,
    /// When the server was asked.
    pub tracked: Option<Time>,
    /// Mails whose status changed.
    pub mails_changed: usize,
    /// Customers who wrote.
    pub replies: usize,
    /// Automatic replies, which say nothing about the customer.
    pub automatic_replies: usize,
    /// Customers whose reply has been answered.
    pub replies_answered: usize,
    /// Segment by segment, in the campaign's order.
    pub segments: Vec<Count>,
    /// Contacts with something unusual about them.
    pub odd: Vec<Odd>,
    /// Why contact tags are no longer written; `None` while they are.
    pub tags_stopped: Option<String>,
    /// The mails that became obsolete while they waited.
    #[serde(flatten)]
    pub cancelled: Cancelled,
    /// Whether the server reports what was delivered.
    #[serde(skip)]
    pub reports_delivery: bool,
    /// Why some were not cancelled.
    #[serde(skip)]
    pub failure: Option<Failure>,
}

impl Outcome for FollowOutcome {
    fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }
}

/// Updates the ledger from the server, cancels obsolete mails, and updates the server's tags.
///
/// # Errors
/// No campaign, no key, another run holds the ledger, no customer of the campaign is found any more, or the server
/// cannot be reached.
pub async fn follow(app: &App<'_>, request: FollowRequest) -> Result<FollowOutcome, Failure> {
    let folder = app.folder()?;
    let campaign = folder.definition()?.campaign;
    let ledger = LedgerView::open(app, &folder, &campaign, "track", false, request.break_lock).await?;
    let mut session = Session::open(app, &folder, &campaign, ledger).await?;
    session.refuse_if_all_left()?;
    session.refuse_mass_leaving()?;
    let run = Run { app, folder: &folder, campaign: &campaign };
    refuse_if_lost(&run, &session).await?;
    let news = track(&run, session.ledger.records_mut(), &session.remote).await?;
    session.ledger.save()?;
    let targets = session.overtaken(&campaign);
    let mut cancelled = Cancelled::default();
    if let LedgerView::Open(ledger) = &mut session.ledger {
        cancelled = cancel_mails(&run, targets, ledger, &session.remote).await?;
        bookkeeping::keep(&run, ledger, &session.remote).await;
    }
    session.ledger.save()?;
    let records = session.ledger.records();
    Ok(FollowOutcome {
        tracked: records.tracked,
        mails_changed: news.mails,
        replies: news.replies,
        automatic_replies: news.automatic,
        replies_answered: news.answered,
        tags_stopped: records.tags_stopped.clone(),
        failure: cancelled.failure(&Action::new("track")),
        cancelled,
        reports_delivery: session.remote.api.capabilities().reports_delivery,
        segments: session.census.segments,
        odd: session.census.odd,
        campaign: campaign.name,
    })
}

/// Asks the server who approved the mails of one customer, as evidence.
///
/// # Errors
/// `who` names no customer or several; no key, another run holds the ledger, or the server cannot be
/// reached.
pub async fn sync_approvals(app: &App<'_>, who: &str) -> Result<(), Failure> {
    let folder = app.folder()?;
    let campaign = folder.definition()?.campaign;
    let mut ledger = LedgerView::open(app, &folder, &campaign, "track", false, false).await?;
    let key = selection::customer(ledger.records(), who)?.key().to_owned();
    let remote = Remote::open(app, &campaign).await?;
    if remote.api.capabilities().lists_mail {
        let run = Run { app, folder: &folder, campaign: &campaign };
        approvals(&run, ledger.records_mut(), &remote, &key).await?;
    }
    ledger.save()
}
