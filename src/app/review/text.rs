//! A text, as a reviewer reads it: what it says, what was verified in it, and what is filled in for whom.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::DateTime;
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::Serialize;
use strum::IntoEnumIterator;

use super::outcome::{Counts, MailState, Results, SetAside};
use super::session::ReviewSession;
use crate::campaign::lint::{self, Verified};
use crate::campaign::people::told::Comparison;
use crate::campaign::review::{Group, Item, sights, spread};
use crate::campaign::text::digest::Digest;
use crate::campaign::text::template::{Inputs, TagsRead};
use crate::campaign::text::{Personal, Text};

/// The values filled in for one customer.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FilledIn {
    /// Why this customer is shown.
    pub why: String,
    /// The customer's address.
    pub contact: String,
    /// The values by the names of their placeholders; null where one is unknown.
    pub values: BTreeMap<String, Option<String>>,
}

/// A text, as a reviewer reads it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ReviewText {
    /// Its phase.
    pub phase: String,
    /// Its draft's name; null where the drafts hold other texts by now.
    pub draft: Option<String>,
    /// Its identity.
    pub digest: Digest,
    /// Whether it is still among the drafts.
    pub in_drafts: bool,
    /// Its subject, with placeholders; null where the text is not kept.
    pub subject: Option<String>,
    /// Its body, with placeholders; null where the text is not kept.
    pub markdown: Option<String>,
    /// What the rules verified in the text, and what they leave to the reviewer; null where the text is not kept.
    pub verified: Option<Verified>,
    /// The customers' values that are worth checking.
    pub values: Vec<FilledIn>,
    /// How many of its mails are in which state.
    #[serde(flatten)]
    pub counts: Counts,
    /// The draft's file.
    #[serde(skip)]
    pub file: Option<PathBuf>,
    /// When its mails leave once they are approved, with how many at each time; `None` is at once.
    #[serde(skip)]
    pub leaves: Vec<(Option<DateTime<Tz>>, usize)>,
    /// The placeholders that differ from customer to customer.
    #[serde(skip)]
    pub own: Vec<Personal>,
    /// The placeholders that most customers share, each with its values and their number.
    #[serde(skip)]
    pub common: Vec<(Personal, Vec<(String, usize)>)>,
    /// The mails of this text that are set aside.
    #[serde(skip)]
    pub set_aside: Vec<SetAside>,
}

impl ReviewText {
    pub(super) fn of(session: &ReviewSession<'_>, group: &Group<'_>, results: &Results) -> Self {
        let campaign = &session.campaign;
        let text = group.kept.text.as_ref();
        let is_used = |personal: &Personal| group.form().is_some_and(|form| form.tells(*personal));
        let (common, own): (Vec<_>, Vec<_>) = Personal::iter().filter(is_used).partition(|one| is_common(*one));
        let set_aside = group.items().filter_map(|item| match results.state(item) {
            MailState::SetAside(mismatches) => Some(SetAside::of(group, item, &mismatches)),
            _ => None,
        });
        let folder = session.folder.drafts(group.phase);
        Self {
            phase: group.phase.to_owned(),
            draft: group.draft().map(str::to_owned),
            digest: group.digest,
            in_drafts: group.draft().is_some(),
            subject: text.map(|text| text.subject.clone()),
            markdown: text.map(|text| text.body.clone()),
            verified: text.and_then(|text| verified_in(session, group, text)),
            values: filled_in(session, group, &own),
            counts: Counts::of(group.items(), results),
            file: group.draft().map(|name| folder.path().join(format!("{name}.md"))),
            leaves: leaves(session, &group.matching),
            common: common.into_iter().map(|one| (one, spread(campaign, &group.matching, one))).collect(),
            own,
            set_aside: set_aside.collect(),
        }
    }

    /// The draft's name, or the digest's beginning where there is no draft any more.
    pub fn name(&self) -> String {
        self.draft.clone().unwrap_or_else(|| self.digest.short())
    }
}

/// What is verified in a text, as the first of its customers gets it.
fn verified_in(session: &ReviewSession<'_>, group: &Group<'_>, text: &Text) -> Option<Verified> {
    let campaign = &session.campaign;
    let phase = campaign.phase(group.phase)?;
    let item = group.items().next()?;
    let comparison = Comparison::new(campaign, &session.records().told);
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
