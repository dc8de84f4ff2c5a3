//! The code examples that the campaign's commands have accepted. Each is bound to its bytes, its language and its
//! command: code that was edited since, or has another command now, does not count as run.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::campaign::definition::CodeCheck;
use crate::campaign::digest::Digest;

/// The examples that were run and accepted, by language.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeRuns {
    #[serde(default)]
    accepted: BTreeMap<String, BTreeSet<Digest>>,
}

impl CodeRuns {
    /// Records that a command accepted an example.
    pub fn insert(&mut self, check: &CodeCheck, code: &str) {
        self.accepted.entry(check.language.to_lowercase()).or_default().insert(identity(check, code));
    }

    /// Whether a command has accepted these very bytes. How they end does not matter: a mail leaves out blank lines there.
    pub fn has(&self, check: &CodeCheck, code: &str) -> bool {
        let of_language = self.accepted.get(&check.language.to_lowercase());
        of_language.is_some_and(|accepted| accepted.contains(&identity(check, code)))
    }

    /// Whether nothing was run.
    pub fn is_empty(&self) -> bool {
        self.accepted.is_empty()
    }
}

fn identity(check: &CodeCheck, code: &str) -> Digest {
    let language = check.language.to_lowercase();
    let command = check.command.iter().map(String::as_str);
    Digest::of(&["code-run", &language, code.trim_end()].into_iter().chain(command).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn check(language: &str, command: &[&str]) -> CodeCheck {
        let command = command.iter().map(|word| (*word).to_owned()).collect();
        CodeCheck { language: language.to_owned(), command, timeout: Duration::from_secs(1) }
    }

    #[test]
    fn an_example_is_known_by_its_bytes_its_language_and_its_command_and_by_nothing_else() {
        let mut runs = CodeRuns::default();
        runs.insert(&check("Python", &["python3", "-c", "x"]), "f(1)\ng(2)\n");
        for (check, code, known) in [
            (check("python", &["python3", "-c", "x"]), "f(1)\ng(2)", true),
            (check("python", &["python3", "-c", "x"]), "f(1)\ng(3)", false),
            (check("python", &["python3", "-c", "x"]), " f(1)\ng(2)", false),
            (check("python", &["python3", "-c", "y"]), "f(1)\ng(2)", false),
            (check("python", &["python3", "-cx"]), "f(1)\ng(2)", false),
            (check("py", &["python3", "-c", "x"]), "f(1)\ng(2)", false),
        ] {
            assert_eq!(runs.has(&check, code), known, "{check:?} {code}");
        }
    }
}
