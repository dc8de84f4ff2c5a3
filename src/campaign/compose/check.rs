//! Finds everything that is wrong with a model's answer, as data that is sent back to it.

use schemars::JsonSchema;
use serde::Serialize;

use super::facts::{Job, SegmentFacts};
use super::reply::{Block, Part, Reply};
use super::{claims, words};

/// Something that is wrong with an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Objection {
    /// Its place: `subject`, `blocks[3]`, or the whole text.
    #[serde(rename = "where")]
    pub place: String,
    /// The words it is about; may be empty.
    pub words: String,
    /// What is wrong.
    pub message: String,
}

impl Objection {
    /// An objection to something at `place`.
    pub fn new(place: impl Into<String>, words: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.into(), words: words.into(), message: message.into() }
    }

    /// Objections to the words of a `say`.
    pub(super) fn to_words(place: &str, say: &str, glossary: &[String]) -> impl Iterator<Item = Self> {
        words::objections(say, glossary).into_iter().map(move |(words, why)| Self::new(place, words, why))
    }
}

/// The maximum length of a subject, in characters of its words and facts.
const LONGEST_SUBJECT: usize = 110;

/// Everything that is wrong with an answer, in reading order; empty if it may become a template.
pub fn objections(reply: &Reply, job: Job, facts: &SegmentFacts, glossary: &[String]) -> Vec<Objection> {
    let mut found = line("subject", &reply.subject, facts, glossary);
    let links = reply.subject.iter().any(|part| matches!(part, Part::Fact(id) if id == "guide" || id == "support"));
    if links {
        found.push(Objection::new("subject", "", "a subject has no link"));
    }
    if length(&reply.subject, facts) > LONGEST_SUBJECT {
        found.push(Objection::new("subject", "", format!("it is longer than {LONGEST_SUBJECT} characters")));
    }
    for (number, block) in reply.blocks.iter().enumerate() {
        let place = format!("blocks[{number}]");
        found.extend(block.lines().into_iter().flat_map(|parts| line(&place, parts, facts, glossary)));
        if *block == Block::Corrections && job != Job::Correct {
            found.push(Objection::new(place, "corrections", "this mail corrects nothing"));
        }
    }
    for (number, pair) in reply.blocks.windows(2).enumerate().filter(|(_, pair)| are_one_list(pair)) {
        let place = format!("blocks[{}]", number + 1);
        found.push(Objection::new(place, pair[1].name(), "two lists in a row read as one: put a heading between them"));
    }
    found.extend(missing(reply, job, facts));
    found
}

/// Whether two adjacent blocks would be read as one list.
fn are_one_list(pair: &[Block]) -> bool {
    matches!(pair, [Block::Dates, Block::Tasks] | [Block::Tasks, Block::Dates] | [Block::Steps(_), Block::Steps(_)])
}

/// What is wrong with one line.
fn line(place: &str, parts: &[Part], facts: &SegmentFacts, glossary: &[String]) -> Vec<Objection> {
    let mut found = Vec::new();
    for part in parts {
        match part {
            Part::Say(say) => {
                found.extend(Objection::to_words(place, say, glossary));
            }
            Part::Fact(id) if facts.fact(id).is_none() => {
                found.push(Objection::new(place, id, "these readers have no such fact"));
            }
            Part::Fact(_) => {}
        }
    }
    let claims = claims::objections(parts, facts).into_iter();
    found.extend(claims.map(|(words, why)| Objection::new(place, words, why)));
    found
}

fn length(parts: &[Part], facts: &SegmentFacts) -> usize {
    let of = |part: &Part| match part {
        Part::Say(say) => say.chars().count(),
        Part::Fact(id) => facts.fact(id).map_or(0, |fact| fact.says.chars().count()),
    };
    parts.iter().map(of).sum()
}

/// The required parts of the mail that are missing or repeated.
fn missing(reply: &Reply, job: Job, facts: &SegmentFacts) -> Vec<Objection> {
    let count = |name: &str| reply.blocks.iter().filter(|block| block.name() == name).count();
    let about_changes = |name: &str| matches!(name, "tasks" | "changes");
    let mut found = Vec::new();
    for name in job.blocks().iter().filter(|name| !facts.changes.is_empty() || !about_changes(name)) {
        if count(name) == 0 {
            found.push(Objection::new("text", *name, "this mail must have this block, once"));
        }
    }
    for name in ["tasks", "changes", "dates", "corrections", "help"] {
        if count(name) > 1 {
            found.push(Objection::new("text", name, "this block appears twice; each reader's changes are listed once"));
        }
        if count(name) > 0 && about_changes(name) && facts.changes.is_empty() {
            found.push(Objection::new("text", name, "no change concerns these readers"));
        }
    }
    if !reply.blocks.iter().any(|block| matches!(block, Block::Paragraph(_))) {
        found.push(Objection::new("text", "paragraph", "this mail must begin with what it is about"));
    }
    if job.says_where_to_test() {
        found.extend(where_to_test(reply, facts));
    }
    if job.says_the_way_back() && !says_the_way_back(reply) {
        found.push(Objection::new(
            "text",
            "",
            "say how to go back if something fails, such as: put your old code back",
        ));
    }
    found
}

/// What is wrong with the mail's words about where to test.
fn where_to_test(reply: &Reply, facts: &SegmentFacts) -> Option<Objection> {
    let parts = || reply.blocks.iter().flat_map(Block::lines).flatten();
    let tests = ["test", "prueb", "probar", "probe", "essay"];
    let says =
        |part: &Part| matches!(part, Part::Say(say) if tests.iter().any(|word| say.to_lowercase().contains(word)));
    match facts.place_to_test() {
        Some(place) if !parts().any(|part| matches!(part, Part::Fact(id) if *id == place.id)) => {
            Some(Objection::new("text", &place.id, "say where to test, and name this fact"))
        }
        None if !parts().any(says) => {
            Some(Objection::new("text", "", "say where to test, such as: test it away from production"))
        }
        _ => None,
    }
}

fn says_the_way_back(reply: &Reply) -> bool {
    let ways = [
        "go back",
        "going back",
        "roll back",
        "rollback",
        "old code back",
        "old version back",
        "revert",
        "way back",
        "zurück",
        "revenir",
    ];
    let lines = reply.blocks.iter().flat_map(Block::lines).flatten();
    lines
        .filter_map(|part| if let Part::Say(say) = part { Some(say.to_lowercase()) } else { None })
        .any(|say| ways.iter().any(|way| say.contains(way)))
}
