//! Text from outside, made safe for a terminal.

/// The text without control characters, escape sequences and characters that turn the direction of a line; line breaks
/// and tabs become spaces.
pub fn clean(text: &str) -> String {
    let hidden = |c: char| matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    text.chars()
        .filter(|c| !hidden(*c))
        .filter_map(|c| match c {
            '\n' | '\t' | '\r' => Some(' '),
            c if c.is_control() => None,
            c => Some(c),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_sequence_loses_its_power() {
        assert_eq!(clean("a\u{1b}[31mb\u{9b}c\u{7}"), "a[31mbc");
        assert_eq!(clean("a\r\nb\u{202E}c"), "a  bc");
    }
}
