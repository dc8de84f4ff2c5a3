//! The sandbox's whole state, and the path of each request through it.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use axum::http::{StatusCode, header};
use axum::routing::MethodFilter;
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::address_book::{AddressBook, text};
use super::answer::{Answer, Kind, Refusal, Reply};
use super::audit::AuditLog;
use super::bounces::Bounces;
use super::call::Call;
use super::clock::Clock;
use super::faults::{Dice, Fault};
use super::keys::Role;
use super::limits::Meters;
use super::mailboxes::Mailboxes;
use super::model::Model;
use super::operations::{Operation, Surface};
use super::options::{Contract, Mode, Options};
use super::post::PostOffice;
use super::random::Ids;
use super::record::Record;
use super::seeding;
use super::server::{Ending, Outcome};
use super::suppression::Suppressions;

/// The whole state. `options` has the current settings: the human side changes them.
pub struct World {
    pub options: Options,
    pub clock: Clock,
    /// The sandbox's time, read once for each request.
    pub now: DateTime<Utc>,
    pub ids: Ids,
    pub dice: Dice,
    pub meters: Meters,
    /// Why sending is disabled, if it is.
    pub disabled: Option<String>,
    pub mailboxes: Mailboxes,
    pub contacts: AddressBook,
    pub suppressions: Suppressions,
    pub bounces: Bounces,
    pub post: PostOffice,
    pub audit: AuditLog,
    /// A future change of mode, if any: after how many more mails, the index of the mailbox, and
    /// the mode.
    pub mode_to_come: Option<(usize, usize, Mode)>,
    /// The subscriptions to events, as shown.
    pub webhooks: Vec<Value>,
    pub record: Record,
    pub model: Model,
    /// Replies that operations return instead of being carried out, by name.
    pub lies: HashMap<&'static str, (StatusCode, Value)>,
}

impl World {
    /// The world before the first request.
    pub fn new(options: Options) -> io::Result<Self> {
        let clock = Clock::starting_at(options.start_time);
        let now = clock.now();
        let mut ids = Ids::new(options.seed);
        let mailboxes = Mailboxes::new(&options.mailbox, &mut ids, now.timestamp_millis());
        let mut rows = seeding::rows(&options.contacts, options.seed, &mut ids)?;
        if options.contract == Contract::Simple {
            // Its requests name contacts by id; a row without one (`null`) has to be requested
            // explicitly.
            for row in rows.iter_mut().filter_map(Value::as_object_mut) {
                row.entry("id").or_insert_with(|| ids.next().into());
            }
        }
        let mut world = Self {
            now,
            clock,
            mailboxes,
            contacts: AddressBook::new(rows),
            dice: Dice::new(options.faults.clone()),
            meters: Meters::new(now, options.limits.sent_this_month),
            disabled: None,
            suppressions: Suppressions::default(),
            bounces: Bounces::default(),
            post: PostOffice::default(),
            audit: AuditLog::default(),
            mode_to_come: None,
            webhooks: Vec::new(),
            record: Record::default(),
            model: Model::new(options.model_file.as_deref(), &options.model)?,
            lies: HashMap::new(),
            ids,
            options,
        };
        world.suppress_some();
        Ok(world)
    }

    /// Suppresses as many as requested, spread evenly over the address book.
    fn suppress_some(&mut self) {
        let addresses: Vec<String> =
            self.contacts.rows().filter_map(|row| text(row, "email")).map(str::to_owned).collect();
        let wanted = self.options.suppressed.min(addresses.len());
        for n in 0..wanted {
            self.suppress(&addresses[n * addresses.len() / wanted], "HardBounce");
        }
    }

    /// Handles one request: draws a fault, acts, keeps count.
    pub fn answer(&mut self, operation: &Operation, mut call: Call) -> Outcome {
        self.now = self.clock.now();
        self.settle();
        if operation.is_human() {
            let answer = only_from_here(&call).and_then(|()| (operation.run)(self, &call));
            return Outcome { reply: into_reply(answer), ending: Ending::Whole, delay: Duration::ZERO, now: self.now };
        }
        if operation.surface == Surface::Model {
            let answer = (operation.run)(self, &call);
            return Outcome {
                reply: into_reply(answer),
                ending: Ending::Whole,
                delay: self.model.delay,
                now: self.now,
            };
        }
        let fault = self.dice.draw(operation.is_send());
        let outcome = match fault {
            Some(fault) if fault.strikes_before() => self.never_arrives(fault),
            _ => {
                let answer = self.admit(operation, &mut call).and_then(|()| self.carry_out(operation, &call));
                self.note_refusal(operation, &answer);
                self.garble(into_reply(answer), fault)
            }
        };
        self.record.request(operation.name, outcome.reply.status, fault, self.now);
        outcome
    }

    /// The checks before every operation: it exists, the key is allowed, the rate is within the limit, and there
    /// are no unknown parameters.
    fn admit(&mut self, operation: &Operation, call: &mut Call) -> Result<(), Refusal> {
        if !operation.exists_in(self.options.contract) {
            return Err(Refusal::new(StatusCode::NOT_FOUND, "not found"));
        }
        if let Some(scope) = operation.scope() {
            let role = Role::of(call.bearer(), &self.options.keys)?;
            role.permits(scope)?;
            call.role = Some(role);
            self.meters.admit(&self.options.limits.rate, operation.is_send(), Instant::now())?;
        }
        // Other clients send unpublished parameters, and a server accepts them; ours must not.
        for (unknown, _) in call.query.iter().filter(|(name, _)| !operation.query.contains(&name.as_str())) {
            self.record.violation(operation.name, &format!("unknown query parameter {unknown:?}"));
        }
        if operation.method == MethodFilter::GET { call.no_body() } else { Ok(()) }
    }

    /// Carries out the operation, or returns its false reply.
    fn carry_out(&mut self, operation: &Operation, call: &Call) -> Answer {
        match self.lies.get(operation.name) {
            Some((status, body)) => Ok(Reply::new(*status, body)),
            None => (operation.run)(self, call),
        }
    }

    fn note_refusal(&mut self, operation: &Operation, answer: &Answer) {
        let Err(refusal) = answer else { return };
        match refusal.kind {
            Kind::Violation => self.record.violation(operation.name, refusal.error()),
            kind => self.record.refusal(kind),
        }
    }

    fn never_arrives(&mut self, fault: Fault) -> Outcome {
        let (status, error) = self.dice.server_error();
        let (status, ending) = match fault {
            Fault::Html => (StatusCode::BAD_GATEWAY, Ending::Html),
            Fault::CutBefore => (StatusCode::BAD_GATEWAY, Ending::Cut),
            _ => (StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), Ending::Whole),
        };
        Outcome { reply: Refusal::new(status, error).into(), ending, delay: self.options.latency, now: self.now }
    }

    fn garble(&mut self, reply: Reply, fault: Option<Fault>) -> Outcome {
        let mut outcome = Outcome { reply, ending: Ending::Whole, delay: self.options.latency, now: self.now };
        match fault {
            Some(Fault::ErrorAfter) => outcome.reply = self.never_arrives(Fault::ErrorBefore).reply,
            Some(Fault::CutAfter) => outcome.ending = Ending::Cut,
            Some(Fault::Garbage) => outcome.ending = Ending::Garbage,
            Some(Fault::Truncated) => outcome.ending = Ending::Truncated,
            Some(Fault::Slow) => outcome.delay += Duration::from_millis(self.dice.faults().slow_ms),
            Some(Fault::ErrorBefore | Fault::CutBefore | Fault::Html) | None => {}
        }
        outcome
    }
}

fn into_reply(answer: Answer) -> Reply {
    answer.unwrap_or_else(Reply::from)
}

/// A browser page can be made to send a request to any server, but not to lie about the host name it uses.
fn only_from_here(call: &Call) -> Result<(), Refusal> {
    let host = call.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(host, |(name, _)| name);
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    if name == "localhost" || address.is_ok_and(|address| address.is_loopback()) {
        return Ok(());
    }
    Err(Refusal::new(StatusCode::FORBIDDEN, "the human's side answers on this machine only"))
}
