//! A contact of the campaign, and everything that was done for it.

use std::collections::HashMap;

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::contact::{Address, InvalidAddress, plain};
use super::stage::{Evidence, Mark, Stage};
use crate::campaign::calls::{QuotedUsage, Usage};
use crate::campaign::definition::StageTags;
use crate::campaign::digest::Digest;
use crate::campaign::mail::{Course, Fate, Mail, Outcome};
use crate::campaign::moment::LocalMoment;
use crate::campaign::{Time, moment};

/// One recipient, as the ledger holds it. What can be derived (stage, outcome) is not stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipient {
    /// The server's id of the contact; empty if it gave none.
    #[serde(default)]
    pub id: CompactString,
    /// The address as last seen, trimmed.
    #[serde(default)]
    pub email: CompactString,
    /// The name as last seen, unchecked.
    #[serde(default)]
    pub name: CompactString,
    /// The segment it belongs to; empty where that is not known any more.
    #[serde(default)]
    pub segment: CompactString,
    /// The contact's tags as last seen, sorted.
    #[serde(default)]
    pub tags: Vec<CompactString>,
    /// When it was first found.
    #[serde(with = "moment")]
    pub since: Time,
    /// When it was found to have left the campaign; `None` while it is in it.
    #[serde(default, with = "moment::optional")]
    pub left: Option<Time>,
    /// Its API traffic; `None` if no usage file had a row for it.
    pub usage: Option<Box<Usage>>,
    /// Evidence of its progress, oldest first.
    #[serde(default)]
    pub marks: Vec<Mark>,
    /// The mails to it, oldest first. A phase has several only after a void one (see [`Mail::is_void`]), or after an
    /// unknown one that a person sent again.
    #[serde(default)]
    pub mails: Vec<Mail>,
    /// The phases that a person gave up for it.
    #[serde(default)]
    pub skips: Vec<Skip>,
}

/// A phase that a person gave up for a recipient: its mail is not sent, or not tried again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skip {
    /// The phase.
    #[schemars(with = "String")]
    #[serde(default)]
    pub phase: CompactString,
    /// When.
    #[serde(with = "moment")]
    #[schemars(with = "Time")]
    pub at: Time,
    /// Why, in the person's words; may be empty.
    #[serde(default)]
    pub reason: String,
}

/// An event for a recipient: a line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "entry")]
pub enum Entry {
    /// A request is about to start.
    Sending {
        /// The phase.
        phase: String,
        /// The text.
        variant: Digest,
        /// The deadline it states.
        deadline: LocalMoment,
        /// What it quotes of the customer's own usage.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        usage: Option<QuotedUsage>,
        /// The send time given to the server.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        send_at: Option<Time>,
    },
    /// The request certainly never reached the server: the mail is dropped, the recipient is due again.
    NotSent {
        /// The phase.
        phase: String,
    },
    /// News of the phase's latest mail.
    Fate {
        /// The phase.
        phase: String,
        /// The outcome.
        #[serde(flatten)]
        fate: Fate,
    },
    /// A person gave up a phase for it.
    Skipped {
        /// The phase.
        phase: String,
        /// Why; may be empty.
        reason: String,
    },
    /// Evidence of progress.
    Mark(Mark),
    /// We gave the contact tags.
    Tagged {
        /// The tags added.
        tags: Vec<String>,
    },
}

impl Mail {
    /// The address it went to.
    pub fn address<'a>(&'a self, recipient: &'a Recipient) -> &'a str {
        self.to.as_ref().map_or(&recipient.email, |to| &to.email)
    }
}

/// This many temporary bounces in a row count as a permanent one.
const PASSING_BOUNCES: usize = 3;

/// Whether a kind of bounce is temporary, such as a full mailbox. An unknown kind is not.
pub(crate) fn is_passing(kind: &str) -> bool {
    const WORDS: [&str; 13] = [
        "soft",
        "transient",
        "temporar",
        "full",
        "quota",
        "defer",
        "delay",
        "greylist",
        "throttl",
        "timeout",
        "toolarge",
        "busy",
        "autoresponder",
    ];
    let kind: String = kind.to_lowercase().chars().filter(char::is_ascii_alphabetic).collect();
    !kind.contains("hard") && !kind.contains("permanent") && WORDS.iter().any(|word| kind.contains(word))
}

impl Recipient {
    /// The recipient's identity in the ledger: the contact's id, or the address if there is no id.
    pub fn key(&self) -> &str {
        if self.id.is_empty() { &self.email } else { &self.id }
    }

    /// The address, if mail can be sent to it.
    pub fn address(&self) -> Result<Address, InvalidAddress> {
        Address::parse(&self.email)
    }

    /// Its rank by these tags, of which the first counts most; after all of them if it has none.
    pub(crate) fn urgency(&self, priority: &[String]) -> usize {
        priority.iter().position(|tag| self.tags.iter().any(|own| own == tag)).unwrap_or(priority.len())
    }

    /// The account it belongs to, if it has a tag with this prefix.
    pub fn account(&self, tag: &str) -> Option<&str> {
        self.tags.iter().find_map(|own| own.strip_prefix(tag)).filter(|account| !account.is_empty())
    }

    /// Whether mail to its current address bounces: once permanently, or several times temporarily without one
    /// arriving. A corrected address has not bounced.
    pub(crate) fn has_bounced(&self) -> bool {
        let mut passing = 0;
        for mail in self.mails.iter().filter(|mail| matches!(mail.outcome(), Outcome::Bounced | Outcome::Delivered)) {
            if plain(mail.address(self)) != plain(&self.email) {
                continue;
            }
            match mail.accepted().map(|accepted| &accepted.course) {
                Some(Course::Bounced { kind, .. }) if is_passing(kind) => passing += 1,
                Some(Course::Bounced { .. }) => return true,
                _ => passing = 0,
            }
        }
        passing >= PASSING_BOUNCES
    }

    /// The latest mail of a phase.
    pub fn mail(&self, phase: &str) -> Option<&Mail> {
        self.mails.iter().rev().find(|mail| mail.phase == phase)
    }

    /// A person's giving up of a phase for it, unless the phase was tried again since.
    pub fn skip(&self, phase: &str) -> Option<&Skip> {
        let skip = self.skips.iter().rev().find(|skip| skip.phase == phase)?;
        let tried_since = self.mail(phase).is_some_and(|mail| mail.sending > skip.at);
        Some(skip).filter(|_| !tried_since)
    }

    /// The customer's stage, from the marks and the mails that arrived.
    pub fn stage(&self) -> Stage {
        self.stage_at(Time::MAX_UTC)
    }

    /// The customer's stage at `moment`, as far as we know today.
    pub fn stage_at(&self, moment: Time) -> Stage {
        let marked = self.marks_until(moment).fold(Stage::Pending, |stage, mark| match mark.by {
            Evidence::Hand | Evidence::Relapse => mark.stage,
            Evidence::Reply | Evidence::Usage => stage.max(mark.stage),
            Evidence::Tag | Evidence::TagGone | Evidence::Answered => stage,
        });
        let tagged = self.tagged_stages(moment).into_iter().max().unwrap_or(Stage::Pending);
        let told = || self.mails.iter().filter_map(Mail::reached_at).any(|at| at <= moment);
        let stage = marked.max(tagged);
        if stage == Stage::Pending && told() { Stage::Notified } else { stage }
    }

    fn marks_until(&self, moment: Time) -> impl Iterator<Item = &Mark> {
        self.marks.iter().filter(move |mark| mark.at <= moment)
    }

    /// The furthest stage ever shown, except completion.
    pub(crate) fn furthest_short_of_done(&self) -> Stage {
        let shown = self.marks.iter().filter(|mark| !matches!(mark.by, Evidence::TagGone | Evidence::Answered));
        let reached = self.mails.iter().any(Mail::reached).then_some(Stage::Notified);
        let stages = shown.map(|mark| mark.stage).chain(reached);
        stages.filter(|stage| *stage < Stage::Completed).max().unwrap_or(Stage::Pending)
    }

    /// Whether the stage's tag was seen and is not known to be gone. A person's report in between does not change
    /// that, or the tag would undo the very correction.
    pub(crate) fn tag_seen(&self, stage: Stage) -> bool {
        let of_tag = |mark: &&Mark| mark.stage == stage && matches!(mark.by, Evidence::Tag | Evidence::TagGone);
        self.marks.iter().rev().find(of_tag).is_some_and(|mark| mark.by == Evidence::Tag)
    }

    /// Records its tags that no mark mentions yet, so that marks made later outweigh them. This includes tags we wrote
    /// ourselves.
    pub fn mark_tags(&mut self, tags: &StageTags, at: Time) {
        for (stage, tag) in tags.each() {
            if !self.tag_seen(stage) && self.tags.iter().any(|carried| carried == tag) {
                self.marks.push(Mark { stage, at, by: Evidence::Tag, note: tag.to_owned() });
            }
        }
    }

    /// The stages shown by tags at `moment`. A person's report overrides earlier tags, and a relapse the completion
    /// tag.
    fn tagged_stages(&self, moment: Time) -> Vec<Stage> {
        let mut shown = Vec::new();
        for mark in self.marks_until(moment) {
            match mark.by {
                Evidence::Tag => shown.push(mark.stage),
                Evidence::TagGone => shown.retain(|stage| *stage != mark.stage),
                Evidence::Hand => shown.clear(),
                Evidence::Relapse => shown.retain(|stage| *stage != Stage::Completed),
                Evidence::Reply | Evidence::Usage | Evidence::Answered => {}
            }
        }
        shown
    }

    /// The old calls that undid a completion, until the customer is done again or a person reports a
    /// stage.
    pub fn relapse(&self) -> Option<&Mark> {
        let decides = |mark: &&Mark| matches!(mark.by, Evidence::Relapse | Evidence::Hand);
        let last = self.marks.iter().rfind(decides).filter(|mark| mark.by == Evidence::Relapse);
        last.filter(|_| self.stage() < Stage::Completed)
    }

    /// The customer's latest reply, if it is not answered yet.
    pub fn unanswered(&self) -> Option<&Mark> {
        let of_talk = |mark: &&Mark| matches!(mark.by, Evidence::Reply | Evidence::Answered);
        self.marks.iter().rfind(of_talk).filter(|mark| mark.by == Evidence::Reply)
    }

    /// Applies one line of the journal. A line that does not fit changes nothing.
    pub fn apply(&mut self, at: Time, entry: Entry) {
        match entry {
            Entry::Sending { phase, variant, deadline, usage, send_at } => {
                let (phase, usage, fate) = (phase.into(), usage.map(Box::new), Fate::Sending);
                // The first push would reserve space for four, which would be most of a recipient's size.
                self.mails.reserve_exact(1);
                self.mails.push(Mail { phase, variant, to: None, deadline, usage, sending: at, send_at, fate });
            }
            Entry::NotSent { phase } => {
                if let Some(index) = self.latest(&phase)
                    && self.mails[index].fate == Fate::Sending
                {
                    self.mails.remove(index);
                }
            }
            Entry::Fate { phase, fate } => {
                if let Some(index) = self.latest(&phase) {
                    self.mails[index].fate = fate;
                }
            }
            Entry::Skipped { phase, reason } => self.skips.push(Skip { phase: phase.into(), at, reason }),
            Entry::Mark(mark) => {
                // What was written is the conversation's latest mail now, and has no tag.
                if matches!(mark.by, Evidence::Reply | Evidence::Answered)
                    && let Some(place) = self.conversation()
                    && let Fate::Accepted(accepted) = &mut self.mails[place].fate
                {
                    accepted.stage = None;
                }
                self.marks.push(mark);
            }
            Entry::Tagged { tags } => {
                self.tags.extend(tags.into_iter().map(CompactString::from));
                self.tags.sort_unstable();
                self.tags.dedup();
            }
        }
    }

    /// The place of the latest mail that the server has and that was not stopped: the conversation with the customer is its. A
    /// mail that another of its phase has followed is none: the journal has news of a phase's latest mail only.
    pub(crate) fn conversation(&self) -> Option<usize> {
        let is_there = |mail: &Mail| !mail.is_void() && mail.accepted().is_some_and(|known| !known.id.is_empty());
        let is_latest = |mail: &Mail| self.mail(&mail.phase).is_some_and(|latest| std::ptr::eq(latest, mail));
        self.mails.iter().rposition(|mail| is_there(mail) && is_latest(mail))
    }

    /// Whether the customer ever wrote back.
    pub(crate) fn has_written(&self) -> bool {
        self.marks.iter().any(|mark| mark.by == Evidence::Reply)
    }

    fn latest(&self, phase: &str) -> Option<usize> {
        self.mails.iter().rposition(|mail| mail.phase == phase)
    }
}

/// The idempotency key of a recipient's mail for a phase.
///
/// It depends only on campaign, phase and address. Only after earlier mails to this address were accepted and never
/// sent (rejected, cancelled), or given up by a person as unknown, their number is part of it (see [`GivenUp`]): with
/// the old key the server would take the next mail for the earlier one.
pub fn idempotency_key(campaign: &str, phase: &str, address: &Address, given_up: usize) -> String {
    let mut parts = vec!["mmig1".to_owned(), campaign.to_owned(), phase.to_owned(), address.to_string()];
    parts.extend(Some(given_up).filter(|count| *count > 0).map(|count| count.to_string()));
    format!("mmig-{}", Digest::of(&parts.iter().map(String::as_str).collect::<Vec<_>>()))
}

/// The mails of a phase that were given up, by address: several contacts may have had the address in turn.
#[derive(Debug)]
pub struct GivenUp {
    /// When each was about to be sent.
    by_address: HashMap<String, Vec<Time>>,
}

impl GivenUp {
    /// The given-up mails of a phase.
    pub fn of(recipients: &[Recipient], phase: &str) -> Self {
        let mut by_address: HashMap<String, Vec<Time>> = HashMap::new();
        for recipient in recipients {
            let latest = recipient.mail(phase);
            let given_up = |mail: &&Mail| match &mail.fate {
                Fate::Unknown { .. } => true,
                // A mail reported as stopped was counted, whatever happened to it since.
                Fate::Accepted(accepted) => mail.is_void() || accepted.too_late.is_some() && latest != Some(*mail),
                Fate::Sending | Fate::Failed { .. } => false,
            };
            for mail in recipient.mails.iter().filter(|mail| mail.phase == phase).filter(given_up) {
                by_address.entry(plain(mail.address(recipient))).or_default().push(mail.sending);
            }
        }
        Self { by_address }
    }

    /// How many there were to an address before a mail that was about to be sent at `open`, or before now. A repetition
    /// must get the same number as the first attempt.
    pub fn before(&self, address: &Address, open: Option<Time>) -> usize {
        let times = self.by_address.get(address.as_str()).map(Vec::as_slice).unwrap_or_default();
        times.iter().filter(|at| open.is_none_or(|open| **at <= open)).count()
    }
}
