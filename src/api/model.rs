//! The data exchanged with the server, in terms that both contracts share.

use std::collections::BTreeMap;

use strum::EnumString;

use crate::campaign::Time;
use crate::campaign::people::contact::Contact;

/// Which contacts are needed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Interest {
    /// Tag queries in the API's own syntax; contacts that match at least one are needed.
    pub queries: Vec<String>,
    /// Tags for which it must be known whether a contact has them.
    pub tags: Vec<String>,
}

/// The contacts found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// At least those that match a query, and perhaps others, all with their tags.
    pub contacts: Vec<Contact>,
    /// Why rows could not be read, one entry per row.
    pub unreadable: Vec<String>,
}

/// The result of writing tags to a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagWrite {
    /// The contact has them.
    Written,
    /// The server created a second row for the contact, or left the first unchanged: do not try
    /// again.
    Doubled,
}

/// A mailbox of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// The server's id.
    pub id: String,
    /// The address it sends from.
    pub address: String,
    /// `gated_all`, `gated_send`, … as the server writes it.
    pub oversight_mode: String,
    /// Whether it is in use.
    pub is_active: bool,
}

/// The account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The plan's name.
    pub plan: String,
    /// The monthly quota; `None` if the server does not report it.
    pub monthly_email_quota: Option<u64>,
    /// Mails sent this month; `None` if the server does not report it.
    pub emails_sent_this_month: Option<u64>,
    /// Whether the account is in use.
    pub is_active: bool,
    /// Whether the server has disabled sending.
    pub sending_disabled: bool,
    /// Why, if reported.
    pub sending_disabled_reason: Option<String>,
    /// The postal address in the footer of each mail; without one the mail may be unlawful.
    pub physical_address: Option<String>,
}

impl Account {
    /// How many more mails it may send this month; `None` if unknown.
    pub fn quota_left(&self) -> Option<u64> {
        Some(self.monthly_email_quota?.saturating_sub(self.emails_sent_this_month?))
    }

    /// Why the account may not send; `None` if it may.
    pub fn disabled(&self) -> Option<String> {
        let why = || self.sending_disabled_reason.clone().unwrap_or_else(|| "no reason was given".to_owned());
        (self.sending_disabled || !self.is_active).then(why)
    }
}

/// An address the server will not deliver to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// The address.
    pub address: String,
    /// Why, in the server's word: bounced, complained, unsubscribed; may be empty.
    pub reason: String,
    /// The mailbox it applies to; `None` means the whole account.
    pub mailbox_id: Option<String>,
}

/// A mail to one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The sending mailbox's id; not used if the server identifies it by `from`.
    pub mailbox_id: String,
    /// The sending mailbox's address; not used if the server identifies it by `mailbox_id`.
    pub from: String,
    /// The recipient. Always one: all recipients of a mail see each other.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The body: Markdown or plain text, see [`Capabilities::markdown`](super::Capabilities::markdown).
    pub body: String,
    /// The idempotency key; not used if the server keeps none.
    pub key: String,
    /// When to send it; `None` means at once. An error if the server cannot schedule mails.
    pub send_at: Option<Time>,
}

/// The server has a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The server's id of the mail; empty if it gave none.
    pub id: String,
    /// The server's id of the conversation; empty if it gave none.
    pub thread: String,
    /// Whether the server already had the mail.
    pub repeated: bool,
}

/// The direction of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To us.
    Inbound,
    /// From us.
    Outbound,
}

/// The status of a mail, in the published words. None of them means "sent": the times show that.
#[derive(Debug, Clone, PartialEq, Eq, Default, EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum MailStatus {
    /// Omitted by the server.
    #[default]
    #[strum(serialize = "")]
    Unstated,
    /// Inbound, not opened yet.
    Unread,
    /// Inbound, opened.
    Read,
    /// Archived.
    Archived,
    /// Deleted.
    Deleted,
    /// Accepted, and scanned before anything else happens.
    PendingScan,
    /// Waits for a person's approval before it is sent.
    PendingSendApproval,
    /// Inbound, and waits for a person's approval before anyone reads it.
    PendingInboundApproval,
    /// A person rejected it.
    Rejected,
    /// Cancelled before it was sent.
    Cancelled,
    /// The server could not send it.
    SendFailed,
    /// Scheduled for later.
    Scheduled,
    /// Inbound, looks like spam.
    SpamFlagged,
    /// Inbound, quarantined as spam.
    SpamQuarantined,
    /// An unpublished status, as the server wrote it.
    #[strum(default)]
    Other(String),
}

impl MailStatus {
    /// Whether an outbound mail with this status has certainly not been sent.
    pub fn is_held_back(&self) -> bool {
        matches!(
            self,
            Self::PendingScan
                | Self::PendingSendApproval
                | Self::Scheduled
                | Self::Rejected
                | Self::Cancelled
                | Self::SendFailed
        )
    }
}

/// A mail in a list. Empty texts are fields that the server omitted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MailView {
    /// The server's id.
    pub id: String,
    /// The recipients.
    pub to: Vec<String>,
    /// The sender.
    pub from: String,
    /// The subject.
    pub subject: String,
    /// The status.
    pub status: MailStatus,
    /// The direction, if reported.
    pub direction: Option<Direction>,
    /// The conversation's id.
    pub thread: String,
    /// Whether a header says that it was sent automatically; never if the server shows no headers.
    pub by_machine: bool,
    /// When the server received it.
    pub received_at: Option<Time>,
    /// When it arrived.
    pub delivered_at: Option<Time>,
    /// When it bounced.
    pub bounced_at: Option<Time>,
    /// The server's name for the kind of bounce.
    pub bounce_type: Option<String>,
    /// When a person approved it.
    pub approved_at: Option<Time>,
    /// The approver, in the server's words.
    pub approved_by: Option<String>,
}

/// One page of mails.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// The mails.
    pub mails: Vec<MailView>,
    /// Why rows could not be read, one entry per row.
    pub unreadable: Vec<String>,
    /// The cursor of the next page; `None` on the last.
    pub cursor: Option<String>,
}

/// The mails of a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    /// The mails, each once.
    pub mails: Vec<MailView>,
    /// Whether the list is complete: read to its end, with every row readable. Otherwise a mail that is not in `mails`
    /// may still exist.
    pub complete: bool,
}

/// How much of a list was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// All of it, with every row readable.
    Whole,
    /// As much as was wanted, with every row readable.
    Enough,
    /// A row could not be read, or the cursors repeat: mails may be missing.
    Broken,
}

/// A conversation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Thread {
    /// Whether the server considers its last mail an unanswered one from the customer.
    pub unanswered: Option<bool>,
    /// Its mails; they do not contain the conversation's id.
    pub mails: Vec<MailView>,
}

/// A mail with its text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mail {
    /// The fields of the list.
    pub view: MailView,
    /// The body.
    pub markdown: String,
    /// The e-mail tags.
    pub tags: BTreeMap<String, String>,
}

/// The result of cancelling a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancel {
    /// It will not be sent.
    Done,
    /// It was already sent, or a person decided about it.
    TooLate,
    /// The server does not know it.
    Gone,
}

/// A mail that waits for a person's decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The mail's id.
    pub id: String,
    /// The mailbox it belongs to.
    pub mailbox_id: String,
    /// The direction: a mailbox in `gated_all` queues both.
    pub direction: Option<Direction>,
    /// The sender.
    pub from: String,
    /// The recipients.
    pub to: Vec<String>,
    /// The subject.
    pub subject: String,
    /// The body as it would be sent.
    pub markdown: String,
    /// When the server received it.
    pub received_at: Option<Time>,
}

/// A person's decision about a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Approve it.
    Approve,
    /// Reject it.
    Reject {
        /// Why; not sent if empty.
        reason: String,
    },
}

/// The result of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// Approved; it is sent at its time.
    Approved,
    /// Approved and sent.
    ApprovedAndSent,
    /// Rejected.
    Rejected,
    /// The server has no such waiting mail: someone else decided, or it was cancelled.
    NotWaiting,
    /// The same, but possibly because of an attempt of ours whose reply was lost.
    PerhapsByUs,
}
