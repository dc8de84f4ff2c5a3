//! Builds the result of a review: each text as a reviewer reads it, and why the request was not completed.

use chrono::DateTime;
use chrono_tz::Tz;
use strum::IntoEnumIterator;

use super::outcome::{
    Counts, DecidedElsewhere, FilledIn, NotDecided, ReviewOutcome, ReviewText, ReviewedMail, SameChangeText, SetAside,
    UnknownMail,
};
use super::queue;
use super::results::{MailState, Results};
use super::session::ReviewSession;
use crate::app::batch::Halt;
use crate::app::failure::{Failure, Kind};
use crate::campaign::hint::Action;
use crate::campaign::lint::{self, Verified};
use crate::campaign::people::contact::as_a_word;
use crate::campaign::people::sent_facts::Comparison;
use crate::campaign::plural;
use crate::campaign::review::{Group, Item, Queued, Review, sights, spread};
use crate::campaign::text::digest::Digest;
use crate::campaign::text::template::{Inputs, TagsRead};
use crate::campaign::text::{Personal, Text};
use crate::campaign::view::rejected::{SameChange, same_changes};
use crate::hint;

/// How many failures an error message lists.
const QUOTED: usize = 10;

impl ReviewSession<'_> {
    /// A text of the review for its reviewer, with the results so far.
    pub fn text(&self, group: &Group<'_>, results: &Results) -> ReviewText {
        let campaign = &self.campaign;
        let text = group.kept.text.as_ref();
        let is_used = |personal: &Personal| group.form().is_some_and(|form| form.tells(*personal));
        let (common, own): (Vec<_>, Vec<_>) = Personal::iter().filter(is_used).partition(|one| is_common(*one));
        let set_aside = group.items().filter_map(|item| match results.state(item) {
            MailState::SetAside(mismatches) => Some(SetAside::of(group, item, &mismatches)),
            _ => None,
        });
        let folder = self.folder.drafts(group.phase);
        ReviewText {
            phase: group.phase.to_owned(),
            draft: group.draft().map(str::to_owned),
            digest: group.digest,
            in_drafts: group.draft().is_some(),
            subject: text.map(|text| text.subject.clone()),
            markdown: text.map(|text| text.body.clone()),
            verified: text.and_then(|text| verified_in(self, group, text)),
            values: filled_in(self, group, &own),
            counts: Counts::of(group.items(), results),
            file: group.draft().map(|name| folder.path().join(format!("{name}.md"))),
            leaves: leaves(self, &group.matching),
            common: common.into_iter().map(|one| (one, spread(campaign, &group.matching, one))).collect(),
            own,
            set_aside: set_aside.collect(),
        }
    }

    /// Ends the review.
    pub fn outcome(&self, review: &Review<'_>, results: Results) -> ReviewOutcome {
        let texts: Vec<ReviewText> = review.groups.iter().map(|group| self.text(group, &results)).collect();
        let set_aside = texts.iter().flat_map(|text| text.set_aside.clone()).collect();
        let listed = |mails: &[&Queued]| {
            let each = mails.iter().map(|mail| UnknownMail {
                message_id: mail.id.clone(),
                to: mail.to.clone(),
                subject: mail.text.subject.clone(),
            });
            each.collect()
        };
        let mut outcome = ReviewOutcome {
            campaign: self.campaign.name.clone(),
            texts,
            set_aside,
            elsewhere: Vec::new(),
            failures: Vec::new(),
            unknown_mails: listed(&review.unknown_mails),
            tests: listed(&review.tests),
            same_changes: same_change_texts(self, review, &results),
            counts: Counts::of(review.groups.iter().flat_map(Group::items), &results),
            by_itself: !self.request.contacts.is_empty(),
            unread: results.is_empty(),
            failure: None,
        };
        for (group, item) in review.groups.iter().flat_map(|group| group.items().map(move |item| (group, item))) {
            outcome.add(ReviewedMail::of(group, item), results.state(item));
        }
        outcome.failure = outcome.why_not_all(results.halt);
        outcome
    }
}

/// What is verified in a text, in the mail of its first customer.
fn verified_in(session: &ReviewSession<'_>, group: &Group<'_>, text: &Text) -> Option<Verified> {
    let campaign = &session.campaign;
    let phase = campaign.phase(group.phase)?;
    let item = group.items().next()?;
    let comparison = Comparison::new(campaign, &session.records().sent_facts);
    let inputs = Inputs::of(&comparison, phase, item.recipient, &TagsRead::None, &campaign.operations_asked_about());
    Some(lint::verified(campaign, phase, &inputs, text, &session.folder.code_runs(), session.app.clock.now()))
}

/// Whether most mails of a text share the value.
fn is_common(personal: Personal) -> bool {
    matches!(personal, Personal::DaysLeft | Personal::SendDate)
}

fn filled_in(session: &ReviewSession<'_>, group: &Group<'_>, own: &[Personal]) -> Vec<FilledIn> {
    let shown = sights(&session.campaign, &group.matching).into_iter().map(|sight| FilledIn {
        values: own.iter().map(|own| (own.to_string(), sight.values.value(*own))).collect(),
        contact: sight.item.contact().to_owned(),
        why: sight.why,
    });
    shown.collect()
}

fn leaves(session: &ReviewSession<'_>, items: &[Item<'_>]) -> Vec<(Option<DateTime<Tz>>, usize)> {
    let now = session.app.clock.now();
    let mut times: Vec<(Option<DateTime<Tz>>, usize)> = Vec::new();
    for item in items {
        let later = item.mail.send_at.filter(|at| *at > now);
        let leaves = later.map(|at| at.with_timezone(&session.campaign.zone));
        match times.iter_mut().find(|(known, _)| *known == leaves) {
            Some((_, count)) => *count += 1,
            None => times.push((leaves, 1)),
        }
    }
    times
}

/// The texts that word a change the same way as those this review rejected.
fn same_change_texts(session: &ReviewSession<'_>, review: &Review<'_>, results: &Results) -> Vec<SameChangeText> {
    let is_rejected = |group: &&Group<'_>| group.items().any(|item| results.state(item) == MailState::Rejected);
    let rejected: Vec<Digest> = review.groups.iter().filter(is_rejected).map(|group| group.digest).collect();
    if rejected.is_empty() {
        return Vec::new();
    }
    let with_draft = |same: SameChange| SameChangeText { draft: session.draft_name(&same.phase, same.digest), same };
    same_changes(session.records(), &rejected).into_iter().map(with_draft).collect()
}

impl ReviewOutcome {
    /// How many mails are set aside because their text was replaced.
    fn with_older_text(&self) -> usize {
        self.set_aside.iter().filter(|one| one.has_older_text).count()
    }

    /// Lists a mail that this review was asked to decide and did not.
    fn add(&mut self, mail: ReviewedMail, state: MailState) {
        match state {
            MailState::Elsewhere(outcome) => self.elsewhere.push(DecidedElsewhere { mail, outcome }),
            MailState::Failed(words) => self.failures.push(NotDecided { mail, words }),
            MailState::Waiting | MailState::SetAside(_) | MailState::Approved | MailState::Rejected => {}
        }
    }

    fn why_not_all(&self, halt: Option<Halt>) -> Option<Failure> {
        let again = "run the same command again: what is decided stays decided";
        let words =
            self.failures.iter().take(QUOTED).map(|failed| format!("{}: {}", failed.mail.contact, failed.words));
        match halt {
            Some(Halt::Api(error)) => Some(queue::failure(error)),
            Some(Halt::Interrupted) => {
                let message = "interrupted; what was in flight is finished and recorded";
                Some(Failure::new(Kind::Interrupted, message, again))
            }
            Some(Halt::TooManyFailures(number)) => {
                let message = format!("stopped after {number} failures in a row");
                Some(Failure::new(Kind::Partial, message, again).with_details(words))
            }
            Some(Halt::Ledger(error)) => {
                let failure = Failure::from(error);
                Some(Failure { message: format!("stopped deciding: {}", failure.message), ..failure })
            }
            // These reasons only end sending.
            Some(Halt::Disabled(_) | Halt::Bounces(_) | Halt::Mode(_)) | None if self.counts.set_aside > 0 => {
                self.not_approved()
            }
            Some(Halt::Disabled(_) | Halt::Bounces(_) | Halt::Mode(_)) | None => (self.counts.failed > 0).then(|| {
                let message = format!("{} could not be decided", plural(self.counts.failed, "mail"));
                Failure::new(Kind::Partial, message, again).with_details(words)
            }),
        }
    }

    /// Why mails that are set aside still wait: a changed mail is worse news than a late one.
    fn not_approved(&self) -> Option<Failure> {
        let forged = self.set_aside.iter().find(|one| !one.is_as_submitted);
        let SetAside { mail: ReviewedMail { phase, contact, .. }, .. } = forged.or(self.set_aside.first())?;
        let review = |verdict| Action::new("review").flag(verdict).phase(phase).option("contact", as_a_word(contact));
        let change = forged.and_then(|one| one.change.clone());
        let hint = if let Some(change) = change {
            let accept = Action::new("review").flag("approve").phase(phase).option("accept-change", change);
            hint!["all mails of the text differ in the same way; if that is intended: ", accept.option("by", "NAME")]
        } else if forged.is_some() {
            let reject = review("reject").option("reason", "…");
            hint!["find out who changed it; here it can only be rejected: ", reject]
        } else if self.with_older_text() == self.set_aside.len() {
            let replace = Action::new("submit").phase(phase).flag("replace");
            hint![
                replace,
                " cancels mails whose text is older than the draft, and submits the current text for approval"
            ]
        } else {
            let (cancel, submit) = (Action::new("cancel").phase(phase), Action::new("submit").phase(phase));
            let submit = submit.flag("retry-failed");
            hint![
                "cancel mails that are too late: ",
                cancel,
                ", then ",
                submit,
                "; or approve one on purpose: ",
                review("approve")
            ]
        };
        let number = self.set_aside.len();
        let others = if number > 1 { format!(" and {} more", number - 1) } else { String::new() };
        let message = format!("{} set aside, not approved: {contact}{others}", plural(number, "mail"));
        Some(Failure::new(Kind::Refused, message, hint))
    }
}
