//! Checks XML in examples: elements that end, attributes in quotes.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::mistake::Wrong;

/// What is wrong with code as XML: one document, or several elements in a row.
pub fn wrong(code: &str) -> Option<Wrong> {
    let mut reader = Reader::from_str(code);
    let mut open: Vec<(usize, String)> = Vec::new();
    let at = |position: u64| usize::try_from(position).unwrap_or(code.len()).min(code.len());
    loop {
        let before = at(reader.buffer_position());
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                if let Some(error) = start.attributes().find_map(Result::err) {
                    return Some(line(code, before, error.to_string()));
                }
                open.push((before, String::from_utf8_lossy(start.name().as_ref()).into_owned()));
            }
            Ok(Event::Empty(start)) => {
                if let Some(error) = start.attributes().find_map(Result::err) {
                    return Some(line(code, before, error.to_string()));
                }
            }
            Ok(Event::End(_)) => drop(open.pop()),
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => return Some(line(code, at(reader.error_position()), error.to_string())),
        }
    }
    // Code that is deliberately cut off ends with an ellipsis.
    let cut = code.trim_end().ends_with("...") || code.trim_end().ends_with('…');
    open.pop().filter(|_| !cut).map(|(start, name)| line(code, start, format!("`<{name}>` does not end")))
}

/// An error for the line at an offset.
fn line(code: &str, at: usize, what: String) -> Wrong {
    let at = (0..=at).rev().find(|at| code.is_char_boundary(*at)).unwrap_or(0);
    let start = code[..at].rfind('\n').map_or(0, |before| before + 1);
    let end = code[start..].find('\n').map_or(code.len(), |end| start + end);
    Wrong { at: start..end, what }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_that_do_not_end_are_found() {
        for code in
            ["<a><b></a>", "<order id=1042/>", "<a>", "<a>\n  <b>1</c>\n</a>", "<order id=\"1\" id=\"2\"/>", "<a"]
        {
            assert!(wrong(code).is_some(), "{code}");
        }
        for code in [
            "<?xml version=\"1.0\"?>\n<a x='1'>\n  <!-- … -->\n  <b/>\n  ...\n</a>",
            "<a/>\n<b>x &amp; y</b>",
            "<a>\n  <b>\n  ...",
        ] {
            assert_eq!(wrong(code), None, "{code}");
        }
    }
}
