//! `curl` commands in examples: customers copy them as they stand.

use std::ops::Range;

use super::code::without_place;
use super::curl_options::{ALONE, WITH_VALUE};
use super::shell::{CONTINUED, Command, begins, command, is_operator, lines};

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

/// The mistakes in a block's `curl` commands.
pub fn mistakes(code: &str) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let lines: Vec<Range<usize>> = lines(code);
    let mut next = 0;
    while let Some(line) = lines.get(next) {
        if !begins(&code[line.clone()], "curl") {
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

fn judge(command: &Command) -> Vec<Mistake> {
    let mistake = |(what, fix): (String, &'static str)| Mistake { at: command.at.clone(), what, fix };
    let words: Vec<&str> = command.arguments().collect();
    let mut own = words.iter().take_while(|word| !is_operator(word));
    if let Some(word) = own.find(|word| word.starts_with(['“', '”', '‘', '’', '„', '–', '—'])) {
        let what = format!("`{word}` has a sign of a word processor's, which a shell does not know");
        return vec![mistake((what, "write plain quotes (\" ') and hyphens (-)"))];
    }
    match arguments(&words) {
        Ok(arguments) => {
            let mut wrong: Vec<Mistake> = judge_arguments(&arguments).into_iter().map(mistake).collect();
            // What is read from the lines below the command is its body.
            let below = command.below.as_ref().filter(|_| arguments.options.iter().any(|option| reads_below(*option)));
            wrong
                .extend(below.and_then(|(at, body)| {
                    body_trouble(body).map(|(what, fix)| Mistake { at: at.clone(), what, fix })
                }));
            wrong
        }
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
        } else if is_operator(word) {
            break;
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

/// Whether an option's value is what stands below the command.
fn reads_below((option, value): (&str, &str)) -> bool {
    is_body(option) && matches!(value, "@-" | "@/dev/stdin")
}

fn is_body(option: &str) -> bool {
    matches!(option, "-d" | "--data" | "--data-raw" | "--data-binary" | "--json")
}

fn judge_option(option: &str, value: &str) -> Option<Wrong> {
    match option {
        "-X" | "--request" if value.chars().any(|c| c.is_ascii_lowercase()) => {
            Some((format!("`{value}` is sent as it stands, and is no method"), "write the method in capitals"))
        }
        "-H" | "--header" if !value.contains([':', ';', '@', '$', '<']) => {
            Some((format!("the header `{value}` has no colon"), "write it as \"Name: value\""))
        }
        _ if is_body(option) => body_trouble(value),
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
