//! Lines of a calendar file: escaped, folded, ended.

/// The most bytes a line may have, without its end.
const LONGEST: usize = 75;

/// A property whose value is free text.
pub(super) fn text(name: &str, value: &str) -> String {
    value.chars().fold(format!("{name}:"), |mut line, c| {
        match c {
            '\\' | ';' | ',' => line.extend(['\\', c]),
            '\n' => line.push_str("\\n"),
            // No other control character may stand there.
            c if c.is_control() => {}
            c => line.push(c),
        }
        line
    })
}

/// A line with its end; a long one goes on in further lines that begin with a space.
pub(super) fn line(content: &str) -> String {
    let mut folded = String::with_capacity(content.len() + 2);
    let mut used = 0;
    for c in content.chars() {
        if used + c.len_utf8() > LONGEST {
            folded.push_str("\r\n ");
            used = 1;
        }
        folded.push(c);
        used += c.len_utf8();
    }
    folded + "\r\n"
}
