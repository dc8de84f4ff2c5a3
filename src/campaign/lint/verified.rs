//! What the rules verified in a text, and what is left for people to judge: a reviewer's attention belongs where no
//! rule could judge.

use std::collections::{BTreeMap, HashSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::calendar::dates;
use super::code::Reader;
use super::facts::Facts;
use super::hosts::Own;
use super::links;
use super::parsed_text::ParsedText;
use super::reading::one_line;
use super::runs::CodeRuns;
use crate::campaign::definition::rule::Rule;
use crate::campaign::definition::{Campaign, Change};
use crate::campaign::plural;
use crate::campaign::text::Form;

/// What was verified in a text, and what was not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Verified {
    /// What a rule verified.
    pub verified: Vec<Evidence>,
    /// What no rule could judge.
    pub unverified: Vec<Doubt>,
}

/// Something in a text that a rule has verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Evidence {
    /// The item in the text.
    pub what: String,
    /// What it was checked against.
    pub how: String,
    /// The rule, as findings name it.
    pub rule: String,
}

/// Something in a text that no rule could judge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Doubt {
    /// The item in the text.
    pub what: String,
    /// Why it is left to people.
    pub why: String,
}

impl Verified {
    /// What is verified in a text.
    pub(super) fn of(parsed: &ParsedText<'_>, runs: &CodeRuns) -> Self {
        let mut found = Self::default();
        found.dates(parsed);
        found.links(parsed);
        found.code_read(parsed);
        found.code_run(parsed, runs);
        found.prose(parsed);
        found
    }

    fn vouch(&mut self, what: impl Into<String>, how: impl Into<String>, rule: Rule) {
        let evidence = Evidence { what: what.into(), how: how.into(), rule: rule.to_string() };
        if !self.verified.contains(&evidence) {
            self.verified.push(evidence);
        }
    }

    fn doubt(&mut self, what: impl Into<String>, why: impl Into<String>) {
        let doubt = Doubt { what: what.into(), why: why.into() };
        if !self.unverified.contains(&doubt) {
            self.unverified.push(doubt);
        }
    }

    fn dates(&mut self, parsed: &ParsedText<'_>) {
        let facts = Facts::of(parsed);
        for (part, prose) in parsed.parts() {
            for written in dates(prose) {
                let words = one_line(&parsed.raw(part)[written.at.clone()]);
                match facts.meant_by(&written.readings).first() {
                    Some((_, fact)) => self.vouch(words, fact.to_string(), Rule::Date),
                    None => self.doubt(words, "a date that the campaign does not have"),
                }
            }
        }
    }

    fn links(&mut self, parsed: &ParsedText<'_>) {
        let own = Own::of(parsed.campaign);
        let mut followed = 0;
        for (_, address) in links::addresses(parsed) {
            let host = url::Url::parse(&address).ok().and_then(|url| url.host_str().map(str::to_owned));
            let is_own = host.as_deref().is_some_and(|host| own.has(host));
            self.vouch(
                &address,
                if is_own { "well-formed, on one of the campaign's sites" } else { "well-formed" },
                Rule::Link,
            );
            followed += 1;
        }
        if followed > 0 {
            self.doubt(plural(followed, "link"), "whether they respond: run `mmig check --links`");
        }
    }

    fn code_read(&mut self, parsed: &ParsedText<'_>) {
        let mut read: BTreeMap<(&str, Rule), usize> = BTreeMap::new();
        for block in &parsed.blocks {
            let reader = Reader::of(&block.language, &block.code);
            match reader.name() {
                Some(name) => *read.entry((name, reader.rule())).or_default() += 1,
                None => self.doubt(format!("code in {}", block.language), "nothing here reads this language"),
            }
        }
        for ((name, rule), count) in read {
            self.vouch(plural(count, "code block"), format!("read as {name}"), rule);
        }
    }

    /// What the campaign's own commands said of the code, as far as they were asked about these very bytes.
    fn code_run(&mut self, parsed: &ParsedText<'_>, runs: &CodeRuns) {
        let campaign = parsed.campaign;
        let mut accepted: BTreeMap<(&str, String), usize> = BTreeMap::new();
        let mut waiting: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        let only_shown = only_shown(campaign);
        for block in &parsed.blocks {
            for check in campaign.checks.iter().filter(|check| check.language.eq_ignore_ascii_case(&block.language)) {
                if runs.has(check, &block.code) {
                    *accepted.entry((&block.language, in_short(&check.command))).or_default() += 1;
                    continue;
                }
                let why = if only_shown.contains(block.code.trim()) { NOT_TO_RUN } else { NOT_RUN };
                *waiting.entry((&block.language, why)).or_default() += 1;
            }
        }
        let blocks = |count: usize, language: &str| format!("{} in {language}", plural(count, "code block"));
        for ((language, command), count) in accepted {
            self.vouch(blocks(count, language), format!("run: `{command}` accepts it"), Rule::CodeCheck);
        }
        for ((language, why), count) in waiting {
            self.doubt(blocks(count, language), why);
        }
        if !parsed.blocks.is_empty() {
            self.doubt(plural(parsed.blocks.len(), "code block"), "whether the API does what they show");
        }
    }

    fn prose(&mut self, parsed: &ParsedText<'_>) {
        if let Ok(form) = Form::of(parsed.text) {
            let personal = <crate::campaign::text::Personal as strum::IntoEnumIterator>::iter();
            for personal in personal.filter(|personal| form.tells(*personal)) {
                self.vouch(personal.placeholder(), "filled in for each customer", Rule::PersonalValue);
            }
        }
        let sentences = parsed.sentences.len();
        if sentences > 0 {
            self.doubt(plural(sentences, "sentence"), "what they say about the API");
        }
    }
}

const NOT_RUN: &str = "not run in its current form: `mmig check --run` runs it";
const NOT_TO_RUN: &str = "not run: the change's `run` leaves it out, since it may need the old version";
/// The maximum number of letters of a command that are shown.
const SHORT: usize = 60;

/// Code that `check --run` must not run, unless another change has the same code.
fn only_shown(campaign: &Campaign) -> HashSet<&str> {
    let codes = || campaign.changes.iter().flat_map(Change::codes);
    let run: HashSet<&str> = codes().flat_map(|code| code.to_run().map(|(_, text)| text.trim())).collect();
    let shown = codes().flat_map(|code| code.sides().map(|(_, text)| text.trim()));
    shown.filter(|code| !run.contains(code)).collect()
}

/// A command, for a reviewer, on one line.
fn in_short(command: &[String]) -> String {
    let words = one_line(&command.join(" "));
    let short: String = words.chars().take(SHORT).collect();
    if short.len() == words.len() { words } else { format!("{short}…") }
}
