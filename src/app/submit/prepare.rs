//! Turns a request into a plan that may be carried out, or into all the reasons why not.

use std::collections::{BTreeMap, VecDeque};

use super::changes::{changes, resorted, rules};
use super::outcome::{Earlier, PhasePlan, UnknownMail};
use super::outlook::Outlook;
use super::settling::{Settled, settle};
use super::{PhaseRequest, linted};
use crate::api::{Account, ApiError};
use crate::app::batch::{FailedMail, Halt};
use crate::app::failure::{Failure, Kind};
use crate::app::lost::notified_elsewhere_warning;
use crate::app::session::Session;
use crate::app::{Run, selection};
use crate::campaign::Time;
use crate::campaign::address::is_matched;
use crate::campaign::decide::admission::{Admission, Overrides, Reason};
use crate::campaign::decide::gates::{NoDeparture, Refusal, ServerState, departure, gates, notified_elsewhere_gate};
use crate::campaign::decide::limit::Limit;
use crate::campaign::decide::older_text::older_texts;
use crate::campaign::decide::plan::{Plan, Scope, Send, plan};
use crate::campaign::definition::Phase;
use crate::campaign::definition::problem::Problem;
use crate::campaign::digest::Digest;
use crate::campaign::hint::{Action, Hint};
use crate::campaign::mail::{Accepted, Course, Fate, Mail, Outcome};
use crate::campaign::people::bounces::Bounces;
use crate::campaign::people::cohort::Oddity;
use crate::campaign::people::records::Records;
use crate::campaign::plural;
use crate::campaign::text::lock::Lock;
use crate::campaign::text::variant::Texts;
use crate::hint;
use crate::store::folder::Drafts;

/// A plan, and everything that speaks against it.
#[derive(Debug)]
pub struct Prepared {
    /// The plan as it is shown.
    pub plan: PhasePlan,
    /// The recipients' keys of mails recorded as being sent, without a result: they are settled first.
    pub unsettled: Vec<String>,
    /// The mails to send next.
    pub sends: Vec<Send>,
    /// The result of settling an interrupted run's mails; not saved yet.
    pub settled: Settled,
    /// Our own daily limit, if it and not the request cut the plan, and when it resets.
    pub limit: Option<(Limit, Time)>,
    /// The reasons to refuse it.
    pub refusals: Vec<Refusal>,
    /// What changed since the review, as a diff.
    pub changes: Vec<String>,
    /// The errors in the texts it would send.
    pub errors: Vec<Problem>,
    /// Why nothing at all should be sent now: the account is at risk.
    pub stop: Option<Halt>,
    /// What is worth knowing before confirming.
    pub warnings: Vec<String>,
}

/// Makes the plan and finds what speaks against it.
pub async fn prepare(
    run: &Run<'_>,
    request: &PhaseRequest<'_>,
    session: &mut Session,
    texts: &mut Texts<'_>,
) -> Result<Prepared, Failure> {
    let (campaign, phase, now) = (run.campaign, request.phase, run.app.clock.now());
    let resend_unknown = held(session.ledger.records(), phase, &request.resend_unknown)?;
    let settled = settle(run, phase, &resend_unknown, session.ledger.records_mut(), &session.remote, texts).await?;
    let session = &*session;
    let records = session.ledger.records();
    let drafts = run.folder.drafts(&phase.name);
    let lock = drafts.lock()?;
    let overrides = Overrides { retry_failed: request.retry_failed, resend_unknown: &resend_unknown };
    let admission = Admission::new(campaign, records, &records.suppressed(), overrides);
    let mut plan = plan(&admission, scope(request, &resend_unknown), lock.as_ref(), texts)
        .map_err(|problem| Failure::invalid(&campaign.name, vec![problem]))?;
    let server = server_state(session, now);
    let mut refusals = gates(campaign, phase, &plan, lock.as_ref(), &server);
    refusals.extend(notified_elsewhere_gate(campaign, records).filter(|_| !idle(&plan)));
    let changes = lock.as_ref().map(|lock| changed(lock, &plan, texts, &drafts, &mut refusals)).unwrap_or_default();
    let errors = linted::errors(run, texts, lock.as_ref(), &plan, records);
    refusals.extend(linted::refusal(phase, &errors));
    refusals.extend(plan.depart(|segment| departure(campaign.reader(segment), phase, request.when, &server)));
    if plan.sends.is_empty() && !plan.unlocked.is_empty() {
        let readers = campaign.readers(phase).map(|reader| departure(reader, phase, request.when, &server));
        refusals.extend(readers.filter_map(Result::err).find_map(|why| match why {
            NoDeparture::TooLate(refusal) | NoDeparture::Refused(refusal) => Some(refusal),
            NoDeparture::NotYetDue => None,
        }));
    }
    let older_text = older_texts(campaign, records, &phase.name, lock.as_ref()).count();
    let mut warnings = warnings(run, session, phase, &plan);
    warnings.extend(Some(older_text).filter(|count| *count > 0).map(|count| waiting_with_older_text(phase, count)));
    warnings.extend(skip_approval(session, &plan).await?);
    warnings.extend(odd_contacts(session, &plan));
    let stop = stop(session, campaign.limits.max_bounces).filter(|_| plan.mails() > 0);
    let wanted = plan.mails();
    cut(&mut plan, request);
    let outlook = Outlook::of(campaign, phase, records, session.account.as_ref(), plan.mails(), now);
    let asked_for = plan.sends.len();
    plan.sends.truncate(outlook.as_ref().map_or(usize::MAX, Outlook::left_of_our_day));
    let limited = plan.sends.len() < asked_for;
    let shown = PhasePlan {
        phase: phase.name.clone(),
        digest: plan.digest(&campaign.name, &phase.name),
        send_at: plan.sends.iter().filter_map(|send| send.send_at).min(),
        unsettled: plan.unsettled.len(),
        excluded: plan.excluded.iter().map(|(reason, keys)| (*reason, keys.len())).collect(),
        earlier: earlier(records, phase, &plan),
        beyond: wanted - plan.mails(),
        held: plan.held,
        outlook,
        older_text,
        to_send: plan.sends.len(),
        already: plan.already,
        limited,
        gated: server.mode.as_ref().is_some_and(|mode| mode.starts_with("gated")),
        resends: !resend_unknown.is_empty(),
        zone: campaign.zone,
    };
    Ok(Prepared {
        plan: shown,
        unsettled: plan.unsettled,
        sends: plan.sends,
        settled,
        limit: limited.then(|| (Limit::PerDay, Limit::PerDay.ends(now, campaign.zone))),
        refusals,
        changes,
        errors,
        stop,
        warnings,
    })
}

/// Whether there is nothing to send. That is no reason to refuse: a daily job asks again and again.
fn idle(plan: &Plan) -> bool {
    plan.sends.is_empty() && plan.unlocked.is_empty()
}

/// Diffs of what has changed since the review; the refusals that follow are added to `refusals`.
fn changed(
    lock: &Lock,
    plan: &Plan,
    texts: &mut Texts<'_>,
    drafts: &Drafts,
    refusals: &mut Vec<Refusal>,
) -> Vec<String> {
    let phase = texts.phase();
    refusals.extend(drafts.edited(lock).into_iter().map(|file| {
        let what = format!("{} was edited after it was locked", file.display());
        Refusal::new(what, hint!["edit the template instead, then ", Action::new("draft").phase(&phase.name)])
    }));
    let mut diffs = Vec::new();
    if !idle(plan) && !lock.sorts_as(texts) {
        refusals.push(resorted(phase));
        diffs.extend(rules(lock, texts));
    }
    if !plan.unlocked.is_empty() {
        diffs.extend(changes(lock, texts, drafts));
    }
    diffs
}

fn scope<'a>(request: &'a PhaseRequest<'_>, resend_unknown: &'a [String]) -> Scope<'a> {
    match request.segments.as_slice() {
        _ if !resend_unknown.is_empty() => Scope::These(resend_unknown),
        [] => Scope::Everybody,
        names => Scope::Segments(names),
    }
}

/// The keys of these customers, each of whom has a mail of the phase that is held as unknown.
fn held(records: &Records, phase: &Phase, named: &[String]) -> Result<Vec<String>, Failure> {
    let key = |who: &String| {
        let email = selection::customer(records, who)?.email.to_lowercase();
        // Several contacts may share the address the user named.
        let mut same = records.recipients().iter().filter(|recipient| recipient.email.to_lowercase() == email);
        let unknown = same.find(|own| own.mail(&phase.name).map(Mail::outcome) == Some(Outcome::Unknown));
        unknown.map(|recipient| recipient.key().to_owned()).ok_or_else(|| {
            let message = format!("nothing is held for {email} in phase `{}`, so nothing was sent", phase.name);
            let status = Action::new("status").option("contact", email);
            Failure::new(Kind::Usage, message, hint![status, " shows why; leave out customers with nothing held"])
        })
    };
    named.iter().map(key).collect()
}

/// The oversight mode in which a person decides about every mail.
const GATED_ALL: &str = "gated_all";

impl Prepared {
    /// Refuses any plan except the agreed one, and any mailbox from which a mail could be sent without a person's
    /// decision. A plan with nothing to do is always accepted: repeating a submission that was carried out finds just
    /// that.
    pub fn refuse_unless(&mut self, agreed: Digest, mode: Option<&str>) {
        if self.plan.mails() == 0 {
            return;
        }
        let mut refusals = Vec::new();
        if mode != Some(GATED_ALL) {
            let mode = mode.map_or("one it does not report".to_owned(), |mode| format!("`{mode}`"));
            let what =
                format!("an agent submits only where a person approves every mail, and the mailbox's mode is {mode}");
            refusals.push(Refusal::new(what, "set the mailbox to gated_all in MultiMail, or let a person submit"));
        }
        if self.plan.digest != agreed {
            let what = format!("the plan has changed: its digest is {}, not {agreed}", self.plan.digest);
            let again = Action::new("submit").phase(&*self.plan.phase).flag("dry-run");
            refusals.push(Refusal::new(what, hint!["read the plan again first: ", again]));
        }
        refusals.append(&mut self.refusals);
        self.refusals = refusals;
    }

    /// The failure for a plan that may not be carried out; `None` if it may.
    pub fn refused(&self) -> Option<Failure> {
        let (first, others) = self.refusals.split_first()?;
        let message = format!("phase `{}` was not sent: {}", self.plan.phase, first.what);
        let also = |refusal: &Refusal| hint!["also: ", refusal.what.clone(), "; "].and(refusal.hint.clone());
        let details = others.iter().map(also).chain(self.changes.iter().cloned().map(Hint::from));
        let failure = Failure::new(Kind::Refused, message, first.hint.clone()).with_details(details);
        Some(Failure { problems: self.errors.clone(), ..failure })
    }
}

fn server_state(session: &Session, now: Time) -> ServerState {
    ServerState {
        mode: session.remote.mailbox.as_ref().map(|mailbox| mailbox.oversight_mode.clone()),
        schedules: session.remote.api.capabilities().schedules,
        now,
    }
}

/// Why the account, or the mails so far, forbid sending.
fn stop(session: &Session, max_bounces: f64) -> Option<Halt> {
    let disabled = session.account.as_ref().and_then(Account::disabled).map(Halt::Disabled);
    let bounces = Bounces::of(session.ledger.records());
    disabled.or_else(|| bounces.stop(max_bounces).then_some(Halt::Bounces(bounces)))
}

fn warnings(run: &Run<'_>, session: &Session, phase: &Phase, plan: &Plan) -> Vec<String> {
    let mut warnings = Vec::new();
    let planned = plan.sends.iter().map(|send| &send.key);
    warnings.extend(notified_elsewhere_warning(run, session.ledger.records(), planned));
    if session.remote.mailbox.is_none() {
        warnings.push(
            "this server does not report oversight modes: whether mails are held for approval cannot be checked"
                .to_owned(),
        );
    }
    let bounces = Bounces::of(session.ledger.records());
    if bounces.warn() {
        let Bounces { bounced, known } = bounces;
        warnings.push(format!(
            "{bounced} of {known} mails bounced ({:.1} %): above 2 % the platform warns, above 5 % it suspends",
            bounces.percent()
        ));
    }
    let left = session.account.as_ref().and_then(Account::quota_left);
    if session.account.is_some() && left.is_none() && !plan.sends.is_empty() {
        warnings.push("the server does not say how many mails are left of the month's quota".to_owned());
    }
    let beyond = left.and_then(|left| (plan.sends.len() as u64).checked_sub(left).filter(|beyond| *beyond > 0));
    if let (Some(left), Some(beyond)) = (left, beyond) {
        warnings.push(format!(
            "the month's quota has {left} mails left: {beyond} of phase {} will have to wait for the first of next month",
            phase.name
        ));
    }
    warnings
}

/// Says how many of the mails skip approval because of the mailbox's allowlist.
async fn skip_approval(session: &Session, plan: &Plan) -> Result<Option<String>, Failure> {
    let gated = session.remote.mailbox.as_ref().filter(|mailbox| mailbox.oversight_mode == "gated_send");
    let Some(mailbox) = gated.filter(|_| !plan.sends.is_empty()) else { return Ok(None) };
    let patterns = match session.remote.api.allowlist(&mailbox.id).await {
        Err(ApiError::NotFound { .. }) => return Ok(None),
        listed => listed?,
    };
    let records = session.ledger.records();
    let recipients = plan.sends.iter().filter_map(|send| records.get(&send.key));
    let skip =
        recipients.filter(|recipient| patterns.iter().any(|pattern| is_matched(pattern, &recipient.email))).count();
    let planned = plan.sends.len();
    Ok((skip > 0).then(|| {
        format!(
            "{skip} of {planned} mails will be sent without approval: the mailbox is in gated_send, and they are on its allowlist"
        )
    }))
}

/// Warns about contacts that look wrong, before mails are sent to or without them.
fn odd_contacts(session: &Session, plan: &Plan) -> Option<String> {
    let what = |why: &Oddity| match why {
        Oddity::NearTag { .. } => Some("with a tag close to one of the campaign's"),
        Oddity::NoName { .. } => Some("with an unusable name"),
        Oddity::DuplicateAddress { .. } => Some("sharing an address"),
        Oddity::NoTechnicalContact { .. } => Some("in an account without a technical contact"),
        _ => None,
    };
    let mut counts = BTreeMap::<&str, usize>::new();
    for what in session.census.odd.iter().filter_map(|odd| what(&odd.why)) {
        *counts.entry(what).or_default() += 1;
    }
    let named: Vec<String> = counts.into_iter().map(|(what, count)| format!("{count} {what}")).collect();
    let look = Action::new("segment").flag("dry-run");
    (!plan.sends.is_empty() && !named.is_empty())
        .then(|| format!("contacts that look wrong: {}; `{look}` lists them", named.join(", ")))
}

fn waiting_with_older_text(phase: &Phase, mails: usize) -> String {
    let (mails, replace) = (plural(mails, "mail"), Action::new("submit").phase(&phase.name).flag("replace"));
    let name = &phase.name;
    format!(
        "waiting with an older text than the draft: {mails} of phase {name}; `{replace}` cancels them and sends the current text"
    )
}

/// The mails that earlier runs left failed or unknown, and that this plan does not include.
fn earlier(records: &Records, phase: &Phase, plan: &Plan) -> Earlier {
    let of = |reason| plan.excluded.get(&reason).into_iter().flatten().filter_map(|key| records.get(key));
    let words = |fate: &Fate| match fate {
        Fate::Failed { words, .. } | Fate::Unknown { why: words, .. } => words.clone(),
        Fate::Accepted(Accepted { course: Course::Failed { words, .. }, .. }) => words.to_string(),
        Fate::Sending | Fate::Accepted(_) => String::new(),
    };
    let failures = of(Reason::FailedBefore).filter_map(|recipient| {
        let words = words(&recipient.mail(&phase.name)?.fate);
        Some(FailedMail { contact: recipient.email.to_string(), words })
    });
    let unknowns = of(Reason::Unknown).filter_map(|recipient| {
        let why = words(&recipient.mail(&phase.name)?.fate);
        Some(UnknownMail { contact: recipient.email.to_string(), why })
    });
    Earlier { failures: failures.collect(), unknowns: unknowns.collect() }
}

/// Keeps at most as many mails as requested; those that an interrupted run left open come first.
fn cut(plan: &mut Plan, request: &PhaseRequest<'_>) {
    let most = request.canary.or(request.limit).unwrap_or(usize::MAX);
    plan.unsettled.truncate(most);
    let most = most - plan.unsettled.len();
    if request.canary.is_some() {
        plan.sends = spread(std::mem::take(&mut plan.sends), most);
    }
    plan.sends.truncate(most);
}

/// Takes the texts in turn, so that a few mails try all of them.
fn spread(sends: Vec<Send>, number: usize) -> Vec<Send> {
    let mut by_text: Vec<(_, VecDeque<Send>)> = Vec::new();
    for send in sends {
        match by_text.iter_mut().find(|(variant, _)| *variant == send.variant) {
            Some((_, same)) => same.push_back(send),
            None => by_text.push((send.variant, [send].into())),
        }
    }
    let mut chosen = Vec::new();
    while chosen.len() < number && by_text.iter().any(|(_, same)| !same.is_empty()) {
        chosen.extend(by_text.iter_mut().filter_map(|(_, same)| same.pop_front()));
    }
    chosen.truncate(number);
    chosen
}
