//! Running code examples through the commands that the campaign configures for their language.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::ffi::OsString;
use std::num::NonZero;
use std::ops::Range;
use std::path::Path;

use regex_lite::Regex;

use super::isolated;
use super::tried::tried;
use crate::app::App;
use crate::app::failure::Failure;
use crate::app::observer::{Event, Work};
use crate::campaign::definition::CodeCheck;
use crate::campaign::definition::problem::Problem;
use crate::campaign::lint::{CodeRuns, Tried};

/// How many lines of a command's error output are shown: the last ones.
const LINES: usize = 8;

/// The result of running examples.
#[derive(Debug, Default)]
pub struct Examples {
    /// How many examples were run.
    pub run: usize,
    /// Those that their commands accept.
    pub accepted: CodeRuns,
    /// One finding for each example that a command rejects.
    pub refused: Vec<Problem>,
}

/// Runs each example once through each command for its language, as many at a time as there are
/// cores.
pub async fn refused(app: &App<'_>, checks: &[CodeCheck], examples: &[(String, Tried)]) -> Result<Examples, Failure> {
    let mut seen = HashSet::new();
    let mut pairs = Vec::new();
    for (at, check) in checks.iter().enumerate() {
        let language = check.language.to_lowercase();
        let of_language = examples.iter().filter(|(own, _)| *own == language).map(|(_, example)| example);
        pairs.extend(of_language.filter(|one| seen.insert((at, one.text.trim_end()))).map(|one| (check, one)));
    }
    let run = pairs.len();
    let confined = Cell::new(true);
    let accepted = RefCell::new(CodeRuns::default());
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let refused = tried(app, Work::RunningExamples, cores, pairs, async |(check, example)| {
        let command: Vec<OsString> = check.command.iter().map(|word| from_root(&app.root, word)).collect();
        let (how, said) = match isolated::run(&command, &example.text, check.timeout).await {
            Ok(ended) => {
                confined.set(confined.get() && ended.confined);
                if ended.success {
                    accepted.borrow_mut().insert(check, &example.text);
                    return Vec::new();
                }
                (ended.how, ended.said)
            }
            Err(why) => (why, String::new()),
        };
        vec![finding(check, example, &how, &said)]
    });
    let refused = refused.await?;
    if run > 0 && !confined.get() {
        let words = "this system cannot confine code examples: they could write and read whatever you can";
        app.observer.tell(Event::Warning(words.to_owned()));
    }
    Ok(Examples { run, accepted: accepted.into_inner(), refused })
}

/// An argument of a command. Examples run in another folder, so a file of the repository is given by its absolute path.
fn from_root(root: &Path, word: &str) -> OsString {
    let path = Path::new(word);
    let whole = || std::path::absolute(root.join(path)).ok().filter(|whole| whole.is_file());
    let names_a_file = path.is_relative() && !word.starts_with('-') && !word.is_empty();
    names_a_file.then(whole).flatten().map_or_else(|| word.into(), Into::into)
}

/// The finding that an example was rejected, at the line the command reports, if it reports one.
fn finding(check: &CodeCheck, example: &Tried, how: &str, said: &str) -> Problem {
    let code: Vec<&str> = example.text.lines().collect();
    let line = line_named(said, code.len()).map(|number| (number, code[number - 1].trim()));
    let at = line.map_or_else(String::new, |(number, text)| format!(" in its line {number} `{text}`"));
    let words = [how.to_owned(), last_lines(said)].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
    let what = format!("{} rejects this example{at}: {}", check.command.join(" "), words.join(", "));
    let fix = "correct the example, or the command in [[check]]".to_owned();
    let span = line.and_then(|(number, text)| span_of(&example.finding, number, text));
    let span = span.unwrap_or_else(|| example.finding.span.clone());
    Problem { span, what, fix, ..example.finding.clone() }
}

fn last_lines(said: &str) -> String {
    let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines[lines.len().saturating_sub(LINES)..].join(" | ")
}

/// The last line of standard input named in the error output, if it is one of `lines`: `line 3`, `<stdin>:3:5`,
/// `-:3:`.
fn line_named(said: &str, lines: usize) -> Option<usize> {
    #[allow(clippy::expect_used, reason = "the pattern is a constant, and a test tries it")]
    let pattern =
        Regex::new(r#"(?:(?:^|[^\w"])line |(?:stdin|input|string|unknown)[>\]"]?(?:, line |:)|(?:^|\s)-:)(\d+)"#)
            .expect("a pattern of ours");
    let own = said.lines().filter(|line| !names_another_file(line));
    let numbers = own.flat_map(|line| pattern.captures_iter(line).filter_map(|found| found[1].parse().ok()));
    numbers.filter(|number| (1..=lines).contains(number)).last()
}

/// Whether a line of error output is about a file on disk, such as a library of the language.
fn names_another_file(line: &str) -> bool {
    line.contains("File \"/") || line.contains("(/") || line.contains(" at /") || line.contains("(node:")
}

/// Where a line of an example is in its source file, if it is there word for word.
fn span_of(finding: &Problem, number: usize, code: &str) -> Option<Range<usize>> {
    let text = &finding.source.text;
    let start = text[..finding.span.start].rfind('\n').map_or(0, |before| before + 1);
    // The source line may have more before the code, such as `'''`.
    let mut at = start;
    for (count, line) in text[start..].split_inclusive('\n').enumerate().take(number + 1) {
        if count + 1 >= number && !code.is_empty() && line.contains(code) {
            let begin = at + line.find(code)?;
            return Some(begin..begin + code.len());
        }
        at += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::definition::problem::Source;

    #[test]
    fn the_line_that_an_error_names_is_found_for_every_tool() {
        for (said, line) in [
            ("  File \"<unknown>\", line 2\n    f(\n     ^\nSyntaxError: '(' was never closed", Some(2)),
            (
                "Traceback:\n  File \"<string>\", line 1, in <module>\n  File \"/usr/lib/ast.py\", line 3, in parse\n  File \"<unknown>\", line 4",
                Some(4),
            ),
            ("Expecting ',' delimiter: line 3 column 5 (char 12)", Some(3)),
            ("[stdin]:2\nconst x = ;\nSyntaxError: Unexpected token\n    at node:internal/vm:1", Some(2)),
            ("-:4: syntax error, unexpected end", Some(4)),
            ("bash: line 2: syntax error near unexpected token", Some(2)),
            ("<standard input>:3:5: expected declaration", Some(3)),
            ("PHP Parse error: unexpected end in Standard input code on line 1", Some(1)),
            ("parse error: unfinished at line 9, column 4", None),
            ("no such thing", None),
            ("error at 10:30:02", None),
        ] {
            assert_eq!(line_named(said, 4), line, "{said}");
        }
    }

    #[test]
    fn a_line_of_an_example_is_found_in_its_file() {
        let text = "a\nafter = '''one()\ntwo(\n'''\n";
        let source = Source::new("campaign.toml", text);
        let start = text.find("'''").unwrap();
        let finding = Problem::error(&source, start..start + 3, "", "");
        assert_eq!(span_of(&finding, 2, "two(").map(|span| &text[span]), Some("two("));
        assert_eq!(span_of(&finding, 2, "three("), None);
        assert_eq!(span_of(&finding, 9, "two("), None);
    }

    #[test]
    fn a_file_of_the_repository_is_named_by_its_whole_path_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("check.py"), "").unwrap();
        assert_eq!(from_root(folder.path(), "check.py"), folder.path().join("check.py"));
        for word in ["-c", "python3", "import x", "", "/bin/sh"] {
            assert_eq!(from_root(folder.path(), word), word);
        }
    }
}
