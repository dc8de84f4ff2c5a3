//! The account's mailboxes and their oversight modes.

use serde::Serialize;

use super::answer::Refusal;
use super::options::{self, Mode};
use super::random::Ids;

/// All mailboxes, the decoys first.
#[derive(Debug)]
pub struct Mailboxes {
    pub list: Vec<Mailbox>,
}

/// A mailbox as in `GET /v1/mailboxes`; two flags are integers, as published.
#[derive(Debug, Serialize)]
pub struct Mailbox {
    pub id: String,
    pub tenant_id: &'static str,
    pub address: String,
    pub display_name: Option<String>,
    pub oversight_mode: Mode,
    pub auto_cc: Option<String>,
    pub auto_bcc: Option<String>,
    pub forward_inbound: u8,
    pub webhook_url: Option<String>,
    pub oversight_webhook_url: Option<String>,
    pub signature_block: Option<String>,
    pub created_at: i64,
    pub is_active: u8,
}

impl Mailboxes {
    pub fn new(options: &options::Mailbox, ids: &mut Ids, created_at: i64) -> Self {
        let mut open = |address: &str, mode| Mailbox {
            id: ids.next(),
            tenant_id: "tenant_sandbox",
            address: address.to_owned(),
            display_name: None,
            oversight_mode: mode,
            auto_cc: None,
            auto_bcc: None,
            forward_inbound: 0,
            webhook_url: None,
            oversight_webhook_url: None,
            signature_block: None,
            created_at,
            is_active: 1,
        };
        // The main mailbox gets the first id, so that it does not depend on the number of the others.
        let main = open(&options.address, options.mode);
        let others = options.others.iter().map(|address| open(address, Mode::Autonomous));
        let mut list: Vec<Mailbox> = others.collect();
        list.push(main);
        Self { list }
    }

    /// The index of the mailbox in a path.
    pub fn find(&self, id: &str) -> Result<usize, Refusal> {
        self.list.iter().position(|mailbox| mailbox.id == id).ok_or_else(|| Refusal::not_found("mailbox"))
    }

    pub fn by_address(&self, address: &str) -> Option<usize> {
        self.list.iter().position(|mailbox| mailbox.address.eq_ignore_ascii_case(address))
    }
}

/// Whether an address matches one of the patterns, each an address or `*@domain`.
pub fn is_allowed(patterns: &[String], address: &str) -> bool {
    patterns.iter().any(|pattern| match pattern.strip_prefix("*@") {
        Some(domain) => address.rsplit_once('@').is_some_and(|(_, of)| of.eq_ignore_ascii_case(domain)),
        None => pattern.eq_ignore_ascii_case(address),
    })
}
