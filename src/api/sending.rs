//! The send.

use super::client::Api;
use super::error::ApiError;
use super::model::{Outgoing, Receipt};
use super::retry::Failed;

impl Api {
    /// Sends a mail, or learns that the server had it already. On an error, [`ApiError::may_have_arrived`] tells
    /// whether the server could have taken it nonetheless.
    ///
    /// Repeated only where the server keeps the key, or where an attempt certainly did not arrive.
    pub async fn send(&self, mail: &Outgoing) -> Result<Receipt, ApiError> {
        let request = self.contract().send(mail)?;
        self.with_retry(&request, |reply| self.contract().receipt(reply)).await.map_err(Failed::in_all)
    }
}
