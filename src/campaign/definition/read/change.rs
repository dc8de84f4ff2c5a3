//! `[[change]]` and its `[[change.example]]`: what customers must change, and the code that shows it.

use super::values::{one_of, optional_line, read_link, read_name, read_query, required_line, required_text};
use crate::campaign::definition::fields::{At, Fields, Findings};
use crate::campaign::definition::operation::Operation;
use crate::campaign::definition::{Change, Concerns, Example, RunCode};

/// How the table of an example is written.
const EXAMPLE: &str = "[[change.example]]";

pub(super) fn read_change(findings: &Findings, fields: Fields<'_, '_>) -> Option<At<Change>> {
    let id = read_name(findings, &fields, "id");
    let (title, text) = (required_line(findings, &fields, "title"), required_text(findings, &fields, "text"));
    let task = optional_line(findings, &fields, "task");
    let (before, after) = (fields.optional("before"), fields.optional("after"));
    let language = read_language(findings, fields.optional("language"));
    let run = read_run(findings, &fields);
    let url = read_link(findings, &fields, "url");
    let segments = fields.optional::<Vec<String>>("segments");
    let tags = fields.optional::<String>("tags");
    if let (Some(_), Some(tags)) = (&segments, &tags) {
        findings.error(tags.span.clone(), "a change has both `segments` and `tags`", "keep one of the two");
    }
    let concerns = match (segments, tags) {
        (Some(segments), _) => Some(Concerns::Segments(segments.value)),
        (None, Some(tags)) => read_query(findings, Some(tags)).map(|at| Concerns::Tags(at.value)),
        (None, None) => Some(Concerns::Everybody),
    };
    let operations = read_operations(findings, &fields);
    let level = one_of(findings, fields.optional("level"), &["err", "warn", "info"]);
    let level = level.and_then(|level| level.parse().ok());
    let oasdiff = fields.optional("oasdiff").map(|at| at.value).unwrap_or_default();
    let examples = fields.tables("example", EXAMPLE);
    let examples: Vec<_> = examples.into_iter().filter_map(|fields| read_example(findings, fields)).collect();
    distinct_labels(findings, &examples);
    fields.finish();
    let id = id?;
    let (before, after) = (before.map(|at| at.value), after.map(|at| at.value));
    let (title, text, concerns) = (title?, text?, concerns?);
    let change = Change {
        id: id.value,
        title,
        task,
        language,
        text,
        before,
        after,
        run,
        examples: examples.into_iter().map(|at| at.value).collect(),
        url,
        concerns,
        operations,
        level,
        oasdiff,
    };
    Some(At { value: change, span: id.span })
}

/// Reads an example in another language; omits an unreadable one, with a finding.
fn read_example(findings: &Findings, fields: Fields<'_, '_>) -> Option<At<Example>> {
    let language = fields.required::<String>("language");
    let span = language.as_ref().map_or_else(|| fields.span(), |at| at.span.clone());
    let language = read_language(findings, language);
    let title = optional_line(findings, &fields, "title");
    let (before, after) = (fields.optional("before"), fields.optional("after"));
    let run = read_run(findings, &fields);
    if !fields.has("before") && !fields.has("after") {
        findings.error(span.clone(), "an example without code", "add `before`, `after` or both");
    }
    fields.finish();
    let (before, after) = (before.map(|at| at.value), after.map(|at| at.value));
    Some(At { value: Example { language: language?, title, before, after, run }, span })
}

/// Finds labels that occur twice: readers find their example by its label.
fn distinct_labels(findings: &Findings, examples: &[At<Example>]) {
    for (number, example) in examples.iter().enumerate() {
        let label = example.value.label();
        if examples[..number].iter().any(|earlier| earlier.value.label().eq_ignore_ascii_case(label)) {
            let fix = "give one of them another `title`, such as \"Python SDK\"";
            findings.error(example.span.clone(), format!("two examples of this change are called `{label}`"), fix);
        }
    }
}

fn read_run(findings: &Findings, fields: &Fields<'_, '_>) -> RunCode {
    let run = one_of(findings, fields.optional("run"), &["after", "both", "none"]);
    run.and_then(|run| run.parse().ok()).unwrap_or_default()
}

/// One word, since it is written after the back-ticks.
fn read_language(findings: &Findings, language: Option<At<String>>) -> Option<String> {
    let language = language?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '+' | '#' | '.');
    if language.value.is_empty() || !language.value.chars().all(plain) {
        let fix = "write it as after the back-ticks: \"python\"";
        findings.error(language.span, "`language` is not one word", fix);
        return None;
    }
    Some(language.value)
}

fn read_operations(findings: &Findings, fields: &Fields<'_, '_>) -> Vec<Operation> {
    let Some(listed) = fields.optional::<Vec<String>>("operations") else { return Vec::new() };
    if listed.value.is_empty() {
        let fix = "leave `operations` out if it does not matter who calls what";
        findings.error(listed.span.clone(), "`operations` is empty", fix);
    }
    let mut operations = Vec::new();
    for text in listed.value {
        match Operation::parse(&text) {
            Ok(operation) => operations.push(operation),
            Err(why) => {
                let fix = "write it as in \"GET /v1/items/{id}\": the method, a space, the path";
                findings.error(listed.span.clone(), format!("`{text}` is not an operation: {why}"), fix);
            }
        }
    }
    operations
}
