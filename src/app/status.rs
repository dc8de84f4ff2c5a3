//! Read-only views: the campaign at a glance and who is not done, or one customer's history. Nothing is written and no
//! server is asked, except by [`sync`](fn@sync).

mod history;
mod sync;

use schemars::JsonSchema;
use serde::Serialize;

use crate::app::failure::{Failure, Kind};
use crate::app::{App, Outcome, ledger, selection};
use crate::campaign::Time;
use crate::campaign::decide::older_text::{is_outdated, older_texts};
use crate::campaign::definition::{Campaign, Scope};
use crate::campaign::hint::Hint;
use crate::campaign::moment::LocalMoment;
use crate::campaign::people::records::Records;
use crate::campaign::review::stale_mails;
use crate::campaign::text::Form;
use crate::campaign::text::rejected::rejected_texts;
use crate::campaign::view::attention::Attention;
use crate::campaign::view::behind::{Straggler, behind};
use crate::campaign::view::next::{Next, TextsState};
use crate::campaign::view::overview::{Overview, overview};
use crate::campaign::view::rejected::rejected_elsewhere;
use crate::store::folder::Folder;

pub use history::{Customer, HistoryOutcome, HistoryRequest, customer_history};
pub use sync::{SyncRequest, sync};

/// The arguments of [`status`].
#[derive(Debug, Clone, Default)]
pub struct StatusRequest {
    /// Only these segments; empty means all.
    pub segments: Vec<String>,
    /// Only these phases; empty means all.
    pub phases: Vec<String>,
    /// List the customers who are not done.
    pub behind: bool,
    /// Fail if a run that `[limits] expect_every` expects is overdue.
    pub require_runs: bool,
}

/// The state of the campaign.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StatusOutcome {
    /// The campaign, and the time of this view.
    #[serde(flatten)]
    pub head: Head,
    /// Counts, forecast, and what needs attention.
    #[serde(flatten)]
    pub overview: Overview,
    /// What to do next; `None` if there is nothing to do.
    pub next: Option<NextStep>,
    /// The customers who are not done, those furthest behind first; omitted unless requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub behind: Option<Vec<Straggler>>,
    /// Set if a run is overdue and the request forbids that.
    #[serde(skip)]
    pub failure: Option<Failure>,
    /// The campaign.
    #[serde(skip)]
    pub definition: Campaign,
    /// The records. Freeing those of a large campaign takes almost as long as reading them; a process that is about to
    /// end can skip that.
    #[serde(skip)]
    pub records: Records,
}

impl Outcome for StatusOutcome {
    fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }
}

/// The campaign, and the time of the view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Head {
    /// The time.
    pub as_of: Time,
    /// The campaign's name.
    pub campaign: String,
    /// The campaign's title.
    pub title: String,
    /// The deadline: the last moment at which the old version works. A segment may have its own.
    pub deadline: LocalMoment,
    /// Whole days until the deadline; negative after it.
    pub days_left: i64,
}

impl Head {
    /// The head for a campaign as of `now`.
    pub fn of(campaign: &Campaign, now: Time) -> Self {
        Self {
            as_of: now,
            campaign: campaign.name.clone(),
            title: campaign.title.clone(),
            deadline: campaign.deadline,
            days_left: campaign.days_left(now),
        }
    }
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NextStep {
    /// The next step.
    #[serde(flatten)]
    pub next: Next,
    /// The command for it.
    pub command: Hint,
}

/// Summarises the campaign from its files.
///
/// # Errors
/// No campaign, no such segment or phase, or the ledger cannot be read.
pub fn status(app: &App<'_>, request: &StatusRequest) -> Result<StatusOutcome, Failure> {
    let folder = app.folder()?;
    let definition = folder.definition()?.campaign;
    selection::segments(&definition, &request.segments)?;
    selection::phases(&definition, &request.phases)?;
    let records = ledger::read_to_answer(app, &folder, &definition)?;
    let (now, scope) = (app.clock.now(), Scope { segments: &request.segments, phases: &request.phases });
    let overview = overview_of(&folder, &definition, &records, now, scope);
    let overdue = overview.attention.iter().find(|item| request.require_runs && item.is_overdue_run());
    let failure = overdue.map(|item| Failure::new(Kind::Partial, "an expected run is overdue", item.message.clone()));
    let next = Next::of(&definition, &overview, |phase| texts_state(&folder, &definition, &records, phase));
    Ok(StatusOutcome {
        head: Head::of(&definition, now),
        overview,
        next: next.map(|next| NextStep { command: next.action().into(), next }),
        failure,
        behind: request.behind.then(|| behind(&definition, &records, scope)),
        definition,
        records,
    })
}

/// The state of a phase's texts, according to its lock and its reviews.
fn texts_state(folder: &Folder, campaign: &Campaign, records: &Records, phase: &str) -> TextsState {
    let lock = folder.drafts(phase).lock().ok().flatten().filter(|lock| lock.is_for(campaign));
    let Some(lock) = lock else { return TextsState::Missing };
    if is_outdated(campaign, records, phase, &lock) {
        return TextsState::Missing;
    }
    let rejected = rejected_texts(records, phase);
    let was_rejected = lock.variants.iter().any(|text| rejected.contains_key(&text.digest));
    if was_rejected { TextsState::Rejected } else { TextsState::Drafted }
}

/// The overview, and the mails that wait for approval and should not be approved as they are: only the text shows which
/// days it states.
pub(super) fn overview_of(
    folder: &Folder,
    campaign: &Campaign,
    records: &Records,
    now: Time,
    scope: Scope<'_>,
) -> Overview {
    let sent = folder.sent();
    let mut overview = overview(campaign, records, now, scope);
    let stale = stale_mails(campaign, records, |digest| Form::of(&sent.text(digest)?).ok(), now).into_iter();
    let stale = stale.filter(|(own, mail, _)| scope.has_phase(&mail.phase) && scope.has_segment(&own.segment));
    overview.attention.extend(stale.map(|(recipient, mail, why)| Attention::stale(recipient, mail, &why)));
    for phase in campaign.phases.iter().filter(|phase| scope.has_phase(&phase.name)) {
        let lock = folder.drafts(&phase.name).lock().ok().flatten();
        let older = older_texts(campaign, records, &phase.name, lock.as_ref());
        let older = older.filter(|(own, mail)| {
            scope.has_segment(&own.segment) && mail.deadline == campaign.reader(&own.segment).deadline()
        });
        overview.attention.extend(older.map(|(recipient, mail)| Attention::older_text(recipient, mail)));
    }
    overview.attention.extend(rejected_elsewhere(campaign, records, scope));
    overview
}
