//! From an order to a plan that may be carried out, or all reasons why not.

use std::collections::VecDeque;

use super::changes::{changes, resorted, rules};
use super::done::Told;
use super::outlook::Outlook;
use super::settling::{Settled, settle};
use super::{Order, linted};
use crate::api::Account;
use crate::app::Run;
use crate::app::failure::{Failure, Kind};
use crate::app::session::Session;
use crate::app::submit::deliver::Halt;
use crate::campaign::Time;
use crate::campaign::decide::admission::{Admission, Reason, Wishes};
use crate::campaign::decide::gates::{Circumstances, Refusal, departure, gates};
use crate::campaign::decide::limit::Limit;
use crate::campaign::decide::plan::{Plan, Send, plan};
use crate::campaign::definition::Campaign;
use crate::campaign::definition::problem::Problem;
use crate::campaign::mail::{Accepted, Course, Fate};
use crate::campaign::people::bounces::Bounces;
use crate::campaign::people::records::Records;
use crate::campaign::plural;
use crate::campaign::text::variant::Texts;

/// A plan, and what stands against it.
#[derive(Debug)]
pub struct Prepared {
    /// The plan, cut to what was ordered.
    pub plan: Plan,
    /// What settling an interrupted run's mails came to; not yet saved.
    pub settled: Settled,
    /// Planned, but beyond what was ordered or what the day allows.
    pub beyond: usize,
    /// Our own limit of the day, if that and not the order made the cut, and when it ends.
    pub limit: Option<(Limit, Time)>,
    /// How far the limits let it come; `None` where there is nothing to send.
    pub outlook: Option<Outlook>,
    /// Mails that earlier runs left failed, in the server's words, and unknown, with why.
    pub earlier: (Told, Told),
    /// When the server is to let the mails out; `None` is at once.
    pub send_at: Option<Time>,
    /// The reasons against it.
    pub refusals: Vec<Refusal>,
    /// What changed since the review, as a diff.
    pub changes: Vec<String>,
    /// What is wrong with the texts it would send.
    pub errors: Vec<Problem>,
    /// Why nothing should be sent at all, now.
    pub stop: Option<Stop>,
    /// What is worth knowing before saying yes.
    pub warnings: Vec<String>,
}

/// Why nothing should be sent at all: the account is at stake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// The server has switched sending off.
    Disabled(String),
    /// Too many mails came back.
    Bounces(Bounces),
}

impl From<Stop> for Halt {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Disabled(why) => Self::Disabled(why),
            Stop::Bounces(bounces) => Self::Bounces(bounces),
        }
    }
}

/// Works out the plan and what stands against it.
pub async fn prepare(
    run: &Run<'_>,
    order: &Order<'_>,
    session: &mut Session,
    texts: &mut Texts<'_>,
) -> Result<Prepared, Failure> {
    let (campaign, now) = (run.campaign, run.app.clock.now());
    let settled = settle(run, order, session.book.records_mut(), &session.remote, texts).await?;
    let session = &*session;
    let records = session.book.records();
    let drafts = run.folder.drafts(&order.phase.name);
    let lock = drafts.lock()?;
    let wishes = Wishes { retry_failed: order.retry_failed, resend_unknown: &order.resend_unknown };
    let admission = Admission::new(campaign, records, &records.suppressed(), wishes);
    let mut plan = plan(&admission, order.scope(), lock.as_ref(), texts)
        .map_err(|problem| Failure::invalid(&campaign.name, vec![problem]))?;
    let around = circumstances(session, now);
    let mut refusals = gates(campaign, order.phase, &plan, lock.as_ref(), &around);
    let edited = lock.iter().flat_map(|lock| drafts.edited(lock));
    refusals.extend(edited.map(|file| {
        let what = format!("{} no longer says what was locked", file.display());
        Refusal::new(what, format!("edit the template instead, then `mmig draft --phase {}`", order.phase.name))
    }));
    // Nothing to send is no reason to refuse: a daily job asks again and again.
    let idle = plan.sends.is_empty() && plan.unlocked.is_empty();
    let mut changed = Vec::new();
    if let Some(lock) = lock.as_ref().filter(|lock| !idle && !lock.sorts_as(texts)) {
        refusals.push(resorted(order.phase));
        changed.extend(rules(lock, texts));
    }
    if let Some(lock) = lock.as_ref().filter(|_| !plan.unlocked.is_empty()) {
        changed.extend(changes(lock, texts, &drafts));
    }
    let errors = linted::errors(run, texts, lock.as_ref(), &plan, records);
    refusals.extend(linted::refusal(order.phase, &errors));
    let send_at = departure(campaign, order.phase, order.wish, &around).unwrap_or_else(|refusal| {
        refusals.extend(Some(refusal).filter(|_| !idle));
        None
    });
    let warnings = warnings(campaign, session, order, &plan);
    let stop = stop(session, campaign.limits.max_bounces).filter(|_| plan.mails() > 0);
    let wanted = plan.mails();
    cut(&mut plan, order);
    let outlook = Outlook::of(campaign, order.phase, records, session.account.as_ref(), plan.mails(), now);
    let ordered = plan.sends.len();
    plan.sends.truncate(outlook.as_ref().map_or(usize::MAX, Outlook::left_of_our_day));
    let limit = (plan.sends.len() < ordered).then(|| (Limit::PerDay, Limit::PerDay.ends(now, campaign.zone)));
    let (beyond, earlier) = (wanted - plan.mails(), earlier(records, order, &plan));
    Ok(Prepared {
        plan,
        settled,
        beyond,
        limit,
        outlook,
        earlier,
        send_at,
        refusals,
        changes: changed,
        errors,
        stop,
        warnings,
    })
}

/// The failure for a plan that may not be carried out.
pub fn refused(order: &Order<'_>, prepared: &Prepared) -> Failure {
    let first = prepared.refusals.first();
    let hint = first.map(|refusal| refusal.way_out.clone()).unwrap_or_default();
    let message = format!("phase `{}` was not sent: {}", order.phase.name, first.map_or("", |refusal| &refusal.what));
    let others = prepared.refusals.iter().skip(1).map(|refusal| format!("also: {}; {}", refusal.what, refusal.way_out));
    let details = others.chain(prepared.changes.iter().cloned());
    let failure = Failure::new(Kind::Refused, message, hint).with_details(details);
    Failure { problems: prepared.errors.clone(), ..failure }
}

fn circumstances(session: &Session, now: Time) -> Circumstances {
    Circumstances {
        mode: session.remote.mailbox.as_ref().map(|mailbox| mailbox.oversight_mode.clone()),
        schedules: session.remote.api.capabilities().schedules,
        now,
    }
}

/// What the account and the mails so far say against sending.
fn stop(session: &Session, max_bounces: f64) -> Option<Stop> {
    let disabled = session.account.as_ref().and_then(Account::disabled).map(Stop::Disabled);
    let bounces = Bounces::of(session.book.records());
    disabled.or_else(|| bounces.stop(max_bounces).then_some(Stop::Bounces(bounces)))
}

fn warnings(campaign: &Campaign, session: &Session, order: &Order<'_>, plan: &Plan) -> Vec<String> {
    let mut warnings = Vec::new();
    warnings.extend(told_before(campaign, session.book.records(), plan));
    if session.remote.mailbox.is_none() {
        warnings.push(
            "this server does not report oversight modes: whether mails are held for approval cannot be checked"
                .to_owned(),
        );
    }
    let bounces = Bounces::of(session.book.records());
    if bounces.warn() {
        let Bounces { bounced, known } = bounces;
        warnings.push(format!(
            "{bounced} of {known} mails came back ({:.1} %): above 2 % the platform warns, above 5 % it suspends",
            bounces.percent()
        ));
    }
    let left = session.account.as_ref().map(Account::quota_left);
    let beyond = left.and_then(|left| (plan.sends.len() as u64).checked_sub(left).filter(|beyond| *beyond > 0));
    if let (Some(left), Some(beyond)) = (left, beyond) {
        warnings.push(format!(
            "the month's quota has {left} mails left: {beyond} of phase {} will have to wait for the first of next month",
            order.phase.name
        ));
    }
    warnings
}

/// What looks as if the ledger had been lost: it knows of no mail, and contacts carry the tag that we write after one.
fn told_before(campaign: &Campaign, records: &Records, plan: &Plan) -> Option<String> {
    if records.rebuilt.is_some() || records.recipients().iter().any(|recipient| !recipient.mails.is_empty()) {
        return None;
    }
    let tag = &campaign.tags.notified;
    let planned = plan.sends.iter().filter_map(|send| records.get(&send.key));
    let tagged = planned.filter(|recipient| recipient.tags.iter().any(|carried| carried == tag)).count();
    let number = plural(tagged, "recipient");
    (tagged > 0).then(|| {
        format!(
            "this ledger knows of no mail, yet {number} carry `{tag}`; if it was lost, `mmig track --rebuild` first"
        )
    })
}

/// Those whose mail earlier runs left failed or unknown, and who are not in the plan again.
fn earlier(records: &Records, order: &Order<'_>, plan: &Plan) -> (Told, Told) {
    let told = |reason| {
        let keys = plan.excluded.get(&reason).into_iter().flatten();
        let words = keys.filter_map(|key| {
            let recipient = records.get(key)?;
            let words = match &recipient.mail(&order.phase.name)?.fate {
                Fate::Failed { words, .. } | Fate::Unknown { why: words, .. } => words.clone(),
                Fate::Accepted(Accepted { course: Course::Failed { words, .. }, .. }) => words.to_string(),
                Fate::Sending | Fate::Accepted(_) => String::new(),
            };
            Some((recipient.email.to_string(), words))
        });
        words.collect()
    };
    (told(Reason::FailedBefore), told(Reason::Unknown))
}

/// Leaves at most so many mails as were ordered, those first that an interrupted run left open.
fn cut(plan: &mut Plan, order: &Order<'_>) {
    let most = order.canary.or(order.limit).unwrap_or(usize::MAX);
    plan.unsettled.truncate(most);
    let most = most - plan.unsettled.len();
    if order.canary.is_some() {
        plan.sends = spread(std::mem::take(&mut plan.sends), most);
    }
    plan.sends.truncate(most);
}

/// The first of each text in turn, so that a few mails try all texts.
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
