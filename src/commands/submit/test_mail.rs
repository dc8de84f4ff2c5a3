//! `mmig submit --test-to`: customers' mails to a colleague. The ledger stays as it is.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use serde_json::{Value, json};

use super::Args;
use crate::api::{Account, ApiError, Outgoing, Receipt};
use crate::app::failure::{Failure, Kind};
use crate::app::remote;
use crate::app::remote::Remote;
use crate::campaign::decide::gates::mode_gate;
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::mail::test_mail::{MARK, TestMail, test_key, test_mails};
use crate::campaign::people::contact::Address;
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;
use crate::campaign::text::lock::Lock;
use crate::campaign::text::template::Templates;
use crate::campaign::text::variant::Texts;
use crate::campaign::text::{Reading, Text};
use crate::cli::Face;
use crate::cli::ui::{Align, Report, Table, clean, plural};
use crate::commands::{Ending, agreed, block_on};
use crate::store::folder::Folder;
use crate::store::local as ledger;

/// What is needed to send tests.
struct Bench<'a> {
    face: Face<'a>,
    campaign: &'a Campaign,
    phase: &'a Phase,
    to: &'a str,
    /// Which texts were reviewed, if any.
    lock: Option<Lock>,
}

/// A test, and what became of it.
struct Sent<'a> {
    test: TestMail<'a>,
    outcome: Result<Receipt, String>,
}

/// Sends the tests of a phase to a colleague.
pub fn run(
    face: Face<'_>,
    args: &Args,
    folder: &Folder,
    campaign: &Campaign,
    phase: &Phase,
    templates: &Templates,
) -> Ending {
    let to = args.test_to.as_deref().unwrap_or_default().trim();
    Address::parse(to)
        .map_err(|error| Failure::new(Kind::Usage, format!("--test-to {to}: {error}"), "name one address"))?;
    let records = ledger::read(&folder.path)?.unwrap_or_default();
    let chosen = chosen(&records, args)?;
    let bench = Bench { face, campaign, phase, to, lock: reviewed(folder, phase) };
    block_on(face, async || {
        let remote = Remote::open(face.app, campaign).await?;
        bench.gates(&remote).await?;
        let reading = if remote.api.capabilities().markdown { Reading::Markdown } else { Reading::Plain };
        let mut texts = Texts::new(campaign, templates, phase);
        let trials = test_mails(chosen.into_iter(), &mut texts, reading, face.app.clock.now())
            .map_err(|problem| Failure::invalid(&campaign.name, vec![problem]))?;
        face.terminal.say(bench.plan(&trials).trim_end());
        if args.dry_run {
            return Ok(bench.dry(&trials));
        }
        let question = format!("Send {} to {to}?", plural(trials.len(), "test mail"));
        agreed(face, args.yes, &question, &format!("mmig submit --phase {} --test-to {to} --yes", phase.name))?;
        bench.send_all(&remote, trials).await
    })
}

/// A lock that cannot be read holds no text that was reviewed, and a test needs none.
fn reviewed(folder: &Folder, phase: &Phase) -> Option<Lock> {
    folder.drafts(&phase.name).lock().ok().flatten()
}

/// Those named, or all who are in the campaign.
fn chosen<'a>(records: &'a Records, args: &Args) -> Result<Vec<&'a Recipient>, Failure> {
    let current: Vec<&Recipient> = records.recipients().iter().filter(|recipient| recipient.left.is_none()).collect();
    let of_segment = |recipient: &Recipient| args.segment.as_ref().is_none_or(|segment| recipient.segment == *segment);
    let mut chosen: Vec<&Recipient> = Vec::new();
    for contact in &args.contacts {
        let found = current.iter().find(|recipient| recipient.is_called(contact));
        chosen.push(found.ok_or_else(|| {
            let message = format!("this campaign knows nobody with the address {contact}");
            Failure::new(Kind::NotFound, message, "check the spelling; `mmig segment` brings the cohorts up to date")
        })?);
    }
    if args.contacts.is_empty() {
        chosen = current.into_iter().filter(|recipient| of_segment(recipient)).collect();
    }
    if chosen.is_empty() {
        return Err(Failure::new(
            Kind::NotFound,
            "there is nobody whose mail could be tested",
            "`mmig segment` finds them",
        ));
    }
    Ok(chosen)
}

impl Bench<'_> {
    /// A test may be early, and its text not reviewed; but it is a mail like any other to mailbox and account.
    async fn gates(&self, remote: &Remote) -> Result<(), Failure> {
        let mode = remote.mailbox.as_ref().map(|mailbox| mailbox.oversight_mode.as_str());
        if let Some(refusal) = mode_gate(self.campaign, mode) {
            let message = format!("no test was sent: {}", refusal.what);
            return Err(Failure::new(Kind::Refused, message, refusal.way_out));
        }
        match remote.account().await?.as_ref().and_then(Account::disabled) {
            Some(why) => {
                let message = format!("no test was sent, since the account may not send: {why}");
                Err(Failure::new(Kind::Refused, message, "settle it with MultiMail, then `mmig doctor`"))
            }
            None => Ok(()),
        }
    }

    fn is_reviewed(&self, test: &TestMail<'_>) -> bool {
        let lock = self.lock.as_ref().filter(|lock| lock.deadline == self.campaign.deadline);
        lock.is_some_and(|lock| lock.holds(test.variant, &test.recipient.segment))
    }

    fn name(&self, test: &TestMail<'_>) -> String {
        let name = self.lock.as_ref().and_then(|lock| lock.name(test.variant));
        name.map_or_else(|| test.variant.short(), str::to_owned)
    }

    fn plan(&self, tests: &[TestMail<'_>]) -> String {
        let columns = [("text", Align::Left), ("reviewed", Align::Left), ("as", Align::Left), ("subject", Align::Left)];
        let mut table = Table::new(&columns, self.face.terminal.width());
        for test in tests {
            let reviewed = if self.is_reviewed(test) { "yes" } else { "not yet" };
            let subject = test.text.as_ref().map_or("(tells their usage, which is not known)", |text| &text.subject);
            table.row([self.name(test).as_str(), reviewed, &test.recipient.email, subject]);
        }
        let told = format!("phase {}: to {}, no customer gets anything\n", self.phase.name, clean(self.to));
        format!("{told}{}", table.render())
    }

    fn dry(&self, tests: &[TestMail<'_>]) -> Report {
        let rows: Vec<Value> = tests.iter().map(|test| self.row(test)).collect();
        let data = json!({
            "campaign": self.campaign.name, "phase": self.phase.name, "test_to": self.to, "dry_run": true, "tests": rows,
        });
        let screen = "Nothing was sent: this was a dry run.\n".to_owned();
        Report { data: data.as_object().cloned().unwrap_or_default(), screen, ..Report::default() }
    }

    async fn send_all(&self, remote: &Remote, tests: Vec<TestMail<'_>>) -> Ending {
        let nonce = nonce();
        let mut sent = Vec::new();
        for test in tests {
            let outcome = match &test.text {
                None => Err("its text tells the customer's usage, which is not known".to_owned()),
                Some(text) => match self.send(remote, &test, text, &nonce).await {
                    Err(error) if error.stops_everything() => return Err(remote::failure(error)),
                    Err(error) => Err(error.to_string()),
                    Ok(receipt) => Ok(receipt),
                },
            };
            sent.push(Sent { test, outcome });
        }
        let gated = remote.mailbox.as_ref().is_some_and(|mailbox| mailbox.oversight_mode.starts_with("gated"));
        Ok(self.report(&sent, gated))
    }

    /// The server may take the very mail of a minute ago for the same one. Who asks again wants another, and gets one
    /// that tells itself apart.
    async fn send(&self, remote: &Remote, mail: &TestMail<'_>, text: &Text, nonce: &str) -> Result<Receipt, ApiError> {
        let outgoing = Outgoing {
            mailbox_id: remote.mailbox_id().to_owned(),
            from: self.campaign.from.clone(),
            to: self.to.to_owned(),
            subject: text.subject.clone(),
            body: text.body.clone(),
            key: test_key(&self.campaign.name, &self.phase.name, self.to, mail, nonce),
            send_at: None,
        };
        match remote.api.send(&outgoing).await {
            Err(ApiError::Conflict { .. }) => {
                let again = format!("{}-again", outgoing.key);
                let subject = format!("{} ({})", outgoing.subject, &nonce[..4]);
                remote.api.send(&Outgoing { subject, key: again, ..outgoing }).await
            }
            other => other,
        }
    }

    fn row(&self, test: &TestMail<'_>) -> Value {
        json!({
            "variant": self.name(test), "digest": test.variant, "reviewed": self.is_reviewed(test),
            "contact": test.recipient.email, "subject": test.text.as_ref().map(|text| &text.subject),
        })
    }

    fn report(&self, sent: &[Sent<'_>], gated: bool) -> Report {
        let rows = sent.iter().map(|sent| {
            let mut row = self.row(&sent.test);
            match &sent.outcome {
                Ok(receipt) => row["message_id"] = receipt.id.clone().into(),
                Err(words) => row["words"] = words.clone().into(),
            }
            row
        });
        let accepted = sent.iter().filter(|sent| sent.outcome.is_ok()).count();
        let data = json!({
            "campaign": self.campaign.name, "phase": self.phase.name, "test_to": self.to, "accepted": accepted,
            "tests": rows.collect::<Vec<_>>(),
        });
        let (number, mark, to) = (plural(accepted, "test mail"), MARK.trim_end(), clean(self.to));
        let mut screen = format!("{number} accepted for {to}, marked {mark}. Nothing of it is in the ledger.\n");
        if accepted > 0 && gated {
            screen.push_str("Tests wait for approval like any other mail: approve them in MultiMail.\n");
        }
        let failed = sent.iter().filter_map(|sent| Some((&sent.test, sent.outcome.as_ref().err()?)));
        let lines: Vec<String> = failed.map(|(test, words)| format!("{}: {words}", self.name(test))).collect();
        let failure = (!lines.is_empty()).then(|| {
            let message = format!("{} could not be sent", plural(lines.len(), "test mail"));
            Failure::new(Kind::Partial, message, "choose another customer with --contact, or try again")
                .with_details(lines)
        });
        Report { data: data.as_object().cloned().unwrap_or_default(), screen, failure, ..Report::default() }
    }
}

/// Sixteen hexadecimal digits that no other run has.
fn nonce() -> String {
    format!("{:016x}", RandomState::new().build_hasher().finish())
}
