//! Wraps prose to fit the screen.

/// The text in ended lines of at most `width`, the first indented by `indent`, the others by two more; empty for an
/// empty text.
pub fn wrapped(text: &str, width: usize, indent: usize) -> String {
    if text.is_empty() {
        return String::new();
    }
    let (first, further) = (" ".repeat(indent), " ".repeat(indent + 2));
    // A flag or an address split over two lines cannot be copied.
    let options = textwrap::Options::new(width).word_splitter(textwrap::WordSplitter::NoHyphenation);
    let options = options.initial_indent(&first).subsequent_indent(&further);
    textwrap::fill(text, options) + "\n"
}
