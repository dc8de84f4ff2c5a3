//! The code that `check --run` runs: that of the changes, and the code blocks of the texts.

use std::collections::HashSet;

use super::checked::Checked;
use super::reading::first_line;
use super::run::Tried;
use crate::campaign::definition::Change;
use crate::campaign::definition::problem::Problem;
use crate::campaign::definition::rule::Rule;

impl Checked<'_> {
    /// The code examples by language: for each change what its `run` names, and from `blocks`, those of the texts, the
    /// ones that are not a change's code. A change shows both versions of its code, and the old one may no longer run.
    pub fn examples(&self, blocks: Vec<(String, Tried)>) -> Vec<(String, Tried)> {
        let changes = &self.campaign.changes;
        let own: HashSet<&str> =
            changes.iter().flat_map(Change::codes).flat_map(|code| code.sides().map(|(_, code)| code.trim())).collect();
        let of_changes = changes.iter().enumerate().flat_map(|(number, change)| self.of_change(number, change));
        of_changes.chain(blocks.into_iter().filter(|(_, block)| !own.contains(block.text.trim()))).collect()
    }

    fn of_change(&self, number: usize, change: &Change) -> Vec<(String, Tried)> {
        let mut tried = Vec::new();
        for code in change.codes() {
            let Some(language) = code.language else { continue };
            for (key, text) in code.to_run() {
                let about = first_line(text.trim_start());
                let finding = self.error(Rule::CodeCheck, &format!("change.{number}.{key}"), about, "", "");
                tried.push((language.to_lowercase(), Tried { text: text.to_owned(), finding }));
            }
        }
        tried
    }

    /// The changes whose code was not run because its language is not given.
    pub fn changes_without_language(&self) -> Option<Problem> {
        let changes = self.campaign.changes.iter().enumerate();
        let silent: Vec<_> = changes
            .filter(|(_, change)| change.codes().any(|code| code.language.is_none() && code.to_run().next().is_some()))
            .collect();
        let (number, first) = silent.first()?;
        let ids: Vec<String> = silent.iter().map(|(_, change)| format!("`{}`", change.id)).collect();
        let (of, whose) = if ids.len() == 1 { ("change", "it has") } else { ("changes", "they have") };
        let what = format!("the code of {of} {} was not run: {whose} no language", ids.join(", "));
        let fix = "add language = \"python\", as in [[check]]; or run = \"none\"";
        Some(self.warning(Rule::CodeCheck, &format!("change.{number}.id"), &first.id, what, fix))
    }
}
