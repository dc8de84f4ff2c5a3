//! How a waiting mail differs from the one that was submitted, including invisible differences.

use similar::{ChangeTag, TextDiff};

use crate::campaign::text::Text;

/// How many lines are shown; if a whole mail was replaced, that is enough.
const SHOWN: usize = 24;

/// The lines that differ, submitted ones with `-`, waiting ones with `+`, and the position of the first
/// difference.
pub(super) fn difference(submitted: &Text, waiting: &Text) -> Vec<String> {
    let (submitted, waiting) = (page(submitted), page(waiting));
    let diff = TextDiff::from_lines(&submitted, &waiting);
    let mut changes = diff.iter_all_changes().filter_map(|change| match change.tag() {
        ChangeTag::Equal => None,
        ChangeTag::Delete => Some(format!("- {}", visible(change.value()))),
        ChangeTag::Insert => Some(format!("+ {}", visible(change.value()))),
    });
    let mut lines: Vec<String> = changes.by_ref().take(SHOWN).collect();
    let more = changes.count();
    if more > 0 {
        lines.push(format!("and {more} more lines"));
    }
    lines.push(first_difference(&submitted, &waiting));
    lines
}

/// The changed lines of a difference, anywhere in the mail; `None` if there are more than are shown.
pub(super) fn whole_change(difference: &[String]) -> Option<&[String]> {
    let (_place, lines) = difference.split_last()?;
    (lines.len() <= SHOWN).then_some(lines)
}

fn page(text: &Text) -> String {
    format!("Subject: {}\n\n{}", text.subject, text.body)
}

/// A line with invisible and ambiguous characters written out.
fn visible(line: &str) -> String {
    let Some(line) = line.strip_suffix('\n') else {
        return format!("{} (no line break at the end)", visible_part(line));
    };
    let end = line.trim_end_matches(' ').len();
    format!("{}{}", visible_part(&line[..end]), "\\u{20}".repeat(line.len() - end))
}

fn visible_part(part: &str) -> String {
    let plain = |c: char| c == ' ' || c.is_ascii_graphic() || c.is_alphanumeric();
    // Visible symbols such as dashes and quotes are common; characters without ink are not.
    let inkless = |c: char| c.is_control() || c.is_whitespace() || c.escape_debug().len() > 1;
    part.chars().map(|c| if plain(c) || !inkless(c) { c.to_string() } else { c.escape_unicode().to_string() }).collect()
}

/// Two letters may look alike, so both are named by code.
fn first_difference(submitted: &str, waiting: &str) -> String {
    let at = submitted.chars().zip(waiting.chars()).take_while(|(a, b)| a == b).count();
    let before: String = submitted.chars().take(at).collect();
    let (line, column) =
        (before.matches('\n').count() + 1, before.chars().rev().take_while(|c| *c != '\n').count() + 1);
    let name =
        |text: &str| text.chars().nth(at).map_or_else(|| "the end".to_owned(), |c| format!("U+{:04X}", c as u32));
    format!("first difference: line {line}, column {column}: {} where {} was submitted", name(waiting), name(submitted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(submitted: &str, waiting: &str) -> Vec<String> {
        let text = |body: &str| Text { subject: "s".to_owned(), body: body.to_owned() };
        difference(&text(submitted), &text(waiting))
    }

    #[test]
    fn invisible_characters_are_written_out() {
        let first = "first difference: line 3, column";
        for (waiting, shown, place) in [
            ("key \n", "+ key\\u{20}", format!("{first} 4: U+0020 where U+000A was submitted")),
            ("k\u{200b}ey\n", "+ k\\u{200b}ey", format!("{first} 2: U+200B where U+0065 was submitted")),
            ("key\r\n", "+ key\\u{d}", format!("{first} 4: U+000D where U+000A was submitted")),
            ("key", "+ key (no line break at the end)", format!("{first} 4: the end where U+000A was submitted")),
            // A Cyrillic letter.
            ("kеy\n", "+ kеy", format!("{first} 2: U+0435 where U+0065 was submitted")),
        ] {
            assert_eq!(of("key\n", waiting), ["- key".to_owned(), shown.to_owned(), place]);
        }
    }

    #[test]
    fn a_mail_that_was_replaced_as_a_whole_is_cut() {
        let other: String = (0..50).map(|number| format!("line {number}\n")).collect();
        let lines = of("key\n", &other);
        assert_eq!((lines.len(), lines[SHOWN].as_str()), (SHOWN + 2, "and 27 more lines"));
        assert_eq!(whole_change(&lines), None);
        assert_eq!(whole_change(&of("key\n", "key\nfooter\n")), Some(["+ footer".to_owned()].as_slice()));
    }
}
