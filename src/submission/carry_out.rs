//! Carrying out a plan: settle what is open, send, keep the books.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use serde_json::{Value, json};

use super::{Order, Prepared, Run};
use crate::api::Outgoing;
use crate::bookkeeping;
use crate::campaign::Time;
use crate::campaign::key::idempotency_key;
use crate::campaign::mail::Fate;
use crate::campaign::recipient::{Entry, Recipient};
use crate::campaign::text::Reading;
use crate::campaign::variant::{Rendered, Texts};
use crate::context::Context;
use crate::delivery::{Delivered, Delivery, Halt, Parcel, Witness};
use crate::failure::{Failure, Kind};
use crate::ledger::Ledger;
use crate::remote::{self, Remote};
use crate::settling::{self, Settled};
use crate::tracking;
use crate::ui::Progress;

/// What carrying out a plan came to.
#[derive(Debug, Default)]
pub struct Done {
    /// The server has them, for the first time.
    pub accepted: usize,
    /// The server had them from an interrupted run.
    pub found_sent: usize,
    /// The server refused them: address and its words.
    pub failed: Vec<(String, String)>,
    /// Whether they were sent cannot be told, yet or at all: address and why.
    pub unknown: Vec<(String, String)>,
    /// Of these, how many the next run finds out about by their key.
    pub open: usize,
    /// Planned, and not tried.
    pub remaining: usize,
    /// Why it ended early.
    pub halt: Option<Halt>,
}

impl Done {
    /// What a plan without sends comes to.
    pub fn without_sends(prepared: &Prepared) -> Self {
        let Settled { adopted, unknown } = prepared.settled.clone();
        Self { found_sent: adopted, unknown, remaining: prepared.beyond, ..Self::default() }
    }

    /// The outcome's part of `--json`.
    pub fn to_json(&self) -> serde_json::Map<String, Value> {
        let listed = |list: &[(String, String)], name: &str| -> Vec<Value> {
            list.iter().map(|(contact, words)| json!({ "contact": contact, name: words })).collect()
        };
        let data = json!({
            "accepted": self.accepted + self.found_sent, "failed": self.failed.len(), "unknown": self.unknown.len(),
            "remaining": self.remaining, "failures": listed(&self.failed, "words"), "unknowns": listed(&self.unknown, "why"),
        });
        data.as_object().cloned().unwrap_or_default()
    }

    /// The failure this amounts to, if any.
    pub fn failure(self, phase: &str) -> Option<Failure> {
        let again = format!("`mmig submit --phase {phase}` goes on with them");
        let rest = if self.remaining == 0 { String::new() } else { format!("; {} not tried", self.remaining) };
        match self.halt {
            Some(Halt::Api(error)) => {
                let failure = remote::failure(error);
                let hint = if failure.kind == Kind::Auth { failure.hint } else { format!("{}; {again}", failure.hint) };
                return Some(Failure { message: format!("{}{rest}", failure.message), hint, ..failure });
            }
            Some(Halt::Interrupted) => {
                let message = format!("interrupted; what was in flight is finished and recorded{rest}");
                return Some(Failure::new(Kind::Interrupted, message, again));
            }
            Some(Halt::TooManyFailures(number)) => {
                let message = format!("stopped after {number} failures in a row{rest}");
                let hint = format!("find out why (`mmig status`), then {again}");
                // Where nobody was refused, it is the server that fails.
                let kind = if self.failed.is_empty() { Kind::Api } else { Kind::Partial };
                return Some(Failure::new(kind, message, hint).with_details(words(&self.failed, &self.unknown)));
            }
            Some(Halt::Ledger(error)) => {
                let failure = Failure::from(error);
                return Some(Failure { message: format!("stopped sending: {}{rest}", failure.message), ..failure });
            }
            None => {}
        }
        if self.failed.is_empty() && self.unknown.is_empty() {
            return None;
        }
        let message = format!("{} failed, {} unknown{rest}", self.failed.len(), self.unknown.len());
        let hint = ways_on(phase, self.failed.len(), self.unknown.len());
        Some(Failure::new(Kind::Partial, message, hint).with_details(words(&self.failed, &self.unknown)))
    }
}

/// What there is to do about mails that failed or are unknown.
pub fn ways_on(phase: &str, failed: usize, unknown: usize) -> String {
    let submit = format!("mmig submit --phase {phase}");
    let retry = format!("`{submit} --retry-failed` tries the failed ones again");
    let resend = format!("`{submit} --resend-unknown --contact ADDRESS` sends an unknown one, perhaps twice");
    let ways = [(failed, retry), (unknown, resend)].into_iter().filter(|(number, _)| *number > 0).map(|(_, way)| way);
    std::iter::once("`mmig status` lists them".to_owned()).chain(ways).collect::<Vec<_>>().join("; ")
}

/// How many recipients a failure names on screen; `--json` has all.
const NAMED: usize = 10;

fn words(failed: &[(String, String)], unknown: &[(String, String)]) -> Vec<String> {
    let all: Vec<_> = failed.iter().chain(unknown).map(|(contact, words)| format!("{contact}: {words}")).collect();
    let more = all.len().saturating_sub(NAMED);
    let mut lines: Vec<String> = all.into_iter().take(NAMED).collect();
    if more > 0 {
        lines.push(format!("and {more} more: --json lists all"));
    }
    lines
}

/// Carries out a plan. The ledger is saved however it ends.
pub async fn carry_out(
    run: &Run<'_>,
    order: &Order<'_>,
    prepared: &Prepared,
    ledger: &mut Ledger,
    remote: &Remote,
    texts: &mut Texts<'_>,
) -> Result<Done, Failure> {
    let Run { context, campaign, stop, .. } = *run;
    // The cohort as it is now, before anything is written to the journal about it.
    ledger.save()?;
    let mut due = Vec::new();
    for key in prepared.plan.unsettled.iter().chain(prepared.plan.sends.iter().map(|send| &send.key)) {
        let mailable = ledger.records().get(key).filter(|recipient| recipient.address().is_ok());
        let Some(recipient) = mailable else { continue };
        let rendered = texts
            .render(&texts.inputs(recipient))
            .map_err(|problem| Failure::invalid(&campaign.name, vec![problem]))?;
        due.push((key.clone(), rendered));
    }
    keep_texts(run, due.iter().map(|(_, rendered)| rendered))?;
    let total = due.len();
    let journal = ledger.journal()?;
    let ledger = RefCell::new(ledger);
    // Each mail is made when its turn comes: all of them at once would be hundreds of megabytes.
    let parcels = due.into_iter().filter_map(|(key, rendered)| {
        let ledger = ledger.borrow();
        parcel(run, order, prepared.send_at, remote, ledger.records().get(&key)?, &rendered)
    });
    let mut books = Books {
        ledger: &ledger,
        progress: context.terminal.progress(total, &format!("sending {}", order.phase.name)),
        done: Done::default(),
        tried: 0,
    };
    let delivery = Delivery {
        api: &remote.api,
        journal: &journal,
        clock: &context.clock,
        stop,
        concurrency: campaign.limits.concurrency,
    };
    let halt = delivery.run(parcels, &mut books).await;
    let (mut done, tried) = (std::mem::take(&mut books.done), books.tried);
    drop(books);
    let ledger = ledger.into_inner();
    drop(journal);
    done.unknown.extend(prepared.settled.unknown.clone());
    done.found_sent += prepared.settled.adopted;
    done.remaining = total - tried + prepared.beyond;
    let broken = matches!(halt, Some(Halt::Ledger(_)));
    done.halt = halt;
    if !broken {
        ledger.save()?;
        if done.open > 0 {
            look_up_open(run, order, &mut done, ledger, remote, texts).await;
        }
        if done.halt.is_none() {
            look_again(context, ledger, remote).await;
            bookkeeping::keep(run, ledger, remote).await;
            ledger.save()?;
        }
    }
    Ok(done)
}

/// A mail whose reply was lost, or that the server would not take twice, may be in its list already.
async fn look_up_open(
    run: &Run<'_>,
    order: &Order<'_>,
    done: &mut Done,
    ledger: &mut Ledger,
    remote: &Remote,
    texts: &mut Texts<'_>,
) {
    let found = settling::look_up_open(run, order.phase, ledger.records_mut(), remote, texts).await.unwrap_or_default();
    done.found_sent += found;
    let records = ledger.records();
    let still_open = |contact: &String| {
        let mut named = records.recipients().iter().filter(|recipient| recipient.email == *contact);
        named.any(|recipient| recipient.mail(&order.phase.name).is_some_and(|mail| !mail.is_out()))
    };
    done.unknown.retain(|(contact, _)| still_open(contact));
    done.open -= found.min(done.open);
}

/// A moment later the server knows more of the mails: most of all, that they wait for approval.
async fn look_again(context: &Context, ledger: &mut Ledger, remote: &Remote) {
    if !remote.api.capabilities().lists_mail {
        return;
    }
    // The mails are out and recorded; what is not known now, `track` finds out.
    if let Err(failure) = tracking::outbound(ledger.records_mut(), remote, context.clock.now()).await {
        context
            .terminal
            .warn(&format!("what became of the mails is not known yet ({}); `mmig track` finds out", failure.message));
    }
}

struct Books<'a, 'ledger> {
    ledger: &'a RefCell<&'ledger mut Ledger>,
    progress: Progress,
    done: Done,
    tried: usize,
}

impl Witness for Books<'_, '_> {
    fn recorded(&mut self, key: &str, at: Time, entry: Entry) {
        self.ledger.borrow_mut().records_mut().apply(key, at, entry);
    }

    fn delivered(&mut self, parcel: &Parcel, outcome: &Delivered) {
        self.progress.step();
        let contact = || parcel.outgoing.to.clone();
        let done = &mut self.done;
        match outcome {
            Delivered::Accepted(false) => done.accepted += 1,
            Delivered::Accepted(true) => done.found_sent += 1,
            Delivered::Refused(words) => done.failed.push((contact(), words.clone())),
            Delivered::Open(why) => {
                done.open += 1;
                done.unknown.push((contact(), why.clone()));
            }
            Delivered::Unknown(why) => done.unknown.push((contact(), why.clone())),
            Delivered::NotSent => return,
        }
        self.tried += 1;
    }
}

/// Keeps the texts about to leave, so that what a mail said can be told word for word, whatever is drafted later.
fn keep_texts<'a>(run: &Run<'_>, rendered: impl Iterator<Item = &'a Rc<Rendered>>) -> Result<(), Failure> {
    let mut kept = HashSet::new();
    for rendered in rendered.filter(|rendered| kept.insert(rendered.digest)) {
        run.folder.sent().keep(&rendered.text)?;
    }
    Ok(())
}

fn parcel(
    run: &Run<'_>,
    order: &Order<'_>,
    send_at: Option<Time>,
    remote: &Remote,
    recipient: &Recipient,
    rendered: &Rendered,
) -> Option<Parcel> {
    let campaign = run.campaign;
    let address = recipient.address().ok()?;
    let open = recipient.mail(&order.phase.name).filter(|mail| mail.fate == Fate::Sending);
    let (values, send_at) = match open {
        // A repetition must be the very mail that may have arrived, days left and all.
        Some(mail) => (campaign.values_told(recipient, mail), mail.send_at),
        None => (campaign.values(recipient, send_at.unwrap_or_else(|| run.context.clock.now())), send_at),
    };
    let capabilities = remote.api.capabilities();
    let reading = if capabilities.markdown { Reading::Markdown } else { Reading::Plain };
    let text = rendered.form.fill(&values, reading)?;
    Some(Parcel {
        key: recipient.key().to_owned(),
        phase: order.phase.name.clone(),
        variant: rendered.digest,
        deadline: campaign.deadline,
        usage: rendered.usage_told(recipient),
        repeated: open.is_some(),
        outgoing: Outgoing {
            mailbox_id: remote.mailbox_id().to_owned(),
            from: campaign.from.clone(),
            to: recipient.email.to_string(),
            subject: text.subject,
            body: text.body,
            key: idempotency_key(&campaign.name, &order.phase.name, &address, recipient),
            send_at,
        },
    })
}
