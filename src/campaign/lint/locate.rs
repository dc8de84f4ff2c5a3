//! Maps a place in a text to the place in the file that an author must edit.

use std::ops::Range;
use std::sync::Arc;

use super::checked::Checked;
use super::parsed_text::ParsedText;
use super::reading::first_line;
use crate::campaign::definition::problem::Source;
use crate::campaign::definition::{Change, Place};
use crate::campaign::text::template::{Origin, Part, Printed, Trace};

/// A place in a file.
pub type Spot = (Arc<Source>, Range<usize>);

/// The file and place that a range of a text comes from.
pub fn locate(
    checked: &Checked<'_>,
    parsed: &ParsedText<'_>,
    trace: &Trace<'_>,
    part: Part,
    at: &Range<usize>,
) -> Spot {
    let written = &parsed.raw(part)[at.clone()];
    // The finding may be about a space.
    let words = Some(first_line(written)).filter(|words| !words.is_empty()).unwrap_or(written);
    match trace.origin(parsed.text, part, at.clone()) {
        Origin::Letters(source, span) => (source, span),
        Origin::Somewhere(source) => in_values(checked, parsed, words).unwrap_or((source, 0..0)),
        Origin::Printed(source, printed) => {
            let places = printed.iter().flat_map(|tag| places(checked, parsed, tag)).collect::<Vec<_>>();
            let holding = places.iter().find_map(|place| inside(checked, place, words));
            // A value that is printed in another form, such as a date, if only one value is
            // possible.
            let only = || places.first().filter(|_| places.len() == 1).map(|place| place.span.clone());
            match holding.or_else(only) {
                Some(span) => (Arc::clone(&checked.campaign.source), span),
                None => (source, printed.first().map_or(0..0, |tag| tag.span.clone())),
            }
        }
    }
}

/// The values of the campaign file that a tag may print.
fn places<'a>(checked: &'a Checked<'_>, parsed: &ParsedText<'_>, tag: &Printed) -> Vec<&'a Place> {
    let paths = tag.paths.iter().flat_map(|path| file_paths(checked, parsed, path));
    paths.filter_map(|path| checked.places.get(&path)).collect()
}

/// The possible paths in the file of a template path's value.
fn file_paths(checked: &Checked<'_>, parsed: &ParsedText<'_>, path: &[String]) -> Vec<String> {
    let campaign = checked.campaign;
    let rest = path.get(1..).unwrap_or_default().join(".");
    let segment = campaign.place(&parsed.inputs.segment);
    match path.first().map(String::as_str) {
        Some("campaign") => vec![format!("campaign.{rest}")],
        Some("vars") => {
            let own = format!("segment.{segment}.vars.{rest}");
            if checked.places.get(&own).is_some() { vec![own] } else { vec![format!("campaign.vars.{rest}")] }
        }
        Some("contact" | "segment" | "phase" | "usage") => Vec::new(),
        // From a loop over the changes, or a name bound where this is included.
        Some(_) if path.len() == 2 => read(parsed).map(|(number, _)| format!("change.{number}.{rest}")).collect(),
        // Of a loop over a change's examples.
        Some(_) if path.len() == 3 && path[1] == "examples" => {
            let keys =
                read(parsed).flat_map(|(number, change)| (0..change.examples.len()).map(move |own| (number, own)));
            keys.map(|(number, own)| format!("change.{number}.example.{own}.{}", path[2])).collect()
        }
        _ => Vec::new(),
    }
}

/// The changes that the text's customers read, each with its number in the file.
fn read<'a>(parsed: &'a ParsedText<'_>) -> impl Iterator<Item = (usize, &'a Change)> {
    let changes = parsed.campaign.changes.iter().enumerate();
    changes.filter(|(_, change)| parsed.changes.contains(change.id.as_str()))
}

/// A match anywhere in the values that may be printed.
fn in_values(checked: &Checked<'_>, parsed: &ParsedText<'_>, words: &str) -> Option<Spot> {
    let segment = format!("segment.{}.vars.", checked.campaign.place(&parsed.inputs.segment));
    let below = ["change.", "campaign.", &segment].map(str::to_owned);
    let found =
        below.iter().find_map(|path| checked.places.below(path).find_map(|(_, place)| inside(checked, place, words)));
    found.map(|span| (Arc::clone(&checked.campaign.source), span))
}

/// The range of the words in a value; the whole value if the file writes them differently.
fn inside(checked: &Checked<'_>, place: &Place, words: &str) -> Option<Range<usize>> {
    if words.is_empty() || !place.text.contains(words) {
        return None;
    }
    let written = checked.campaign.source.text.get(place.span.clone())?;
    Some(
        written
            .find(words)
            .map_or_else(|| place.span.clone(), |at| place.span.start + at..place.span.start + at + words.len()),
    )
}
