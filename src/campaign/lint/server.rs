//! What the server does to a mail: it removes HTML, and limits lengths.

use super::parsed_text::{Finding, ParsedText};
use crate::campaign::definition::rule::Rule;
use crate::campaign::text::template::Part;
use crate::campaign::text::{CLOSE, LONGEST, OPEN, Personal};

/// The maximum length of a subject in the published contract, in characters.
const LONGEST_SUBJECT: usize = 998;
/// The maximum length of a body in the published contract, in characters.
const LONGEST_BODY: usize = 262_144;
/// How much of a subject most mail programs show, in characters.
const SHOWN_SUBJECT: usize = 78;

/// Finds raw HTML: text in angle brackets is missing when the mail arrives.
pub fn raw_html(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let mut opened: Vec<String> = Vec::new();
    let mut findings = Vec::new();
    for span in &parsed.html {
        let html = parsed.text.body[span.clone()].lines().next().unwrap_or_default();
        let name = tag_name(html);
        // A closing tag is reported with its opening tag.
        if html.starts_with("</") && opened.contains(&name) {
            continue;
        }
        opened.push(name);
        let shown: String = html.chars().take(40).collect();
        let fix = "write Markdown; put literal text into backticks: `<key>`";
        let what = format!("the server drops `{shown}`, since it is HTML");
        let finding = Finding::error(Rule::RawHtml, Part::Body, span.start..span.start + html.len(), what, fix);
        // A lost comment does no harm.
        findings.push(if html.starts_with("<!--") { finding.into_warning() } else { finding });
    }
    findings
}

fn tag_name(html: &str) -> String {
    let name = html.trim_start_matches(['<', '/']).chars().take_while(|c| c.is_alphanumeric());
    name.collect::<String>().to_lowercase()
}

/// Finds subjects and bodies that are too long.
pub fn lengths(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let (subject, body) = (&parsed.text.subject, &parsed.text.body);
    let (written, widest) = (subject.chars().count(), widest(subject));
    let whole = |part: &str| 0..part.len();
    let subject = if widest > LONGEST_SUBJECT {
        let what = format!("the subject may have {widest} characters, and the server takes {LONGEST_SUBJECT}");
        Some(Finding::error(Rule::SubjectLength, Part::Subject, whole(subject), what, "shorten it"))
    } else if written > SHOWN_SUBJECT {
        let what = format!("the subject has {written} characters; most programs cut it after {SHOWN_SUBJECT}");
        let fix = "shorten it, the important part first";
        Some(Finding::error(Rule::SubjectLength, Part::Subject, whole(subject), what, fix).into_warning())
    } else {
        None
    };
    let long = Some(self::widest(body)).filter(|length| *length > LONGEST_BODY).map(|length| {
        let what = format!("the mail may have {length} characters, and the server takes {LONGEST_BODY}");
        Finding::error(Rule::BodyLength, Part::Body, 0..0, what, "shorten it, or move details to the guide")
    });
    subject.into_iter().chain(long).collect()
}

/// The length of a part in characters, with the longest values filled in.
fn widest(part: &str) -> usize {
    let pieces = part.split([OPEN, CLOSE]).enumerate();
    pieces
        .map(|(number, piece)| match piece.parse::<Personal>() {
            // An escaped character takes two.
            Ok(_) if number % 2 == 1 => 2 * (LONGEST + 1),
            _ => piece.chars().count(),
        })
        .sum()
}

/// Finds personal values inside code, where they cannot be escaped.
pub fn personal_in_code(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let body = &parsed.text.body;
    let spans = parsed.spans.iter().map(|span| (span.clone(), true));
    let blocks = parsed.blocks.iter().map(|block| (block.span.clone(), false));
    let mut findings = Vec::new();
    for (span, in_line) in spans.chain(blocks) {
        for (at, _) in body[span.clone()].match_indices(OPEN) {
            let rest = &body[span.start + at..span.end];
            let Some(placeholder) = rest.split_inclusive(CLOSE).next() else { continue };
            let name = placeholder.trim_matches([OPEN, CLOSE]);
            // In a block, an id or a number may be part of the example; a name may contain any
            // character.
            if in_line || name == Personal::Name.to_string() {
                let at = span.start + at..span.start + at + placeholder.len();
                let what = format!("`{name}` is in code, where its value is printed unchanged");
                let fix = "take it out of the backticks, or make sure that it cannot break the code";
                findings.push(Finding::error(Rule::PersonalInCode, Part::Body, at, what, fix).into_warning());
            }
        }
    }
    findings
}
