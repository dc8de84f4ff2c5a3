//! Answers a request: faults, keys and limits come first, then the operation.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use axum::http::{StatusCode, header};
use axum::routing::MethodFilter;
use chrono::{DateTime, Utc};

use super::answer::{Answer, Kind, Refusal, Reply};
use super::call::Call;
use super::faults::Fault;
use super::keys::Role;
use super::operations::{Operation, Surface};
use super::world::World;

/// The result of a request.
pub struct Outcome {
    pub reply: Reply,
    pub ending: Ending,
    /// How long to wait before replying; the request has already taken effect.
    pub delay: Duration,
    /// When it took effect, by the sandbox's clock: the date of the reply.
    pub now: DateTime<Utc>,
}

/// How a reply reaches the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Whole,
    /// Not at all: the connection is closed.
    Cut,
    /// Up to the middle of its body.
    Truncated,
    /// With a body that is not JSON.
    Garbage,
    /// As the HTML page of a gateway.
    Html,
}

impl World {
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
