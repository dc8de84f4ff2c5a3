//! Commands in examples, of one or more lines, as a shell reads them.

use std::ops::Range;

use super::curl::Mistake;

/// A command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Its first line.
    pub at: Range<usize>,
    /// What it reads from the lines below it (`<<EOF`), and the first of them.
    pub below: Option<(Range<usize>, String)>,
    words: Vec<String>,
}

impl Command {
    /// The words behind its name, those of commands behind it on the same line included.
    pub fn arguments(&self) -> impl Iterator<Item = &str> {
        let from = 1 + self.words.iter().take_while(|word| is_assignment(word)).count();
        self.words.iter().skip(from).map(String::as_str)
    }
}

/// What to do where a command should go on in the next line.
pub const CONTINUED: &str = "end each line but the last with a backslash, and nothing behind it";

/// No command of an example has more lines; in more, a quotation mark is not closed.
const LONGEST: usize = 300;

/// The lines of a code, without their ends.
pub fn lines(code: &str) -> Vec<Range<usize>> {
    let mut at = 0;
    let line = |line: &str| {
        let start = at;
        at += line.len();
        start..start + line.trim_end_matches(['\r', '\n']).len()
    };
    code.split_inclusive('\n').map(line).collect()
}

/// Whether a command of this name begins in a line.
pub fn begins(line: &str, name: &str) -> bool {
    unprompted(line).split_whitespace().find(|word| !is_assignment(word)) == Some(name)
}

/// A line without what a shell shows before a command.
fn unprompted(line: &str) -> &str {
    let line = line.trim_start();
    line.strip_prefix("$ ").or_else(|| line.strip_prefix("% ")).unwrap_or(line).trim_start()
}

/// A variable that is set for a command: `KEY=x curl …`.
fn is_assignment(word: &str) -> bool {
    let name = word.split_once('=').map_or("", |(name, _)| name);
    !name.is_empty() && name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric())
}

/// What leads elsewhere, or begins another command; perhaps with what follows it written close: `2>&1`, `|jq`.
pub fn is_operator(word: &str) -> bool {
    let sign = word.trim_start_matches(|c: char| c.is_ascii_digit());
    sign.starts_with(['|', '&', ';', '>']) || sign == "<" || sign.starts_with("<<")
}

/// The command that begins in the first line, and how many lines it takes.
///
/// # Errors
/// It does not end, or not where it should.
pub fn command(code: &str, lines: &[Range<usize>]) -> Result<(Command, usize), Mistake> {
    let mut text = String::new();
    let at = lines.first().cloned().unwrap_or_default();
    let mut open = None;
    for (number, line) in lines.iter().enumerate().take(LONGEST) {
        let written = &code[line.clone()];
        text.push_str(if number == 0 { unprompted(written) } else { written });
        if written.ends_with('\\') {
            text.push('\n');
            open = Some(line.end - 1..line.end);
            continue;
        }
        if written.trim_end().ends_with('\\') {
            let at = line.start + written.trim_end().len() - 1..line.end;
            let what = "a blank behind the backslash ends the command here".to_owned();
            return Err(Mistake { at, what, fix: CONTINUED });
        }
        open = None;
        match shell_words::split(&text) {
            Ok(words) => {
                return with_lines_below(code, &lines[number + 1..], Command { at, below: None, words }, number);
            }
            // A quoted text may go on in the next line.
            Err(_) => text.push('\n'),
        }
    }
    Err(match open {
        Some(backslash) => Mistake {
            at: backslash,
            what: "the command is to go on behind this backslash, and ends".to_owned(),
            fix: "take the backslash away, or write what is missing",
        },
        None => Mistake {
            at,
            what: "a quotation mark in this command is not closed".to_owned(),
            fix: "close it; in single quotes, write '\\'' for the sign itself",
        },
    })
}

/// The command with the lines that it reads from below itself, if it does, up to the word that ends them.
fn with_lines_below(
    code: &str,
    below: &[Range<usize>],
    command: Command,
    number: usize,
) -> Result<(Command, usize), Mistake> {
    let mut words = command.words.iter().map(String::as_str);
    let sign = words.find(|word| word.starts_with("<<") && !word.starts_with("<<<"));
    let word = sign.map(|sign| sign.trim_start_matches(['<', '-'])).map(|word| match word {
        "" => words.next().unwrap_or_default(),
        word => word,
    });
    let Some(word) = word else { return Ok((command, number + 1)) };
    let Some(end) = below.iter().position(|line| code[line.clone()].trim_start_matches('\t') == word) else {
        return Err(Mistake {
            at: command.at,
            what: format!("what this command reads below it does not end: no line is `{word}`"),
            fix: "write the word on a line of its own, with no blank before or behind it",
        });
    };
    let read = below[..end].iter().map(|line| &code[line.clone()]).collect::<Vec<_>>().join("\n");
    let first = below.first().cloned().unwrap_or_default();
    Ok((Command { below: Some((first, read)), ..command }, number + 1 + end + 1))
}
