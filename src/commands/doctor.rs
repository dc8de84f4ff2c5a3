//! `mmig doctor`: everything that would stop a campaign, looked at before it does.

use chrono::TimeDelta;
use serde_json::json;

use super::{Ending, block_on};
use crate::api::Account;
use crate::app::access::{ADMIN_KEY, Access, KEY, OVERSIGHT_KEY, is_same};
use crate::app::failure::{Failure, Kind};
use crate::app::remote;
use crate::app::remote::Remote;
use crate::app::review::queue::may_see;
use crate::campaign::definition::Campaign;
use crate::campaign::definition::problem::Severity;
use crate::cli::Face;
use crate::cli::ui::{Report, clean, plural};
use crate::store::folder::Folder;
use crate::store::local as ledger;

/// How something was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Good,
    Odd,
    Bad,
}

#[derive(Debug)]
struct Finding {
    state: State,
    what: &'static str,
    says: String,
    fix: String,
}

#[derive(Debug, Default)]
struct Findings {
    list: Vec<Finding>,
    /// The worst failure, which gives the exit code.
    worst: Option<Kind>,
}

impl Findings {
    fn good(&mut self, what: &'static str, says: impl Into<String>) {
        self.list.push(Finding { state: State::Good, what, says: says.into(), fix: String::new() });
    }

    fn odd(&mut self, what: &'static str, says: impl Into<String>, fix: impl Into<String>) {
        self.list.push(Finding { state: State::Odd, what, says: says.into(), fix: fix.into() });
    }

    fn bad(&mut self, kind: Kind, what: &'static str, says: impl Into<String>, fix: impl Into<String>) {
        self.worst = self.worst.or(Some(kind));
        self.list.push(Finding { state: State::Bad, what, says: says.into(), fix: fix.into() });
    }

    fn failure(&mut self, what: &'static str, failure: Failure) {
        self.bad(failure.kind, what, failure.message, failure.hint.to_string());
    }
}

/// A server's clock may differ from ours by so much before dates suffer.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::minutes(5);

/// Runs `doctor`.
pub fn run(face: Face<'_>) -> Ending {
    let folder = face.app.folder()?;
    let mut findings = Findings::default();
    let recipients = files(&folder, &mut findings);
    match folder.definition() {
        Ok(definition) => {
            definition_and_templates(&folder, &definition, &mut findings);
            block_on(face, async || {
                server(face, &definition.campaign, recipients, &mut findings).await;
                Ok(())
            })?;
        }
        Err(failure) => findings.failure("campaign", failure.into()),
    }
    Ok(report(&folder, &findings))
}

/// The ledger, its lock, its permissions; returns how many recipients it has.
fn files(folder: &Folder, findings: &mut Findings) -> usize {
    let mut recipients = 0;
    match ledger::read(&folder.path) {
        Ok(None) => findings.odd("ledger", "nobody is recorded yet", "mmig segment"),
        Ok(Some(records)) => {
            recipients = records.recipients().len();
            findings.good("ledger", format!("{}, readable", plural(recipients, "recipient")));
            if let Some(why) = &records.tags_stopped {
                findings.odd(
                    "contact tags",
                    format!("no longer written: {why}"),
                    "stages are kept in the ledger alone",
                );
            }
        }
        Err(error) => findings.failure("ledger", error.into()),
    }
    match ledger::held(&folder.path) {
        Ok(None) => findings.good("lock", "free"),
        Ok(Some(error)) => findings.odd("lock", error.to_string(), error.hint()),
        Err(error) => findings.failure("lock", error.into()),
    }
    recipients
}

fn definition_and_templates(folder: &Folder, definition: &crate::store::folder::Definition, findings: &mut Findings) {
    match folder.templates() {
        Ok(templates) => {
            let found = templates.vet(&definition.campaign, &definition.source);
            let errors = found.iter().filter(|problem| problem.severity == Severity::Error).count();
            match errors {
                0 => findings.good("campaign", format!("{} and its templates are in order", definition.source.path)),
                number => findings.bad(Kind::Invalid, "campaign", plural(number, "error"), "mmig check"),
            }
        }
        Err(failure) => findings.failure("templates", failure.into()),
    }
    let undrafted: Vec<&str> = definition
        .campaign
        .phases
        .iter()
        .filter(|phase| !matches!(folder.drafts(&phase.name).lock(), Ok(Some(_))))
        .map(|phase| phase.name.as_str())
        .collect();
    if undrafted.is_empty() {
        findings.good("drafts", "every phase has a lock");
    } else {
        findings.odd("drafts", format!("no lock for {}", undrafted.join(", ")), "mmig draft --all");
    }
}

async fn server(face: Face<'_>, campaign: &Campaign, recipients: usize, findings: &mut Findings) {
    keys(face, campaign, findings);
    let remote = match Remote::open(face.app, campaign).await {
        Ok(remote) => remote,
        Err(failure) => return findings.failure("server", failure),
    };
    findings.good("server", format!("answers, contract {}", remote.api.contract()));
    if remote.api.capabilities().has_queue {
        scopes(face, campaign, findings).await;
    }
    clock(face, &remote, findings);
    mailbox(campaign, &remote, findings).await;
    match remote.account().await {
        Ok(Some(account)) => quota(campaign, &account, recipients, findings),
        Ok(None) => findings.odd("account", "this server shows no account: quota and limits cannot be checked", ""),
        Err(failure) => findings.failure("account", failure),
    }
    match remote.suppressed().await {
        Ok(Some(listed)) => findings.good("suppression", format!("list readable, {}", plural(listed.len(), "address"))),
        Ok(None) => findings.odd(
            "suppression",
            "the list cannot be read, so who unsubscribed is not known beforehand",
            format!("export {ADMIN_KEY}=… (a key with the scope admin)"),
        ),
        Err(failure) => findings.failure("suppression", failure),
    }
}

/// Who may see the queue may decide about what is in it.
async fn scopes(face: Face<'_>, campaign: &Campaign, findings: &mut Findings) {
    let Some(sending) = face.app.keys.send.clone() else { return };
    let approving = face.app.keys.oversight.clone().filter(|approving| !is_same(Some(&sending), approving));
    if may_see(face.app, campaign, sending).await == Ok(true) {
        let says = format!("{KEY} sends, and approves as well: who composes a mail never approves it");
        findings.bad(Kind::Auth, "scopes", says, "take the scope oversight from it in MultiMail's dashboard");
    }
    let Some(approving) = approving else { return };
    match may_see(face.app, campaign, approving).await {
        Ok(true) => findings.good("reviewer", format!("{OVERSIGHT_KEY} may see what waits for approval")),
        Ok(false) => {
            let says = format!("{OVERSIGHT_KEY} may not see what waits for approval");
            findings.bad(Kind::Auth, "reviewer", says, "a key with the scope oversight, from MultiMail's dashboard");
        }
        Err(error) => findings.failure("reviewer", remote::failure(error)),
    }
}

fn keys(face: Face<'_>, campaign: &Campaign, findings: &mut Findings) {
    let Ok(access) = Access::resolve(face.app, campaign) else { return };
    if face.app.keys.oversight.clone().is_some_and(|approving| is_same(Some(&access.key), &approving)) {
        let says = "the key that sends is also the key that approves: who composes a mail never approves it";
        findings.bad(Kind::Auth, "keys", says, "make two keys in MultiMail's dashboard");
    } else {
        findings.good("keys", "the sending key is set");
    }
}

fn clock(face: Face<'_>, remote: &Remote, findings: &mut Findings) {
    if face.app.clock.pretends() {
        return findings.odd("clock", "pretends to be another time (--as-of)", "");
    }
    match remote.api.server_time() {
        Some(server) if (server - face.app.clock.now()).abs() > CLOCK_TOLERANCE => {
            let off = (server - face.app.clock.now()).num_minutes();
            findings.odd("clock", format!("the server's is {off} minutes ahead of ours"), "set this machine's clock");
        }
        Some(_) => findings.good("clock", "agrees with the server's"),
        None => findings.odd("clock", "the server told no time to compare with", ""),
    }
}

async fn mailbox(campaign: &Campaign, remote: &Remote, findings: &mut Findings) {
    let Some(mailbox) = &remote.mailbox else {
        return findings.odd(
            "oversight",
            "this server does not report modes: whether mails wait for approval cannot be checked",
            "",
        );
    };
    let says = format!("mailbox {} is in mode {}", mailbox.address, mailbox.oversight_mode);
    if !campaign.api.oversight.contains(&mailbox.oversight_mode) {
        let fix = format!("set it to {} in MultiMail", campaign.api.oversight.join(" or "));
        return findings.bad(Kind::Refused, "oversight", says, fix);
    }
    findings.good("oversight", says);
    match remote.api.allowlist(&mailbox.id).await {
        Ok(patterns) if patterns.is_empty() => findings.good("allowlist", "empty: nobody skips approval"),
        Ok(patterns) => findings.odd(
            "allowlist",
            format!(
                "{} skip approval under gated_send: {}",
                plural(patterns.len(), "pattern"),
                clean(&patterns.join(", "))
            ),
            "keep the mailbox in gated_all, which does not look at it",
        ),
        Err(crate::api::ApiError::NotFound { .. }) => findings.good("allowlist", "this server has none"),
        Err(error) => findings.failure("allowlist", remote::failure(error)),
    }
}

fn quota(campaign: &Campaign, account: &Account, recipients: usize, findings: &mut Findings) {
    if let Some(why) = account.disabled() {
        return findings.bad(
            Kind::Refused,
            "account",
            format!("sending is switched off: {why}"),
            "settle it with MultiMail",
        );
    }
    let left = account.quota_left();
    let says = format!("plan {}, {left} of {} mails left this month", account.plan, account.monthly_email_quota);
    if left < recipients as u64 {
        let fix = format!(
            "a phase of `{}` to everybody needs {recipients}; the rest waits for the first of next month",
            campaign.name
        );
        findings.odd("account", says, fix);
    } else {
        findings.good("account", says);
    }
}

fn report(folder: &Folder, findings: &Findings) -> Report {
    use anstyle::AnsiColor;
    let mut screen = String::new();
    for finding in &findings.list {
        let (word, color) = match finding.state {
            State::Good => ("ok  ", AnsiColor::Green),
            State::Odd => ("note", AnsiColor::Yellow),
            State::Bad => ("bad ", AnsiColor::Red),
        };
        let style = color.on_default().bold();
        screen.push_str(&format!("{style}{word}{style:#}  {}: {}\n", finding.what, clean(&finding.says)));
        if !finding.fix.is_empty() {
            screen.push_str(&format!("      → {}\n", clean(&finding.fix)));
        }
    }
    let checks: Vec<_> = findings
        .list
        .iter()
        .map(|finding| {
            let state = match finding.state {
                State::Good => "ok",
                State::Odd => "note",
                State::Bad => "bad",
            };
            json!({ "check": finding.what, "state": state, "message": finding.says, "fix": finding.fix })
        })
        .collect();
    let failure = findings.worst.map(|kind| {
        let bad = findings.list.iter().filter(|finding| finding.state == State::Bad).count();
        Failure::new(
            kind,
            format!("{} would stop this campaign", plural(bad, "finding")),
            "mend what is marked bad, then `mmig doctor`",
        )
    });
    let data = json!({ "campaign": folder.name, "checks": checks });
    Report { data: data.as_object().cloned().unwrap_or_default(), screen, failure, ..Report::default() }
}
