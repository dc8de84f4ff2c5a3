//! A contact of the campaign, and everything that was done for it.

use std::collections::HashMap;

use compact_str::CompactString;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::contact::{Address, InvalidAddress, plain};
use super::stage::{Evidence, Mark, Stage};
use crate::campaign::calls::{Calls, Usage};
use crate::campaign::definition::StageTags;
use crate::campaign::digest::Digest;
use crate::campaign::mail::{Course, Fate, Mail, Outcome};
use crate::campaign::moment::LocalMoment;
use crate::campaign::{Time, moment};

/// One recipient, as the ledger holds it. What can be derived (stage, outcome) is not stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipient {
    /// The server's id of the contact; empty where it gave none.
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
    /// When it was found to have left the cohort; `None` while it is in.
    #[serde(default, with = "moment::optional")]
    pub left: Option<Time>,
    /// What its API traffic showed; `None` where no file of usage had a row of it.
    pub usage: Option<Box<Usage>>,
    /// Evidence of its progress, oldest first.
    #[serde(default)]
    pub marks: Vec<Mark>,
    /// The mails to it, oldest first. A phase has more than one only after a void one (see [`Mail::is_void`]), or after
    /// an unknown one that a person had sent again.
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

/// One thing that happened to a recipient: a line of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "entry")]
pub enum Entry {
    /// A request is about to leave.
    Sending {
        /// The phase.
        phase: String,
        /// The text.
        variant: Digest,
        /// The deadline it tells.
        deadline: LocalMoment,
        /// The numbers of the customer's own usage that it tells.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        usage: Option<Calls>,
        /// When the server is to let it out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        send_at: Option<Time>,
    },
    /// The request certainly never reached the server: the mail is forgotten, the recipient waits again.
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
    /// A person gave a phase up for it.
    Skipped {
        /// The phase.
        phase: String,
        /// Why; may be empty.
        reason: String,
    },
    /// Evidence of progress.
    Mark(Mark),
    /// The contact was given tags, by us.
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

/// This many bounces for a passing reason, one after the other, are as good as one for good.
const PASSING_BOUNCES: usize = 3;

/// Whether a kind of bounce is one after which mail may arrive again, such as a full mailbox. A kind that is not known is not.
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
    /// What identifies the recipient in the ledger: the contact's id, or the address if there is no id.
    pub fn key(&self) -> &str {
        if self.id.is_empty() { &self.email } else { &self.id }
    }

    /// The address, if mail can be sent to it.
    pub fn address(&self) -> Result<Address, InvalidAddress> {
        Address::parse(&self.email)
    }

    /// Its place in the order of these tags, of which the first counts most; after all of them where it has none.
    pub(crate) fn urgency(&self, priority: &[String]) -> usize {
        priority.iter().position(|tag| self.tags.iter().any(|own| own == tag)).unwrap_or(priority.len())
    }

    /// The account it belongs to, where tags that begin like this name one.
    pub fn account(&self, tag: &str) -> Option<&str> {
        self.tags.iter().find_map(|own| own.strip_prefix(tag)).filter(|account| !account.is_empty())
    }

    /// Whether mail to its present address comes back: one did for good, or several did for a passing reason and none
    /// arrived. A corrected address has not bounced.
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

    /// That a person gave a phase up for it, unless the phase was tried again since.
    pub fn skip(&self, phase: &str) -> Option<&Skip> {
        let skip = self.skips.iter().rev().find(|skip| skip.phase == phase)?;
        let tried_since = self.mail(phase).is_some_and(|mail| mail.sending > skip.at);
        Some(skip).filter(|_| !tried_since)
    }

    /// How far the customer is, from the marks and the mails that arrived.
    pub fn stage(&self) -> Stage {
        self.stage_at(Time::MAX_UTC)
    }

    /// How far the customer was at `moment`, as we know it now.
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

    /// The furthest stage that anything ever showed, completion apart.
    pub(crate) fn furthest_short_of_done(&self) -> Stage {
        let shown = self.marks.iter().filter(|mark| !matches!(mark.by, Evidence::TagGone | Evidence::Answered));
        let reached = self.mails.iter().any(Mail::reached).then_some(Stage::Notified);
        let stages = shown.map(|mark| mark.stage).chain(reached);
        stages.filter(|stage| *stage < Stage::Completed).max().unwrap_or(Stage::Pending)
    }

    /// Whether the stage's tag was seen and not found gone since. What a person said meanwhile does not unsee it, or a
    /// correction by hand would be undone by the very tag it corrects.
    pub(crate) fn tag_seen(&self, stage: Stage) -> bool {
        let of_tag = |mark: &&Mark| mark.stage == stage && matches!(mark.by, Evidence::Tag | Evidence::TagGone);
        self.marks.iter().rev().find(of_tag).is_some_and(|mark| mark.by == Evidence::Tag)
    }

    /// Puts down the tags it carries, where no mark tells of them: what is marked after weighs more than they do. Also
    /// a tag that we wrote ourselves must not undo that.
    pub fn mark_tags(&mut self, tags: &StageTags, at: Time) {
        for (stage, tag) in tags.each() {
            if !self.tag_seen(stage) && self.tags.iter().any(|carried| carried == tag) {
                self.marks.push(Mark { stage, at, by: Evidence::Tag, note: tag.to_owned() });
            }
        }
    }

    /// The stages shown by tags at `moment`. A person's word clears what tags said before it, a relapse that they are
    /// done.
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

    /// The old calls that undid a completion, until the customer is done again or a person has spoken.
    pub fn relapse(&self) -> Option<&Mark> {
        let decides = |mark: &&Mark| matches!(mark.by, Evidence::Relapse | Evidence::Hand);
        let last = self.marks.iter().rfind(decides).filter(|mark| mark.by == Evidence::Relapse);
        last.filter(|_| self.stage() < Stage::Completed)
    }

    /// The customer's latest reply, while nobody has answered it.
    pub fn unanswered(&self) -> Option<&Mark> {
        let of_talk = |mark: &&Mark| matches!(mark.by, Evidence::Reply | Evidence::Answered);
        self.marks.iter().rfind(of_talk).filter(|mark| mark.by == Evidence::Reply)
    }

    /// Takes in one line of the journal. A line that fits nothing changes nothing.
    pub fn apply(&mut self, at: Time, entry: Entry) {
        match entry {
            Entry::Sending { phase, variant, deadline, usage, send_at } => {
                let (phase, usage, fate) = (phase.into(), usage.map(Box::new), Fate::Sending);
                // Exact: room for four, which a first push makes, would be most of what a recipient takes.
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
            Entry::Mark(mark) => self.marks.push(mark),
            Entry::Tagged { tags } => {
                self.tags.extend(tags.into_iter().map(CompactString::from));
                self.tags.sort_unstable();
                self.tags.dedup();
            }
        }
    }

    fn latest(&self, phase: &str) -> Option<usize> {
        self.mails.iter().rposition(|mail| mail.phase == phase)
    }
}

/// The key for a recipient's mail of a phase.
///
/// It rests on campaign, phase and address alone. Only after mails to this address that the server took and that then never
/// went out (rejected, withdrawn), or that a person gave up as unknown, does their number join them (see [`GivenUp`]): with the
/// old key the server would take the mail that follows for the one before.
pub fn idempotency_key(campaign: &str, phase: &str, address: &Address, given_up: usize) -> String {
    let mut parts = vec!["mmig1".to_owned(), campaign.to_owned(), phase.to_owned(), address.to_string()];
    parts.extend(Some(given_up).filter(|count| *count > 0).map(|count| count.to_string()));
    format!("mmig-{}", Digest::of(&parts.iter().map(String::as_str).collect::<Vec<_>>()))
}

/// The mails of a phase that were given up, by the address they went to: several contacts may have had it, one after the other.
#[derive(Debug)]
pub struct GivenUp {
    /// When each was about to be sent.
    by_address: HashMap<String, Vec<Time>>,
}

impl GivenUp {
    /// Those of a phase.
    pub fn of(recipients: &[Recipient], phase: &str) -> Self {
        let mut by_address: HashMap<String, Vec<Time>> = HashMap::new();
        for recipient in recipients {
            let latest = recipient.mail(phase);
            let given_up = |mail: &&Mail| match &mail.fate {
                Fate::Unknown { .. } => true,
                // Said to be stopped, it was counted, whatever became of it since.
                Fate::Accepted(accepted) => mail.is_void() || accepted.too_late.is_some() && latest != Some(*mail),
                Fate::Sending | Fate::Failed { .. } => false,
            };
            for mail in recipient.mails.iter().filter(|mail| mail.phase == phase).filter(given_up) {
                by_address.entry(plain(mail.address(recipient))).or_default().push(mail.sending);
            }
        }
        Self { by_address }
    }

    /// How many there were to an address before a mail that was about to be sent at `open`, or before one that is to be sent
    /// now. A repetition has to come to the same number as the first attempt.
    pub fn before(&self, address: &Address, open: Option<Time>) -> usize {
        let times = self.by_address.get(address.as_str()).map(Vec::as_slice).unwrap_or_default();
        times.iter().filter(|at| open.is_none_or(|open| **at <= open)).count()
    }
}
