//! The head of a template that a model wrote: by what, from which facts, and whether it was edited since.

use toml::Table;

use crate::campaign::digest::sha256;

/// `[composed]` in a template's front matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Composed {
    /// The model; `offline` where none was asked.
    pub model: String,
    /// The host that was asked; empty where none was.
    pub host: String,
    /// The SHA-256 of the facts.
    pub facts: String,
    /// The SHA-256 of what the model was asked.
    pub prompt: String,
    /// The SHA-256 of subject and body as they were written.
    pub text: String,
    /// When, in UTC.
    pub at: String,
    /// How many answers it took.
    pub tries: i64,
}

impl Composed {
    /// The same for this subject and body.
    #[must_use]
    pub fn for_text(self, subject: &str, body: &str) -> Self {
        Self { text: sha256(&format!("{subject}\n{body}")), ..self }
    }

    /// The table, as it stands in the front matter.
    pub fn to_toml(&self) -> String {
        let text = |name: &str, value: &str| format!("{name} = {}\n", toml::Value::from(value));
        let mut table = "[composed]\n".to_owned();
        let texts = [("model", &self.model), ("host", &self.host), ("facts", &self.facts), ("prompt", &self.prompt)];
        texts.iter().for_each(|(name, value)| table.push_str(&text(name, value)));
        table.push_str(&text("text", &self.text));
        table.push_str(&text("at", &self.at));
        table.push_str(&format!("tries = {}\n", self.tries));
        table
    }

    /// Reads the head of a template file; `None` where it has none, or not a whole one.
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

    /// Whether a file still says what was composed; a person may have edited it.
    pub fn is_unedited(&self, file: &str) -> bool {
        let Some((front, body)) = parted(file) else { return false };
        let table: Option<Table> = toml::from_str(front).ok();
        let subject = table.as_ref().and_then(|table| table.get("subject")).and_then(|value| value.as_str());
        let others = table.as_ref().is_some_and(|table| table.keys().all(|key| key == "subject" || key == "composed"));
        others && subject.is_some_and(|subject| self.clone().for_text(subject, body).text == self.text)
    }
}

/// The front matter and the body of a file.
fn parted(file: &str) -> Option<(&str, &str)> {
    file.strip_prefix("+++\n")?.split_once("\n+++\n")
}

#[cfg(test)]
mod tests {
    use super::*;

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
