//! Characters that nobody sees: in prose they reverse or hide words, in code they break what customers copy.

use super::sheet::{Finding, Sheet};
use crate::campaign::definition::rule::Rule;
use crate::campaign::text::template::Part;

/// Characters that cannot be seen, or look like a blank and are none.
pub fn characters(sheet: &Sheet<'_>) -> Vec<Finding> {
    let of_part = |part| sheet.raw(part).char_indices().map(move |(at, c)| (part, at, c));
    let all = [Part::Subject, Part::Body].into_iter().flat_map(of_part);
    let mut findings: Vec<Finding> = Vec::new();
    for (part, at, c) in all.filter(|(_, _, c)| deceives(*c) || breaks_code(*c)) {
        let in_code = part == Part::Body && sheet.is_code(at);
        if !(in_code || deceives(c)) {
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
    let what = format!("a character that cannot be seen stands {place}: U+{:04X}", u32::from(c));
    Finding::error(Rule::HiddenCharacter, part, at, what, "delete what stands there, and type it by hand")
}

/// What has no place in a mail at all: control characters, changes of direction, blanks without width.
fn deceives(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
        || matches!(c, '\u{180E}' | '\u{200B}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// What prose in some languages needs, and no program takes for what it looks like.
fn breaks_code(c: char) -> bool {
    c.is_whitespace() && !c.is_ascii()
        || matches!(c, '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{200C}'..='\u{200F}' | '\u{E0000}'..='\u{E007F}')
}
