//! Texts without a model: the same blocks in plain words, for each phase.

use super::facts::{Job, SegmentFacts};
use super::reply::{Block, Part, Reply};

/// The text of a phase for a segment. It passes the same checks as a model's.
pub fn offline(job: Job, facts: &SegmentFacts) -> Reply {
    let has = |id: &str| facts.fact(id).is_some();
    let named = if has("product") { "product" } else { "title" };
    let fact = |id: &str| Part::Fact(id.to_owned());
    let changes = !facts.changes.is_empty();
    let (subject, first) = opening(job);
    let mut blocks = vec![Block::Paragraph(vec![say(first.0), fact(named), say(first.1)])];
    if !job.blocks().is_empty() {
        blocks.push(Block::Dates);
    }
    if changes && job.blocks().contains(&"tasks") {
        blocks.extend([heading("What changes for you"), Block::Tasks]);
    }
    if let Some(steps) = steps(job) {
        let mut lines: Vec<Vec<Part>> = steps.iter().map(|step| vec![say(step)]).collect();
        // After the second step, which is to change and to test.
        if let Some(place) = facts.place_to_test().filter(|_| job.says_where_to_test()) {
            lines.insert(2, vec![say("Where to test: "), Part::Fact(place.id.clone())]);
        }
        blocks.extend([heading("What to do"), Block::Steps(lines)]);
    }
    if changes && job.blocks().contains(&"changes") {
        blocks.extend([heading("The changes, with code"), Block::Changes]);
    }
    if job == Job::Correct {
        blocks.push(Block::Corrections);
    }
    if job.blocks().contains(&"help") {
        blocks.push(Block::Help);
    }
    let end = [say(subject), fact("deadline")];
    let subject = [fact(named)].into_iter().chain(if job == Job::Thank { vec![say(subject)] } else { end.to_vec() });
    Reply { subject: subject.collect(), blocks }
}

fn say(words: &str) -> Part {
    Part::Say(words.to_owned())
}

fn heading(words: &str) -> Block {
    Block::Heading(vec![say(words)])
}

/// The rest of the subject after the name, and the first sentence before and after it.
fn opening(job: Job) -> (&'static str, (&'static str, &'static str)) {
    match job {
        Job::Announce => (
            ": please plan your migration by ",
            ("This mail is so that you can plan your part of ", ". Please read what concerns you, and when."),
        ),
        Job::Guide => (
            ": how to migrate, step by step, by ",
            ("This mail has the steps, the way back and every change for ", "."),
        ),
        Job::Start => (
            ": please start now, the last day is ",
            ("If you have not started with ", " yet, please start now: there is still time to test."),
        ),
        Job::Last => (
            ": last notice, the last day is ",
            ("Our records do not show yet that you have finished with ", ". This is the last notice."),
        ),
        Job::Thank => (
            ": your migration is complete",
            ("Thank you: your part of ", " is complete. This is the last mail about it."),
        ),
        Job::Correct => (
            ": correction, the last day is ",
            ("Something in an earlier mail about ", " no longer holds. Please use this one instead."),
        ),
    }
}

/// What to do, in order.
fn steps(job: Job) -> Option<&'static [&'static str]> {
    match job {
        Job::Announce => Some(&[
            "Compare what changes with your code, and estimate the work.",
            "Put a date for it into your plan, with some days to spare.",
            "If something is blocking you, reply now, while there is still time to find another way.",
        ]),
        Job::Guide | Job::Start => Some(&[
            "Search your code and your settings for what the changes below show. Do not forget jobs and scripts that run seldom.",
            "Make the changes in the order below, and test them away from production first.",
            "Release on a day when someone can keep an eye on it, and keep your old code at hand.",
            "If something goes wrong, put your old code back, and reply with what you did and what you saw, without any keys.",
            "Watch your logs until every job has run once.",
        ]),
        Job::Last => Some(&[
            "Finish what is left, and test it.",
            "Release it everywhere: jobs, scripts and older services too.",
            "If you cannot finish in time, reply now and say what is blocking you.",
        ]),
        Job::Thank | Job::Correct => None,
    }
}
