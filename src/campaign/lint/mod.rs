//! What can be wrong with texts that can be sent: each rule is a small function, a file a family.
//!
//! An error is what a customer would read wrong, or the platform would not carry; a warning is worth a look. Rules read
//! a `ParsedText`, which is a text laid out; what they find is traced back to the file that an author must edit.

mod calendar;
mod checked;
mod code;
mod curl;
mod dates;
mod hidden;
mod leftovers;
mod links;
mod locate;
mod parsed_text;
mod readers;
mod server;
mod silence;
mod structure;
mod unused;
mod weekdays;
mod words;

use regex_lite::Regex;

use crate::campaign::definition::problem::Problem;
use parsed_text::{Finding, ParsedText};

pub use checked::{Checked, Linted, Tried};

/// The rules that read a text.
const RULES: [fn(&ParsedText<'_>) -> Vec<Finding>; 13] = [
    dates::dates_and_weekdays,
    dates::days_that_move,
    leftovers::leftovers,
    leftovers::example_hosts,
    links::links,
    code::fences,
    code::json,
    code::curl_commands,
    hidden::characters,
    server::raw_html,
    server::lengths,
    server::personal_in_code,
    words::advertising,
];

/// Each finding once, in the order of the files.
pub fn in_order(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_by(|a, b| place(a).cmp(&place(b)));
    let mut once: Vec<Problem> = Vec::with_capacity(problems.len());
    for problem in problems {
        let mut beside = once.iter().rev().take_while(|known| place(known) == place(&problem));
        if !beside.any(|known| known.repeats(&problem)) {
            once.push(problem);
        }
    }
    once
}

fn place(problem: &Problem) -> (&str, usize) {
    (&problem.source.path, problem.span.start)
}

/// A pattern of ours.
#[allow(clippy::expect_used, reason = "patterns are constants, and the tests try each")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of ours")
}

/// A text with each run of blanks, line ends too, as one blank.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default().trim_end()
}

/// The line that a place stands in.
fn line_at(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |before| before + 1);
    text[start..].lines().next().unwrap_or_default()
}
