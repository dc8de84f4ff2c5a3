//! The table of all operations.

use axum::routing::MethodFilter;

use super::answer::Answer;
use super::call::Call;
use super::keys::Scope;
use super::options::Contract;
use super::world::World;
use super::{api, human};

/// One method on one path.
pub struct Operation {
    /// Its name in counts.
    pub name: &'static str,
    pub method: MethodFilter,
    pub path: &'static str,
    pub surface: Surface,
    /// Its query parameters; others are refused.
    pub query: &'static [&'static str],
    pub run: fn(&mut World, &Call) -> Answer,
}

/// The API an operation belongs to, and the key it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// The contract `mailbox`; without a scope no key is needed.
    Mailbox(Option<Scope>),
    /// The contract `simple`.
    Simple(Scope),
    /// The human side, for loopback only.
    Human,
    /// The language model.
    Model,
}

impl Operation {
    pub fn scope(&self) -> Option<Scope> {
        match self.surface {
            Surface::Mailbox(scope) => scope,
            Surface::Simple(scope) => Some(scope),
            Surface::Human | Surface::Model => None,
        }
    }

    pub fn is_human(&self) -> bool {
        self.surface == Surface::Human
    }

    pub fn is_send(&self) -> bool {
        matches!(self.name, "send" | "reply_send" | "simple_send")
    }

    /// Whether the path exists on a server that speaks `contract`.
    pub fn exists_in(&self, contract: Contract) -> bool {
        match self.surface {
            Surface::Mailbox(_) => contract != Contract::Simple,
            Surface::Simple(_) => contract != Contract::Mailbox,
            Surface::Human | Surface::Model => true,
        }
    }
}

const GET: MethodFilter = MethodFilter::GET;
const POST: MethodFilter = MethodFilter::POST;
const PUT: MethodFilter = MethodFilter::PUT;
const PATCH: MethodFilter = MethodFilter::PATCH;
const DELETE: MethodFilter = MethodFilter::DELETE;

const OPEN: Surface = Surface::Mailbox(None);
const READ: Surface = Surface::Mailbox(Some(Scope::Read));
const SEND: Surface = Surface::Mailbox(Some(Scope::Send));
const OVERSIGHT: Surface = Surface::Mailbox(Some(Scope::Oversight));
const ADMIN: Surface = Surface::Mailbox(Some(Scope::Admin));
const SIMPLE_READ: Surface = Surface::Simple(Scope::Read);
const SIMPLE_SEND: Surface = Surface::Simple(Scope::Send);
const HUMAN: Surface = Surface::Human;

const fn op(
    name: &'static str,
    method: MethodFilter,
    path: &'static str,
    surface: Surface,
    query: &'static [&'static str],
    run: fn(&mut World, &Call) -> Answer,
) -> Operation {
    Operation { name, method, path, surface, query, run }
}

#[rustfmt::skip] // A table: one operation a line.
pub static OPERATIONS: &[Operation] = &[
    op("health", GET, "/health", OPEN, &[], api::account::health),
    op("account", GET, "/v1/account", READ, &[], api::account::account),
    op("usage", GET, "/v1/usage", READ, &["from", "to", "breakdown"], api::account::usage),
    op("mailboxes", GET, "/v1/mailboxes", READ, &[], api::mailboxes::list),
    op("mailbox_oversight", PATCH, "/v1/mailboxes/{mailbox}", ADMIN, &[], api::mailboxes::change_oversight),
    op("allowlist", GET, "/v1/mailboxes/{mailbox}/allowlist", READ, &[], api::mailboxes::allowlist),
    op("send", POST, "/v1/mailboxes/{mailbox}/send", SEND, &[], api::send::send),
    op("reply_send", POST, "/v1/mailboxes/{mailbox}/reply/{email}", SEND, &[], api::send::reply),
    op("emails", GET, "/v1/mailboxes/{mailbox}/emails", READ, api::emails::FILTERS, api::emails::list),
    op("email", GET, "/v1/mailboxes/{mailbox}/emails/{email}", READ, &[], api::emails::read),
    op("cancel", POST, "/v1/mailboxes/{mailbox}/emails/{email}/cancel", SEND, &[], api::emails::cancel),
    op("email_tags", GET, "/v1/mailboxes/{mailbox}/emails/{email}/tags", READ, &[], api::email_tags::read),
    op("email_tags_write", PUT, "/v1/mailboxes/{mailbox}/emails/{email}/tags", SEND, &[], api::email_tags::replace),
    op("email_tag_delete", DELETE, "/v1/mailboxes/{mailbox}/emails/{email}/tags/{key}", SEND, &[], api::email_tags::delete),
    op("thread", GET, "/v1/mailboxes/{mailbox}/threads/{thread}", READ, &[], api::threads::read),
    op("contacts", GET, "/v1/contacts", READ, &["q"], api::contacts::list),
    op("contact_add", POST, "/v1/contacts", SEND, &[], api::contacts::add),
    op("contact_delete", DELETE, "/v1/contacts/{contact}", ADMIN, &[], api::contacts::delete),
    op("pending", GET, "/v1/oversight/pending", OVERSIGHT, &[], api::oversight::pending),
    op("decide", POST, "/v1/oversight/decide", OVERSIGHT, &[], api::oversight::decide),
    op("suppression", GET, "/v1/suppression", ADMIN, &["limit", "cursor"], api::lists::suppression),
    op("audit_log", GET, "/v1/audit-log", ADMIN, &["limit", "cursor"], api::lists::audit_log),
    op("webhooks", GET, "/v1/webhooks", READ, &[], api::webhooks::list),
    op("webhook_add", POST, "/v1/webhooks", ADMIN, &[], api::webhooks::add),

    op("simple_search", GET, "/v1/contacts/search", SIMPLE_READ, &["tags"], api::simple::search),
    op("simple_tag", POST, "/v1/contacts/{contact}/tags", SIMPLE_SEND, &[], api::simple::tag),
    op("simple_send", POST, "/v1/send", SIMPLE_SEND, &[], api::simple::send),

    op("completions", POST, "/model/v1/chat/completions", Surface::Model, &[], api::model::completions),
    op("messages", POST, "/model/v1/messages", Surface::Model, &[], api::model::messages),

    op("approve", POST, "/_sandbox/approve", HUMAN, &[], human::decisions::approve),
    op("reject", POST, "/_sandbox/reject", HUMAN, &[], human::decisions::reject),
    op("deliver", POST, "/_sandbox/deliver", HUMAN, &[], human::delivery::deliver),
    op("bounce", POST, "/_sandbox/bounce", HUMAN, &[], human::delivery::bounce),
    op("fail", POST, "/_sandbox/fail", HUMAN, &[], human::delivery::fail),
    op("tamper", POST, "/_sandbox/tamper", HUMAN, &[], human::decisions::tamper),
    op("reply", POST, "/_sandbox/reply", HUMAN, &[], human::conversations::reply),
    op("answer", POST, "/_sandbox/answer", HUMAN, &[], human::conversations::answer),
    op("unsubscribe", POST, "/_sandbox/unsubscribe", HUMAN, &[], human::customers::unsubscribe),
    op("suppress", POST, "/_sandbox/suppress", HUMAN, &[], human::customers::suppress),
    op("contact", POST, "/_sandbox/contact", HUMAN, &[], human::customers::contact),
    op("mode", POST, "/_sandbox/mode", HUMAN, &[], human::settings::mode),
    op("allow", POST, "/_sandbox/allow", HUMAN, &[], human::settings::allow),
    op("quota", POST, "/_sandbox/quota", HUMAN, &[], human::settings::quota),
    op("warmup", POST, "/_sandbox/warmup", HUMAN, &[], human::settings::warmup),
    op("rate", POST, "/_sandbox/rate", HUMAN, &[], human::settings::rate),
    op("latency", POST, "/_sandbox/latency", HUMAN, &[], human::settings::latency),
    op("clock", POST, "/_sandbox/clock", HUMAN, &[], human::settings::clock),
    op("faults", POST, "/_sandbox/faults", HUMAN, &[], human::settings::faults),
    op("refuse", POST, "/_sandbox/refuse", HUMAN, &[], human::settings::refuse),
    op("disable", POST, "/_sandbox/disable", HUMAN, &[], human::settings::disable),
    op("tag_write", POST, "/_sandbox/tag-write", HUMAN, &[], human::settings::tag_write),
    op("lie", POST, "/_sandbox/lie", HUMAN, &[], human::settings::lie),
    op("mails", GET, "/_sandbox/mails", HUMAN, &["to"], human::records::mails),
    op("contact_rows", GET, "/_sandbox/contacts", HUMAN, &[], human::records::contacts),
    op("requests", GET, "/_sandbox/requests", HUMAN, &[], human::records::requests),
    op("violations", GET, "/_sandbox/violations", HUMAN, &[], human::records::violations),
    op("model", GET, "/_sandbox/model", HUMAN, &[], api::model::requests),
    op("stats", GET, "/_sandbox/stats", HUMAN, &[], human::stats::stats),
];
