//! What is said to the server and what it says, in words that both contracts share.

use std::collections::BTreeMap;

use strum::EnumString;

use crate::campaign::Time;
use crate::campaign::people::contact::Contact;

/// Which contacts somebody needs to know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Interest {
    /// Tag queries in the API's own syntax; contacts that match one of them are needed.
    pub queries: Vec<String>,
    /// Tags of which it must be known whether a contact carries them.
    pub tags: Vec<String>,
}

/// The contacts found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// At least those that match a query, and perhaps others. All of them with tags.
    pub contacts: Vec<Contact>,
    /// Why a row of the server could not be read, one entry a row.
    pub unreadable: Vec<String>,
}

/// What writing tags to a contact came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagWrite {
    /// The contact carries them.
    Written,
    /// The server made a second row of the contact, or left the first as it was: do not try again.
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
    /// Mails a month; `None` where the server does not say.
    pub monthly_email_quota: Option<u64>,
    /// Mails sent this month; `None` where the server does not say.
    pub emails_sent_this_month: Option<u64>,
    /// Whether the account is in use.
    pub is_active: bool,
    /// Whether the server has switched sending off.
    pub sending_disabled: bool,
    /// Why, if it said.
    pub sending_disabled_reason: Option<String>,
    /// The postal address in the footer of each mail; without one the mail may not be lawful.
    pub physical_address: Option<String>,
}

impl Account {
    /// How many mails it may send this month still; `None` where that is not known.
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
    /// The mailbox it holds for; `None` is the whole account.
    pub mailbox_id: Option<String>,
}

/// A mail to be sent to one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The sending mailbox's id; not used where the server goes by `from`.
    pub mailbox_id: String,
    /// The sending mailbox's address; not used where the server goes by `mailbox_id`.
    pub from: String,
    /// The recipient. Always one: all addresses of a mail see each other.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The body: Markdown or plain text, as [`Capabilities::markdown`](super::Capabilities::markdown) tells.
    pub body: String,
    /// The idempotency key; not sent where the server keeps none.
    pub key: String,
    /// When it is to leave; `None` is at once. An error where the server cannot hold mails.
    pub send_at: Option<Time>,
}

/// The server has a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The server's id of the mail; empty where it gave none.
    pub id: String,
    /// The server's id of the conversation; empty where it gave none.
    pub thread: String,
    /// Whether the server had the mail before.
    pub repeated: bool,
}

/// Whether a mail came in or goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To us.
    Inbound,
    /// From us.
    Outbound,
}

/// Where a mail is, in the published words. None of them says "sent": judge by the times.
#[derive(Debug, Clone, PartialEq, Eq, Default, EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum MailStatus {
    /// The server left it out.
    #[default]
    #[strum(serialize = "")]
    Unstated,
    /// Came in, and nobody has opened it.
    Unread,
    /// Came in and was opened.
    Read,
    /// Put away.
    Archived,
    /// Deleted.
    Deleted,
    /// Accepted, and being looked at before anything else happens.
    PendingScan,
    /// Waits for a person's approval before it goes out.
    PendingSendApproval,
    /// Came in, and waits for a person's approval before anybody reads it.
    PendingInboundApproval,
    /// A person said no.
    Rejected,
    /// Cancelled before it went out.
    Cancelled,
    /// The server could not send it.
    SendFailed,
    /// Goes out later, at its time.
    Scheduled,
    /// Came in and looks like spam.
    SpamFlagged,
    /// Came in and is kept away as spam.
    SpamQuarantined,
    /// A word that is not published, as the server wrote it.
    #[strum(default)]
    Other(String),
}

impl MailStatus {
    /// Whether an outbound mail with this status has certainly not gone out.
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

/// A mail as a list shows it. Empty texts are fields the server left out.
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
    /// Where it is.
    pub status: MailStatus,
    /// In or out, if it said.
    pub direction: Option<Direction>,
    /// The conversation's id.
    pub thread: String,
    /// Whether one of its headers says that a machine wrote it; never where the server shows none.
    pub by_machine: bool,
    /// When the server got it.
    pub received_at: Option<Time>,
    /// When it arrived.
    pub delivered_at: Option<Time>,
    /// When it came back.
    pub bounced_at: Option<Time>,
    /// The server's word for the kind of bounce.
    pub bounce_type: Option<String>,
    /// When a person let it out.
    pub approved_at: Option<Time>,
    /// Who that was, in the server's words.
    pub approved_by: Option<String>,
}

/// One page of mails.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// The mails.
    pub mails: Vec<MailView>,
    /// Why a row could not be read, one entry a row.
    pub unreadable: Vec<String>,
    /// Where the next page starts; `None` on the last.
    pub cursor: Option<String>,
}

/// The mails of a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    /// The mails, each once.
    pub mails: Vec<MailView>,
    /// Whether this is all of the list: read to its end, every row readable. If not, a mail that is not in `mails` may
    /// still exist.
    pub complete: bool,
}

/// How far a list was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// To its end, and every row could be read.
    Whole,
    /// As far as was wanted, and every row could be read.
    Enough,
    /// A row could not be read, or the list goes in circles: a mail that was not seen may still be there.
    Broken,
}

/// A conversation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Thread {
    /// Whether its last word is a customer's, in the server's opinion.
    pub unanswered: Option<bool>,
    /// Its mails; the conversation's id does not stand in them.
    pub mails: Vec<MailView>,
}

/// A mail with its text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mail {
    /// What the list shows.
    pub view: MailView,
    /// The body.
    pub markdown: String,
    /// The e-mail tags.
    pub tags: BTreeMap<String, String>,
}

/// What withdrawing a mail came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancel {
    /// It will not go out.
    Done,
    /// It is out, or a person decided about it.
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
    /// In or out: a mailbox in `gated_all` queues both.
    pub direction: Option<Direction>,
    /// The sender.
    pub from: String,
    /// The recipients.
    pub to: Vec<String>,
    /// The subject.
    pub subject: String,
    /// The body as it would go out.
    pub markdown: String,
    /// When the server got it.
    pub received_at: Option<Time>,
}

/// A person's decision about a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Let it out.
    Approve,
    /// Do not.
    Reject {
        /// Why; not sent if empty.
        reason: String,
    },
}

/// What a decision came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    /// Approved; it goes out at its time.
    Approved,
    /// Approved and out.
    ApprovedAndSent,
    /// Rejected.
    Rejected,
    /// The server has no such mail waiting: somebody decided already, or it was withdrawn.
    NotWaiting,
    /// The same, but an attempt of ours whose answer was lost may be what decided.
    PerhapsByUs,
}
