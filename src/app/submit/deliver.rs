//! Sends a mail: records it, sends it, records the result.

use std::cell::{Cell, RefCell};

use crate::campaign::moment::LocalMoment;
use tokio::sync::Semaphore;

use crate::api::{Api, ApiError, Outgoing, Receipt};
use crate::app::batch::{Batch, Halt, Pace, Step};
use crate::app::clock::Clock;
use crate::app::stop::Stop;
use crate::campaign::Time;
use crate::campaign::mail::{Accepted, Course, Fate};
use crate::campaign::people::recipient::Entry;
use crate::campaign::text::digest::Digest;
use crate::campaign::usage::QuotedUsage;
use crate::store::Leave;
use crate::store::local::{Journal, LedgerError};

/// How often a mail is recorded again because its turn came too late, each time about half a minute after the
/// last.
const TURNS: usize = 20;

/// One mail, ready to leave.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// The recipient's key in the ledger.
    pub key: String,
    /// The phase.
    pub phase: String,
    /// The reviewed text it was filled in from.
    pub variant: Digest,
    /// The deadline it states.
    pub deadline: LocalMoment,
    /// What it quotes of the customer's own usage.
    pub usage: Option<QuotedUsage>,
    /// Whether an interrupted run recorded it before.
    pub repeated: bool,
    /// Whether it replaces a mail that the server had and never sent.
    pub replaces: bool,
    /// The mail.
    pub outgoing: Outgoing,
}

/// The result for a parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivered {
    /// The server has it. True if it already had it.
    Accepted(bool),
    /// The server refused it, with this message.
    Refused(String),
    /// It certainly did not arrive; the recipient is due again.
    NotSent,
    /// The server mistakes it for the mail it replaces; a minute later it no longer does.
    SameContent,
    /// It may have arrived, and the next run will find out.
    Open(String),
    /// It may have arrived, and there is no way to find out.
    Unknown(String),
}

/// What mails pass one by one on their way to the server.
#[derive(Debug)]
struct Gate {
    /// How many may be at the server at a time.
    slots: Semaphore,
    /// Whether something happened after which no other mail should follow.
    is_shut: Cell<bool>,
}

/// Called during a delivery; what each call reports is already durable.
pub trait Witness {
    /// Whether the ledger already has a mail with this id.
    fn knows(&self, id: &str) -> bool;
    /// An entry was written to the journal.
    fn recorded(&mut self, key: &str, at: Time, entry: Entry);
    /// A parcel has its result.
    fn delivered(&mut self, parcel: &Parcel, outcome: &Delivered);
}

/// How parcels are delivered.
#[derive(Debug)]
pub struct Delivery<'a> {
    /// The server.
    pub api: &'a Api,
    /// The journal in which everything is recorded first.
    pub journal: &'a Journal,
    /// The time.
    pub clock: &'a Clock,
    /// The signal to stop.
    pub stop: &'a Stop,
    /// Set by other code that finds out, during the delivery, that nothing more should be sent.
    pub brake: &'a Cell<bool>,
    /// The maximum number of sends in flight.
    pub concurrency: usize,
    /// How many more mails may be on their way to or from the journal.
    pub ahead: usize,
}

impl Delivery<'_> {
    /// Delivers parcels, several at a time. When it halts, what is in flight is finished and
    /// recorded.
    pub async fn run(&self, parcels: impl Iterator<Item = Parcel>, witness: &mut impl Witness) -> Option<Halt> {
        let witness = RefCell::new(witness);
        let pace = Pace::growing(self.concurrency + self.ahead);
        let batch = Batch { stop: self.stop, pace, brake: Some(self.brake) };
        let gate = Gate { slots: Semaphore::new(self.concurrency.max(1)), is_shut: Cell::new(false) };
        let send = async |parcel: Parcel| {
            let (delivered, halt) = self.deliver(&parcel, &witness, &gate).await;
            gate.is_shut.set(gate.is_shut.get() || halt.is_some());
            let bad = matches!(delivered, Delivered::Refused(_) | Delivered::Open(_) | Delivered::Unknown(_));
            Step { result: (parcel, delivered), bad, halt }
        };
        let done = |(parcel, delivered)| witness.borrow_mut().delivered(&parcel, &delivered);
        let halt = batch.run(parcels, send, done).await;
        self.explained(halt).await
    }

    /// If the server forbids a send, it may have disabled the account; then it says why.
    async fn explained(&self, halt: Option<Halt>) -> Option<Halt> {
        if !matches!(&halt, Some(Halt::Api(error)) if matches!(error.last(), ApiError::Forbidden { .. })) {
            return halt;
        }
        let disabled = self.api.account().await.ok().and_then(|account| account.disabled());
        disabled.map(Halt::Disabled).or(halt)
    }

    /// Handles one parcel from start to end: its result, and why nothing more should be sent, if
    /// so.
    async fn deliver<W: Witness>(
        &self,
        parcel: &Parcel,
        witness: &RefCell<&mut W>,
        gate: &Gate,
    ) -> (Delivered, Option<Halt>) {
        let record = async |entry: Entry| {
            let at = self.clock.now();
            let leave = self.journal.record(at, &parcel.key, &entry).await?;
            witness.borrow_mut().recorded(&parcel.key, at, entry);
            Ok::<Leave, LedgerError>(leave)
        };
        let sending = || {
            let (variant, deadline, usage) = (parcel.variant, parcel.deadline, parcel.usage.clone());
            let (phase, send_at) = (parcel.phase.clone(), parcel.outgoing.send_at);
            Entry::Sending { phase, variant, deadline, usage, send_at }
        };
        let mut tries = 0;
        let answer = loop {
            tries += 1;
            // Durable before the request starts: from here on a crash cannot make us forget it.
            let leave = if parcel.repeated { self.journal.leave().await } else { record(sending()).await };
            let leave = match leave {
                Ok(leave) => leave,
                Err(error) => return (Delivered::NotSent, Some(Halt::Ledger(error))),
            };
            let answer = {
                let _slot = gate.slots.acquire().await;
                if self.ahead > 0 && (gate.is_shut.get() || self.brake.get()) {
                    // Something halted the others in the meantime: this one need not follow them.
                    tries = TURNS;
                    Err(ApiError::NoLeave)
                } else {
                    self.api.send_while(&parcel.outgoing, &|| leave.is_good()).await
                }
            };
            if answer != Err(ApiError::NoLeave) || tries == TURNS {
                break answer;
            }
            // Its turn came too late: another run may have taken over. If none has, it is recorded once more.
            if !parcel.repeated
                && let Err(error) = record(Entry::NotSent { phase: parcel.phase.clone() }).await
            {
                return (Delivered::NotSent, Some(Halt::Ledger(error)));
            }
        };
        // A new mail cannot be one that the ledger has: that one was never sent, or was another
        // recipient's.
        let swallowed = |receipt: &Receipt| receipt.repeated && !parcel.repeated && witness.borrow().knows(&receipt.id);
        let swallowed = answer.as_ref().ok().filter(|receipt| swallowed(receipt)).map(|receipt| receipt.id.clone());
        let (delivered, entry, halt) = match swallowed {
            Some(id) => self.swallowed(parcel, &id),
            None => self.judge(parcel, answer),
        };
        let Some(entry) = entry else { return (delivered, halt) };
        match record(entry).await {
            Ok(_) => (delivered, halt),
            // The server has the mail even if we cannot record that: the next run finds out.
            Err(error) => (Delivered::Open("the ledger could not be written".to_owned()), Some(Halt::Ledger(error))),
        }
    }

    /// What the server's answer means for the recipient, what is recorded, and whether to continue.
    fn judge(&self, parcel: &Parcel, answer: Result<Receipt, ApiError>) -> (Delivered, Option<Entry>, Option<Halt>) {
        let phase = || parcel.phase.clone();
        let fate = |fate| Some(Entry::Fate { phase: phase(), fate });
        let error = match answer {
            Ok(receipt) => {
                let repeated = receipt.repeated;
                return (Delivered::Accepted(repeated), fate(Fate::Accepted(self.accepted(receipt))), None);
            }
            Err(error) => error,
        };
        let at = self.clock.now();
        let halt = |error: ApiError| Some(error).filter(ApiError::stops_everything).map(Halt::Api);
        match &error {
            ApiError::Conflict { .. } if parcel.replaces && self.api.capabilities().keeps_keys => {
                (Delivered::SameContent, None, None)
            }
            // The key is kept: the next run repeats the request with it and learns the fate of this one. That a
            // repetition did not arrive says nothing about what an earlier run sent.
            _ if (error.may_have_arrived() || parcel.repeated) && self.api.capabilities().keeps_keys => {
                (Delivered::Open(error.to_string()), None, halt(error))
            }
            _ if error.may_have_arrived() => {
                let why = error.to_string();
                (Delivered::Unknown(why.clone()), fate(Fate::Unknown { at, why }), halt(error))
            }
            ApiError::Refused { words, .. } => {
                (Delivered::Refused(words.clone()), fate(Fate::Failed { at, words: words.clone() }), None)
            }
            ApiError::NoLeave => (Delivered::NotSent, Some(Entry::NotSent { phase: phase() }), None),
            // The server has nothing of this mail, and the next one would fare no better.
            _ => (Delivered::NotSent, Some(Entry::NotSent { phase: phase() }), Some(Halt::Api(error))),
        }
    }

    /// The server took a new mail for an earlier one, and has nothing of it.
    fn swallowed(&self, parcel: &Parcel, earlier: &str) -> (Delivered, Option<Entry>, Option<Halt>) {
        let why = format!("the server took it for an earlier mail ({earlier}), and did not accept it");
        let fate = Fate::Unknown { at: self.clock.now(), why: why.clone() };
        (Delivered::Unknown(why), Some(Entry::Fate { phase: parcel.phase.clone(), fate }), None)
    }

    fn accepted(&self, receipt: Receipt) -> Accepted {
        let reports = self.api.capabilities().reports_delivery;
        Accepted {
            id: receipt.id.into(),
            thread: receipt.thread.into(),
            at: self.clock.now(),
            labelled: false,
            stage: None,
            approved: None,
            too_late: None,
            withdrawing: None,
            course: if reports { Course::Submitted } else { Course::Handed },
        }
    }
}
