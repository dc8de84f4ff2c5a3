//! Patterns, lines and sentences for the rules.

use std::ops::Range;

use regex_lite::Regex;

/// Compiles a pattern of ours.
#[allow(clippy::expect_used, reason = "patterns are constants, and the tests try each")]
pub fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of ours")
}

/// A text with each run of white space, including line ends, as one space.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default().trim_end()
}

/// The line at an offset.
pub fn line_at(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |before| before + 1);
    text[start..].lines().next().unwrap_or_default()
}

/// A text in lower case, without accents, with single spaces, for matching patterns of words. It maps each of its bytes
/// to the original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    /// The folded text.
    pub words: String,
    /// The original position of each byte, and the end of the text.
    places: Vec<usize>,
}

impl Folded {
    /// Folds a range of a text.
    pub fn of(text: &str, at: Range<usize>) -> Self {
        let mut folded = Self { words: String::new(), places: Vec::new() };
        for (offset, c) in text[at.clone()].char_indices() {
            let blank = c.is_whitespace();
            if blank && (folded.words.is_empty() || folded.words.ends_with(' ')) {
                continue;
            }
            let before = folded.words.len();
            match c {
                _ if blank => folded.words.push(' '),
                '’' => folded.words.push('\''),
                _ => folded.words.extend(c.to_lowercase().map(unaccented)),
            }
            folded.places.extend(std::iter::repeat_n(at.start + offset, folded.words.len() - before));
        }
        folded.places.push(at.end);
        folded
    }

    /// The original range of a range of the folded text.
    pub fn place(&self, found: &Range<usize>) -> Range<usize> {
        let place = |at: usize| self.places.get(at).or(self.places.last()).copied().unwrap_or_default();
        // A space after the last letter is right after it, however many spaces there are.
        place(found.start)..place(found.end).max(place(found.start))
    }
}

/// The words of a text, folded.
pub fn folded(text: &str) -> String {
    Folded::of(text, 0..text.len()).words
}

fn unaccented(c: char) -> char {
    match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => 'a',
        'ç' => 'c',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ñ' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        'ý' | 'ÿ' => 'y',
        other => other,
    }
}

/// Abbreviations whose full stop does not end a sentence.
const SHORT: [&str; 27] = [
    "e.g", "i.e", "etc", "vs", "no", "ca", "approx", "z.b", "d.h", "bzw", "inkl", "jan", "feb", "mar", "apr", "jun",
    "jul", "aug", "sep", "sept", "oct", "okt", "nov", "dec", "dez", "p.m", "a.m",
];

/// The ranges of the sentences of a text. No sentence crosses `breaks`: the ends of paragraphs and list items.
pub fn sentences(text: &str, breaks: &[usize]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut breaks = breaks.iter().copied().peekable();
    let mut close = |start: &mut usize, end: usize| {
        if !text[*start..end].trim().is_empty() {
            found.push(*start..end);
        }
        *start = end;
    };
    for (at, c) in text.char_indices() {
        while breaks.next_if(|next| *next <= at).is_some() {
            close(&mut start, at);
        }
        let end = at + c.len_utf8();
        if matches!(c, '。' | '！' | '？') || matches!(c, '.' | '!' | '?') && ends_sentence(text, start, at) {
            close(&mut start, end);
        }
    }
    close(&mut start, text.len());
    found
}

fn ends_sentence(text: &str, start: usize, at: usize) -> bool {
    let rest = &text[at + 1..];
    let next = rest.trim_start_matches([')', '"', '\'', '”', '»']);
    if next.trim_start().is_empty() {
        return true;
    }
    if !next.starts_with(char::is_whitespace) || next.trim_start().starts_with(char::is_lowercase) {
        return false;
    }
    let word = text[start..at].rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
    // "30. April" is a date.
    let day = word.len() <= 2 && !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    let short = text[at..].starts_with('.') && SHORT.contains(&word.to_lowercase().as_str());
    !day && !short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<&str> {
        sentences(text, &[]).into_iter().map(|at| text[at].trim()).collect()
    }

    #[test]
    fn a_sentence_ends_at_a_stop_that_is_one() {
        assert_eq!(
            read("It ends on 30 April 2027. Then v2 is left."),
            ["It ends on 30 April 2027.", "Then v2 is left."]
        );
        for text in [
            "Am 30. April endet es.",
            "On 30 Apr. 2027 it ends.",
            "Use it, e.g. Node, at 5 p.m. Berlin time.",
            "v1.2 is old",
        ] {
            assert_eq!(read(text), [text]);
        }
        assert_eq!(read("終了します。 移行してください。"), ["終了します。", "移行してください。"]);
        assert_eq!(sentences("one\ntwo", &[3]), [0..3, 3..7]);
    }

    #[test]
    fn a_place_in_folded_words_is_a_place_in_the_text() {
        let text = "  La  Mañana  \n até  já ";
        let folded = Folded::of(text, 0..text.len());
        assert_eq!(folded.words, "la manana ate ja ");
        let at = folded.words.find("manana ate").unwrap();
        assert_eq!(&text[folded.place(&(at..at + "manana ate".len()))], "Mañana  \n até");
    }
}
