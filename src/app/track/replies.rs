//! Who replied, and whether they were answered.

use std::collections::{HashMap, HashSet};

use compact_str::CompactString;

use super::seen::whole_seconds;
use crate::api::{ApiError, Direction, MailStatus, MailView, Thread};
use crate::app::Run;
use crate::app::failure::Failure;
use crate::app::remote::{Remote, read_all};
use crate::campaign::Time;
use crate::campaign::address::plain;
use crate::campaign::characters::one_line;
use crate::campaign::people::recipient::Entry;
use crate::campaign::people::records::Records;
use crate::campaign::people::replies::{Incoming, automatic};
use crate::campaign::people::stage::{Evidence, Mark, Stage};
use crate::campaign::text::presentable;

/// What was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Talk {
    /// Customers who wrote.
    pub replies: usize,
    /// Automatic replies.
    pub automatic: usize,
    /// Customers whose reply has been answered.
    pub answered: usize,
}

/// Records what customers wrote, in the campaign's conversations or in new ones, and what people answered.
pub(super) async fn update(run: &Run<'_>, records: &mut Records, remote: &Remote) -> Result<Talk, Failure> {
    let now = run.app.clock.now();
    let writers = Writers::of(records);
    if writers.by_thread.is_empty() {
        return Ok(Talk::default());
    }
    let listed = remote.api.all_mails(remote.mailbox_id(), Direction::Inbound, |_| true).await?;
    let not_ours = listed.mails.iter().filter(|view| !view.from.eq_ignore_ascii_case(&run.campaign.from));
    let theirs: Vec<Reply<'_>> =
        not_ours.filter_map(|view| Some(Reply { key: writers.of_mail(view)?.to_owned(), view })).collect();
    let incoming: Vec<Incoming<'_>> = theirs.iter().map(|reply| incoming(reply.view)).collect();
    let by_machine = automatic(&incoming);
    let machines = by_machine.iter().filter(|is_machine| **is_machine).count();
    let of_people = theirs.into_iter().zip(by_machine).filter(|(_, is_machine)| !is_machine);
    let mut replies: Vec<Reply<'_>> = of_people.map(|(reply, _)| reply).collect();
    replies.sort_by_key(|reply| reply.view.received_at);
    let mut wrote: HashSet<&str> = HashSet::new();
    let unknown: Vec<&Reply<'_>> = replies.iter().filter(|reply| !is_known(records, reply)).collect();
    let read = async |reply: &Reply<'_>| Ok((reply.view.id.clone(), first_words(remote, reply.view).await?));
    let words: HashMap<String, String> =
        read_all(run, unknown.iter().copied(), read, || {}).await?.into_iter().collect();
    for reply in unknown {
        if mark_reply(records, reply, words.get(&reply.view.id).map_or("", String::as_str), now) {
            wrote.insert(&reply.key);
        }
    }
    let answered = answers(run, records, remote, &replies).await?;
    Ok(Talk { replies: wrote.len(), automatic: machines, answered })
}

/// A customer's mail, and the customer's key.
struct Reply<'v> {
    key: String,
    view: &'v MailView,
}

fn incoming(view: &MailView) -> Incoming<'_> {
    Incoming { from: &view.from, subject: &view.subject, at: view.received_at, by_header: view.by_machine }
}

/// Whose mail one is: by its conversation, otherwise by its sender.
struct Writers {
    by_thread: HashMap<CompactString, String>,
    /// Each customer's address, key, and the time of the first mail to them.
    by_address: HashMap<String, (String, Time)>,
}

impl Writers {
    fn of(records: &Records) -> Self {
        let (mut by_thread, mut by_address) = (HashMap::new(), HashMap::new());
        for recipient in records.recipients() {
            for accepted in recipient.mails.iter().filter_map(|mail| mail.accepted()) {
                if !accepted.thread.is_empty() {
                    by_thread.insert(accepted.thread.clone(), recipient.key().to_owned());
                }
            }
            if let Some(since) =
                recipient.mails.iter().filter(|mail| mail.tells()).map(crate::campaign::mail::Mail::leaves).min()
            {
                by_address.entry(plain(&recipient.email)).or_insert_with(|| (recipient.key().to_owned(), since));
            }
        }
        Self { by_thread, by_address }
    }

    /// The key of the customer who wrote this mail, if one of the campaign's did after we wrote to them.
    fn of_mail(&self, view: &MailView) -> Option<&str> {
        if let Some(key) = self.by_thread.get(view.thread.as_str()) {
            return Some(key);
        }
        let (key, since) = self.by_address.get(&plain(bare(&view.from)))?;
        view.received_at.is_some_and(|at| at >= *since).then_some(key)
    }
}

/// The address in `Ann <ann@a.example>`.
fn bare(from: &str) -> &str {
    from.trim().strip_suffix('>').and_then(|text| text.rsplit_once('<')).map_or(from, |(_, address)| address)
}

/// How much of a reply is kept to recognise it, in characters.
const FIRST_WORDS: usize = 80;

/// The first words of a mail that are not quoted; empty if the server no longer shows it.
async fn first_words(remote: &Remote, view: &MailView) -> Result<String, ApiError> {
    let mail = match remote.api.mail(remote.mailbox_id(), &view.id).await {
        Err(ApiError::NotFound { .. }) => return Ok(String::new()),
        mail => mail?,
    };
    let own: Vec<&str> = mail.markdown.lines().filter(|line| !line.trim_start().starts_with('>')).collect();
    Ok(one_line(&own.join(" "), FIRST_WORDS))
}

/// Whether the ledger has the reply: judged by the time the server received it; if that is unknown, by whether there is
/// a reply at all.
fn is_known(records: &Records, reply: &Reply<'_>) -> bool {
    let at = reply.view.received_at.map(whole_seconds);
    let is_it = |mark: &Mark| mark.by == Evidence::Reply && at.is_none_or(|at| mark.at == at);
    records.get(&reply.key).is_none_or(|recipient| recipient.marks.iter().any(is_it))
}

/// Records a reply, unless it is the same as the one before.
fn mark_reply(records: &mut Records, reply: &Reply<'_>, words: &str, now: Time) -> bool {
    if is_known(records, reply) {
        return false;
    }
    let at = reply.view.received_at.map(whole_seconds);
    let subject = presentable(&reply.view.subject);
    let note = if words.is_empty() { subject } else { format!("{subject}: {words}") };
    let mark = Mark { stage: Stage::Acknowledged, at: at.unwrap_or(now), by: Evidence::Reply, note };
    records.apply(&reply.key, now, Entry::Mark(mark))
}

/// Looks into the conversations with a waiting reply, and marks those that have been answered.
async fn answers(
    run: &Run<'_>,
    records: &mut Records,
    remote: &Remote,
    replies: &[Reply<'_>],
) -> Result<usize, Failure> {
    let waits = |key: &str| Some(records.get(key)?.unanswered()?.at);
    // Oldest first: a customer's last reply is the one that waits.
    let open: HashMap<&str, &str> = replies
        .iter()
        .map(|reply| (reply.key.as_str(), reply.view.thread.as_str()))
        .filter(|(key, _)| waits(key).is_some())
        .collect();
    let look = async |(key, thread)| Ok((key, remote.api.thread(remote.mailbox_id(), thread).await?));
    let looked: Vec<(&str, Option<Thread>)> = read_all(run, open, look, || {}).await?;
    let mut answered = Vec::new();
    for (key, thread) in looked {
        let (Some(since), Some(recipient)) = (waits(key), records.get(key)) else { continue };
        let ours = |id: &str| recipient.mails.iter().filter_map(|mail| mail.accepted()).any(|mail| mail.id == id);
        answered.extend(thread.and_then(|thread| answer(&thread, since, ours)).map(|at| (key, at)));
    }
    let number = answered.len();
    for (key, at) in answered {
        let note = "in MultiMail".to_owned();
        records.apply(key, at, Entry::Mark(Mark { stage: Stage::Acknowledged, at, by: Evidence::Answered, note }));
    }
    Ok(number)
}

/// When a reply received at that time was answered: by a mail that a person sent later in the same conversation; or, if
/// nothing was written after it, when the server reports that nothing waits. Not while the reply itself waits for
/// approval: then the server may mean that no answer is due yet.
fn answer(thread: &Thread, since: Time, is_ours: impl Fn(&str) -> bool) -> Option<Time> {
    let later = |view: &&MailView| {
        view.direction == Some(Direction::Outbound) && view.received_at.is_some_and(|at| whole_seconds(at) >= since)
    };
    let by_people = |view: &&MailView| !is_ours(&view.id) && !view.status.is_held_back() && view.bounced_at.is_none();
    let mut written = thread.mails.iter().filter(later).peekable();
    if written.peek().is_none() {
        let held = thread.mails.iter().any(|view| view.status == MailStatus::PendingInboundApproval);
        return (thread.unanswered == Some(false) && !held).then_some(since);
    }
    written.find(by_people).and_then(|view| view.received_at).map(whole_seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Time {
        "2027-02-01T10:00:00Z".parse::<Time>().unwrap() + chrono::TimeDelta::minutes(minute)
    }

    fn mail(id: &str, direction: Direction, minute: i64, status: &str) -> MailView {
        MailView {
            id: id.to_owned(),
            direction: Some(direction),
            received_at: Some(at(minute)),
            status: status.parse().unwrap(),
            ..MailView::default()
        }
    }

    /// When a thread in which the customer wrote at minute 10 was answered.
    fn answered(unanswered: Option<bool>, rest: Vec<MailView>) -> Option<Time> {
        let said = [mail("ours", Direction::Outbound, 0, "delivered"), mail("reply", Direction::Inbound, 10, "unread")];
        let thread = Thread { unanswered, mails: said.into_iter().chain(rest).collect() };
        answer(&thread, at(10), |id| id.starts_with("ours"))
    }

    #[test]
    fn a_later_mail_by_a_person_answers_and_ours_does_not() {
        use Direction::{Inbound, Outbound};
        assert_eq!(answered(Some(true), vec![]), None);
        assert_eq!(answered(None, vec![]), None);
        assert_eq!(answered(None, vec![mail("theirs", Outbound, 20, "sent")]), Some(at(20)));
        assert_eq!(answered(Some(false), vec![mail("ours2", Outbound, 20, "delivered")]), None);
        let both = vec![mail("ours2", Outbound, 20, "sent"), mail("theirs", Outbound, 30, "sent")];
        assert_eq!(answered(Some(false), both), Some(at(30)));
        assert_eq!(answered(Some(true), vec![mail("more", Inbound, 30, "unread")]), None);
    }

    #[test]
    fn an_answer_that_is_not_out_answers_nothing() {
        for status in ["pending_send_approval", "rejected", "cancelled", "scheduled"] {
            assert_eq!(answered(Some(false), vec![mail("theirs", Direction::Outbound, 20, status)]), None, "{status}");
        }
        let bounced = MailView { bounced_at: Some(at(21)), ..mail("theirs", Direction::Outbound, 20, "bounced") };
        assert_eq!(answered(Some(false), vec![bounced]), None);
    }

    #[test]
    fn a_reply_that_the_server_calls_answered_is_unless_it_waits_for_approval() {
        assert_eq!(answered(Some(false), vec![]), Some(at(10)));
        let held = vec![mail("more", Direction::Inbound, 20, "pending_inbound_approval")];
        assert_eq!(answered(Some(false), held), None);
    }
}
