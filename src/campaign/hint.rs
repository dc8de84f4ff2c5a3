//! What to do next, as data: sentences that name actions. Each interface words the actions its own way; in documents,
//! and by default, an action is written as its command line.

use std::borrow::Cow;
use std::fmt;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use crate::campaign::address::as_a_word;

/// Something mmig can do: a use case and its arguments.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Action {
    /// The use case, by the name of its command, such as `submit` or `ledger move`.
    pub verb: &'static str,
    /// Its arguments, in the order they are written.
    pub arguments: Vec<Argument>,
}

/// One argument of an action.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Argument {
    /// Yes or no, such as `--yes`.
    Flag(&'static str),
    /// A name and a value, such as `--phase announce`.
    Option(&'static str, String),
    /// A value without a name, such as the date of `deadline`.
    Value(String),
}

impl Action {
    /// The use case with this name, without arguments.
    pub fn new(verb: &'static str) -> Self {
        Self { verb, arguments: Vec::new() }
    }

    /// The same with a flag.
    #[must_use]
    pub fn flag(mut self, name: &'static str) -> Self {
        self.arguments.push(Argument::Flag(name));
        self
    }

    /// The same with a flag, if `given`.
    #[must_use]
    pub(crate) fn flag_if(self, given: bool, name: &'static str) -> Self {
        if given { self.flag(name) } else { self }
    }

    /// The same with a named value.
    #[must_use]
    pub fn option(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.arguments.push(Argument::Option(name, value.into()));
        self
    }

    /// The same with a named value for each of `values`.
    #[must_use]
    pub fn options<V: Into<String>>(self, name: &'static str, values: impl IntoIterator<Item = V>) -> Self {
        values.into_iter().fold(self, |action, value| action.option(name, value))
    }

    /// The same with a value that has no name.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.arguments.push(Argument::Value(value.into()));
        self
    }

    /// Whether a value is a word in capitals, such as `REASON`, which a person fills in.
    pub(crate) fn is_template(&self) -> bool {
        self.arguments.iter().any(|argument| match argument {
            Argument::Flag(_) => false,
            Argument::Option(_, value) | Argument::Value(value) => {
                !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_uppercase())
            }
        })
    }

    /// The same for one phase.
    #[must_use]
    pub fn phase(self, phase: impl Into<String>) -> Self {
        self.option("phase", phase)
    }
}

/// The command line for it, with values quoted if a shell would split or interpret them.
impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "mmig {}", self.verb)?;
        for argument in &self.arguments {
            match argument {
                Argument::Flag(name) => write!(f, " --{name}")?,
                Argument::Option(name, value) => write!(f, " --{name} {}", as_a_word(value))?,
                Argument::Value(value) => write!(f, " {}", as_a_word(value))?,
            }
        }
        Ok(())
    }
}

/// One or more sentences that may name actions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Hint(Vec<Part>);

/// A part of a hint.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Part {
    /// Words between actions.
    Words(Cow<'static, str>),
    /// An action.
    Action(Action),
}

impl Hint {
    /// A hint of these parts, in order. The macro [`hint!`](crate::hint) is shorter.
    pub fn of(parts: impl IntoIterator<Item = Part>) -> Self {
        Self(parts.into_iter().filter(|part| !matches!(part, Part::Words(words) if words.is_empty())).collect())
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The actions it names, in order.
    pub fn actions(&self) -> impl Iterator<Item = &Action> {
        self.0.iter().filter_map(|part| match part {
            Part::Action(action) => Some(action),
            Part::Words(_) => None,
        })
    }

    /// The same hint followed by more.
    #[must_use]
    pub fn and(mut self, more: impl Into<Self>) -> Self {
        self.0.extend(more.into().0);
        self
    }

    /// The full text, with each action worded by `word`.
    pub fn worded(&self, word: impl Fn(&Action) -> String) -> String {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Words(words) => text.push_str(words),
                Part::Action(action) => text.push_str(&word(action)),
            }
        }
        text
    }
}

/// An action on its own is the command itself; within a sentence it is in back-quotes.
impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [Part::Action(action)] = self.0.as_slice() {
            return action.fmt(f);
        }
        self.0.iter().try_for_each(|part| match part {
            Part::Words(words) => f.write_str(words),
            Part::Action(action) => write!(f, "`{action}`"),
        })
    }
}

impl Serialize for Hint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Hint {
    fn schema_name() -> Cow<'static, str> {
        String::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        String::json_schema(generator)
    }
}

impl<T: Into<Part>> From<T> for Hint {
    fn from(part: T) -> Self {
        Self::of([part.into()])
    }
}

impl From<&'static str> for Part {
    fn from(words: &'static str) -> Self {
        Self::Words(words.into())
    }
}

impl From<String> for Part {
    fn from(words: String) -> Self {
        Self::Words(words.into())
    }
}

impl From<Action> for Part {
    fn from(action: Action) -> Self {
        Self::Action(action)
    }
}

/// A [`Hint`] of words and actions: `hint!["edit it, then run ", Action::new("check")]`.
#[macro_export]
macro_rules! hint {
    ($($part:expr),+ $(,)?) => {
        $crate::campaign::hint::Hint::of([$($crate::campaign::hint::Part::from($part)),+])
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lone_action_is_the_command_itself_and_within_a_sentence_it_is_quoted() {
        let draft = || Action::new("draft").phase("announce");
        assert_eq!(Hint::from(draft()).to_string(), "mmig draft --phase announce");
        assert_eq!(hint!["edit it, then run ", draft()].to_string(), "edit it, then run `mmig draft --phase announce`");
    }

    #[test]
    fn an_action_writes_its_arguments_in_order() {
        let action =
            Action::new("deadline").value("2027-05-30").options("again", ["a", "b"]).flag_if(false, "no").flag("yes");
        assert_eq!(action.to_string(), "mmig deadline 2027-05-30 --again a --again b --yes");
        let odd = Action::new("status").option("contact", "o'neil&co@a.example");
        assert_eq!(odd.to_string(), r"mmig status --contact 'o'\''neil&co@a.example'");
    }

    #[test]
    fn a_face_may_word_actions_its_own_way() {
        let hint = hint!["first ", Action::new("draft"), ", then review"];
        assert_eq!(hint.worded(|action| format!("the tool {}", action.verb)), "first the tool draft, then review");
        assert!(Hint::default().is_empty() && Hint::from("").is_empty());
    }
}
