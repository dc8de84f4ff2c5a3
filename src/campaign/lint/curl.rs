//! `curl` commands in examples: customers copy them as they stand.

use std::ops::Range;

use super::code::without_place;
use super::curl_options::{ALONE, WITH_VALUE};

/// A mistake in a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Where it stands in the code.
    pub at: Range<usize>,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub fix: &'static str,
}

/// A command of one or more lines, as a shell reads it.
struct Command {
    at: Range<usize>,
    words: Vec<String>,
}

const CONTINUED: &str = "end each line but the last with a backslash, and nothing behind it";

/// The mistakes in a block's `curl` commands.
pub fn mistakes(code: &str) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let lines: Vec<Range<usize>> = lines(code);
    let mut next = 0;
    while let Some(line) = lines.get(next) {
        if !begins_command(&code[line.clone()]) {
            next += 1;
            continue;
        }
        match command(code, &lines[next..]) {
            Ok((command, taken)) => {
                next += taken;
                mistakes.extend(judge(&command));
                mistakes.extend(lines.get(next).and_then(|line| cut_off(code, line)));
            }
            Err(mistake) => {
                mistakes.push(mistake);
                return mistakes;
            }
        }
    }
    mistakes
}

/// The lines of a code, without their ends.
fn lines(code: &str) -> Vec<Range<usize>> {
    let mut at = 0;
    let line = |line: &str| {
        let start = at;
        at += line.len();
        start..start + line.trim_end_matches(['\r', '\n']).len()
    };
    code.split_inclusive('\n').map(line).collect()
}

/// A line without what a shell shows before a command.
fn unprompted(line: &str) -> &str {
    let line = line.trim_start();
    line.strip_prefix("$ ").or_else(|| line.strip_prefix("% ")).unwrap_or(line).trim_start()
}

fn begins_command(line: &str) -> bool {
    unprompted(line).split_whitespace().next() == Some("curl")
}

/// The command that begins in the first line, and how many lines it takes.
fn command(code: &str, lines: &[Range<usize>]) -> Result<(Command, usize), Mistake> {
    let mut text = String::new();
    let mut failed = None;
    for (number, line) in lines.iter().enumerate() {
        let written = &code[line.clone()];
        text.push_str(if number == 0 { unprompted(written) } else { written });
        if written.ends_with('\\') {
            text.push('\n');
            continue;
        }
        if written.trim_end().ends_with('\\') {
            let at = line.start + written.trim_end().len() - 1..line.end;
            let what = "a blank behind the backslash ends the command here".to_owned();
            return Err(Mistake { at, what, fix: CONTINUED });
        }
        match shell_words::split(&text) {
            Ok(words) => return Ok((Command { at: lines[0].clone(), words }, number + 1)),
            // A quoted text may go on in the next line.
            Err(_) => failed = Some(lines[0].clone()),
        }
        text.push('\n');
    }
    let first = lines.first().cloned().unwrap_or_default();
    match (failed, shell_words::split(&text)) {
        (None, Ok(words)) => Ok((Command { at: first, words }, lines.len())),
        (failed, _) => Err(Mistake {
            at: failed.unwrap_or(first),
            what: "a quotation mark in this command is not closed".to_owned(),
            fix: "close it; in single quotes, write '\\'' for the sign itself",
        }),
    }
}

/// An option on a line of its own, behind a command that has ended.
fn cut_off(code: &str, line: &Range<usize>) -> Option<Mistake> {
    let word = code[line.clone()].split_whitespace().next()?;
    let option = is_known(word);
    option.then(|| Mistake {
        at: line.clone(),
        what: format!("`{word}` belongs to no command: the line before it has no backslash at its end"),
        fix: CONTINUED,
    })
}

/// What stands between commands on one line.
const OPERATORS: [&str; 9] = ["|", "||", "&&", ";", "&", ">", ">>", "<", "2>"];

fn judge(command: &Command) -> Vec<Mistake> {
    let mistake = |(what, fix): (String, &'static str)| Mistake { at: command.at.clone(), what, fix };
    let words = command.words.iter().skip(1).take_while(|word| !OPERATORS.contains(&word.as_str()));
    let words: Vec<&str> = words.map(String::as_str).collect();
    if let Some(word) = words.iter().find(|word| word.starts_with(['“', '”', '‘', '’', '„', '–', '—'])) {
        let what = format!("`{word}` has a sign of a word processor's, which a shell does not know");
        return vec![mistake((what, "write plain quotes (\" ') and hyphens (-)"))];
    }
    match arguments(&words) {
        Ok(arguments) => judge_arguments(&arguments).into_iter().map(mistake).collect(),
        Err(found) => vec![mistake(found)],
    }
}

/// A command's options with their values, and its addresses.
#[derive(Debug, Default)]
struct Arguments<'a> {
    options: Vec<(&'a str, &'a str)>,
    addresses: Vec<&'a str>,
}

type Wrong = (String, &'static str);

fn arguments<'a>(words: &[&'a str]) -> Result<Arguments<'a>, Wrong> {
    let mut arguments = Arguments::default();
    let mut words = words.iter().copied();
    while let Some(word) = words.next() {
        if word.len() > 2 && word.starts_with("--") {
            long_option(word, &mut words, &mut arguments)?;
        } else if word.len() > 1 && word.starts_with('-') && word != "--" {
            short_options(word, &mut words, &mut arguments)?;
        } else if word != "--" {
            arguments.addresses.push(word);
        }
    }
    Ok(arguments)
}

fn long_option<'a>(
    word: &'a str,
    words: &mut impl Iterator<Item = &'a str>,
    arguments: &mut Arguments<'a>,
) -> Result<(), Wrong> {
    if takes_value(word) {
        arguments.options.push((word, value(word, words.next())?));
        return Ok(());
    }
    let plain = word.strip_prefix("--no-").map_or_else(|| word.to_owned(), |rest| format!("--{rest}"));
    if stands_alone(word) || stands_alone(&plain) {
        return Ok(());
    }
    match word.split_once('=') {
        Some((option, _)) if is_known(option) => {
            Err((format!("curl does not know `{option}=…`"), "separate an option and its value by a blank"))
        }
        _ => Err((format!("curl has no option `{word}`"), "look it up in `curl --help all`")),
    }
}

fn short_options<'a>(
    word: &'a str,
    words: &mut impl Iterator<Item = &'a str>,
    arguments: &mut Arguments<'a>,
) -> Result<(), Wrong> {
    for (at, letter) in word.char_indices().skip(1) {
        let option = format!("-{letter}");
        if let Some(known) = WITH_VALUE.split_whitespace().find(|known| **known == option) {
            let rest = &word[at + letter.len_utf8()..];
            let value = if rest.is_empty() { value(known, words.next())? } else { rest };
            arguments.options.push((known, value));
            return Ok(());
        }
        if !stands_alone(&option) {
            return Err((format!("curl has no option `{option}`"), "look it up in `curl --help all`"));
        }
    }
    Ok(())
}

fn value<'a>(option: &str, next: Option<&'a str>) -> Result<&'a str, Wrong> {
    let missing = || (format!("`{option}` has no value"), "write its value behind it, in quotes where it has blanks");
    next.filter(|next| !is_known(next)).ok_or_else(missing)
}

fn takes_value(option: &str) -> bool {
    WITH_VALUE.split_whitespace().any(|known| known == option)
}

fn stands_alone(option: &str) -> bool {
    ALONE.split_whitespace().any(|known| known == option)
}

fn is_known(option: &str) -> bool {
    takes_value(option) || stands_alone(option)
}

fn judge_arguments(arguments: &Arguments<'_>) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    let named = arguments.options.iter().any(|(option, _)| matches!(*option, "--url" | "-K" | "--config"));
    if arguments.addresses.is_empty() && !named {
        wrong.push(("this command names no address".to_owned(), "write the address it is to call"));
    }
    // A blank that should have been quoted makes a second one.
    let odd = arguments.addresses.iter().find(|address| !seems_address(address));
    wrong.extend(
        odd.map(|odd| (format!("`{odd}` is no address and belongs to no option"), "put what has blanks into quotes")),
    );
    for (option, value) in &arguments.options {
        wrong.extend(judge_option(option, value));
    }
    wrong
}

/// Whether curl could call it: what a variable or a placeholder stands for is taken on trust.
fn seems_address(word: &str) -> bool {
    word.contains(['.', '/', '$', '<', '{', '⟦']) || word.contains("localhost")
}

fn judge_option(option: &str, value: &str) -> Option<Wrong> {
    match option {
        "-X" | "--request" if value.chars().any(|c| c.is_ascii_lowercase()) => {
            Some((format!("`{value}` is sent as it stands, and is no method"), "write the method in capitals"))
        }
        "-H" | "--header" if !value.contains([':', ';', '@', '$', '<']) => {
            Some((format!("the header `{value}` has no colon"), "write it as \"Name: value\""))
        }
        "-d" | "--data" | "--data-raw" | "--data-binary" | "--json" => body_trouble(value),
        _ => None,
    }
}

fn body_trouble(body: &str) -> Option<Wrong> {
    let body = body.trim();
    // What is to be filled in, or left out on purpose, is no JSON yet.
    let open = ['$', '<', '…', '⟦'].iter().any(|sign| body.contains(*sign)) || body.contains("...");
    if open || !body.starts_with(['{', '[']) {
        return None;
    }
    let error = serde_json::from_str::<serde::de::IgnoredAny>(body).err()?;
    Some((format!("its body is not JSON: {}", without_place(&error.to_string())), "correct the body"))
}
