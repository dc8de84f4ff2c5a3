//! A model's answer: a subject and blocks, whose parts are words of its own or references to facts. Everything else in
//! it is ignored.

use serde_json::Value;

/// A text as the model answered it, not checked yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reply {
    /// The subject.
    pub subject: Vec<Part>,
    /// The body, in order.
    pub blocks: Vec<Block>,
}

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// The model's own words.
    Say(String),
    /// A fact, by its id.
    Fact(String),
}

/// A block of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading.
    Heading(Vec<Part>),
    /// A paragraph.
    Paragraph(Vec<Part>),
    /// Numbered steps.
    Steps(Vec<Vec<Part>>),
    /// The reader's changes as a checklist.
    Tasks,
    /// The reader's changes, each with its code.
    Changes,
    /// The dates, the guide, and what happens to customers who do nothing.
    Dates,
    /// The wrong facts, beside the right ones.
    Corrections,
    /// Where to get help.
    Help,
}

impl Block {
    /// The name of the block.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Heading(_) => "heading",
            Self::Paragraph(_) => "paragraph",
            Self::Steps(_) => "steps",
            Self::Tasks => "tasks",
            Self::Changes => "changes",
            Self::Dates => "dates",
            Self::Corrections => "corrections",
            Self::Help => "help",
        }
    }

    /// Its lines, if it has words of its own.
    pub fn lines(&self) -> Vec<&[Part]> {
        match self {
            Self::Heading(parts) | Self::Paragraph(parts) => vec![parts],
            Self::Steps(steps) => steps.iter().map(Vec::as_slice).collect(),
            Self::Tasks | Self::Changes | Self::Dates | Self::Corrections | Self::Help => Vec::new(),
        }
    }
}

/// The maximum size of an answer, in bytes: several times the longest mail.
const LONGEST: usize = 100_000;

/// Parses an answer, with or without a fence or prose around it.
///
/// # Errors
/// Why it cannot be parsed, for the model to read.
pub fn read(answer: &str) -> Result<Reply, String> {
    if answer.len() > LONGEST {
        return Err(format!("the answer has {} bytes; a mail has a few thousand", answer.len()));
    }
    let value = object(answer, "blocks").ok_or("the answer is not one whole JSON object")?;
    let blocks = value.get("blocks").and_then(Value::as_array).ok_or("the answer has no list `blocks`")?;
    let blocks = blocks.iter().enumerate().map(|(number, block)| read_block(number, block));
    Ok(Reply { subject: parts("subject", value.get("subject"))?, blocks: blocks.collect::<Result<_, _>>()? })
}

/// The wording of a change, as a model answered it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ChangeReply {
    /// Its heading.
    pub(super) title: Vec<Part>,
    /// What to do, in one line; `None` where the answer has none.
    pub(super) task: Option<Vec<Part>>,
    /// What to do.
    pub(super) text: Vec<Part>,
}

/// Reads the wording of a change.
///
/// # Errors
/// Why the answer cannot be read.
pub(super) fn change_reply(answer: &str) -> Result<ChangeReply, String> {
    if answer.len() > LONGEST {
        return Err(format!("the answer has {} bytes; a change has a few hundred", answer.len()));
    }
    let value = object(answer, "title").ok_or("the answer is not one whole JSON object")?;
    let task = value.get("task").filter(|task| !task.is_null());
    Ok(ChangeReply {
        title: parts("title", value.get("title"))?,
        task: task.map(|task| parts("task", Some(task))).transpose()?,
        text: parts("text", value.get("text"))?,
    })
}

/// The first complete JSON object in a text that has this field.
fn object(text: &str, field: &str) -> Option<Value> {
    let starts = text.match_indices('{').map(|(at, _)| at).take(20);
    let mut objects = starts.filter_map(|at| serde_json::Deserializer::from_str(&text[at..]).into_iter().next()?.ok());
    objects.find(|value: &Value| value.get(field).is_some())
}

fn read_block(number: usize, block: &Value) -> Result<Block, String> {
    let place = format!("blocks[{number}]");
    let kind = block.get("block").or_else(|| block.get("type")).and_then(Value::as_str);
    match kind.unwrap_or_default() {
        "heading" => Ok(Block::Heading(parts(&place, block.get("parts"))?)),
        "paragraph" => Ok(Block::Paragraph(parts(&place, block.get("parts"))?)),
        "steps" => {
            let items = block.get("items").and_then(Value::as_array);
            let items = items.ok_or_else(|| format!("{place}: steps have a list `items`"))?;
            let steps = items.iter().map(|item| parts(&place, Some(item))).collect::<Result<Vec<_>, _>>()?;
            if steps.is_empty() { Err(format!("{place}: it has no steps")) } else { Ok(Block::Steps(steps)) }
        }
        "tasks" => Ok(Block::Tasks),
        "changes" => Ok(Block::Changes),
        "dates" => Ok(Block::Dates),
        "corrections" => Ok(Block::Corrections),
        "help" => Ok(Block::Help),
        _ => Err(format!(
            "{place}: `block` is one of heading, paragraph, steps, tasks, changes, dates, corrections, help"
        )),
    }
}

fn parts(place: &str, value: Option<&Value>) -> Result<Vec<Part>, String> {
    let part = |part: &Value| match (part.get("say").and_then(Value::as_str), part.get("fact").and_then(Value::as_str))
    {
        (Some(say), None) => Ok(Part::Say(say.to_owned())),
        (None, Some(fact)) => Ok(Part::Fact(fact.to_owned())),
        _ => Err(format!("{place}: a part is {{\"say\": words}} or {{\"fact\": id}}")),
    };
    let parts = match value {
        Some(Value::String(say)) => vec![Part::Say(say.clone())],
        Some(Value::Array(list)) => list.iter().map(part).collect::<Result<Vec<_>, _>>()?,
        _ => Vec::new(),
    };
    let says_something = parts.iter().any(|part| match part {
        Part::Say(say) => !say.trim().is_empty(),
        Part::Fact(_) => true,
    });
    if says_something { Ok(parts) } else { Err(format!("{place}: it says nothing")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"subject":[{"say":"Plan "},{"fact":"title"}],"blocks":[{"block":"dates"},{"block":"paragraph","parts":"Please."}]}"#;

    #[test]
    fn an_answer_is_found_in_fences_and_in_prose() {
        let good = read(GOOD).unwrap();
        assert_eq!(good.blocks, [Block::Dates, Block::Paragraph(vec![Part::Say("Please.".to_owned())])]);
        for answer in [
            format!("```json\n{GOOD}\n```"),
            format!("Sure {{you}}! Here: {GOOD} I hope that helps."),
            format!("{{}} {GOOD}"),
        ] {
            assert_eq!(read(&answer).unwrap(), good, "{answer}");
        }
    }

    #[test]
    fn an_invalid_answer_says_why() {
        let cut = &GOOD[..GOOD.len() - 2];
        for answer in
            ["", "I cannot help with that.", "[]", cut, r#"{"blocks":7,"subject":"x"}"#, &"x".repeat(LONGEST + 1)]
        {
            assert!(read(answer).is_err(), "{answer}");
        }
        for blocks in [r#"{"block":"html"}"#, r#"{"block":"paragraph"}"#, r#"{"block":"steps","items":[]}"#, "7"] {
            assert!(read(&format!(r#"{{"subject":"x","blocks":[{blocks}]}}"#)).is_err(), "{blocks}");
        }
    }
}
