//! Finds invisible characters: in prose they reverse or hide words, in code they break what customers copy.

use super::parsed_text::{Finding, ParsedText};
use crate::campaign::characters::{Unseen, unseen};
use crate::campaign::definition::rule::Rule;
use crate::campaign::text::template::Part;

/// Finds characters that are invisible, or look like a space but are not one.
pub fn characters(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let of_part = |part| parsed.raw(part).char_indices().map(move |(at, c)| (part, at, c));
    let all = [Part::Subject, Part::Body].into_iter().flat_map(of_part);
    let mut findings: Vec<Finding> = Vec::new();
    for (part, at, c) in all {
        let Some(what) = unseen(c) else { continue };
        let in_code = part == Part::Body && parsed.is_code(at);
        if !in_code && what != Unseen::Deceives {
            continue;
        }
        let end = at + c.len_utf8();
        // Several in a row are one mistake.
        match findings.last_mut().filter(|last| last.part == part && last.at.end == at) {
            Some(last) => last.at.end = end,
            None => findings.push(finding(part, at..end, c, in_code)),
        }
    }
    findings
}

fn finding(part: Part, at: std::ops::Range<usize>, c: char, in_code: bool) -> Finding {
    let place = if in_code { "in code, which customers copy" } else { "here" };
    let what = format!("invisible character {place}: U+{:04X}", u32::from(c));
    Finding::error(Rule::HiddenCharacter, part, at, what, "delete it, and type the text by hand")
}
