//! Wraps prose to fit the screen.

use std::borrow::Cow;

use textwrap::core::display_width;

/// What happens to a word that is longer than the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LongWord {
    /// It stays whole: a command or an address in two pieces cannot be copied.
    Whole,
    /// It is broken: no line may be wider.
    Broken,
}

/// The text with each line that is longer than `width` broken between words, its rest indented by two more columns than
/// its beginning.
pub fn fitted(text: &str, width: usize, long: LongWord) -> Cow<'_, str> {
    if text.lines().all(|line| display_width(line) <= width) {
        return Cow::Borrowed(text);
    }
    let fit = |line: &str| {
        let (bare, end) = line.strip_suffix('\n').map_or((line, ""), |bare| (bare, "\n"));
        if display_width(bare) <= width {
            return line.to_owned();
        }
        let words = bare.trim_start_matches(' ');
        format!("{}{end}", filled(words, width, bare.len() - words.len(), long))
    };
    Cow::Owned(text.split_inclusive('\n').map(fit).collect())
}

/// The text in ended lines of at most `width`, the first indented by `indent`, the others by two more; empty for an
/// empty text.
pub fn wrapped(text: &str, width: usize, indent: usize) -> String {
    if text.is_empty() { String::new() } else { filled(text, width, indent, LongWord::Whole) + "\n" }
}

/// The text in lines of at most `width`, the first indented by `indent`, the others by two more; the last is not ended.
fn filled(text: &str, width: usize, indent: usize, long: LongWord) -> String {
    let (first, further) = (" ".repeat(indent), " ".repeat(indent + 2));
    // A flag or an address split over two lines cannot be copied.
    let options = textwrap::Options::new(width).word_splitter(textwrap::WordSplitter::NoHyphenation);
    let options = options.break_words(long == LongWord::Broken).initial_indent(&first).subsequent_indent(&further);
    textwrap::fill(text, options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_broken_between_words_and_its_rest_is_indented() {
        let text = "short\n  next: mmig review --approve --phase announce --by NAME\nend";
        assert_eq!(
            fitted(text, 30, LongWord::Whole),
            "short\n  next: mmig review --approve\n    --phase announce --by NAME\nend"
        );
    }

    #[test]
    fn an_escape_code_takes_no_column() {
        let text = "\u{1b}[1mnext\u{1b}[0m: mmig status\n";
        assert_eq!(fitted(text, 17, LongWord::Whole), text);
    }

    #[test]
    fn a_word_longer_than_the_line_stays_whole() {
        let text = "see https://docs.example.com/a/very/long/path here\n";
        assert_eq!(fitted(text, 20, LongWord::Whole), "see\n  https://docs.example.com/a/very/long/path\n  here\n");
    }
}
