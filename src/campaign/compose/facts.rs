//! The fact sheet: everything that a campaign's texts may state, each fact with an id. It contains what
//! `campaign.toml` says and nothing about any customer.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::campaign::definition::reader::Reader;
use crate::campaign::definition::{Campaign, Change, Concerns, Example, Phase, Segment, When};
use crate::campaign::text::template::variables_of;

/// A fact that a sentence may refer to by its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Fact {
    /// The id by which a text refers to it.
    pub id: String,
    /// What it says.
    pub says: String,
    /// The template code that prints it.
    #[serde(skip)]
    pub printed: String,
}

/// A change, as a text may describe it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ChangeFact {
    /// Its id.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// What to do, in one line; the heading if there is no task.
    pub task: String,
    /// What to do, in full.
    pub text: String,
    /// The code now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The code after the change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The same in other languages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<ExampleFact>,
    /// A link to more details.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Whether it concerns every customer in the segment, or only some.
    pub everybody: bool,
}

/// A change in another language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ExampleFact {
    /// The language, or its title.
    pub title: String,
    /// The code as it is now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The code as it must become.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// What the texts for a segment may state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SegmentFacts {
    /// The segment.
    pub segment: String,
    /// The facts.
    pub facts: Vec<Fact>,
    /// The changes that may concern the segment, in the campaign's order.
    pub changes: Vec<ChangeFact>,
}

/// What a phase is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PhaseFacts {
    /// The phase.
    pub phase: String,
    /// The day it is due; `null` if it has no date of its own.
    pub due: Option<NaiveDate>,
    /// What its mail has to achieve.
    pub job: &'static str,
}

impl SegmentFacts {
    /// The facts of a segment.
    pub fn of(campaign: &Campaign, segment: &Segment) -> Self {
        let changes = campaign.changes.iter().filter_map(|change| ChangeFact::of(change, segment));
        Self { segment: segment.name.clone(), facts: facts(campaign, segment), changes: changes.collect() }
    }

    /// The fact with this id.
    pub fn fact(&self, id: &str) -> Option<&Fact> {
        self.facts.iter().find(|fact| fact.id == id)
    }

    /// The variable that says where to test, by its name: the sandbox, say.
    pub fn place_to_test(&self) -> Option<&Fact> {
        let is_one = |id: &str| {
            let name = id.strip_prefix("vars.").unwrap_or_default().to_lowercase();
            name.split('_').any(|part| ["test", "testing", "sandbox", "staging"].contains(&part))
        };
        self.facts.iter().find(|fact| is_one(&fact.id))
    }

    /// The change with this id.
    pub fn change(&self, id: &str) -> Option<&ChangeFact> {
        self.changes.iter().find(|change| change.id == id)
    }
}

impl ChangeFact {
    /// The change as a fact; `None` if it concerns no one in the segment.
    fn of(change: &Change, segment: &Segment) -> Option<Self> {
        let everybody = match &change.concerns {
            Concerns::Everybody => true,
            Concerns::Segments(names) => names.contains(&segment.name).then_some(true)?,
            Concerns::Tags(query) => {
                let carried = segment.tags.with();
                let excluded = query.without().iter().any(|tag| carried.contains(tag))
                    || query.with().iter().any(|tag| segment.tags.without().contains(tag));
                (!excluded).then(|| query.matches(carried))?
            }
        };
        Some(Self {
            id: change.id.clone(),
            title: change.title.clone(),
            task: change.task.clone().unwrap_or_else(|| change.title.clone()),
            text: change.text.clone(),
            before: change.before.clone(),
            after: change.after.clone(),
            examples: change.examples.iter().map(ExampleFact::of).collect(),
            url: change.url.clone(),
            everybody: everybody && change.operations.is_empty(),
        })
    }
}

impl ExampleFact {
    fn of(example: &Example) -> Self {
        let (before, after) = (example.before.clone(), example.after.clone());
        Self { title: example.label().to_owned(), before, after }
    }
}

impl PhaseFacts {
    /// The facts of a phase.
    pub fn of(campaign: &Campaign, phase: &Phase) -> Self {
        let due = campaign.due(phase).map(|due| campaign.local_date(due));
        Self { phase: phase.name.clone(), due, job: Job::of(campaign, phase).words() }
    }
}

fn facts(campaign: &Campaign, segment: &Segment) -> Vec<Fact> {
    let fact = |id: &str, says: String, printed: &str| Fact { id: id.to_owned(), says, printed: printed.to_owned() };
    let reader = Reader::of(campaign, Some(segment));
    let mut facts = vec![
        fact("title", campaign.title.clone(), "{{ campaign.title }}"),
        fact("product", campaign.product().to_owned(), "{{ campaign.product }}"),
        fact(
            "deadline",
            reader.deadline().date.format("%-d %B %Y").to_string(),
            r#"{{ campaign.deadline | date(format="%-d %B %Y") }}"#,
        ),
    ];
    facts.extend(campaign.company.as_ref().map(|name| fact("company", name.clone(), "{{ campaign.company }}")));
    let guide = reader.guide_url();
    facts.extend(guide.map(|url| fact("guide", url.to_owned(), "[migration guide]({{ campaign.guide_url }})")));
    facts.extend(reader.support().map(|at| fact("support", at.to_owned(), "{{ campaign.support }}")));
    // A name with a dash is not a valid variable: the partials print such a date, and prose cannot.
    for date in reader.dates().filter(|date| !date.name.contains('-')) {
        let says = date.start.date.format("%-d %B %Y").to_string();
        facts.push(fact(&format!("dates.{}", date.name), says, &format!("{{{{ dates.{}.text }}}}", date.name)));
    }
    for change in campaign.changes.iter().filter(|change| ChangeFact::of(change, segment).is_some()) {
        let id = &change.id;
        let printed = format!(
            "{{% for change in changes %}}{{% if change.id == \"{id}\" %}}{{{{ change.title }}}}{{% endif %}}{{% endfor %}}"
        );
        // Prose may only mention changes that concern all its readers.
        if ChangeFact::of(change, segment).is_some_and(|change| change.everybody) {
            facts.push(fact(&format!("change.{id}"), change.title.clone(), &printed));
        }
    }
    for (name, value) in variables_of(campaign, segment).into_iter().filter(|(name, _)| !name.contains('-')) {
        let says = match value {
            Value::String(text) => text,
            Value::Number(number) => number.to_string(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => continue,
        };
        facts.push(fact(&format!("vars.{name}"), says, &format!("{{{{ vars.{name} }}}}")));
    }
    facts
}

/// The purpose of a phase's mail, from its place in the campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Job {
    /// The first of the dated phases.
    Announce,
    /// The second: guides the reader through the changes.
    Guide,
    /// Any other phase before the last.
    Start,
    /// The last.
    Last,
    /// For customers who are done.
    Thank,
    /// For customers who received outdated facts.
    Correct,
}

impl Job {
    /// The job of a phase.
    pub fn of(campaign: &Campaign, phase: &Phase) -> Self {
        let dated = |phase: &Phase| matches!(phase.when, When::Dated(_)).then(|| campaign.due(phase)).flatten();
        let Some(own) = dated(phase) else { return if phase.corrects() { Self::Correct } else { Self::Thank } };
        let later = campaign.phases.iter().filter_map(dated).filter(|due| *due > own).count();
        let earlier = campaign.phases.iter().filter_map(dated).filter(|due| *due < own).count();
        match (earlier, later) {
            (0, _) => Self::Announce,
            (_, 0) => Self::Last,
            (1, _) => Self::Guide,
            _ => Self::Start,
        }
    }

    /// What the mail has to achieve, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Announce => {
                "Announce: what ends, when, what fails then, and which changes concern the reader. Ask for a plan and a date, not for \
                 code. Say where to get help."
            }
            Self::Guide => {
                "The guide: the changes in the order they are to be made, each with its code before and after, where to test, and how to \
                 go back if something fails."
            }
            Self::Start => {
                "For who has not started: start now, test while the old way still works, and know the way back. Say all of it again; \
                 no one looks for an older mail."
            }
            Self::Last => {
                "The last reminder, for who is not done: what ends, on which day, what fails then, and the list of what is left to do. \
                 The reader may see the matter for the first time."
            }
            Self::Thank => {
                "Thank the customer: their migration is complete, nothing is left to do, and no more mails follow."
            }
            Self::Correct => {
                "Say that something in an earlier mail no longer holds, and that this mail has each wrong statement beside the right \
                 one. The program prints both, the old date included. Claim nothing about the rest."
            }
        }
    }

    /// The blocks that the mail must have if its reader has changes.
    pub fn blocks(self) -> &'static [&'static str] {
        match self {
            Self::Announce => &["dates", "tasks", "help"],
            Self::Guide | Self::Start => &["dates", "changes", "help"],
            Self::Last => &["dates", "tasks", "changes", "help"],
            Self::Thank => &[],
            Self::Correct => &["dates", "corrections", "help"],
        }
    }

    /// Whether the mail must say where to test.
    pub fn says_where_to_test(self) -> bool {
        matches!(self, Self::Guide | Self::Start)
    }

    /// Whether the mail must say how to go back.
    pub fn says_the_way_back(self) -> bool {
        matches!(self, Self::Guide | Self::Start)
    }
}
