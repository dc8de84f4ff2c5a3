//! Characters that nobody sees, and lines without them: the one list of them.

/// What a character does that cannot be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unseen {
    /// Joins, parts or spaces what is around it. Some languages need that in prose; in code no program ignores it.
    Joins,
    /// Says in which direction to read: right where an author writes it, wrong in a value that is filled in.
    Directs,
    /// Hides or reverses what is around it, or controls a terminal: it has no place in a text.
    Deceives,
}

/// What a character does that cannot be seen, or looks like a blank and is another one; `None` for every character
/// that can be seen, and for blanks, tabs and line breaks.
pub(crate) fn unseen(c: char) -> Option<Unseen> {
    match c {
        '\n' | '\t' => None,
        '\u{180E}' | '\u{200B}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' => {
            Some(Unseen::Deceives)
        }
        '\u{61C}' | '\u{200E}' | '\u{200F}' => Some(Unseen::Directs),
        '\u{AD}' | '\u{34F}' | '\u{200C}' | '\u{200D}' | '\u{E0000}'..='\u{E007F}' => Some(Unseen::Joins),
        c if c.is_control() => Some(Unseen::Deceives),
        c if c.is_whitespace() && !c.is_ascii() => Some(Unseen::Joins),
        _ => None,
    }
}

/// A text from outside, made safe for a terminal: without what deceives or turns the direction of a line; line breaks
/// and tabs become blanks.
pub fn clean(text: &str) -> String {
    text.chars().filter_map(|c| if matches!(c, '\n' | '\r' | '\t') { Some(' ') } else { harmless(c) }).collect()
}

fn harmless(c: char) -> Option<char> {
    (!matches!(unseen(c), Some(Unseen::Directs | Unseen::Deceives))).then_some(c)
}

/// What stands around the name of a personal value in a text. Neither character may stand in a template for itself.
pub const OPEN: char = '⟦';
/// The closing counterpart of [`OPEN`].
pub const CLOSE: char = '⟧';

/// The longest name that is mailed, in characters; longer ones are cut and end in `…`.
pub const LONGEST: usize = 100;

/// A text from outside as one presentable line of at most [`LONGEST`] characters.
pub fn presentable(text: &str) -> String {
    one_line(text, LONGEST)
}

/// A text from outside as one line of limited length, without characters that deceive or turn the
/// direction, or that could be taken for a placeholder.
pub fn one_line(text: &str, longest: usize) -> String {
    let spaced = text.chars().map(|c| if c.is_control() || c.is_whitespace() { ' ' } else { c });
    let visible: String = spaced.filter_map(harmless).filter(|c| *c != OPEN && *c != CLOSE).collect();
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(longest) {
        Some((cut, _)) => format!("{}…", line[..cut].trim_end()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_sequence_loses_its_power() {
        assert_eq!(clean("a\u{1b}[31mb\u{9b}c\u{7}"), "a[31mbc");
        assert_eq!(clean("a\r\nb\u{202E}c\u{200B}"), "a  bc");
    }

    #[test]
    fn line_breaks_escape_codes_and_endless_names_become_one_short_line() {
        assert_eq!(presentable("Ann\r\nBcc: x\u{1b}[31m"), "Ann Bcc: x [31m");
        assert_eq!(presentable(&"x".repeat(5000)).chars().count(), LONGEST + 1);
        assert_eq!(presentable("مريم"), "مريم");
    }
}
