//! Carries out a plan: settles what is open, sends, keeps the books.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::delivery_outcome::{DeliveryOutcome, limit_of};
use super::outcome::UnknownMail;
use super::prepare::Prepared;
use super::settling;
use super::watch::{Taken, mode_changed, too_many_bounces};
use crate::api::{ApiError, Outgoing};
use crate::app::App;
use crate::app::Run;
use crate::app::batch::{FailedMail, Halt};
use crate::app::failure::Failure;
use crate::app::observer::{Progress, Work};
use crate::app::remote::Remote;
use crate::app::submit::deliver::{Delivered, Delivery, Parcel, Witness};
use crate::app::track as tracking;
use crate::app::track::bookkeeping;
use crate::campaign::Time;
use crate::campaign::decide::limit::Limit;
use crate::campaign::definition::Phase;
use crate::campaign::hint::Action;
use crate::campaign::mail::Fate;
use crate::campaign::people::recipient::{Entry, GivenUp, Recipient, idempotency_key};
use crate::campaign::people::records::{Records, WarmUp};
use crate::campaign::plural;
use crate::campaign::text::Reading;
use crate::campaign::text::digest::Digest;
use crate::campaign::text::template::Inputs;
use crate::campaign::text::variant::{Rendered, Texts};
use crate::store::local::Ledger;

/// Carries out a plan. The ledger is saved however it ends.
pub async fn carry_out(
    run: &Run<'_>,
    phase: &Phase,
    prepared: &Prepared,
    ledger: &mut Ledger,
    remote: &Remote,
    texts: &mut Texts<'_>,
) -> Result<DeliveryOutcome, Failure> {
    let Run { app, campaign, .. } = *run;
    // Save the current cohort, and that this run sends, before the journal mentions it.
    let records = ledger.records_mut();
    records.runs += 1;
    records.mailbox = remote.mailbox_id().into();
    let number = records.runs;
    ledger.save()?;
    run.folder.sent().note_run(&campaign.name, number, app.clock.now())?;
    let (mut due, mut made, mut waits) = (Vec::new(), HashMap::new(), WAITS);
    let planned = prepared.sends.iter().map(|send| (send.key.as_str(), send.send_at));
    for (key, send_at) in prepared.unsettled.iter().map(|key| (key.as_str(), None)).chain(planned) {
        let mailable = ledger.records().get(key).filter(|recipient| recipient.address().is_ok());
        let Some(recipient) = mailable else { continue };
        let inputs = texts.inputs(recipient);
        let rendered = texts.render(&inputs).map_err(|problem| Failure::invalid(&campaign.name, vec![problem]))?;
        made.entry(rendered.digest).or_insert_with(|| (inputs, Rc::clone(&rendered)));
        due.push((key, send_at, rendered));
    }
    keep_texts(run, texts, made, ledger.records_mut())?;
    let total = due.len();
    let given_up = GivenUp::of(ledger.records().recipients(), &phase.name);
    let journal = ledger.journal()?;
    let ahead = ahead(run, ledger, remote);
    let ledger = RefCell::new(ledger);
    let (brake, taken) = (Cell::new(false), Taken::default());
    let progress = app.observer.progress(Work::Sending, total);
    let done = DeliveryOutcome::nothing(prepared);
    let mut books = Books { ledger: &ledger, progress, done, tried: 0, taken: &taken, same_content: HashSet::new() };
    let delivery = Delivery {
        api: &remote.api,
        journal: &journal,
        clock: &app.clock,
        stop: &app.stop,
        brake: &brake,
        concurrency: campaign.limits.concurrency,
        ahead,
    };
    let halt = loop {
        // Each mail is rendered when its turn comes: all of them at once would take hundreds of
        // megabytes.
        let parcels = due.iter().filter_map(|(key, send_at, rendered)| {
            let ledger = ledger.borrow();
            let recipient = ledger.records().get(key)?;
            parcel(run, phase, *send_at, remote, recipient, &given_up, rendered)
        });
        let halt = {
            let mut sending = Box::pin(delivery.run(parcels, &mut books));
            tokio::select! {
                halt = &mut sending => halt,
                bounces = too_many_bounces(run, remote, &ledger, &taken) => {
                    brake.set(true);
                    sending.await.or(Some(Halt::Bounces(bounces)))
                }
                now_in = mode_changed(run, remote, &taken) => {
                    brake.set(true);
                    sending.await.or(Some(Halt::Mode(now_in)))
                }
            }
        };
        due.retain(|(key, ..)| books.same_content.remove(*key));
        if halt.is_some() || due.is_empty() || waits == 0 {
            break halt;
        }
        waits -= 1;
        if !out_wait(app, due.len()).await {
            break Some(Halt::Interrupted);
        }
    };
    let open = due.iter().filter_map(|(key, ..)| Some(ledger.borrow().records().get(key)?.email.to_string()));
    let same = |contact| UnknownMail { contact, why: SAME_CONTENT.to_owned() };
    books.done.open.extend(open.map(same));
    let (mut done, tried) = (books.done, books.tried + due.len());
    let ledger = ledger.into_inner();
    drop(journal);
    done.remaining += total - tried;
    finish(run, phase, halt, &mut done, ledger, remote, texts).await?;
    Ok(done)
}

/// How many journal round trips may overlap one request to the server, if the ledger is as far away as the
/// server.
const ROUNDS: usize = 3;
/// How long a mail may wait for its turn under our own rate limit, in seconds, so that its journal line is
/// still recent enough.
const TURN: f64 = 10.0;

/// How many mails may be on their way to or from the journal, in addition to those at the server. Zero if a crash
/// would leave such mails unknown.
fn ahead(run: &Run<'_>, ledger: &Ledger, remote: &Remote) -> usize {
    let limits = &run.campaign.limits;
    if !ledger.is_far() || !remote.api.capabilities().keeps_keys {
        return 0;
    }
    let ahead = limits.concurrency * ROUNDS;
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is positive, and cut off on purpose"
    )]
    let in_time = (limits.per_second * TURN) as usize;
    if limits.per_second > 0.0 { ahead.min(in_time) } else { ahead }
}

/// Records how the run ended, and does what follows the mails.
async fn finish(
    run: &Run<'_>,
    phase: &Phase,
    halt: Option<Halt>,
    done: &mut DeliveryOutcome,
    ledger: &mut Ledger,
    remote: &Remote,
    texts: &mut Texts<'_>,
) -> Result<(), Failure> {
    let now = run.app.clock.now();
    done.limit = match &halt {
        None => done.limit,
        Some(Halt::Api(error)) => limit_of(error).map(|limit| (limit, limit.ends(now, run.campaign.zone))),
        Some(_) => None,
    };
    note_warm_up(ledger.records_mut(), halt.as_ref(), now);
    let broken = matches!(halt, Some(Halt::Ledger(_)));
    // A server that only accepts no more mails still responds.
    let answers =
        matches!(halt, None | Some(Halt::Mode(_))) || matches!(done.limit, Some((Limit::WarmUp | Limit::Quota, _)));
    done.halt = halt;
    if broken {
        return Ok(());
    }
    ledger.save()?;
    if !done.open.is_empty() {
        look_up_open(run, phase, done, ledger, remote, texts).await;
        // No mail is tagged before its id is durable: a tagged mail that the ledger does not know shows that a
        // ledger was lost.
        ledger.save()?;
    }
    if answers {
        look_again(run, ledger, remote).await;
        bookkeeping::keep(run, ledger, remote).await;
    }
    Ok(ledger.save()?)
}

/// Keeps what the server reports about the account's warm-up for the next plan, and drops it once more mails got
/// through.
fn note_warm_up(records: &mut Records, halt: Option<&Halt>, now: Time) {
    let today = now.date_naive();
    let error = halt.and_then(|halt| if let Halt::Api(error) = halt { Some(error.last()) } else { None });
    if let Some(ApiError::WarmUp { limit: Some(most), sent, .. }) = error {
        records.warm_up = Some(WarmUp { on: today, most: *most, sent: sent.unwrap_or(*most) });
    } else if let Some(known) = records.warm_up {
        let let_through = records.taken().filter(|at| at.date_naive() == today).count() as u64;
        records.warm_up = Some(known).filter(|known| known.most >= let_through);
    }
}

/// A mail whose reply was lost, or that the server would not accept twice, may already be in its
/// list.
async fn look_up_open(
    run: &Run<'_>,
    phase: &Phase,
    done: &mut DeliveryOutcome,
    ledger: &mut Ledger,
    remote: &Remote,
    texts: &mut Texts<'_>,
) {
    let found = settling::look_up_open(run, phase, ledger.records_mut(), remote, texts).await.unwrap_or_default();
    done.found_sent += found;
    let records = ledger.records();
    let still_open = |contact: &String| {
        let mut named = records.recipients().iter().filter(|recipient| recipient.email == *contact);
        named.any(|recipient| recipient.mail(&phase.name).is_some_and(|mail| !mail.is_out()))
    };
    done.open.retain(|mail| still_open(&mail.contact));
}

/// A moment later the server knows more about the mails: above all, that they wait for approval.
async fn look_again(run: &Run<'_>, ledger: &mut Ledger, remote: &Remote) {
    if !remote.api.capabilities().lists_mail {
        return;
    }
    // The mails are sent and recorded; `track` finds out the rest.
    if let Err(failure) = tracking::outbound(run, ledger.records_mut(), remote).await {
        let (why, track) = (failure.message, Action::new("track"));
        run.app.observer.warn(format!("the status of the mails is not known yet ({why}); `{track}` asks for it"));
    }
}

/// Why a mail stays open that the server refused because of its content.
const SAME_CONTENT: &str = "the server still takes it for the mail that it takes the place of";
/// How often a run waits for the server to forget a mail that was never sent.
const WAITS: usize = 3;

/// Waits until the server no longer mistakes mails for the ones they replace. Returns false if the user interrupts.
async fn out_wait(app: &App<'_>, mails: usize) -> bool {
    let number = plural(mails, "mail");
    app.observer.note(format!(
        "for a minute the server takes {number} for the same that it had a moment ago: waiting, then it goes on; Ctrl-C \
         ends that, and nothing is lost"
    ));
    tokio::select! {
        biased;
        () = app.stop.once() => false,
        () = tokio::time::sleep(app.patience.same_content) => true,
    }
}

struct Books<'a, 'ledger> {
    ledger: &'a RefCell<&'ledger mut Ledger>,
    progress: Box<dyn Progress>,
    done: DeliveryOutcome,
    tried: usize,
    taken: &'a Taken,
    /// The keys of the recipients whose mail the server mistook for the one before it.
    same_content: HashSet<String>,
}

impl Witness for Books<'_, '_> {
    fn knows(&self, id: &str) -> bool {
        self.ledger.borrow().records().mail_ids().any(|known| known == id)
    }

    fn recorded(&mut self, key: &str, at: Time, entry: Entry) {
        self.ledger.borrow_mut().records_mut().apply(key, at, entry);
    }

    fn delivered(&mut self, parcel: &Parcel, outcome: &Delivered) {
        if *outcome == Delivered::SameContent {
            self.same_content.insert(parcel.key.clone());
            return;
        }
        self.progress.step();
        let contact = || parcel.outgoing.to.clone();
        let done = &mut self.done;
        match outcome {
            Delivered::Accepted(repeated) => {
                *(if *repeated { &mut done.found_sent } else { &mut done.accepted }) += 1;
                self.taken.one();
            }
            Delivered::Refused(words) => done.failed.push(FailedMail { contact: contact(), words: words.clone() }),
            Delivered::Open(why) => done.open.push(UnknownMail { contact: contact(), why: why.clone() }),
            Delivered::Unknown(why) => done.unknown.push(UnknownMail { contact: contact(), why: why.clone() }),
            Delivered::NotSent | Delivered::SameContent => return,
        }
        self.tried += 1;
    }
}

/// Keeps the texts about to be sent, and the facts they state: this shows later exactly what a mail said, whatever is
/// drafted since, and who received facts that have changed.
fn keep_texts(
    run: &Run<'_>,
    texts: &Texts<'_>,
    made: HashMap<Digest, (Inputs, Rc<Rendered>)>,
    records: &mut Records,
) -> Result<(), Failure> {
    let sent = run.folder.sent();
    for (digest, (inputs, rendered)) in made {
        let facts = texts.facts(&inputs).map_err(|problem| Failure::invalid(&run.campaign.name, vec![problem]))?;
        sent.keep(&rendered.text, &facts)?;
        Arc::make_mut(&mut records.sent_facts).texts.insert(digest, facts);
    }
    Ok(())
}

fn parcel(
    run: &Run<'_>,
    phase: &Phase,
    send_at: Option<Time>,
    remote: &Remote,
    recipient: &Recipient,
    given_up: &GivenUp,
    rendered: &Rendered,
) -> Option<Parcel> {
    let campaign = run.campaign;
    let address = recipient.address().ok()?;
    let open = recipient.mail(&phase.name).filter(|mail| mail.fate == Fate::Sending);
    let (values, send_at) = match open {
        // A repetition must be exactly the mail that may have arrived, including the days left.
        Some(mail) => (campaign.stated_values(recipient, mail), mail.send_at),
        None => (campaign.values(recipient, send_at.unwrap_or_else(|| run.app.clock.now())), send_at),
    };
    let given_up = given_up.before(&address, open.map(|mail| mail.sending));
    let capabilities = remote.api.capabilities();
    let reading = if capabilities.markdown { Reading::Markdown } else { Reading::Plain };
    let text = rendered.form.fill(&values, reading)?;
    Some(Parcel {
        key: recipient.key().to_owned(),
        phase: phase.name.clone(),
        variant: rendered.digest,
        deadline: campaign.reader(&recipient.segment).deadline(),
        usage: open.map_or_else(|| rendered.usage_told(recipient), |mail| mail.usage.as_deref().cloned()),
        repeated: open.is_some(),
        replaces: recipient.mails.iter().any(|mail| mail.phase == phase.name && mail.is_out() && mail.is_void()),
        outgoing: Outgoing {
            mailbox_id: remote.mailbox_id().to_owned(),
            from: campaign.from.clone(),
            to: recipient.email.to_string(),
            subject: text.subject,
            body: text.body,
            key: idempotency_key(&campaign.name, &phase.name, &address, given_up),
            send_at,
        },
    })
}
