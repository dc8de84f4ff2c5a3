//! Invisible characters, in one list, and lines cleaned of them.

/// What an invisible character does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unseen {
    /// Joins, separates or spaces its neighbours. Some languages need it in prose; in code, programs trip over it.
    Joins,
    /// Sets the reading direction: fine in an author's text, wrong in a value that is filled in.
    Directs,
    /// Hides or reverses its neighbours, or controls a terminal: it does not belong in any text.
    Deceives,
}

/// The effect of a character that is invisible, or that looks like a space and is not; `None` for visible
/// characters, and for spaces, tabs and line breaks.
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

/// A text from outside, made safe for a terminal: without deceptive and direction characters; line breaks and tabs
/// become spaces.
pub fn clean(text: &str) -> String {
    text.chars().filter_map(|c| if matches!(c, '\n' | '\r' | '\t') { Some(' ') } else { harmless(c) }).collect()
}

fn harmless(c: char) -> Option<char> {
    (!matches!(unseen(c), Some(Unseen::Directs | Unseen::Deceives))).then_some(c)
}

/// The bracket around the name of a personal value in a text. Templates may not contain either bracket.
pub const OPEN: char = '⟦';
/// The closing counterpart of [`OPEN`].
pub const CLOSE: char = '⟧';

/// The longest name that is mailed, in characters; longer ones are cut and end in `…`.
pub const LONGEST: usize = 100;

/// A text from outside as one presentable line of at most [`LONGEST`] characters.
pub fn presentable(text: &str) -> String {
    one_line(text, LONGEST)
}

/// A text from outside as one line of limited length, without characters that deceive, change
/// direction, or look like a placeholder.
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
