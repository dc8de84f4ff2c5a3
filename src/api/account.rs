//! Operations on the account, and on the queue of mails that wait for a person.

use super::client::{Api, need};
use super::contract::mailbox;
use super::error::ApiError;
use super::model::{Account, Decided, Mailbox, Suppression, Verdict, Waiting};
use super::retry::Failed;

impl Api {
    /// The mailboxes of the account. Unreadable rows are left out.
    pub async fn mailboxes(&self) -> Result<Vec<Mailbox>, ApiError> {
        need(self.capabilities().reports_modes, "list mailboxes")?;
        self.ask(&mailbox::mailboxes(), mailbox::read_mailboxes).await
    }

    /// The account: plan, quota, whether sending is disabled.
    pub async fn account(&self) -> Result<Account, ApiError> {
        need(self.capabilities().shows_account, "see the account")?;
        self.ask(&mailbox::account(), mailbox::read_account).await
    }

    /// The patterns of addresses whose mail skips approval under `gated_send`. [`ApiError::NotFound`] on an older
    /// server without allowlists.
    pub async fn allowlist(&self, mailbox_id: &str) -> Result<Vec<String>, ApiError> {
        need(self.capabilities().reports_modes, "see who skips approval")?;
        self.ask(&mailbox::allowlist(mailbox_id), mailbox::read_allowlist).await
    }

    /// The whole suppression list, read with the admin key. If its cursors repeat, that is an error: half of it would
    /// look like all of it.
    pub async fn suppressed(&self) -> Result<Vec<Suppression>, ApiError> {
        need(self.capabilities().shows_account, "see the suppression list")?;
        let mut all = Vec::new();
        let ended = self
            .pages(async |cursor| {
                let (rows, next) =
                    self.ask(&mailbox::suppressions(cursor.as_deref()), mailbox::read_suppressions).await?;
                all.extend(rows);
                Ok(next)
            })
            .await?;
        if ended {
            return Ok(all);
        }
        Err(ApiError::Garbage { what: "the cursors of the suppression list repeat".to_owned() })
    }
}

impl Api {
    /// The mails of all mailboxes that wait for a decision; under `gated_all` these include inbound ones.
    pub async fn pending(&self) -> Result<Vec<Waiting>, ApiError> {
        need(self.capabilities().has_queue, "see what waits for approval")?;
        self.ask(&mailbox::waiting(), mailbox::read_waiting).await
    }

    /// Approves or rejects a waiting mail. The API has no batch request for this.
    pub async fn decide(&self, id: &str, verdict: &Verdict) -> Result<Decided, ApiError> {
        need(self.capabilities().has_queue, "decide about mails")?;
        let decided =
            self.with_retry(&mailbox::decide(id, verdict), |reply| mailbox::read_decided(reply, verdict)).await;
        match decided.map_err(Failed::in_all) {
            Err(ApiError::NotFound { .. }) => Ok(Decided::NotWaiting),
            Err(ApiError::Uncertain { then, .. }) if matches!(*then, ApiError::NotFound { .. }) => {
                Ok(Decided::PerhapsByUs)
            }
            other => other,
        }
    }
}
