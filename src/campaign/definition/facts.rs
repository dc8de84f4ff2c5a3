//! The facts of a campaign: what a text may state, and what may change after the text was sent.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use strum::{Display, EnumIter, EnumString, IntoEnumIterator};

use super::reader::Reader;
use super::{Campaign, Change, Example, Segment};

/// A fact, by name: `deadline`, `changes.auth.after`, `guide_url`, `vars.new`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fact {
    /// The reader's deadline.
    Deadline,
    /// A date of `[campaign.dates]`, for this reader.
    Date(String),
    /// A part of a change.
    Change {
        /// The change's id.
        id: String,
        /// The part.
        part: ChangePart,
    },
    /// The code of an example of a change.
    Example {
        /// The change.
        id: String,
        /// The example, as [`Change::example_names`] has it.
        name: String,
        /// Which of its two codes.
        side: CodeSide,
    },
    /// The address of the guide.
    GuideUrl,
    /// How to get help.
    Support,
    /// A variable defined by the campaign's authors.
    Var(String),
}

/// A part of a change that texts state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Display, EnumIter, EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum ChangePart {
    /// Its heading.
    Title,
    /// What to do, in one line for checklists.
    Task,
    /// What to do, in full.
    Text,
    /// The code now.
    Before,
    /// The code after the change.
    After,
    /// The link to more details.
    Url,
}

/// Which of the two codes of an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Display, EnumIter, EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum CodeSide {
    /// As it is now.
    Before,
    /// As it must become.
    After,
}

/// The kind of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema, Display)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum FactKind {
    /// A date.
    Date,
    /// The wording of a change.
    Words,
    /// The code of a change.
    Code,
    /// A link.
    Link,
    /// A variable.
    Var,
}

/// Not the name of a fact.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not the name of a fact, such as deadline, changes.ID.after or vars.NAME")]
pub struct InvalidFact(String);

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deadline => f.write_str("deadline"),
            Self::Date(name) => write!(f, "dates.{name}"),
            Self::Change { id, part } => write!(f, "changes.{id}.{part}"),
            Self::Example { id, name, side } => write!(f, "changes.{id}.{side}[{name}]"),
            Self::GuideUrl => f.write_str("guide_url"),
            Self::Support => f.write_str("support"),
            Self::Var(name) => write!(f, "vars.{name}"),
        }
    }
}

impl FromStr for Fact {
    type Err = InvalidFact;

    fn from_str(text: &str) -> Result<Self, InvalidFact> {
        let invalid = || InvalidFact(text.to_owned());
        let named = |prefix: &str| text.strip_prefix(prefix).filter(|name| !name.is_empty());
        match text {
            "deadline" => return Ok(Self::Deadline),
            "guide_url" => return Ok(Self::GuideUrl),
            "support" => return Ok(Self::Support),
            _ => {}
        }
        if let Some(name) = named("dates.") {
            return Ok(Self::Date(name.to_owned()));
        }
        if let Some(name) = named("vars.") {
            return Ok(Self::Var(name.to_owned()));
        }
        let of_change = named("changes.").ok_or_else(invalid)?;
        // A language may have dots in its name, and so may a change.
        let (of_change, example) = match of_change.strip_suffix(']').and_then(|rest| rest.split_once('[')) {
            Some((rest, example)) if !example.is_empty() => (rest, Some(example)),
            Some(_) => return Err(invalid()),
            None => (of_change, None),
        };
        let (id, part) = of_change.rsplit_once('.').filter(|(id, _)| !id.is_empty()).ok_or_else(invalid)?;
        let id = id.to_owned();
        match example {
            None => Ok(Self::Change { id, part: part.parse().map_err(|_| invalid())? }),
            Some(name) => Ok(Self::Example { id, name: name.to_owned(), side: part.parse().map_err(|_| invalid())? }),
        }
    }
}

impl Fact {
    /// Its kind.
    pub fn kind(&self) -> FactKind {
        match self {
            Self::Deadline | Self::Date(_) => FactKind::Date,
            Self::Change { part: ChangePart::Title | ChangePart::Task | ChangePart::Text, .. } => FactKind::Words,
            Self::Change { part: ChangePart::Before | ChangePart::After, .. } | Self::Example { .. } => FactKind::Code,
            Self::Change { part: ChangePart::Url, .. } | Self::GuideUrl | Self::Support => FactKind::Link,
            Self::Var(_) => FactKind::Var,
        }
    }

    /// The change that it is about, if it is about one.
    pub fn change(&self) -> Option<&str> {
        match self {
            Self::Change { id, .. } | Self::Example { id, .. } => Some(id),
            Self::Deadline | Self::Date(_) | Self::GuideUrl | Self::Support | Self::Var(_) => None,
        }
    }

    /// The fact in a reader's words; a change by its current heading.
    pub fn in_words(&self, campaign: &Campaign) -> String {
        match self {
            Self::Deadline => "The last day".to_owned(),
            Self::GuideUrl => "The address of the guide".to_owned(),
            Self::Support => "Where to ask for help".to_owned(),
            Self::Date(name) => format!("The date of: {}", name.replace(['_', '-'], " ")),
            Self::Var(name) => name.replace('_', " "),
            Self::Example { id, name, side } => {
                let known = campaign.changes.iter().find(|change| change.id == *id);
                let example = known.and_then(|change| change.example(name));
                let (title, name) = (heading(known, id), example.map_or(name.as_str(), Example::label));
                match side {
                    CodeSide::Before => format!("The code before, in “{title}” ({name})"),
                    CodeSide::After => format!("The code after, in “{title}” ({name})"),
                }
            }
            Self::Change { id, part } => {
                let title = heading(campaign.changes.iter().find(|change| change.id == *id), id);
                match part {
                    ChangePart::Title => format!("The heading of “{title}”"),
                    ChangePart::Task => format!("The task of “{title}”"),
                    ChangePart::Text => format!("What to do for “{title}”"),
                    ChangePart::Before => format!("The code before, in “{title}”"),
                    ChangePart::After => format!("The code after, in “{title}”"),
                    ChangePart::Url => format!("The link in “{title}”"),
                }
            }
        }
    }
}

/// The title of a change; its id if it no longer exists.
fn heading<'a>(change: Option<&'a Change>, id: &'a str) -> &'a str {
    change.map_or(id, |change| &change.title)
}

impl Serialize for Fact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl JsonSchema for Fact {
    fn schema_name() -> Cow<'static, str> {
        "Fact".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let about = "A fact by its name: deadline, dates.NAME, changes.ID.PART, changes.ID.SIDE[LANGUAGE], guide_url, \
                     support, vars.NAME.";
        schemars::json_schema!({ "type": "string", "description": about })
    }
}

/// Facts and their values. `None` means a fact that no longer applies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts(pub BTreeMap<Fact, Option<String>>);

impl Facts {
    /// The facts today for the customers of a segment.
    pub fn of(campaign: &Campaign, segment: &Segment) -> Self {
        let mut facts = Self::default();
        let reader = Reader::of(campaign, Some(segment));
        facts.add(Fact::Deadline, Some(&reader.deadline().iso()));
        facts.add(Fact::GuideUrl, reader.guide_url());
        facts.add(Fact::Support, reader.support());
        for date in reader.dates() {
            let end = date.end.map(|end| format!("/{}", end.iso())).unwrap_or_default();
            facts.add(Fact::Date(date.name.to_owned()), Some(&format!("{}{end}", date.start.iso())));
        }
        for change in &campaign.changes {
            for part in ChangePart::iter() {
                facts.add(Fact::Change { id: change.id.clone(), part }, change.part(part));
            }
            for (name, example) in change.example_names().into_iter().zip(&change.examples) {
                for side in CodeSide::iter() {
                    let fact = Fact::Example { id: change.id.clone(), name: name.clone(), side };
                    facts.add(fact, example.code(side));
                }
            }
        }
        for (name, value) in campaign.vars.iter().chain(&segment.vars) {
            facts.add(Fact::Var(name.clone()), Some(&written(value)));
        }
        facts
    }

    /// The value of a fact; `None` if it does not exist or no longer applies.
    pub fn get(&self, fact: &Fact) -> Option<&str> {
        self.0.get(fact)?.as_deref()
    }

    fn add(&mut self, fact: Fact, value: Option<&str>) {
        // White space around a text is layout, and is not printed.
        if let Some(value) = value.map(str::trim) {
            self.0.insert(fact, Some(value.to_owned()));
        }
    }
}

impl Change {
    /// The value of a part.
    pub fn part(&self, part: ChangePart) -> Option<&str> {
        match part {
            ChangePart::Title => Some(&self.title),
            ChangePart::Task => self.task.as_deref(),
            ChangePart::Text => Some(&self.text),
            ChangePart::Before => self.before.as_deref(),
            ChangePart::After => self.after.as_deref(),
            ChangePart::Url => self.url.as_deref(),
        }
    }

    /// The example with this name in sent texts.
    pub fn example(&self, name: &str) -> Option<&Example> {
        self.examples.get(self.example_names().iter().position(|own| own == name)?)
    }

    pub(super) fn example_mut(&mut self, name: &str) -> Option<&mut Example> {
        let at = self.example_names().iter().position(|own| own == name)?;
        self.examples.get_mut(at)
    }

    pub(super) fn part_mut(&mut self, part: ChangePart) -> Option<&mut String> {
        match part {
            ChangePart::Title => Some(&mut self.title),
            ChangePart::Task => self.task.as_mut(),
            ChangePart::Text => Some(&mut self.text),
            ChangePart::Before => self.before.as_mut(),
            ChangePart::After => self.after.as_mut(),
            ChangePart::Url => self.url.as_mut(),
        }
    }
}

impl Example {
    /// One of its codes.
    pub fn code(&self, side: CodeSide) -> Option<&str> {
        match side {
            CodeSide::Before => self.before.as_deref(),
            CodeSide::After => self.after.as_deref(),
        }
    }

    pub(super) fn code_mut(&mut self, side: CodeSide) -> Option<&mut String> {
        match side {
            CodeSide::Before => self.before.as_mut(),
            CodeSide::After => self.after.as_mut(),
        }
    }
}

/// A variable, in the form in which values are compared.
fn written(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_is_read_back_from_its_name() {
        let change = |id: &str, part| Fact::Change { id: id.to_owned(), part };
        let example = |id: &str, name: &str, side| Fact::Example { id: id.to_owned(), name: name.to_owned(), side };
        let facts = [
            Fact::Deadline,
            Fact::Date("brownout-1".to_owned()),
            Fact::GuideUrl,
            Fact::Support,
            change("auth", ChangePart::After),
            change("a.b", ChangePart::Text),
            example("auth", "python", CodeSide::Before),
            example("a.b", "c++:2", CodeSide::After),
            Fact::Var("new".to_owned()),
        ];
        for fact in facts {
            assert_eq!(fact.to_string().parse::<Fact>(), Ok(fact));
        }
        for name in [
            "",
            "changes",
            "changes.auth",
            "changes.auth.colour",
            "vars.",
            "deadlines",
            "changes.auth.text[python]",
            "changes.auth.after[]",
            "changes..after",
        ] {
            assert!(name.parse::<Fact>().is_err(), "{name}");
        }
    }
}
