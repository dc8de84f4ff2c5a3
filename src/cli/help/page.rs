//! The layout of help pages.

use anstyle::Style;
use textwrap::{Options, WordSplitter};
use unicode_width::UnicodeWidthStr;

/// Longer names get a line of their own.
const LONGEST_NAME: usize = 26;

/// A heading in clap's style.
pub fn heading(text: &str) -> String {
    let style = Style::new().bold().underline();
    format!("{style}{text}{style:#}")
}

/// A paragraph.
pub fn paragraph(text: &str, width: usize) -> String {
    textwrap::fill(text, Options::new(width).word_splitter(WordSplitter::NoHyphenation)) + "\n"
}

/// Names in one column, their meanings in the next.
pub fn terms<'a>(terms: impl IntoIterator<Item = (&'a str, String)>, width: usize) -> String {
    let terms: Vec<_> = terms.into_iter().collect();
    let longest = terms.iter().map(|(name, _)| name.width()).filter(|width| *width <= LONGEST_NAME).max().unwrap_or(0);
    let further = " ".repeat(longest + 4);
    let bold = Style::new().bold();
    let mut text = String::new();
    for (name, about) in terms {
        let gap = if name.width() > longest { format!("\n{further}") } else { " ".repeat(longest + 2 - name.width()) };
        let options = Options::new(width).word_splitter(WordSplitter::NoHyphenation);
        let about = textwrap::fill(&about, options.initial_indent(&further).subsequent_indent(&further));
        text.push_str(&format!("  {bold}{name}{bold:#}{gap}{}\n", about.trim_start()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meanings_have_their_own_column() {
        let page = terms(
            [("a", "is short".to_owned()), ("a-name-that-is-longer-than-most", "has its own line".to_owned())],
            20,
        );
        let plain = anstream::adapter::strip_str(&page).to_string();
        assert_eq!(plain, "  a  is short\n  a-name-that-is-longer-than-most\n     has its own\n     line\n");
    }
}
