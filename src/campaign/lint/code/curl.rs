//! Checks `curl` commands in examples, which customers copy unchanged: quotes that a shell does not understand, lines
//! that are cut off, values that do not fit their option.
//!
//! Options depend on the release of curl, so a name that looks misspelled is only a warning.

use std::ops::Range;

use super::mistake::Mistake;
use super::{http, json};
use crate::campaign::definition::problem::Severity;

/// What is wrong, and how to fix it.
type Wrong = (String, &'static str);

/// Common options. A name that differs by one letter is a misspelling, not an option of a newer curl.
const COMMON: &str = "--compressed --cookie --data --data-binary --data-raw --data-urlencode --fail --form --header
    --include --insecure --json --location --max-time --oauth2-bearer --output --request --retry --show-error --silent
    --upload-file --user --user-agent --verbose";

/// The short options that take a value.
const WITH_VALUE: &str = "ACDEFHKPQTUXYbcdemortuwxyz";

/// No command in an example has more lines: beyond that, a quotation mark was not closed.
const LONGEST: usize = 300;

const CONTINUED: &str = "end each line but the last with a backslash, and nothing after it";

/// The mistakes in a block's `curl` commands.
pub fn mistakes(code: &str) -> Vec<Mistake> {
    let lines = lines(code);
    let mut mistakes = Vec::new();
    let mut next = 0;
    while next < lines.len() {
        if !begins(&code[lines[next].clone()]) {
            next += 1;
            continue;
        }
        match Command::read(code, &lines[next..]) {
            Ok(command) => {
                next += command.lines;
                mistakes.extend(command.mistakes());
                mistakes.extend(lines.get(next).and_then(|line| orphan(code, line)));
            }
            // Its end is unknown, and so is what follows.
            Err(mistake) => {
                mistakes.push(mistake);
                break;
            }
        }
    }
    mistakes
}

/// The lines of code, without their ends.
fn lines(code: &str) -> Vec<Range<usize>> {
    let mut at = 0;
    let line = |line: &str| {
        let start = at;
        at += line.len();
        start..start + line.trim_end_matches(['\r', '\n']).len()
    };
    code.split_inclusive('\n').map(line).collect()
}

/// Whether a `curl` command starts on a line, perhaps after variables: `KEY=x curl …`.
fn begins(line: &str) -> bool {
    unprompted(line).split_whitespace().find(|word| !word.contains('=')) == Some("curl")
}

/// A line without the shell's prompt.
fn unprompted(line: &str) -> &str {
    let line = line.trim_start();
    line.strip_prefix("$ ").or_else(|| line.strip_prefix("% ")).unwrap_or(line)
}

/// Finds an option on its own line, after a command that has ended.
fn orphan(code: &str, line: &Range<usize>) -> Option<Mistake> {
    let word = code[line.clone()].split_whitespace().next()?;
    let is_option = word.trim_start_matches('-').starts_with(|c: char| c.is_ascii_alphabetic());
    (word.starts_with('-') && is_option).then(|| {
        error(line.clone(), (format!("`{word}` belongs to no command: the line before it has no backslash"), CONTINUED))
    })
}

fn error(at: Range<usize>, (what, fix): Wrong) -> Mistake {
    Mistake::error(at, what, fix)
}

/// Whether a word redirects, or starts another command; perhaps with what follows attached: `2>&1`, `|jq`.
fn is_operator(word: &str) -> bool {
    let sign = word.trim_start_matches(|c: char| c.is_ascii_digit());
    sign.starts_with(['|', '&', ';', '>']) || sign == "<" || sign.starts_with("<<")
}

/// A command over one or more lines, as a shell reads it.
struct Command {
    /// Its first line.
    at: Range<usize>,
    words: Vec<String>,
    /// How many lines it spans.
    lines: usize,
    /// Its here-document (`<<EOF`) and the first line of that.
    below: Option<(Range<usize>, String)>,
}

impl Command {
    /// Reads the command that starts on the first line.
    ///
    /// # Errors
    /// It is cut off.
    fn read(code: &str, lines: &[Range<usize>]) -> Result<Self, Mistake> {
        let mut text = String::new();
        let mut last = 0..0;
        for (number, line) in lines.iter().enumerate().take(LONGEST) {
            let written = &code[line.clone()];
            text.push_str(if number == 0 { unprompted(written) } else { written });
            let end = written.trim_end();
            last = line.start + end.len().saturating_sub(1)..line.end;
            if end.ends_with('\\') && end != written {
                let what = "a space after the backslash ends the command here".to_owned();
                return Err(error(last, (what, CONTINUED)));
            }
            match shell_words::split(&text) {
                Ok(words) if !end.ends_with('\\') => {
                    let command = Self { at: lines[0].clone(), words, lines: number + 1, below: None };
                    return command.whole(code, &lines[number + 1..], last);
                }
                // It continues on the next line, as a quoted string may.
                _ => text.push('\n'),
            }
        }
        Err(if text.ends_with("\\\n") {
            error(last, ("nothing follows this backslash".to_owned(), "remove the backslash, or add what is missing"))
        } else {
            let what = "a quotation mark in this command is not closed".to_owned();
            error(lines[0].clone(), (what, "close it; in single quotes, write '\\'' for the sign itself"))
        })
    }

    /// The command including the lines of its here-document, up to the word that ends them.
    fn whole(mut self, code: &str, below: &[Range<usize>], last: Range<usize>) -> Result<Self, Mistake> {
        let nothing_follows = below.iter().all(|line| code[line.clone()].trim().is_empty());
        let open = self.words.last().filter(|word| matches!(word.as_str(), "|" | "||" | "&&"));
        if let Some(operator) = open.filter(|operator| nothing_follows && code[..last.end].ends_with(*operator)) {
            let what = format!("nothing follows this `{operator}`");
            let at = last.start + 1 - operator.len()..last.end;
            return Err(error(at, (what, "remove it, or add what is missing")));
        }
        let mut words = self.words.iter().map(String::as_str);
        let sign = words.find(|word| word.starts_with("<<") && !word.starts_with("<<<"));
        let Some(word) = sign.map(|sign| sign.trim_start_matches(['<', '-'])) else { return Ok(self) };
        let word = if word.is_empty() { words.next().unwrap_or_default() } else { word };
        let Some(end) = below.iter().position(|line| code[line.clone()].trim_start_matches('\t') == word) else {
            let what = format!("the here-document of this command does not end: no line is `{word}`");
            return Err(error(self.at, (what, "write the word on a line of its own, with no blank around it")));
        };
        let read: Vec<&str> = below[..end].iter().map(|line| &code[line.clone()]).collect();
        self.below = Some((below[0].clone(), read.join("\n")));
        self.lines += end + 1;
        Ok(self)
    }

    fn mistakes(&self) -> Vec<Mistake> {
        let mut words = self.words.iter().map(String::as_str).skip_while(|word| *word != "curl").skip(1).peekable();
        let mut mistakes = Vec::new();
        while let Some(word) = words.next().filter(|word| !is_operator(word)) {
            mistakes.extend(misspelt(word).map(|wrong| self.here(Severity::Warning, wrong)));
            mistakes.extend(typographic(word).map(|wrong| self.here(Severity::Error, wrong)));
            let Some((option, attached)) = with_value(word) else { continue };
            let attached = Some(attached).filter(|value| !value.is_empty());
            match attached.or_else(|| words.next_if(|next| with_value(next).is_none())) {
                Some("@-" | "@/dev/stdin") => mistakes.extend(
                    self.below.iter().filter_map(|(at, body)| body_trouble(body).map(|wrong| error(at.clone(), wrong))),
                ),
                Some(value) => {
                    let unquoted = value.ends_with(':') && words.peek().is_some_and(|next| is_word(next));
                    let wrong = match option {
                        'H' if unquoted => {
                            Some((format!("the header ends at `{value}`"), "quote values that contain spaces"))
                        }
                        _ => typographic(value).or_else(|| value_trouble(option, value)),
                    };
                    mistakes.extend(wrong.map(|wrong| self.here(Severity::Error, wrong)));
                }
                None => {
                    let wrong =
                        (format!("`{word}` has no value"), "write its value after it, quoted if it contains spaces");
                    mistakes.push(self.here(Severity::Error, wrong));
                }
            }
        }
        mistakes
    }

    fn here(&self, severity: Severity, (what, fix): Wrong) -> Mistake {
        Mistake { severity, at: self.at.clone(), what, fix }
    }
}

/// The letter of an option that takes a value, and the value if attached: `-XPOST`.
fn with_value(word: &str) -> Option<(char, &str)> {
    let letters = match word {
        "--request" => "X",
        "--header" => "H",
        "--data" | "--data-raw" | "--data-binary" | "--json" => "d",
        _ => word.strip_prefix('-')?,
    };
    let (at, letter) = letters.char_indices().find(|(_, letter)| *letter == '-' || WITH_VALUE.contains(*letter))?;
    (letter != '-').then(|| (letter, &letters[at + 1..]))
}

/// Whether a word is neither an option nor an address: curl cannot use it.
fn is_word(word: &str) -> bool {
    !word.starts_with('-') && !is_operator(word) && !word.contains(['.', '/', '$', '<', '{', ':'])
}

fn typographic(word: &str) -> Option<Wrong> {
    word.starts_with(['“', '”', '‘', '’', '„', '–', '—']).then(|| {
        let what = format!("`{word}` contains a typographic quote or dash that a shell does not understand");
        (what, "write plain quotes (\" ') and hyphens (-)")
    })
}

fn misspelt(word: &str) -> Option<Wrong> {
    let name = word.split('=').next().filter(|name| name.starts_with("--"))?;
    let near = COMMON.split_whitespace().map(|common| (strsim::damerau_levenshtein(name, common), common));
    match near.min()? {
        (0, _) if name != word => {
            Some((format!("not every curl understands `{name}=…`"), "separate an option and its value with a space"))
        }
        (1, common) => Some((format!("curl may not know `{name}`: `{common}`?"), "look it up in `curl --help all`")),
        _ => None,
    }
}

fn value_trouble(option: char, value: &str) -> Option<Wrong> {
    match option {
        'X' if http::meant(value).is_some() => {
            http::meant(value).map(|meant| (format!("`{value}` is not a method: {meant}?"), "correct the method"))
        }
        'X' if value.chars().any(|c| c.is_ascii_lowercase()) => {
            Some((format!("`{value}` is sent as it is, and is not a method"), "write the method in capitals"))
        }
        // `@file`, `$HEADER` and `<header>` are replaced later; `Name;` sends an empty one.
        'H' if !value.contains([':', ';']) && !value.starts_with(['@', '$', '<']) => {
            Some((format!("the header `{value}` has no colon"), "write it as \"Name: value\""))
        }
        'H' => value.split_once(':').and_then(|(name, _)| http::misspelt_header(name.trim())),
        'd' => body_trouble(value),
        _ => None,
    }
}

fn body_trouble(body: &str) -> Option<Wrong> {
    let body = body.trim();
    // What does not look like JSON at all is a form, or a file.
    if !body.starts_with(['{', '[']) || body.contains('⟦') {
        return None;
    }
    let wrong = json::wrong(body, json::Dialect::Strict)?;
    Some((format!("its body is not JSON: {}", wrong.what), "correct the body"))
}
