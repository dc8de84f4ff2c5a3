//! Sends customers' mails to a colleague as tests. The ledger stays as it is.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use super::outcome::{TestMailsOutcome, TestRow};
use crate::api::{Account, ApiError, Outgoing, Receipt};
use crate::app::failure::{Failure, Kind};
use crate::app::observer::Question;
use crate::app::remote::{Remote, refuse_a_wrong_clock};
use crate::app::{App, Run, ledger, selection};
use crate::campaign::decide::gates::mode_gate;
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::hint::Action;
use crate::campaign::people::contact::{Address, plain};
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;
use crate::campaign::plural;
use crate::campaign::text::Reading;
use crate::campaign::text::lock::Lock;
use crate::campaign::text::template::Templates;
use crate::campaign::text::test_mail::{self, TestMail, test_key};
use crate::campaign::text::variant::Texts;
use crate::hint;

/// The arguments of [`test_mails`].
#[derive(Debug, Clone, Default)]
pub struct TestMailsRequest {
    /// The colleague's address.
    pub to: String,
    /// The phases; at least one.
    pub phases: Vec<String>,
    /// Only customers of these segments; empty means all.
    pub segments: Vec<String>,
    /// Only these customers; if empty, the first of each text.
    pub contacts: Vec<String>,
    /// Send nothing.
    pub dry_run: bool,
    /// Do not ask for confirmation.
    pub yes: bool,
}

impl TestRow {
    fn new(campaign: &Campaign, phase: &Phase, lock: Option<&Lock>, test: &TestMail<'_>) -> Self {
        let name = lock.and_then(|lock| lock.name(test.variant));
        let reviewed = lock.filter(|lock| lock.is_for(campaign));
        Self {
            phase: phase.name.clone(),
            draft: name.map_or_else(|| test.variant.short(), str::to_owned),
            digest: test.variant,
            reviewed: reviewed.is_some_and(|lock| lock.holds(test.variant, &test.recipient.segment)),
            contact: test.recipient.email.to_string(),
            subject: test.text.as_ref().map(|text| text.subject.clone()),
            message_id: None,
            words: None,
        }
    }
}

/// Sends the mails of the first customer of each text to a colleague instead, marked as tests. Nothing is recorded.
///
/// # Errors
/// No match, a template is invalid, the mailbox or the account may not send, the user declined, or the server cannot be
/// reached.
pub async fn test_mails(app: &App<'_>, request: TestMailsRequest) -> Result<TestMailsOutcome, Failure> {
    let to = request.to.trim();
    Address::parse(to)
        .map_err(|error| Failure::new(Kind::Usage, format!("--test-to {to}: {error}"), "name one address"))?;
    let folder = app.folder()?;
    let definition = folder.definition()?;
    let campaign = &definition.campaign;
    let phases = selection::named_phases(campaign, &request.phases)?;
    let templates = folder.vetted(&definition)?;
    let records = ledger::read_newest(app, &folder, campaign)?;
    refuse_a_customer(&records, to)?;
    let chosen = chosen(campaign, &records, &request)?;
    let remote = Remote::open(app, campaign).await?;
    gates(campaign, &remote).await?;
    if !request.dry_run {
        refuse_a_wrong_clock(app, &remote)?;
    }
    let run = Run { app, folder: &folder, campaign };
    let (mut mails, mut tests) = (Vec::new(), Vec::new());
    for phase in &phases {
        // An unreadable lock contains no reviewed text, and a test needs none.
        let lock = folder.drafts(&phase.name).lock().ok().flatten();
        for mail in mails_of(&run, &remote, &templates, phase, (&records, &chosen))? {
            tests.push(TestRow::new(campaign, phase, lock.as_ref(), &mail));
            mails.push(mail);
        }
    }
    let question = Question::SendTests { to, tests: &tests };
    if request.dry_run {
        app.observer.explain(&question);
    } else {
        app.agreed(request.yes, question, again(&request)).await?;
        send_all(campaign, &remote, to, &mails, &mut tests).await?;
    }
    Ok(TestMailsOutcome {
        campaign: campaign.name.clone(),
        phase: if let [phase] = phases.as_slice() { Some(phase.name.clone()) } else { None },
        test_to: to.to_owned(),
        dry_run: request.dry_run,
        accepted: tests.iter().filter(|test| test.message_id.is_some()).count(),
        gated: remote.mailbox.as_ref().is_some_and(|mailbox| mailbox.oversight_mode.starts_with("gated")),
        failure: failure(&tests),
        tests,
    })
}

fn again(request: &TestMailsRequest) -> Action {
    let TestMailsRequest { phases, segments, contacts, .. } = request;
    let submit = Action::new("submit").options("phase", phases).options("segment", segments);
    submit.option("test-to", request.to.trim()).options("contact", contacts)
}

/// The customers who were named, or all in the campaign.
fn chosen<'a>(
    campaign: &Campaign,
    records: &'a Records,
    request: &TestMailsRequest,
) -> Result<Vec<&'a Recipient>, Failure> {
    let segments = selection::segments(campaign, &request.segments)?;
    let mut chosen = selection::customers(records, &request.contacts)?;
    if request.contacts.is_empty() {
        let current = records.recipients().iter().filter(|recipient| recipient.left.is_none());
        chosen = current.filter(|recipient| segments.contain(&recipient.segment)).collect();
    }
    if chosen.is_empty() {
        let hint = hint![Action::new("segment"), " finds them"];
        return Err(Failure::new(Kind::NotFound, "no customer has a mail to test", hint));
    }
    Ok(chosen)
}

/// A test may be early, and its text unreviewed; but for mailbox and account it is a mail like any other.
async fn gates(campaign: &Campaign, remote: &Remote) -> Result<(), Failure> {
    let mode = remote.mailbox.as_ref().map(|mailbox| mailbox.oversight_mode.as_str());
    if let Some(refusal) = mode_gate(campaign, mode) {
        return Err(Failure::new(Kind::Refused, format!("no test was sent: {}", refusal.what), refusal.hint));
    }
    match remote.account().await?.as_ref().and_then(Account::disabled) {
        Some(why) => {
            let message = format!("no test was sent, since the account may not send: {why}");
            Err(Failure::new(Kind::Refused, message, hint!["settle it with MultiMail, then ", Action::new("doctor")]))
        }
        None => Ok(()),
    }
}

fn mails_of<'a>(
    run: &Run<'_>,
    remote: &Remote,
    templates: &Templates,
    phase: &Phase,
    (records, chosen): (&Records, &[&'a Recipient]),
) -> Result<Vec<TestMail<'a>>, Failure> {
    let reading = if remote.api.capabilities().markdown { Reading::Markdown } else { Reading::Plain };
    let mut texts = Texts::new(run.campaign, templates, phase).knowing(&records.sent_facts);
    test_mail::test_mails(chosen.iter().copied(), &mut texts, reading, run.app.clock.now())
        .map_err(|problem| Failure::invalid(&run.campaign.name, vec![problem]))
}

/// Sends them one by one, and notes each result.
async fn send_all(
    campaign: &Campaign,
    remote: &Remote,
    to: &str,
    mails: &[TestMail<'_>],
    tests: &mut [TestRow],
) -> Result<(), Failure> {
    let nonce = nonce();
    for (mail, test) in mails.iter().zip(tests) {
        let Some(text) = &mail.text else {
            test.words = Some("its text quotes the customer's usage, which is unknown".to_owned());
            continue;
        };
        let outgoing = Outgoing {
            mailbox_id: remote.mailbox_id().to_owned(),
            from: campaign.from.clone(),
            to: to.to_owned(),
            subject: text.subject.clone(),
            body: text.body.clone(),
            key: test_key(&campaign.name, &test.phase, to, mail, &nonce),
            send_at: None,
        };
        match send(remote, outgoing, &nonce).await {
            Ok(receipt) => test.message_id = Some(receipt.id),
            Err(error) if error.stops_everything() => return Err(Failure::from(error)),
            Err(error) => test.words = Some(error.to_string()),
        }
    }
    Ok(())
}

/// The server may mistake it for an identical mail of a minute ago. A repeated test should arrive too, so it gets a
/// distinguishing mark.
async fn send(remote: &Remote, outgoing: Outgoing, nonce: &str) -> Result<Receipt, ApiError> {
    match remote.api.send(&outgoing).await {
        Err(ApiError::Conflict { .. }) => {
            let key = format!("{}-again", outgoing.key);
            let subject = format!("{} ({})", outgoing.subject, &nonce[..4]);
            remote.api.send(&Outgoing { subject, key, ..outgoing }).await
        }
        other => other,
    }
}

fn failure(tests: &[TestRow]) -> Option<Failure> {
    let failed = tests.iter().filter_map(|test| Some(format!("{}: {}", test.draft, test.words.as_ref()?)));
    let lines: Vec<String> = failed.collect();
    (!lines.is_empty()).then(|| {
        let message = format!("{} could not be sent", plural(lines.len(), "test mail"));
        Failure::new(Kind::Partial, message, "choose another customer with --contact, or try again").with_details(lines)
    })
}

/// A test may show a text that no one has reviewed, so it never goes to a customer.
fn refuse_a_customer(records: &Records, to: &str) -> Result<(), Failure> {
    let is_to = |recipient: &&Recipient| recipient.left.is_none() && plain(&recipient.email) == plain(to);
    if records.recipients().iter().find(is_to).is_none() {
        return Ok(());
    }
    let message = format!("{to} is a customer of this campaign, and a test may show an unreviewed text");
    Err(Failure::new(Kind::Refused, message, "name a colleague's address"))
}

/// Sixteen hexadecimal digits, different in each run.
fn nonce() -> String {
    format!("{:016x}", RandomState::new().build_hasher().finish())
}
