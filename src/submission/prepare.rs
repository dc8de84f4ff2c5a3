//! From an order to a plan that may be carried out, or all reasons why not.

use similar::TextDiff;

use super::{Order, Run};
use crate::campaign::Time;
use crate::campaign::admission::{Admission, Wishes};
use crate::campaign::definition::Campaign;
use crate::campaign::gates::{Circumstances, Refusal, departure, gates};
use crate::campaign::lock::{Drift, Lock};
use crate::campaign::plan::{Plan, Send, plan};
use crate::campaign::text::Text;
use crate::campaign::variant::Texts;
use crate::failure::{Failure, Kind};
use crate::folder::Drafts;
use crate::session::Session;
use crate::settling::{Settled, settle};

/// A plan, and what stands against it.
#[derive(Debug)]
pub struct Prepared {
    /// The plan, cut to what was ordered.
    pub plan: Plan,
    /// What settling an interrupted run's mails came to; not yet saved.
    pub settled: Settled,
    /// Planned, but beyond what was ordered or what the day allows.
    pub beyond: usize,
    /// Whether our own daily limit, not the order, made the cut.
    pub day_is_full: bool,
    /// When the server is to let the mails out; `None` is at once.
    pub send_at: Option<Time>,
    /// The reasons against it.
    pub refusals: Vec<Refusal>,
    /// What changed since the review, as a diff.
    pub changes: Vec<String>,
    /// What is worth knowing before saying yes.
    pub warnings: Vec<String>,
}

/// Lines of a diff that are shown; the rest is in the files.
const DIFF_LINES: usize = 24;

/// Works out the plan and what stands against it.
pub async fn prepare(
    run: &Run<'_>,
    order: &Order<'_>,
    session: &mut Session,
    texts: &mut Texts<'_>,
) -> Result<Prepared, Failure> {
    let (folder, campaign, now) = (run.folder, run.campaign, run.context.clock.now());
    let settled = settle(run, order, session.book.records_mut(), &session.remote, texts).await?;
    let session = &*session;
    let around = circumstances(session, now);
    let drafts = folder.drafts(&order.phase.name);
    let lock = drafts.lock()?;
    let nobody = std::collections::HashSet::new();
    let wishes = Wishes { retry_failed: order.retry_failed, resend_unknown: order.resend_unknown };
    let admission =
        Admission::new(campaign, session.book.records(), session.suppressed.as_ref().unwrap_or(&nobody), wishes);
    let mut plan = plan(&admission, order.scope, lock.as_ref(), texts)
        .map_err(|problem| Failure::invalid(&campaign.name, vec![problem]))?;
    let mut refusals = gates(campaign, order.phase, &plan, lock.as_ref(), &around);
    let mut changes = Vec::new();
    if let Some(lock) = &lock {
        if !plan.unlocked.is_empty() {
            changes = lock.drifts(texts).iter().flat_map(|drift| shown(drift, lock, &drafts)).collect();
        }
        for file in drafts.edited(lock) {
            let what = format!("{} no longer says what was locked", file.display());
            let again = format!("edit the template instead, then `mmig draft --phase {}`", order.phase.name);
            refusals.push(Refusal::new(what, again));
        }
    }
    let send_at = match departure(campaign, order.phase, order.wish, &around) {
        Ok(send_at) => send_at,
        // Nothing to send is no reason to refuse: a daily job asks again and again.
        Err(refusal) => {
            if !(plan.sends.is_empty() && plan.unlocked.is_empty()) {
                refusals.push(refusal);
            }
            None
        }
    };
    let warnings = warnings(session, order, &plan);
    let wanted = plan.mails();
    cut(&mut plan, order);
    let today = allowance(campaign, session, now);
    let day_is_full = plan.sends.len() > today;
    plan.sends.truncate(today);
    let beyond = wanted - plan.mails();
    Ok(Prepared { plan, settled, beyond, day_is_full, send_at, refusals, changes, warnings })
}

/// The failure for a plan that may not be carried out.
pub fn refused(order: &Order<'_>, prepared: &Prepared) -> Failure {
    let first = prepared.refusals.first();
    let hint = first.map(|refusal| refusal.way_out.clone()).unwrap_or_default();
    let message = format!("phase `{}` was not sent: {}", order.phase.name, first.map_or("", |refusal| &refusal.what));
    let others = prepared.refusals.iter().skip(1).map(|refusal| format!("also: {}; {}", refusal.what, refusal.way_out));
    let details = others.chain(prepared.changes.iter().cloned());
    Failure::new(Kind::Refused, message, hint).with_details(details)
}

fn circumstances(session: &Session, now: Time) -> Circumstances {
    let account = session.account.as_ref();
    Circumstances {
        mode: session.remote.mailbox.as_ref().map(|mailbox| mailbox.oversight_mode.clone()),
        schedules: session.remote.api.capabilities().schedules,
        disabled: account
            .filter(|account| account.sending_disabled || !account.is_active)
            .map(|account| account.sending_disabled_reason.clone().unwrap_or_else(|| "it is switched off".to_owned())),
        now,
    }
}

fn warnings(session: &Session, order: &Order<'_>, plan: &Plan) -> Vec<String> {
    let mut warnings = Vec::new();
    if session.remote.mailbox.is_none() {
        warnings.push(
            "this server does not report oversight modes: whether mails are held for approval cannot be checked"
                .to_owned(),
        );
    }
    if let Some(account) = &session.account {
        let left = account.monthly_email_quota.saturating_sub(account.emails_sent_this_month);
        let wanted = plan.sends.len() as u64;
        if wanted > left {
            let rest = wanted - left;
            warnings.push(format!(
                "the month's quota has {left} mails left: {rest} of phase {} will have to wait for the first of next month",
                order.phase.name
            ));
        }
    }
    warnings
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

/// How many more mails our own daily limit allows.
fn allowance(campaign: &Campaign, session: &Session, now: Time) -> usize {
    if campaign.limits.per_day == 0 {
        return usize::MAX;
    }
    let today = campaign.local_date(now);
    let mails = session.book.records().recipients().iter().flat_map(|recipient| &recipient.mails);
    let sent = mails.filter(|mail| mail.taken().is_some_and(|at| campaign.local_date(at) == today)).count();
    usize::try_from(campaign.limits.per_day).unwrap_or(usize::MAX).saturating_sub(sent)
}

/// The first of each text in turn, so that a few mails try all texts.
fn spread(sends: Vec<Send>, number: usize) -> Vec<Send> {
    let mut by_text: Vec<(_, std::collections::VecDeque<Send>)> = Vec::new();
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

/// What changed in a reviewed text, a line each.
fn shown(drift: &Drift, lock: &Lock, drafts: &Drafts) -> Vec<String> {
    let digest = lock.variants.iter().find(|locked| locked.name == drift.name).map(|locked| locked.digest);
    let old = digest.and_then(|digest| drafts.text(&drift.name, digest));
    let file = drafts.path().join(format!("{}.md", drift.name));
    let mut lines = vec![format!("{} as reviewed, and as it would be now:", file.display())];
    match (&old, &drift.now) {
        (_, None) => lines.push("  the campaign no longer makes this text".to_owned()),
        (None, Some(_)) => {
            lines.push("  the reviewed text is gone from the file, so the change cannot be shown".to_owned());
        }
        (Some(old), Some(new)) => lines.extend(diff(old, new)),
    }
    lines
}

fn diff(old: &Text, new: &Text) -> Vec<String> {
    let page = |text: &Text| format!("Subject: {}\n\n{}", text.subject, text.body);
    let (old, new) = (page(old), page(new));
    let diff = TextDiff::from_lines(&old, &new);
    let unified = diff.unified_diff().context_radius(1).to_string();
    let mut lines: Vec<String> = unified.lines().take(DIFF_LINES).map(|line| format!("  {line}")).collect();
    if unified.lines().count() > DIFF_LINES {
        lines.push("  …".to_owned());
    }
    lines
}
