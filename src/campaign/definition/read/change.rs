//! `[[change]]`: what customers must change, and whom it concerns.

use super::values::{read_link, read_name, read_query, required_line, required_text};
use crate::campaign::definition::fields::{At, Fields, Findings};
use crate::campaign::definition::operation::Operation;
use crate::campaign::definition::{Change, Concerns};

pub(super) fn read_change(findings: &Findings, fields: Fields<'_, '_>) -> Option<At<Change>> {
    let id = read_name(findings, &fields, "id");
    let (title, text) = (required_line(findings, &fields, "title"), required_text(findings, &fields, "text"));
    let (before, after) = (fields.optional("before"), fields.optional("after"));
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
    let oasdiff = fields.optional("oasdiff").map(|at| at.value).unwrap_or_default();
    fields.finish();
    let id = id?;
    let (before, after) = (before.map(|at| at.value), after.map(|at| at.value));
    let (title, text, concerns) = (title?, text?, concerns?);
    let change = Change { id: id.value, title, text, before, after, url, concerns, operations, oasdiff };
    Some(At { value: change, span: id.span })
}

fn read_operations(findings: &Findings, fields: &Fields<'_, '_>) -> Vec<Operation> {
    let Some(listed) = fields.optional::<Vec<String>>("operations") else { return Vec::new() };
    if listed.value.is_empty() {
        let fix = "leave `operations` out if it does not matter who calls what";
        findings.error(listed.span.clone(), "a change of no operation", fix);
    }
    let mut operations = Vec::new();
    for text in listed.value {
        match Operation::parse(&text) {
            Ok(operation) => operations.push(operation),
            Err(why) => {
                let fix = "write it as in \"GET /v1/items/{id}\": the method, a space, the path";
                findings.error(listed.span.clone(), format!("`{text}` is no operation: {why}"), fix);
            }
        }
    }
    operations
}
