//! Rendering: everything that may determine a text is passed in; personal values are passed as
//! placeholders.

use tera::{Context, Tera, TeraResult};

use super::context::{Facts, context};
use super::engine::rendered;
use super::foreign;
use super::inputs::Inputs;
use super::load::{Templates, subject_name};
use crate::campaign::definition::problem::{Problem, Source};
use crate::campaign::definition::rule::Rule;
use crate::campaign::definition::{Campaign, Phase};
use crate::campaign::text::{CLOSE, Form, OPEN, Personal, Text};

/// Subject and body as the engine renders them.
pub(super) fn written(tera: &Tera, entry: &str, context: &Context) -> TeraResult<(String, String)> {
    let render = |name: &str| rendered(tera, name, context).map(|text| foreign::shown(&text));
    Ok((render(&subject_name(entry))?, render(entry)?))
}

/// Subject and body as they are kept: git may change line endings, which must not change a text.
pub(super) fn tidied(subject: &str, body: &str) -> Text {
    let body = body.replace("\r\n", "\n");
    Text { subject: subject.trim().to_owned(), body: format!("{}\n", body.trim_matches(['\n', ' '])) }
}

impl Templates {
    /// The text of a phase for these inputs, with personal values as placeholders.
    pub fn render(&self, campaign: &Campaign, phase: &Phase, inputs: &Inputs) -> Result<Text, Problem> {
        let (entry, facts) = self.facts(campaign, phase, inputs)?;
        let text = self.text(entry, &context(&facts, Personal::placeholder))?;
        let subject = || self.files.get(entry).and_then(|file| file.subject.clone()).unwrap_or_default();
        let personal = "print personal values unchanged";
        let (at, what, fix) = match Form::of(&text) {
            _ if text.subject.is_empty() => {
                (subject(), "the subject is empty".to_owned(), "say what the mail is about")
            }
            _ if text.subject.contains(['\n', '\r']) => {
                (subject(), "the subject has more than one line".to_owned(), "print only what has one line")
            }
            Err(mangled) => (0..0, mangled.to_string(), personal),
            Ok(_) if self.text(entry, &context(&facts, stand_in))? != filled_in(&text) => {
                let what = "the text depends on a personal value, so reviewers cannot see all of it";
                (0..0, what.to_owned(), personal)
            }
            Ok(_) => return Ok(text),
        };
        let source = self.source(entry).cloned().unwrap_or_else(|| Source::new(entry, ""));
        Err(Problem::error(&source, at, what, fix).of(Rule::Template))
    }

    /// The template of a phase for these inputs, and its variables.
    pub(super) fn facts<'a>(
        &'a self,
        campaign: &'a Campaign,
        phase: &'a Phase,
        inputs: &'a Inputs,
    ) -> Result<(&'a str, Facts<'a>), Problem> {
        let nowhere = |what| Problem::error(&Source::new("campaign.toml", ""), 0..0, what, "").of(Rule::Template);
        let segment = campaign
            .segment(&inputs.segment)
            .ok_or_else(|| nowhere(format!("there is no segment `{}`", inputs.segment)))?;
        let entry = self
            .entry(phase, segment)
            .ok_or_else(|| nowhere(format!("phase `{}` has no template for segment `{}`", phase.name, segment.name)))?;
        Ok((entry, Facts { campaign, phase, segment, inputs }))
    }

    pub(super) fn text(&self, entry: &str, context: &Context) -> Result<Text, Problem> {
        let (subject, body) = written(&self.tera, entry, context).map_err(|error| self.problem(&error))?;
        Ok(tidied(&subject, &body))
    }
}

/// A dummy value. A text in which it appears exactly where its placeholder was does not depend on it.
fn stand_in(personal: Personal) -> String {
    format!("x{}x", personal.to_string().replace(['.', '_'], ""))
}

fn filled_in(text: &Text) -> Text {
    let fill = |part: &str| {
        let signs = [OPEN, CLOSE];
        let pieces = part.split(signs).enumerate().map(|(number, piece)| match piece.parse::<Personal>() {
            // The value's name is between the brackets.
            Ok(personal) if number % 2 == 1 => stand_in(personal),
            _ => piece.to_owned(),
        });
        pieces.collect::<String>()
    };
    Text { subject: fill(&text.subject), body: fill(&text.body) }
}
