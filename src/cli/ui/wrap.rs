//! Prose that fits the screen.

/// The text in lines of at most `width`, each ended, the first indented by `indent`, the others by two more; nothing
/// for no text.
pub fn wrapped(text: &str, width: usize, indent: usize) -> String {
    if text.is_empty() {
        return String::new();
    }
    let (first, further) = (" ".repeat(indent), " ".repeat(indent + 2));
    // A flag or an address that is torn in two cannot be copied.
    let options = textwrap::Options::new(width).word_splitter(textwrap::WordSplitter::NoHyphenation);
    let options = options.initial_indent(&first).subsequent_indent(&further);
    textwrap::fill(text, options) + "\n"
}
