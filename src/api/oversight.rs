//! Operations on the queue of mails that wait for a person, with the oversight key.

use super::client::{Api, need};
use super::contract::mailbox;
use super::error::ApiError;
use super::model::{Decided, Verdict, Waiting};
use super::retry::Failed;

impl Api {
    /// The mails of all mailboxes that wait for a decision; under `gated_all` inbound ones are among them.
    pub async fn pending(&self) -> Result<Vec<Waiting>, ApiError> {
        need(self.capabilities().has_queue, "see what waits for approval")?;
        self.ask(&mailbox::waiting(), mailbox::read_waiting).await
    }

    /// Decides about a waiting mail. There is no batch form.
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
