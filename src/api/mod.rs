//! The one client for both contracts.
//!
//! An operation of [`Api`] gets a request from the `contract`, sends it within the server's `rate_limit`, repeats it if
//! the rules of `retry` call that safe, and has the contract parse the reply. No other code knows which contract it is:
//! callers use [`Capabilities`].

mod account;
mod client;
mod contacts;
pub mod contract;
mod error;
mod error_text;
mod mails;
mod model;
mod notice;
mod rate_limit;
mod retry;
mod settings;
mod transport;
mod writer;

pub use client::Api;
pub use contract::{Capabilities, Contract};
pub use error::{ApiError, Proxy};
pub use model::{
    Account, Cancel, Decided, Direction, Extent, Found, Interest, Listing, Mail, MailStatus, MailView, Mailbox,
    Outgoing, Page, Receipt, Suppression, TagWrite, Thread, Verdict, Waiting,
};
pub use notice::{Listener, Notice};
pub use retry::Patience;
pub use settings::{Choice, Settings};
pub use transport::install_tls;
pub use writer::{Answer, Prompt, Turn, Writer, WriterError, WriterSettings};
