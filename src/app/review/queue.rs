//! A campaign's part of the server's approval queue, read with the reviewer's key.

use secrecy::SecretString;

use crate::api::{Api, ApiError, Choice, Direction, Waiting};
use crate::app::App;
use crate::app::access::Access;
use crate::app::failure::{Failure, Kind};
use crate::app::remote::{connect, the_one};
use crate::app::settings::{KEY, OVERSIGHT_KEY};
use crate::campaign::definition::Campaign;
use crate::campaign::hint::Action;
use crate::campaign::review::Queued;
use crate::campaign::text::Text;
use crate::hint;

/// The queue, as a reviewer of this campaign sees it.
#[derive(Debug)]
pub struct Oversight {
    /// The client, with the reviewer's key.
    pub api: Api,
    /// The sending mailbox's id; `None` if it was not named and our keys have no permission to look
    /// it up.
    mailbox: Option<String>,
    from: String,
}

impl Oversight {
    /// Connects to the server as a reviewer.
    ///
    /// # Errors
    /// The key is missing, or is the sending key; or the server has no queue.
    pub async fn open(app: &App<'_>, campaign: &Campaign) -> Result<Self, Failure> {
        let access = Access::of_reviewer(app, campaign)?;
        if access.contract.value == Choice::Simple {
            return Err(no_queue());
        }
        // Only the queue itself shows whether it exists: any other request needs a key that a reviewer may not have.
        let api = connect(app, campaign, &access, Choice::Mailbox).await?;
        let named = access.mailbox.as_ref().map(|mailbox| mailbox.value.clone());
        let mailbox = match api.mailboxes().await {
            Ok(mailboxes) => Some(the_one(app, &mailboxes, campaign, &access)?.id),
            Err(ApiError::Forbidden { .. } | ApiError::NotFound { .. }) => named,
            Err(error) => return Err(Failure::from(error)),
        };
        Ok(Self { api, mailbox, from: campaign.from.clone() })
    }

    /// What waits now, in both directions and in all mailboxes.
    ///
    /// # Errors
    /// The server has no queue, the key may not read it, or the server cannot be reached.
    pub async fn queue(&self) -> Result<Vec<Queued>, Failure> {
        let waiting = self.api.pending().await.map_err(failure)?;
        Ok(waiting.into_iter().map(|waiting| self.queued(waiting)).collect())
    }

    fn queued(&self, waiting: Waiting) -> Queued {
        let here = match &self.mailbox {
            Some(mailbox) => waiting.mailbox_id == *mailbox,
            None => waiting.from.is_empty() || waiting.from.eq_ignore_ascii_case(&self.from),
        };
        Queued {
            ours: here && waiting.direction == Some(Direction::Outbound),
            id: waiting.id,
            mailbox_id: waiting.mailbox_id,
            to: waiting.to,
            text: Text { subject: waiting.subject, body: waiting.markdown },
        }
    }
}

fn no_queue() -> Failure {
    let hint = hint!["approve in MultiMail itself, then ", Action::new("track")];
    Failure::new(Kind::Refused, "this server has no approval queue to review", hint)
}

/// An error of the queue: if a key is wrong, it is the reviewer's.
#[allow(clippy::needless_pass_by_value)] // It is used in `map_err`.
pub fn failure(error: ApiError) -> Failure {
    match &error {
        ApiError::NotFound { .. } | ApiError::Unsupported { .. } => no_queue(),
        ApiError::KeyRefused { .. } | ApiError::Forbidden { .. } => {
            let hint = format!("check {OVERSIGHT_KEY}: a key with the scope oversight, which {KEY} must not have");
            Failure { hint: hint.into(), ..Failure::from(error) }
        }
        _ => Failure::from(error),
    }
}

/// Whether a key can read the queue, which a sending key should not.
///
/// # Errors
/// The server cannot be reached.
pub async fn may_see(app: &App<'_>, campaign: &Campaign, key: SecretString) -> Result<bool, ApiError> {
    let access = Access::resolve(app, campaign).map_err(|_| ApiError::NoKey { what: "see the queue" })?;
    let access = Access { key: key.clone(), oversight_key: Some(key), ..access };
    let settings = crate::app::remote::settings(app, campaign, &access, Choice::Mailbox);
    match Api::connect(settings).await?.pending().await {
        Ok(_) => Ok(true),
        Err(ApiError::Forbidden { .. } | ApiError::KeyRefused { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}
