//! The only sending loop: write down, send, write down what became of it.

use std::cell::{Cell, RefCell};

use chrono::NaiveDate;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use crate::api::{Api, ApiError, Outgoing, Receipt};
use crate::app::clock::Clock;
use crate::app::stop::Stop;
use crate::campaign::Time;
use crate::campaign::mail::{Accepted, Course, Fate};
use crate::campaign::people::bounces::Bounces;
use crate::campaign::people::recipient::Entry;
use crate::campaign::text::digest::Digest;
use crate::campaign::usage::Calls;
use crate::store::local::{Journal, LedgerError};

/// One mail, ready to leave.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// The recipient's key in the ledger.
    pub key: String,
    /// The phase.
    pub phase: String,
    /// The reviewed text it was filled in from.
    pub variant: Digest,
    /// The deadline it tells.
    pub deadline: NaiveDate,
    /// The numbers of the customer's own usage that it tells.
    pub usage: Option<Calls>,
    /// Whether it was written down before, by a run that was interrupted.
    pub repeated: bool,
    /// The mail.
    pub outgoing: Outgoing,
}

/// What became of a parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivered {
    /// The server has it. True if it had it before.
    Accepted(bool),
    /// The server refused it, in its own words.
    Refused(String),
    /// It certainly did not arrive; the recipient waits again.
    NotSent,
    /// It may have arrived, and the next run will find out.
    Open(String),
    /// It may have arrived, and nothing can find out.
    Unknown(String),
}

/// What goes on while parcels are delivered; each call carries what is durable already.
pub trait Witness {
    /// An entry was written to the journal.
    fn recorded(&mut self, key: &str, at: Time, entry: Entry);
    /// A parcel is done with.
    fn delivered(&mut self, parcel: &Parcel, outcome: &Delivered);
}

/// Why no more is sent, though not everybody has the mail.
#[derive(Debug)]
pub enum Halt {
    /// Somebody asked for it.
    Interrupted,
    /// The server said no to all of it: a limit, the key, or it cannot be reached.
    Api(ApiError),
    /// The account may not send, for this reason.
    Disabled(String),
    /// Too many refusals in a row.
    TooManyFailures(usize),
    /// Too many mails came back.
    Bounces(Bounces),
    /// The journal cannot be written; nothing more is sent.
    Ledger(LedgerError),
}

/// How parcels are delivered.
#[derive(Debug)]
pub struct Delivery<'a> {
    /// The server.
    pub api: &'a Api,
    /// Where everything is written down first.
    pub journal: &'a Journal,
    /// The time.
    pub clock: &'a Clock,
    /// Whether to go on.
    pub stop: &'a Stop,
    /// The same, for whoever learns beside the delivery that nothing more should leave.
    pub brake: &'a Cell<bool>,
    /// Sends in flight, at most.
    pub concurrency: usize,
}

/// So many mails refused in a row, or left open in a row, are no bad luck: something is wrong with all of them.
const TOO_MANY: usize = 10;

/// Sends in flight at first, and after how many mails taken there is one more: a server that has said yes so often is
/// not likely to refuse all that are on their way.
const AT_FIRST: usize = 8;
const STEP: usize = 4;

impl Delivery<'_> {
    /// Delivers parcels, several at a time. What is in flight when it halts is finished and recorded.
    pub async fn run(&self, mut parcels: impl Iterator<Item = Parcel>, witness: &mut impl Witness) -> Option<Halt> {
        let witness = RefCell::new(witness);
        let send = async |parcel: Parcel| (self.deliver(&parcel, &witness).await, parcel);
        let mut in_flight = FuturesUnordered::new();
        let (mut halt, mut in_a_row, mut taken) = (None, 0, 0);
        loop {
            let room = self.concurrency.min(AT_FIRST + taken / STEP);
            while halt.is_none() && !self.brake.get() && in_flight.len() < room {
                let Some(parcel) = parcels.next() else { break };
                if self.stop.asked() {
                    halt = Some(Halt::Interrupted);
                } else {
                    in_flight.push(send(parcel));
                }
            }
            let Some((result, parcel)) = in_flight.next().await else { break };
            let (outcome, why) = result.map_or_else(|(outcome, why)| (outcome, Some(why)), |outcome| (outcome, None));
            taken += usize::from(matches!(outcome, Delivered::Accepted(_)));
            let bad = matches!(outcome, Delivered::Refused(_) | Delivered::Open(_) | Delivered::Unknown(_));
            in_a_row = if bad { in_a_row + 1 } else { 0 };
            let enough = (in_a_row >= TOO_MANY).then_some(Halt::TooManyFailures(TOO_MANY));
            halt = halt.or(why).or(enough);
            witness.borrow_mut().delivered(&parcel, &outcome);
        }
        self.explained(halt).await
    }

    /// A server that does not allow a send may have switched the account off, and then it says why.
    async fn explained(&self, halt: Option<Halt>) -> Option<Halt> {
        if !matches!(&halt, Some(Halt::Api(error)) if matches!(error.last(), ApiError::Forbidden { .. })) {
            return halt;
        }
        let disabled = self.api.account().await.ok().and_then(|account| account.disabled());
        disabled.map(Halt::Disabled).or(halt)
    }

    /// One parcel's whole way. An error halts everything; the parcel itself has ended as told beside it.
    async fn deliver<W: Witness>(
        &self,
        parcel: &Parcel,
        witness: &RefCell<&mut W>,
    ) -> Result<Delivered, (Delivered, Halt)> {
        let record = async |entry: Entry| {
            let at = self.clock.now();
            self.journal.record(at, &parcel.key, &entry).await?;
            witness.borrow_mut().recorded(&parcel.key, at, entry);
            Ok::<(), LedgerError>(())
        };
        if !parcel.repeated {
            let Parcel { variant, deadline, usage, .. } = *parcel;
            let (phase, send_at) = (parcel.phase.clone(), parcel.outgoing.send_at);
            // Durable before the request leaves: from here on a crash cannot make us forget it.
            let written = record(Entry::Sending { phase, variant, deadline, usage, send_at }).await;
            written.map_err(|error| (Delivered::NotSent, Halt::Ledger(error)))?;
        }
        let (outcome, entry, halt) = self.judge(parcel, self.api.send(&parcel.outgoing).await);
        if let Some(entry) = entry {
            // The server has the mail even if we cannot write that down: the next run finds out.
            let written = record(entry).await;
            written.map_err(|error| {
                (Delivered::Open("the ledger could not be written".to_owned()), Halt::Ledger(error))
            })?;
        }
        match halt {
            Some(halt) => Err((outcome, halt)),
            None => Ok(outcome),
        }
    }

    /// What the server's answer means for the recipient, what is written down, and whether to go on.
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
            // The key is kept: the next run asks again with it, and learns what became of this one. That a repetition
            // did not arrive says nothing of what an earlier run sent.
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
            // Nothing of this mail is at the server, and the next one would fare no better.
            _ => (Delivered::NotSent, Some(Entry::NotSent { phase: phase() }), Some(Halt::Api(error))),
        }
    }

    fn accepted(&self, receipt: Receipt) -> Accepted {
        let reports = self.api.capabilities().reports_delivery;
        Accepted {
            id: receipt.id.into(),
            thread: receipt.thread.into(),
            at: self.clock.now(),
            labelled: false,
            approved: None,
            too_late: None,
            withdrawing: None,
            course: if reports { Course::Submitted } else { Course::Handed },
        }
    }
}
