//! The arguments of `review`.

use crate::api::Verdict;
use crate::app::review::ReviewRequest;

/// The arguments of `review`.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("decision").args(["approve", "reject"])))]
#[command(group(clap::ArgGroup::new("which").args(["phase", "variant", "contact"]).multiple(true)))]
pub struct ReviewArgs {
    /// Only this phase; may be repeated
    #[arg(long, value_name = "PHASE")]
    phase: Vec<String>,
    /// Only this text: its draft's name, or the start of its digest; may be repeated
    #[arg(long, value_name = "TEXT")]
    variant: Vec<String>,
    /// Only this customer's mail; the way to decide on one that was set aside; may be repeated
    #[arg(long, value_name = "CUSTOMER")]
    contact: Vec<String>,
    /// Approve the selected mails, except those set aside
    #[arg(long, requires = "which")]
    approve: bool,
    /// Also approve mails that all differ from what was submitted in the same way; `review` shows and names the change
    #[arg(long, value_name = "CHANGE", requires = "approve")]
    accept_change: Option<String>,
    /// Reject the selected mails; a rejected text is not sent again
    #[arg(long, requires = "which", requires = "reason")]
    reject: bool,
    /// The reason for the rejection, shown to the authors
    #[arg(long, value_name = "REASON", requires = "reject", conflicts_with = "approve", value_parser = super::parse_reason)]
    reason: Option<String>,
    /// Who decides; recorded with the decision
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// Do not ask
    #[arg(long, requires = "decision")]
    yes: bool,
    /// Take over the lock of a dead run on another host
    #[arg(long)]
    break_lock: bool,
}

impl ReviewArgs {
    /// The request these arguments make.
    pub fn request(&self) -> ReviewRequest {
        let reject = self.reject.then(|| Verdict::Reject { reason: self.reason.clone().unwrap_or_default() });
        ReviewRequest {
            phases: self.phase.clone(),
            texts: self.variant.clone(),
            contacts: self.contact.clone(),
            verdict: if self.approve { Some(Verdict::Approve) } else { reject },
            accept_change: self.accept_change.clone(),
            by: self.by.clone(),
            yes: self.yes,
            break_lock: self.break_lock,
        }
    }
}
