//! Asks the server before showing a view.

use crate::app::App;
use crate::app::failure::Failure;
use crate::app::track::{FollowRequest, follow, sync_approvals};

/// The arguments of [`sync`].
#[derive(Debug, Clone, Default)]
pub struct SyncRequest {
    /// Take over the lock of a dead run on another host.
    pub break_lock: bool,
    /// Also ask who approved each mail of this customer.
    pub approvals_of: Option<String>,
}

/// Updates the ledger as `track` does, for a view that follows.
///
/// # Errors
/// No campaign, no key, another run holds the ledger, the server cannot be reached, or no customer
/// matches.
pub async fn sync(app: &App<'_>, request: SyncRequest) -> Result<(), Failure> {
    follow(app, FollowRequest { break_lock: request.break_lock }).await?;
    match request.approvals_of {
        Some(who) => sync_approvals(app, &who).await,
        None => Ok(()),
    }
}
