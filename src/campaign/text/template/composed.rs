//! The head of a template that a model wrote: by which model, from which facts, and whether it was edited
//! since.

use std::sync::LazyLock;

use regex_lite::{Captures, Regex};
use toml::Table;

use crate::campaign::digest::sha256;

/// `[composed]` in a template's front matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Composed {
    /// The model; `offline` if none was used.
    pub model: String,
    /// The host of the model; empty if none was used.
    pub host: String,
    /// The SHA-256 of the facts.
    pub facts: String,
    /// The SHA-256 of the request to the model.
    pub prompt: String,
    /// The SHA-256 of the generated subject and body.
    pub text: String,
    /// When, in UTC.
    pub at: String,
    /// How many answers it took.
    pub tries: i64,
}

impl Composed {
    /// The same head for this subject and body.
    #[must_use]
    pub fn for_text(self, subject: &str, body: &str) -> Self {
        Self { text: sha256(&format!("{subject}\n{body}")), ..self }
    }

    /// The table as TOML for the front matter.
    pub fn to_toml(&self) -> String {
        let text = |name: &str, value: &str| format!("{name} = {}\n", toml::Value::from(value));
        let mut table = "[composed]\n".to_owned();
        let texts = [("model", &self.model), ("host", &self.host), ("facts", &self.facts), ("prompt", &self.prompt)];
        table.push_str(&texts.map(|(name, value)| text(name, value)).concat());
        table.push_str(&text("text", &self.text));
        table.push_str(&text("at", &self.at));
        table.push_str(&format!("tries = {}\n", self.tries));
        table
    }

    /// Parses the head of a template file; `None` if it has none, or an incomplete one.
    pub fn of(file: &str) -> Option<Self> {
        let (front, _) = parted(file)?;
        let table: Table = toml::from_str(front).ok()?;
        let composed = table.get("composed")?.as_table()?;
        let text = |name: &str| composed.get(name).and_then(|value| value.as_str()).map(str::to_owned);
        Some(Self {
            model: text("model")?,
            host: text("host")?,
            facts: text("facts")?,
            prompt: text("prompt")?,
            text: text("text")?,
            at: text("at")?,
            tries: composed.get("tries")?.as_integer()?,
        })
    }

    /// Whether a file still has the composed text; a person may have edited it.
    pub fn is_unedited(&self, file: &str) -> bool {
        let Some((front, body)) = parted(file) else { return false };
        let table: Option<Table> = toml::from_str(front).ok();
        let subject = table.as_ref().and_then(|table| table.get("subject")).and_then(|value| value.as_str());
        let others = table.as_ref().is_some_and(|table| table.keys().all(|key| key == "subject" || key == "composed"));
        others && subject.is_some_and(|subject| self.clone().for_text(subject, body).text == self.text)
    }
}

/// What a composed template is based on, for its reviewer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// Its head.
    pub head: Composed,
    /// Whether a person edited it since.
    pub edited: bool,
    /// Its sentences and the blocks that the program prints, each with the facts it names.
    pub sentences: Vec<RestsOn>,
}

/// A sentence of a composed template, or a block that the program prints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestsOn {
    /// Its words, with the ids of facts where they are printed.
    pub words: String,
    /// The facts it names, by id.
    pub facts: Vec<String>,
}

impl Provenance {
    /// The provenance of a template file; `None` if it was not composed.
    pub fn of(file: &str) -> Option<Self> {
        let head = Composed::of(file)?;
        let (_, body) = parted(file)?;
        // The program writes the first line, the greeting.
        let lines = body.lines().skip(1).map(str::trim).filter(|line| !line.is_empty());
        Some(Self { edited: !head.is_unedited(file), sentences: lines.flat_map(RestsOn::of_line).collect(), head })
    }
}

/// What prints a change's title, and what prints any other fact.
static PRINTED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"\{% for change in changes %\}\{% if change\.id == "([^"]+)" %\}\{\{ change\.title \}\}\{% endif %\}\{% endfor %\}|(?:\[[^\]]*\]\()?\{\{ ([a-z_.A-Z0-9-]+)[^}]*\}\}\)?|\{% include "partials/([a-z-]+)\.md" %\}"#,
    )
    .ok()
});

impl RestsOn {
    /// The sentences of a line.
    fn of_line(line: &str) -> Vec<Self> {
        let Some(Self { words, facts }) = Self::of(line) else { return Vec::new() };
        let mut facts = facts.into_iter().peekable();
        let sentence = |words: &str| {
            let named = std::iter::from_fn(|| facts.next_if(|id| words.contains(&format!("⟨{id}⟩"))));
            Self { words: words.to_owned(), facts: named.collect() }
        };
        sentences(&words).into_iter().map(sentence).collect()
    }

    fn of(line: &str) -> Option<Self> {
        let line = line.trim_end_matches("{% if not loop.last %}");
        if ["{% for change in changes -%}", "{% if told_deadline", "{% endif", "{% endfor"]
            .iter()
            .any(|start| line.starts_with(start))
        {
            return None;
        }
        let mut facts = Vec::new();
        let words = PRINTED.as_ref()?.replace_all(line, |found: &Captures<'_>| {
            let named = |number: usize| found.get(number).map(|name| name.as_str());
            let id = match (named(1), named(2), named(3)) {
                (Some(change), ..) => format!("change.{change}"),
                (_, Some("change.task" | "change.title"), _) => "tasks".to_owned(),
                (_, Some("campaign.guide_url"), _) => "guide".to_owned(),
                (_, Some(value), _) => value.trim_start_matches("campaign.").trim_end_matches(".text").to_owned(),
                (_, _, partial) => partial.unwrap_or_default().to_owned(),
            };
            facts.push(id.clone());
            format!("⟨{id}⟩")
        });
        Some(Self { words: words.into_owned(), facts })
    }
}

/// The sentences of a line. The number of a step does not end a sentence.
fn sentences(line: &str) -> Vec<&str> {
    let (mut found, mut rest) = (Vec::new(), line);
    let mut from = 0;
    let end = |text: &str| [". ", "! ", "? "].into_iter().filter_map(|sign| text.find(sign)).min();
    while let Some(at) = end(&rest[from..]).map(|at| from + at) {
        if rest[..at].chars().all(|c| c.is_ascii_digit()) {
            from = at + 1;
            continue;
        }
        found.push(rest[..=at].trim());
        (rest, from) = (&rest[at + 2..], 0);
    }
    found.push(rest.trim());
    found.retain(|sentence| !sentence.is_empty());
    found
}

/// The front matter and the body of a file.
fn parted(file: &str) -> Option<(&str, &str)> {
    file.strip_prefix("+++\n")?.split_once("\n+++\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_says_which_facts_it_rests_on() {
        let line = |line: &str| RestsOn::of(line).map(|rests| (rests.words, rests.facts.join(" ")));
        let said = |words: &str, facts: &str| Some((words.to_owned(), facts.to_owned()));
        assert_eq!(
            line(r#"It ends on {{ campaign.deadline | date(format="%-d %B %Y") }}: {{ vars.stops }}."#),
            said("It ends on ⟨deadline⟩: ⟨vars.stops⟩.", "deadline vars.stops")
        );
        let change = r#"{% for change in changes %}{% if change.id == "auth-header" %}{{ change.title }}{% endif %}{% endfor %}"#;
        assert_eq!(
            line(&format!("1. Send it: {change}.")),
            said("1. Send it: ⟨change.auth-header⟩.", "change.auth-header")
        );
        assert_eq!(line("See the [migration guide]({{ campaign.guide_url }})."), said("See the ⟨guide⟩.", "guide"));
        assert_eq!(line(r#"{% include "partials/dates.md" %}"#), said("⟨dates⟩", "dates"));
        assert_eq!(
            line("{{ dates.brownout.text }} Plain words."),
            said("⟨dates.brownout⟩ Plain words.", "dates.brownout")
        );
        assert_eq!(line("- [ ] {{ change.task }}{% if not loop.last %}"), said("- [ ] ⟨tasks⟩", "tasks"));
    }

    #[test]
    fn a_line_is_shown_by_its_sentences_each_with_its_own_facts() {
        let line = r#"1. It ends on {{ campaign.deadline | date(format="%-d %B %Y") }}. Is all of it done? Ask at {{ campaign.support }}."#;
        let said: Vec<_> =
            RestsOn::of_line(line).into_iter().map(|rests| (rests.words, rests.facts.join(" "))).collect();
        let wanted =
            [("1. It ends on ⟨deadline⟩.", "deadline"), ("Is all of it done?", ""), ("Ask at ⟨support⟩.", "support")];
        assert_eq!(said, wanted.map(|(words, facts)| (words.to_owned(), facts.to_owned())));
    }

    #[test]
    fn the_head_reads_back_and_an_edit_shows() {
        let head = Composed { model: "m \"x\"".to_owned(), tries: 2, ..Composed::default() }.for_text("S", "body\n");
        let file = format!("+++\nsubject = \"S\"\n\n{}+++\nbody\n", head.to_toml());
        assert_eq!(Composed::of(&file), Some(head.clone()));
        assert!(head.is_unedited(&file));
        for edited in [file.replace("body", "bodies"), file.replace("\"S\"", "\"T\"")] {
            assert!(!head.is_unedited(&edited), "{edited}");
        }
        assert_eq!(Composed::of("+++\nsubject = \"S\"\n+++\nbody\n"), None);
    }
}
