//! `[[allow]]` and `[[check]]`: what the campaign itself says about the findings of `mmig check`.

use std::str::FromStr;
use std::time::Duration;

use strum::IntoEnumIterator;

use super::fields::{Fields, Findings};
use crate::campaign::definition::problem::nearest;
use crate::campaign::definition::rule::Rule;

/// `[[allow]]`: a finding that the author accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allow {
    /// The rule of the finding.
    pub rule: Rule,
    /// The words it is about, or more of their line.
    pub text: String,
    /// Why it is accepted.
    pub reason: String,
}

/// `[[check]]`: a command that checks examples in a language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeCheck {
    /// The language, as written after the back-ticks.
    pub language: String,
    /// The program and its arguments; it reads the example from standard input. No shell is involved.
    pub command: Vec<String>,
    /// How long it may take.
    pub timeout: Duration,
}

/// The default timeout, in seconds.
const USUAL_TIMEOUT: u32 = 10;
/// The maximum timeout for one example, in seconds.
const LONGEST_TIMEOUT: u32 = 600;

pub(super) fn read_allow(findings: &Findings, fields: Fields<'_, '_>) -> Option<Allow> {
    let rule = fields.required::<String>("rule");
    let text = fields.required::<String>("text");
    let reason = fields.required::<String>("reason");
    fields.finish();
    for empty in [&text, &reason].into_iter().flatten().filter(|at| at.value.trim().is_empty()) {
        let fix = "`text` says what is allowed, `reason` says why";
        findings.error(empty.span.clone(), "[[allow]] needs a non-empty text and reason", fix);
    }
    let rule = rule?;
    if let Some(rule) = Rule::from_str(&rule.value).ok().filter(|rule| rule.can_be_allowed()) {
        return Some(Allow { rule, text: text?.value.trim().to_owned(), reason: reason?.value });
    }
    let known: Vec<String> = Rule::iter().filter(|rule| rule.can_be_allowed()).map(|rule| rule.to_string()).collect();
    let fix = match nearest(&rule.value, known.iter().map(String::as_str)) {
        Some(meant) => format!("did you mean \"{meant}\"?"),
        None => format!("the rules are {}", known.join(", ")),
    };
    findings.error(rule.span, format!("`{}` is not a rule that can be allowed", rule.value), fix);
    None
}

pub(super) fn read_check(findings: &Findings, fields: Fields<'_, '_>) -> Option<CodeCheck> {
    let language = fields.required::<String>("language");
    let command = fields.required::<Vec<String>>("command");
    let timeout = fields.optional::<u32>("timeout");
    fields.finish();
    if let Some(bad) = language.as_ref().filter(|at| at.value.is_empty() || at.value.contains(char::is_whitespace)) {
        findings.error(bad.span.clone(), "`language` is not one word", "write it as after the back-ticks: \"json\"");
    }
    if let Some(bad) = command.as_ref().filter(|at| at.value.first().is_none_or(String::is_empty)) {
        let fix = "write the program and its arguments: [\"python3\", \"-m\", \"json.tool\"]";
        findings.error(bad.span.clone(), "`command` names no program", fix);
    }
    if let Some(bad) = timeout.as_ref().filter(|at| !(1..=LONGEST_TIMEOUT).contains(&at.value)) {
        findings.error(bad.span.clone(), "`timeout` is out of range", "write seconds, from 1 to 600");
    }
    let seconds = timeout.map_or(USUAL_TIMEOUT, |at| at.value);
    Some(CodeCheck { language: language?.value, command: command?.value, timeout: Duration::from_secs(seconds.into()) })
}
