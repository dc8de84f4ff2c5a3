//! A draft as a file: a head that says who gets it, then the text, byte for byte as locked.

use std::fs;
use std::path::Path;

use crate::campaign::text::difference;
use crate::campaign::text::digest::Digest;
use crate::campaign::text::draft::{Differs, Draft};
use crate::campaign::text::lock::Lock;
use crate::campaign::text::template::Inputs;
use crate::campaign::text::{CLOSE, OPEN, Text, presentable};

/// The separator before the text.
const BODY: &str = "-->\n\n";
/// The start of a line that changes by itself: it is updated only together with the rest.
const COUNT: &str = "Recipients when this was written: ";
/// How many combinations of tags are listed; all are in the lock.
const LISTED: usize = 12;

/// The file of a draft.
pub fn draft_page(lock: &Lock, draft: &Draft) -> String {
    let mut head = vec![
        format!("{}: edit the template", signature(lock)),
        format!("{}, not this file. Text in {OPEN}brackets{CLOSE} differs for each recipient.", draft.variant.template),
        String::new(),
        format!("{COUNT}{}", draft.variant.recipients),
    ];
    head.extend(draft.variant.inputs.iter().take(LISTED).map(readers));
    if let Some(more) = draft.variant.inputs.len().checked_sub(LISTED).filter(|more| *more > 0) {
        head.push(format!("and for {more} more combinations of tags: see lock.toml"));
    }
    match &draft.differs {
        None => head.push("The most common text of this phase: the others are compared with it.".to_owned()),
        Some(differs) => head.extend(told_apart(differs)),
    }
    head.push(format!("Digest: {}", draft.variant.digest));
    let head: String = head.iter().map(|line| format!("{}\n", inert(line))).collect();
    text_page(&format!("<!--\n{head}"), &draft.variant.text)
}

/// The start of a draft's head.
fn signature(lock: &Lock) -> String {
    format!("Draft of phase {}, campaign {}. Written by `mmig draft`", lock.phase, lock.campaign)
}

/// Whether a file is a draft of this phase, from any time; a person's note beside the drafts is not.
pub fn is_draft(file: &str, lock: &Lock) -> bool {
    let file = file.trim_start_matches('\u{FEFF}');
    file.strip_prefix("<!--").is_some_and(|head| head.trim_start().starts_with(&signature(lock)))
}

/// The text after the head of a file; `None` if it is not the text with this digest, or no longer.
pub fn read_text(path: &Path, digest: Digest) -> Option<Text> {
    read(&fs::read_to_string(path).ok()?).filter(|text| text.digest() == digest)
}

fn read(file: &str) -> Option<Text> {
    let file = file.replace("\r\n", "\n");
    let (_, page) = file.split_once(BODY)?;
    let (subject, body) = page.strip_prefix("Subject: ")?.split_once("\n\n")?;
    Some(Text { subject: subject.to_owned(), body: body.to_owned() })
}

/// A head, and the text that [`read_text`] finds after it.
pub fn text_page(head: &str, text: &Text) -> String {
    format!("{head}{BODY}{}", text.page())
}

/// Whether two versions of a draft differ only in the number of recipients.
pub fn says_the_same(one: &str, other: &str) -> bool {
    let lines = |file: &str| -> Vec<String> {
        let head = file.find(BODY).unwrap_or(0);
        let counted = |line: &&str| line.starts_with(COUNT);
        let kept = file[..head].lines().filter(|line| !counted(line)).chain(std::iter::once(&file[head..]));
        kept.map(str::to_owned).collect()
    };
    lines(one) == lines(other)
}

fn readers(inputs: &Inputs) -> String {
    let mut line = format!("For segment {}", inputs.segment);
    if !inputs.changes.is_empty() {
        line.push_str(&format!(", changes {}", inputs.changes.join(", ")));
    }
    match inputs.tags.as_deref() {
        None => {}
        Some([]) => line.push_str(", without the tags that the template asks for"),
        Some(tags) => {
            let tags: Vec<String> = tags.iter().map(|tag| presentable(tag)).collect();
            line.push_str(&format!(", tags {}", tags.join(", ")));
        }
    }
    if !inputs.had.is_empty() {
        line.push_str(&format!(", who already have {}", inputs.had.join(", ")));
    }
    if let Some(told) = inputs.told_deadline {
        line.push_str(&format!(", who were given the deadline {told}"));
    }
    line
}

fn told_apart(differs: &Differs) -> Vec<String> {
    let mut lines = vec![format!("Differs from {}, the most common text of this phase:", differs.from)];
    lines.extend(differs.why.iter().map(|why| format!("  {why}")));
    if differs.alike {
        lines.extend(difference::hunks(&differs.lines, 0).iter().map(|line| format!("  {}", line.signed().trim_end())));
    } else {
        lines.push("  most of its lines are its own".to_owned());
    }
    lines
}

/// A line that cannot end the comment around it.
fn inert(line: &str) -> String {
    line.replace("-->", "-- >").replace("--!>", "--! >")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_reads_back_whatever_line_ends_git_makes() {
        let text = Text { subject: "a: b".to_owned(), body: "x\n\n-->\n\nSubject: y\n".to_owned() };
        let file = text_page("<!--\nhead\n", &text);
        assert_eq!(read(&file), Some(text.clone()));
        assert_eq!(read(&file.replace('\n', "\r\n")), Some(text));
    }

    #[test]
    fn only_the_number_of_recipients_may_differ_unnoticed() {
        let file = format!("<!--\n{COUNT}3\nFor segment rest\n{BODY}Subject: x\n\n{COUNT}3\n");
        assert!(says_the_same(&file, &file.replacen(": 3", ": 4", 1)));
        assert!(!says_the_same(&file, &file.replace("rest", "graphql")));
        assert!(!says_the_same(&file, &file.replace(": 3", ": 4")));
    }

    #[test]
    fn a_line_of_the_head_cannot_end_it() {
        assert_eq!(inert("+curl --> x --!> y"), "+curl -- > x --! > y");
    }
}
