//! From an accepted answer to a template: the words escaped, each fact as the variable that prints it, each block as a partial.

use super::facts::SegmentFacts;
use super::reply::{Block, Part, Reply};
use crate::campaign::text::template::Composed;

/// The template of an accepted answer, with its head. `about` is told in the head; its digest of the text is worked out here.
pub fn template(reply: &Reply, facts: &SegmentFacts, about: Composed) -> String {
    let subject = subject(&reply.subject, facts);
    let mut body = "Hello {{ contact.name }},\n".to_owned();
    for block in &reply.blocks {
        body.push('\n');
        body.push_str(&written(block, facts));
        body.push('\n');
    }
    let about = about.for_text(&subject, &body);
    format!("+++\nsubject = \"{subject}\"\n\n{}+++\n{body}", about.to_toml())
}

fn written(block: &Block, facts: &SegmentFacts) -> String {
    match block {
        Block::Heading(parts) => format!("## {}", one_line(parts, facts)),
        Block::Paragraph(parts) => paragraph(parts, facts),
        Block::Steps(steps) => {
            let line = |(number, step): (usize, &Vec<Part>)| format!("{}. {}", number + 1, one_line(step, facts));
            steps.iter().enumerate().map(line).collect::<Vec<_>>().join("\n")
        }
        Block::Tasks => "{% for change in changes -%}\n- [ ] {{ change.task }}\n{% endfor -%}".to_owned(),
        Block::Changes => r#"{% include "partials/changes.md" %}"#.to_owned(),
        Block::Dates => r#"{% include "partials/dates.md" %}"#.to_owned(),
        Block::Corrections => r#"{% include "partials/corrections.md" %}"#.to_owned(),
        Block::Help => r#"{% include "partials/help.md" %}"#.to_owned(),
    }
}

/// A paragraph cannot begin as a list does.
fn paragraph(parts: &[Part], facts: &SegmentFacts) -> String {
    one_line(parts, facts).trim_start_matches(['-', '\u{2013}', '\u{2014}', ' ']).to_owned()
}

/// The subject stands between straight quotes, so it has none.
fn subject(parts: &[Part], facts: &SegmentFacts) -> String {
    let part = |part: &Part| match part {
        Part::Say(say) => escaped(say).replace('"', "\u{2019}"),
        Part::Fact(id) => facts.fact(id).map(|fact| fact.printed.replace('"', "'")).unwrap_or_default(),
    };
    let line: String = parts.iter().map(part).collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn one_line(parts: &[Part], facts: &SegmentFacts) -> String {
    let part = |part: &Part| match part {
        Part::Say(say) => escaped(say),
        Part::Fact(id) => facts.fact(id).map(|fact| fact.printed.clone()).unwrap_or_default(),
    };
    let line: String = parts.iter().map(part).collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words without anything that Markdown, HTML or the template engine would act on. The check lets none of it through; this holds
/// even if it did.
fn escaped(say: &str) -> String {
    let harmless = |c: char| {
        !matches!(c, '{' | '}' | '%' | '#' | '<' | '>' | '[' | ']' | '`' | '*' | '_' | '|' | '\\' | '&' | '⟦' | '⟧')
    };
    say.chars().filter(|c| harmless(*c)).map(|c| if c.is_whitespace() { ' ' } else { c }).collect()
}
