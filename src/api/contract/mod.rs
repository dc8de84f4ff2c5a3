//! The two contracts as pure codecs: they build requests and parse replies, without I/O.
//!
//! Only this module distinguishes them. All other code uses [`Capabilities`].

pub mod mailbox;
mod more;
mod read;
mod reply;
mod request;
pub mod simple;

use std::fmt;

pub use reply::Reply;
pub use request::{Method, Repeat, Request, Scope, Traffic};

use super::error::ApiError;
use super::model::{Found, Interest, Outgoing, Receipt};
use crate::campaign::people::contact::Contact;

/// The HTTP API of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contract {
    /// The one the vendor publishes as OpenAPI.
    Mailbox,
    /// The one on the vendor's customer-migration page.
    Simple,
}

/// What a server can do, as far as its contract is known.
#[expect(clippy::struct_excessive_bools, reason = "each is one independent fact, asked for by name")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Reports what happens to a mail after it was accepted.
    pub reports_delivery: bool,
    /// Keeps idempotency keys for 24 hours, so that a send may be repeated.
    pub keeps_keys: bool,
    /// Holds a mail until a given time.
    pub schedules: bool,
    /// Reports the oversight modes of its mailboxes.
    pub reports_modes: bool,
    /// Shows the mails that wait for approval, and accepts decisions.
    pub has_queue: bool,
    /// Lists the mails of a mailbox.
    pub lists_mail: bool,
    /// Cancels mails.
    pub cancels: bool,
    /// Supports tags on mails.
    pub labels_mail: bool,
    /// Adds tags to an existing contact; otherwise the effect of a write on it is unknown.
    pub adds_tags: bool,
    /// Shows the account: quota, and whether sending is disabled.
    pub shows_account: bool,
    /// Bodies are Markdown; otherwise plain text.
    pub markdown: bool,
}

impl fmt::Display for Contract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mailbox => "mailbox",
            Self::Simple => "simple",
        })
    }
}

impl Contract {
    /// What a server of this contract can do.
    pub fn capabilities(self) -> Capabilities {
        let published = self == Self::Mailbox;
        Capabilities {
            reports_delivery: published,
            keeps_keys: published,
            schedules: published,
            reports_modes: published,
            has_queue: published,
            lists_mail: published,
            cancels: published,
            labels_mail: published,
            adds_tags: !published,
            shows_account: published,
            markdown: published,
        }
    }

    /// The requests that together find at least the contacts of interest.
    pub(super) fn find(self, interest: &Interest) -> Vec<Request> {
        match self {
            Self::Mailbox => vec![mailbox::contacts()],
            Self::Simple => interest.queries.iter().map(|query| simple::search(query)).collect(),
        }
    }

    /// The request that finds the contacts with a tag, if contacts are returned without their tags.
    pub(super) fn find_tagged(self, tag: &str) -> Option<Request> {
        match self {
            Self::Mailbox => None,
            Self::Simple => Some(simple::search(tag)),
        }
    }

    /// Parses a reply to [`find`](Self::find) or [`find_tagged`](Self::find_tagged).
    pub(super) fn found(self, reply: &Reply) -> Result<Found, ApiError> {
        match self {
            Self::Mailbox => mailbox::read_contacts(reply),
            Self::Simple => simple::read_contacts(reply),
        }
    }

    /// The request that adds these tags to a contact.
    pub(super) fn write_tags(self, contact: &Contact, tags: &[String]) -> Request {
        match self {
            Self::Mailbox => mailbox::write_contact(contact, tags),
            Self::Simple => simple::add_tags(&contact.id, tags),
        }
    }

    /// The request that sends a mail.
    pub(super) fn send(self, mail: &Outgoing) -> Result<Request, ApiError> {
        match self {
            Self::Mailbox => Ok(mailbox::send(mail)),
            // The page has no such field; a server that ignores it would send the mail at once.
            Self::Simple if mail.send_at.is_some() => {
                Err(ApiError::Unsupported { what: "hold a mail until a given time" })
            }
            Self::Simple => Ok(simple::send(mail)),
        }
    }

    /// Parses a successful reply to [`send`](Self::send).
    pub(super) fn receipt(self, reply: &Reply) -> Result<Receipt, ApiError> {
        match self {
            Self::Mailbox => mailbox::read_receipt(reply),
            Self::Simple => simple::read_receipt(reply),
        }
    }
}
