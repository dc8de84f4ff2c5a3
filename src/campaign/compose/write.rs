//! Turns an accepted answer into a template: the words escaped, each fact as the variable that prints it, each block as
//! a partial.

use super::facts::SegmentFacts;
use super::reply::{Block, Part, Reply};
use crate::campaign::text::template::Composed;

/// The reader's changes as a checklist. A blank line follows, so the last item has no line end of its own.
const TASKS: &str =
    "{% for change in changes -%}\n- [ ] {{ change.task }}{% if not loop.last %}\n{% endif %}{% endfor %}";

/// Each outdated statement beside the correct one. The partial leaves out the outdated deadline: the default mail
/// states it further up.
const CORRECTIONS: &str = r#"{% if told_deadline != campaign.deadline -%}
The last day we told you earlier: {{ told_deadline | date(format="%A, %-d %B %Y") }}. Please disregard this date.

{% endif -%}
{% include "partials/corrections.md" %}"#;

/// The template of an accepted answer, with its head. `about` describes it in the head; its digest of the text is
/// computed here.
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
        Block::Tasks => TASKS.to_owned(),
        Block::Changes => r#"{% include "partials/changes.md" %}"#.to_owned(),
        Block::Dates => r#"{% include "partials/dates.md" %}"#.to_owned(),
        Block::Corrections => CORRECTIONS.to_owned(),
        Block::Help => r#"{% include "partials/help.md" %}"#.to_owned(),
    }
}

/// Prevents a paragraph from starting like a list.
fn paragraph(parts: &[Part], facts: &SegmentFacts) -> String {
    one_line(parts, facts).trim_start_matches(['-', '\u{2013}', '\u{2014}', ' ']).to_owned()
}

/// Prevents straight quotes in the subject, which is written between them.
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

/// The words without anything that Markdown, HTML or the template engine would interpret. The check already rejects
/// such words; this is the second safeguard.
fn escaped(say: &str) -> String {
    let harmless = |c: char| {
        !matches!(c, '{' | '}' | '%' | '#' | '<' | '>' | '[' | ']' | '`' | '*' | '_' | '|' | '\\' | '&' | '⟦' | '⟧')
    };
    say.chars().filter(|c| harmless(*c)).map(|c| if c.is_whitespace() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::compose::facts::Fact;

    #[test]
    fn words_are_escaped_even_if_the_check_let_them_through() {
        let facts = SegmentFacts { segment: "rest".to_owned(), facts: Vec::new(), changes: Vec::new() };
        let say = |words: &str| vec![Part::Say(words.to_owned())];
        let hostile = "- {{ contact.email }} {% include \"/etc/passwd\" %} [x](y) <b> `c` *d* &lt; \n# e";
        let reply = Reply {
            subject: say("A \"b\" {{ c }}"),
            blocks: vec![Block::Paragraph(say(hostile)), Block::Heading(say(hostile))],
        };
        let text = template(&reply, &facts, Composed::default());
        let (_, body) = text.split_once("+++\nHello {{ contact.name }},").unwrap();
        assert!(
            !body.contains(['{', '}', '<', '`', '*', '[', '&']) && !body.contains("\n- ") && !body.contains("\n# "),
            "{body}"
        );
        assert!(text.starts_with("+++\nsubject = \"A \u{2019}b\u{2019} c\"\n"), "{text}");
    }

    #[test]
    fn a_fact_is_printed_by_the_template_also_in_the_subject() {
        let date = r#"{{ campaign.deadline | date(format="%-d %B %Y") }}"#;
        let fact = Fact { id: "deadline".to_owned(), says: "30 April 2027".to_owned(), printed: date.to_owned() };
        let facts = SegmentFacts { segment: "rest".to_owned(), facts: vec![fact], changes: Vec::new() };
        let parts = vec![Part::Say("Until ".to_owned()), Part::Fact("deadline".to_owned())];
        let reply = Reply { subject: parts.clone(), blocks: vec![Block::Paragraph(parts), Block::Tasks, Block::Help] };
        let text = template(&reply, &facts, Composed::default());
        assert!(text.contains("subject = \"Until {{ campaign.deadline | date(format='%-d %B %Y') }}\""), "{text}");
        assert!(text.contains(&format!("\nUntil {date}\n\n{TASKS}\n\n{{% include")), "{text}");
    }
}
