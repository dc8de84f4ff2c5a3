//! Looks for everything that would stop a campaign, before it does.

use chrono::TimeDelta;
use schemars::JsonSchema;
use serde::Serialize;
use strum::Display;

use crate::api::{Account, ApiError};
use crate::app::access::{Access, is_same};
use crate::app::failure::{Failure, Kind};
use crate::app::remote::Remote;
use crate::app::review::queue::may_see;
use crate::app::settings::{ADMIN_KEY, KEY, OVERSIGHT_KEY};
use crate::app::{App, Outcome, ledger};
use crate::campaign::definition::Campaign;
use crate::campaign::definition::problem::Severity;
use crate::campaign::hint::{Action, Hint};
use crate::campaign::plural;
use crate::hint;
use crate::store::folder::{Definition, Folder};
#[cfg(feature = "remote")]
use crate::store::{LedgerError, remote};
use crate::store::{LedgerStore, Store, local};

/// The checks and their results.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DoctorOutcome {
    /// The campaign's name.
    pub campaign: String,
    /// The checks, in order.
    pub checks: Vec<Diagnosis>,
    /// Set if something would stop the campaign; it has the kind of the first such finding.
    #[serde(skip)]
    pub failure: Option<Failure>,
}

impl Outcome for DoctorOutcome {
    fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }
}

/// The result of one check.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Diagnosis {
    /// What was checked.
    pub check: Subject,
    /// Its state.
    pub state: State,
    /// What was found.
    pub message: String,
    /// How to fix it; may be empty.
    pub fix: Hint,
}

/// What is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Subject {
    /// The record of what was done for each recipient.
    Ledger,
    /// The tags that mmig writes to contacts.
    #[serde(rename = "contact tags")]
    #[strum(to_string = "contact tags")]
    ContactTags,
    /// The store of the ledger, if that is not the campaign's folder.
    Store,
    /// Whether another run holds the campaign.
    Lock,
    /// The campaign file, with its templates.
    Campaign,
    /// The templates, if they cannot be read.
    Templates,
    /// The locked texts.
    Drafts,
    /// The keys in the environment.
    Keys,
    /// Whether the server responds.
    Server,
    /// Whether the sending key may approve as well.
    Scopes,
    /// The key that approves.
    Reviewer,
    /// This machine's clock, compared with the server's.
    Clock,
    /// The mailbox's oversight mode.
    Oversight,
    /// Addresses that skip approval.
    Allowlist,
    /// The plan, its quota, and whether the account may send.
    Account,
    /// The list of addresses the server does not deliver to.
    Suppression,
}

/// How serious a result is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub enum State {
    /// As it should be.
    #[serde(rename = "ok")]
    Good,
    /// Worth knowing, but it stops nothing.
    #[serde(rename = "note")]
    Odd,
    /// It would stop the campaign.
    #[serde(rename = "bad")]
    Bad,
}

#[derive(Default)]
struct Findings {
    list: Vec<Diagnosis>,
    /// The kind of the first bad result.
    first_bad: Option<Kind>,
}

impl Findings {
    fn add(&mut self, check: Subject, state: State, message: impl Into<String>, fix: impl Into<Hint>) {
        self.list.push(Diagnosis { check, state, message: message.into(), fix: fix.into() });
    }

    fn good(&mut self, check: Subject, message: impl Into<String>) {
        self.add(check, State::Good, message, "");
    }

    fn odd(&mut self, check: Subject, message: impl Into<String>, fix: impl Into<Hint>) {
        self.add(check, State::Odd, message, fix);
    }

    fn bad(&mut self, kind: Kind, check: Subject, message: impl Into<String>, fix: impl Into<Hint>) {
        self.first_bad = self.first_bad.or(Some(kind));
        self.add(check, State::Bad, message, fix);
    }

    fn failure(&mut self, check: Subject, failure: impl Into<Failure>) {
        let Failure { kind, message, hint, .. } = failure.into();
        self.bad(kind, check, message, hint);
    }

    fn outcome(self, campaign: String) -> DoctorOutcome {
        let failure = self.first_bad.map(|kind| {
            let bad = self.list.iter().filter(|one| one.state == State::Bad).count();
            let message = format!("{} would stop this campaign", plural(bad, "finding"));
            Failure::new(kind, message, hint!["fix the lines marked bad, then ", Action::new("doctor")])
        });
        DoctorOutcome { campaign, checks: self.list, failure }
    }
}

/// How far the server's clock may differ from ours before dates are affected.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::minutes(5);

/// Checks the campaign's files, its ledger's store and, if they can be read, its server. Changes nothing, except for a
/// probe object that it writes to a remote store and removes again.
///
/// No campaign, or not the one that was named. Everything else is a finding, not a failure.
/// No campaign, or another one is meant. All else is found, not failed.
pub async fn doctor(app: &App<'_>) -> Result<DoctorOutcome, Failure> {
    let folder = app.folder()?;
    let mut findings = Findings::default();
    let definition = folder.definition();
    let campaign = definition.as_ref().ok().map(|definition| &definition.campaign);
    let recipients = ledger_and_lock(app, &folder, campaign, &mut findings);
    match definition {
        Ok(definition) => {
            definition_and_drafts(&folder, &definition, &mut findings);
            server(app, &definition.campaign, recipients, &mut findings).await;
        }
        Err(error) => findings.failure(Subject::Campaign, error),
    }
    Ok(findings.outcome(folder.name))
}

/// Checks the ledger and its lock; returns how many recipients it has.
fn ledger_and_lock(app: &App<'_>, folder: &Folder, campaign: Option<&Campaign>, findings: &mut Findings) -> usize {
    let store = match ledger::store(app, folder, campaign) {
        Ok(store) => store,
        Err(failure) => {
            findings.failure(Subject::Ledger, failure);
            return 0;
        }
    };
    let mut recipients = 0;
    match store.read().map(|contents| contents.map(|contents| contents.records)) {
        Ok(None) => findings.odd(Subject::Ledger, "no recipient is recorded yet", Action::new("segment")),
        Ok(Some(records)) => {
            recipients = records.recipients().len();
            let place = ledger::place(app, campaign);
            let place = if place.value == ledger::LOCAL { String::new() } else { format!(" at {}", place.value) };
            findings.good(Subject::Ledger, format!("{}, readable{place}", plural(recipients, "recipient")));
            if let Some(why) = &records.tags_stopped {
                let message = format!("no longer written: {why}");
                findings.odd(Subject::ContactTags, message, "stages are kept in the ledger only");
            }
        }
        Err(error) => findings.failure(Subject::Ledger, error),
    }
    match &store {
        Store::Local(_) => match local::held(&folder.path) {
            Ok(None) => findings.good(Subject::Lock, "free"),
            Ok(Some(error)) => findings.odd(Subject::Lock, error.to_string(), error.hint()),
            Err(error) => findings.failure(Subject::Lock, error),
        },
        #[cfg(feature = "remote")]
        Store::Remote(remote) => far_away(remote, findings),
    }
    recipients
}

/// Checks a remote store: whether two runs could hold the ledger at once, and who holds it.
#[cfg(feature = "remote")]
fn far_away(remote: &remote::Remote, findings: &mut Findings) {
    match remote.probe() {
        Ok(()) => findings.good(Subject::Store, format!("{} keeps two runs apart", remote.shown())),
        // A reader may not write there, and need not.
        Err(error @ LedgerError::Store { denied: true, .. }) => {
            let fix = "nothing, if this machine only reads (status, report); a run needs write access";
            findings.odd(Subject::Store, error.to_string(), fix);
        }
        Err(error) => findings.failure(Subject::Store, error),
    }
    match remote.held() {
        Ok(None) => findings.good(Subject::Lock, "free"),
        Ok(Some((by, true))) => findings.odd(Subject::Lock, by.holds().to_string(), by.holds().hint()),
        Ok(Some((by, false))) => {
            let message = format!("{}; it is silent", by.holds());
            findings.odd(Subject::Lock, message, "the next run watches it, and takes over if it is dead");
        }
        Err(error) => findings.failure(Subject::Lock, error),
    }
}

fn definition_and_drafts(folder: &Folder, definition: &Definition, findings: &mut Findings) {
    match folder.templates() {
        Ok(templates) => {
            let found = templates.vet(&definition.campaign, &definition.source);
            match found.iter().filter(|problem| problem.severity == Severity::Error).count() {
                0 => {
                    let message = format!("{} and its templates are in order", definition.source.path);
                    findings.good(Subject::Campaign, message);
                }
                errors => {
                    findings.bad(Kind::Invalid, Subject::Campaign, plural(errors, "error"), Action::new("check"));
                }
            }
        }
        Err(error) => findings.failure(Subject::Templates, error),
    }
    let phases = definition.campaign.phases.iter().map(|phase| phase.name.as_str());
    let undrafted: Vec<_> = phases.filter(|phase| !matches!(folder.drafts(phase).lock(), Ok(Some(_)))).collect();
    if undrafted.is_empty() {
        findings.good(Subject::Drafts, "every phase has a lock");
    } else {
        let message = format!("no lock for {}", undrafted.join(", "));
        findings.odd(Subject::Drafts, message, Action::new("draft").flag("all"));
    }
}

async fn server(app: &App<'_>, campaign: &Campaign, recipients: usize, findings: &mut Findings) {
    keys(app, campaign, findings);
    let remote = match Remote::open(app, campaign).await {
        Ok(remote) => remote,
        Err(failure) => return findings.failure(Subject::Server, failure),
    };
    findings.good(Subject::Server, format!("answers, contract {}", remote.api.contract()));
    if remote.api.capabilities().has_queue {
        scopes(app, campaign, findings).await;
    }
    clock(app, &remote, findings);
    mailbox(campaign, &remote, findings).await;
    match remote.account().await {
        Ok(Some(account)) => quota(campaign, &account, recipients, findings),
        Ok(None) => {
            let message = "this server shows no account: quota and limits cannot be checked";
            findings.odd(Subject::Account, message, "");
        }
        Err(failure) => findings.failure(Subject::Account, failure),
    }
    suppression(&remote, findings).await;
}

fn keys(app: &App<'_>, campaign: &Campaign, findings: &mut Findings) {
    // The check of the server reports a missing key.
    let Ok(access) = Access::resolve(app, campaign) else { return };
    if app.keys.oversight.as_ref().is_some_and(|approving| is_same(Some(&access.key), approving)) {
        let message = "the sending key is also the approving key: the person who sends a mail must not approve it";
        findings.bad(Kind::Auth, Subject::Keys, message, "make two keys in MultiMail's dashboard");
    } else {
        findings.good(Subject::Keys, "the sending key is set");
    }
}

/// Checks the scopes of the sending key: one that can see the queue may decide about it.
async fn scopes(app: &App<'_>, campaign: &Campaign, findings: &mut Findings) {
    let Some(sending) = app.keys.send.clone() else { return };
    let approving = app.keys.oversight.clone().filter(|approving| !is_same(Some(&sending), approving));
    if may_see(app, campaign, sending).await == Ok(true) {
        let message = format!("{KEY} can both send and approve: the person who sends a mail must not approve it");
        let fix = "remove its scope oversight in MultiMail's dashboard";
        findings.bad(Kind::Auth, Subject::Scopes, message, fix);
    }
    let Some(approving) = approving else { return };
    match may_see(app, campaign, approving).await {
        Ok(true) => findings.good(Subject::Reviewer, format!("{OVERSIGHT_KEY} may see what waits for approval")),
        Ok(false) => {
            let message = format!("{OVERSIGHT_KEY} may not see what waits for approval");
            let fix = "a key with the scope oversight, from MultiMail's dashboard";
            findings.bad(Kind::Auth, Subject::Reviewer, message, fix);
        }
        Err(error) => findings.failure(Subject::Reviewer, Failure::from(error)),
    }
}

fn clock(app: &App<'_>, remote: &Remote, findings: &mut Findings) {
    if app.clock.pretends() {
        return findings.odd(Subject::Clock, "runs as of another time (--as-of)", "");
    }
    match remote.api.server_time().map(|server| server - app.clock.now()) {
        Some(ahead) if ahead.abs() > CLOCK_TOLERANCE => {
            let message = format!("the server's is {} minutes ahead of ours", ahead.num_minutes());
            findings.odd(Subject::Clock, message, "set this machine's clock");
        }
        Some(_) => findings.good(Subject::Clock, "agrees with the server's"),
        None => findings.odd(Subject::Clock, "the server sent no time to compare with", ""),
    }
}

async fn mailbox(campaign: &Campaign, remote: &Remote, findings: &mut Findings) {
    let Some(mailbox) = &remote.mailbox else {
        let message = "this server does not report modes: whether mails wait for approval cannot be checked";
        return findings.odd(Subject::Oversight, message, "");
    };
    let message = format!("mailbox {} is in mode {}", mailbox.address, mailbox.oversight_mode);
    if !campaign.api.oversight.contains(&mailbox.oversight_mode) {
        let fix = format!("set it to {} in MultiMail", campaign.api.oversight.join(" or "));
        return findings.bad(Kind::Refused, Subject::Oversight, message, fix);
    }
    findings.good(Subject::Oversight, message);
    match remote.api.allowlist(&mailbox.id).await {
        Ok(patterns) if patterns.is_empty() => findings.good(Subject::Allowlist, "empty: no mail skips approval"),
        Ok(patterns) => {
            let number = plural(patterns.len(), "pattern");
            let message = format!("{number} skip approval under gated_send: {}", patterns.join(", "));
            let fix = "keep the mailbox in gated_all, which ignores the allowlist";
            findings.odd(Subject::Allowlist, message, fix);
        }
        Err(ApiError::NotFound { .. }) => findings.good(Subject::Allowlist, "this server has none"),
        Err(error) => findings.failure(Subject::Allowlist, Failure::from(error)),
    }
}

fn quota(campaign: &Campaign, account: &Account, recipients: usize, findings: &mut Findings) {
    if let Some(why) = account.disabled() {
        let message = format!("sending is switched off: {why}");
        return findings.bad(Kind::Refused, Subject::Account, message, "settle it with MultiMail");
    }
    let (Some(left), Some(quota)) = (account.quota_left(), account.monthly_email_quota) else {
        let message = format!("plan {}; the server does not say how many mails are left this month", account.plan);
        return findings.odd(Subject::Account, message, "look it up in MultiMail's dashboard");
    };
    let message = format!("plan {}, {left} of {quota} mails left this month", account.plan);
    if left < recipients as u64 {
        let name = &campaign.name;
        let fix = format!("sending a phase of `{name}` to everyone needs {recipients}; the rest waits for next month");
        findings.odd(Subject::Account, message, fix);
    } else {
        findings.good(Subject::Account, message);
    }
}

async fn suppression(remote: &Remote, findings: &mut Findings) {
    match remote.suppressed().await {
        Ok(Some(listed)) => {
            findings.good(Subject::Suppression, format!("list readable, {}", plural(listed.len(), "address")));
        }
        Ok(None) => {
            let message = "the list cannot be read, so unsubscribed customers are only known when a send fails";
            let fix = format!("export {ADMIN_KEY}=… (a key with the scope admin)");
            findings.odd(Subject::Suppression, message, fix);
        }
        Err(failure) => findings.failure(Subject::Suppression, failure),
    }
}
