//! What the rules verified in a text, and what is left for people to judge: a reviewer's attention belongs where no
//! rule could judge.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::calendar::dates;
use super::code::Reader;
use super::facts::Facts;
use super::hosts::Own;
use super::links;
use super::parsed_text::ParsedText;
use super::reading::one_line;
use crate::campaign::definition::rule::Rule;
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
    pub(super) fn of(parsed: &ParsedText<'_>) -> Self {
        let mut found = Self::default();
        found.dates(parsed);
        found.links(parsed);
        found.code(parsed);
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
                if is_own { "written well, a site of the campaign's" } else { "written well" },
                Rule::Link,
            );
            followed += 1;
        }
        if followed > 0 {
            self.doubt(plural(followed, "link"), "whether they answer: `mmig check --links` asks");
        }
    }

    fn code(&mut self, parsed: &ParsedText<'_>) {
        let mut read: BTreeMap<(&str, Rule), usize> = BTreeMap::new();
        let mut commands: BTreeMap<&str, usize> = BTreeMap::new();
        for block in &parsed.blocks {
            let reader = Reader::of(&block.language, &block.code);
            match reader.name() {
                Some(name) => *read.entry((name, reader.rule())).or_default() += 1,
                None => self.doubt(format!("code in {}", block.language), "nothing here reads this language"),
            }
            let checks = &parsed.campaign.checks;
            if checks.iter().any(|check| check.language.eq_ignore_ascii_case(&block.language)) {
                *commands.entry(&block.language).or_default() += 1;
            }
        }
        for ((name, rule), count) in read {
            self.vouch(plural(count, "code block"), format!("read as {name}"), rule);
        }
        for (language, count) in commands {
            let why = "whether the campaign's own check accepts it: `mmig check --run` runs it";
            self.doubt(format!("{} in {language}", plural(count, "code block")), why);
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
            self.doubt(plural(sentences, "sentence"), "what they say of the API");
        }
    }
}
