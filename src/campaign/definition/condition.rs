//! Conditions over named numbers, written as template expressions: `old_calls == 0 and new_calls > 0`.

use std::ops::Range;

use tera::{Context, ErrorKind, Tera, Value};

use super::UsageRules;
use super::expression::scan;
use super::problem::{Source, nearest};

/// A parsed condition that can be evaluated for many sets of numbers.
#[derive(Debug)]
pub struct Condition {
    tera: Tera,
}

/// Why a text is not a valid condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The byte range in the text.
    pub span: Range<usize>,
    /// What is wrong.
    pub what: String,
    /// How to fix it.
    pub fix: String,
}

impl UsageRules {
    /// Parses one of the rules.
    ///
    /// # Errors
    /// It is not a condition over the numbers of calls.
    pub fn compile(rule: &str) -> Result<Condition, Fault> {
        Condition::compile(rule, &["old_calls", "new_calls"])
    }
}

const NAME: &str = "condition";
const BEFORE: &str = "{% if ";
const AFTER: &str = " %}yes{% endif %}";

impl Condition {
    /// Parses a condition that may use only these names. It is evaluated once, so that one that can never be
    /// evaluated is found here.
    pub fn compile(text: &str, names: &[&'static str]) -> Result<Self, Fault> {
        let whole = || 0..text.len();
        if ["%}", "{%", "{{", "}}", "{#"].iter().any(|sign| text.contains(sign)) || text.trim().is_empty() {
            let fix = "write it as in \"old_calls == 0 and new_calls > 0\"";
            return Err(Fault { span: whole(), what: "not a condition".to_owned(), fix: fix.to_owned() });
        }
        let template = format!("{BEFORE}{text}{AFTER}");
        unknown_name(&template, names).map_or(Ok(()), Err)?;
        let mut tera = Tera::default();
        tera.add_raw_template(NAME, &template).map_err(|error| fault(&error, text, &template))?;
        let condition = Self { tera };
        for none_some_all in 0..1_u64 << names.len() {
            let numbers = names.iter().enumerate().map(|(place, name)| (*name, none_some_all >> place & 1));
            let numbers: Vec<_> = numbers.collect();
            condition.render(&numbers).map_err(|error| fault(&error, text, &template))?;
        }
        Ok(condition)
    }

    /// Whether it holds for these numbers.
    ///
    /// # Errors
    /// It cannot be evaluated for them, for example because of a division by zero.
    pub fn holds(&self, numbers: &[(&'static str, u64)]) -> Result<bool, String> {
        self.render(numbers).map(|text| !text.is_empty()).map_err(|error| said(&error))
    }

    fn render(&self, numbers: &[(&'static str, u64)]) -> tera::TeraResult<String> {
        let mut context = Context::new();
        for (name, number) in numbers {
            context.insert_value(*name, Value::from(*number));
        }
        self.tera.render(NAME, &context)
    }
}

/// The engine treats an unknown name in a condition as false.
fn unknown_name(template: &str, names: &[&str]) -> Option<Fault> {
    let found = scan(template).uses.into_iter().find(|found| names.iter().all(|name| found.path != [*name]))?;
    let name = found.path.join(".");
    let fix = match nearest(&name, names.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("a condition may use {}", names.join(", ")),
    };
    let span = found.span.start - BEFORE.len()..found.span.end - BEFORE.len();
    Some(Fault { span, what: format!("there is no `{name}` here"), fix })
}

fn fault(error: &tera::Error, text: &str, template: &str) -> Fault {
    let whole = 0..text.len();
    let span = match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
            let source = Source::new(NAME, template);
            let place = |line, column| source.offset(line, column + 1).saturating_sub(BEFORE.len()).min(text.len());
            let span = report.span();
            place(span.start_line, span.start_col)..place(span.end_line, span.end_col)
        }
        _ => whole,
    };
    let span = span.start..span.end.max(span.start);
    Fault { span, what: format!("not a condition: {}", said(error)), fix: String::new() }
}

fn said(error: &tera::Error) -> String {
    match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => report.message().to_owned(),
        // Below the message, the engine prints an excerpt of a template that the user did not write.
        other => other.to_string().lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 2] = ["old_calls", "new_calls"];

    fn holds(text: &str, old: u64, new: u64) -> bool {
        let condition = Condition::compile(text, &NAMES).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
        condition.holds(&[("old_calls", old), ("new_calls", new)]).unwrap()
    }

    #[test]
    fn it_is_judged_as_the_engine_judges_it() {
        assert!(holds("old_calls == 0 and new_calls > 0", 0, 1));
        assert!(!holds("old_calls == 0 and new_calls > 0", 1, 1));
        assert!(holds("new_calls >= 100 * old_calls", 3, 300));
        assert!(holds("not old_calls", 0, 0));
        assert!(holds("old_calls\n  < new_calls", 1, u64::MAX));
    }

    #[test]
    fn uses_that_cannot_be_judged_are_refused_at_their_place() {
        for (text, what, span) in [
            ("old_calls == 0 and nwe_calls > 0", "there is no `nwe_calls` here", 19..28),
            ("contact.name", "there is no `contact.name` here", 0..12),
            ("old_calls = 0", "not a condition", 10..11),
            ("old_calls >", "not a condition", 11..11),
            ("old_calls | nonsense", "not a condition: Unknown filter `nonsense`", 0..20),
            ("new_calls / old_calls > 3", "not a condition: Cannot divide by 0", 12..21),
            ("true %}{% if false", "not a condition", 0..18),
            (" ", "not a condition", 0..1),
        ] {
            let fault = Condition::compile(text, &NAMES).err().unwrap_or_else(|| panic!("{text}"));
            assert!(fault.what.starts_with(what), "{text}: {fault:?}");
            assert_eq!(fault.span, span, "{text}: {fault:?}");
        }
    }
}
