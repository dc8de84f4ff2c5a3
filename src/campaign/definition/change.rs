//! `[[change]]`: what customers must change, and the code that shows it.

use compact_str::CompactString;
use strum::EnumString;

use crate::campaign::definition::level::Level;
use crate::campaign::definition::operation::Operation;
use crate::campaign::definition::query::TagQuery;

/// `[[change]]`: one thing the customer must change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its id in drafts and lists.
    pub id: String,
    /// Its heading in the mail.
    pub title: String,
    /// What to do, in one line for checklists; `None` if the heading says it.
    pub task: Option<String>,
    /// The language of its code, as written after the back-ticks.
    pub language: Option<String>,
    /// What to do.
    pub text: String,
    /// The code now.
    pub before: Option<String>,
    /// The code after the change.
    pub after: Option<String>,
    /// Which of its code `check --run` runs.
    pub run: RunCode,
    /// The same in other languages.
    pub examples: Vec<Example>,
    /// A link to more details.
    pub url: Option<String>,
    /// Which customers it concerns.
    pub concerns: Concerns,
    /// Limits these to customers who call one of these operations, if their calls are known; empty if it does not
    /// matter.
    pub operations: Vec<Operation>,
    /// Oasdiff's severity; written by `mmig import`.
    pub level: Option<Level>,
    /// The oasdiff findings it covers, as `mmig import` records them.
    pub oasdiff: Vec<String>,
}

impl Change {
    /// Its code in each language, that of the change itself first.
    pub fn codes(&self) -> impl Iterator<Item = Code<'_>> {
        let own = Code {
            place: String::new(),
            language: self.language.as_deref(),
            before: self.before.as_deref(),
            after: self.after.as_deref(),
            run: self.run,
        };
        let examples = self.examples.iter().enumerate().map(|(number, example)| Code {
            place: format!("example.{number}."),
            language: Some(&example.language),
            before: example.before.as_deref(),
            after: example.after.as_deref(),
            run: example.run,
        });
        std::iter::once(own).chain(examples)
    }

    /// What identifies each example once it was sent: its language, plus its number if the change has several of that
    /// language. A changed title or a further example does not change it.
    pub fn example_names(&self) -> Vec<String> {
        let languages: Vec<String> = self.examples.iter().map(|example| example.language.to_lowercase()).collect();
        let name = |(at, language): (usize, &String)| {
            let earlier = languages[..at].iter().filter(|own| *own == language).count();
            if earlier == 0 { language.clone() } else { format!("{language}:{}", earlier + 1) }
        };
        languages.iter().enumerate().map(name).collect()
    }

    /// Whether a customer who calls these operations is affected.
    pub(super) fn is_met_by(&self, called: &[CompactString]) -> bool {
        let is_called = |operation: &Operation| called.iter().any(|called| called == operation.as_str());
        self.operations.is_empty() || self.operations.iter().any(is_called)
    }
}

/// Which code of a change `check --run` runs. Code for the old version may not run any more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, EnumString)]
#[strum(serialize_all = "kebab-case")]
pub enum RunCode {
    /// The code after the change.
    #[default]
    After,
    /// The code before and after.
    Both,
    /// None: it is not code that can run on its own.
    None,
}

impl RunCode {
    /// Whether the code before is run.
    pub fn has_before(self) -> bool {
        self == Self::Both
    }

    /// Whether the code after is run.
    pub fn has_after(self) -> bool {
        self != Self::None
    }
}

/// Which customers a change concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Concerns {
    /// Everyone in the campaign.
    Everybody,
    /// The customers of these segments.
    Segments(Vec<String>),
    /// The customers whose tags match.
    Tags(TagQuery),
}

/// `[[change.example]]`: what a change looks like in another language or with another SDK.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The language, as written after the back-ticks.
    pub language: String,
    /// What it is called in the mail; `None` for the language's name.
    pub title: Option<String>,
    /// The code as it is now.
    pub before: Option<String>,
    /// The code as it must become.
    pub after: Option<String>,
    /// Which of its code `check --run` tries.
    pub run: RunCode,
}

impl Example {
    /// What it is called in the mail.
    pub fn label(&self) -> &str {
        self.title.as_deref().unwrap_or_else(|| language_name(&self.language))
    }
}

/// The usual name of a language that is written after back-ticks.
fn language_name(word: &str) -> &str {
    match word.to_lowercase().as_str() {
        "python" | "py" | "python3" => "Python",
        "javascript" | "js" | "mjs" => "JavaScript",
        "typescript" | "ts" => "TypeScript",
        "node" => "Node.js",
        "ruby" | "rb" => "Ruby",
        "php" => "PHP",
        "go" | "golang" => "Go",
        "java" => "Java",
        "kotlin" | "kt" => "Kotlin",
        "swift" => "Swift",
        "csharp" | "cs" | "c#" => "C#",
        "rust" | "rs" => "Rust",
        "elixir" => "Elixir",
        "dart" => "Dart",
        "powershell" => "PowerShell",
        "bash" | "sh" | "shell" | "console" => "Shell",
        "http" => "HTTP",
        "json" => "JSON",
        "yaml" | "yml" => "YAML",
        "graphql" | "gql" => "GraphQL",
        "terraform" | "hcl" => "Terraform",
        _ => word,
    }
}

/// The code of a change in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code<'a> {
    /// What its keys begin with in the file, below the change: nothing, or `example.0.`.
    pub place: String,
    /// Its language, if one is named.
    pub language: Option<&'a str>,
    /// As it is now.
    pub before: Option<&'a str>,
    /// As it must become.
    pub after: Option<&'a str>,
    /// Which of the two `check --run` tries.
    pub run: RunCode,
}

impl<'a> Code<'a> {
    /// As it is now and as it must become, each with its key in the file below the change.
    pub fn sides(&self) -> impl Iterator<Item = (String, &'a str)> + use<'a> {
        let sides = [("before", self.before), ("after", self.after)];
        let place = self.place.clone();
        sides.into_iter().filter_map(move |(key, code)| Some((format!("{place}{key}"), code?)))
    }

    /// What of it `check --run` tries, with keys as [`Code::sides`] has them.
    pub fn to_run(&self) -> impl Iterator<Item = (String, &'a str)> + use<'a> {
        let before = self.before.filter(|_| self.run.has_before());
        Self { before, after: self.after.filter(|_| self.run.has_after()), ..self.clone() }.sides()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(language: &str, title: Option<&str>) -> Example {
        let title = title.map(str::to_owned);
        Example { language: language.to_owned(), title, before: None, after: Some("x".to_owned()), run: RunCode::After }
    }

    #[test]
    fn an_example_is_called_by_its_language_unless_it_has_a_title() {
        assert_eq!(example("python", None).label(), "Python");
        assert_eq!(example("cobol", None).label(), "cobol");
        assert_eq!(example("python", Some("Python SDK 3")).label(), "Python SDK 3");
    }
}
