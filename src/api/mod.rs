//! The one client for both contracts.
//!
//! An operation of [`Api`] asks the `contract` for a request, sends it at the `pace` the server allows, repeats it
//! where the rules of `retry` say that this is safe, and has the contract read the reply. Which contract that is,
//! nothing else knows: callers go by [`Capabilities`].

mod account;
mod client;
mod contacts;
mod contract;
mod error;
mod line;
mod mails;
mod model;
mod oversight;
mod pace;
mod retry;
mod sending;
mod settings;
mod words;

pub use client::Api;
pub use contract::{Capabilities, Contract};
pub use error::ApiError;
pub use line::install_tls;
pub use model::{
    Account, Cancel, Decided, Direction, Found, Interest, Listing, Mail, MailView, Mailbox, Outgoing, Page, Receipt,
    Suppression, TagWrite, Thread, Verdict, Waiting,
};
pub use retry::Patience;
pub use settings::{Choice, Settings};
