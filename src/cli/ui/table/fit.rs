//! Decides which columns are shown, and how wide.

use unicode_width::UnicodeWidthStr;

use super::column::{Column, GAP, NOTHING, Narrow, Shown};

/// A column as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its index.
    pub column: usize,
    /// Its heading, possibly the short one.
    pub head: String,
    /// Its width in characters.
    pub width: usize,
    /// Its minimum width.
    least: usize,
}

/// A name cut to this length is still recognisable.
const LEAST_NAME: usize = 10;

/// The columns side by side in `width`; `None` if they do not fit. Optional columns are dropped first, then
/// headings are shortened, then names are cut and texts wrapped, starting with the last column: the first ones
/// matter most.
pub fn layout(columns: &[Column], rows: &[Vec<String>], width: usize) -> Option<Vec<Place>> {
    let cells: Vec<usize> = (0..columns.len()).map(|column| widest(rows, column)).collect();
    let shown: Vec<usize> =
        (0..columns.len()).filter(|&column| columns[column].shown != Shown::IfFilled || filled(rows, column)).collect();
    let places = |shown: &[usize], short| shown.iter().map(|&at| place(columns, &cells, at, short)).collect::<Vec<_>>();
    let mut kept = shown.clone();
    loop {
        let whole = places(&kept, false);
        if total(&whole) <= width {
            return Some(whole);
        }
        let Some(extra) = kept.iter().rposition(|&column| columns[column].shown == Shown::IfRoom) else { break };
        kept.remove(extra);
    }
    squeezed(places(&kept, true), width)
}

/// Whether all columns fit in `width` unchanged.
pub fn fits_whole(columns: &[Column], rows: &[Vec<String>], width: usize) -> bool {
    let shown = (0..columns.len()).filter(|&at| columns[at].shown != Shown::IfFilled || filled(rows, at));
    let cells = (0..columns.len()).map(|column| widest(rows, column)).collect::<Vec<_>>();
    total(&shown.map(|at| place(columns, &cells, at, false)).collect::<Vec<_>>()) <= width
}

/// Shrinks columns to fit, starting with the last.
fn squeezed(mut places: Vec<Place>, width: usize) -> Option<Vec<Place>> {
    let mut excess = total(&places).saturating_sub(width);
    for place in places.iter_mut().rev() {
        let taken = excess.min(place.width - place.least);
        place.width -= taken;
        excess -= taken;
    }
    (excess == 0).then_some(places)
}

fn place(columns: &[Column], cells: &[usize], column: usize, short: bool) -> Place {
    let Column { head, short: shorter, narrow, .. } = &columns[column];
    let head = shorter.as_ref().filter(|_| short).unwrap_or(head).clone();
    let width = cells[column].max(head.width());
    let least = match narrow {
        Narrow::Whole => width,
        Narrow::Cut => width.min(LEAST_NAME.max(head.width())),
        Narrow::Wrapped(least) => width.min(head.width().max(*least)),
    };
    Place { column, head, width, least }
}

fn total(places: &[Place]) -> usize {
    places.iter().map(|place| place.width).sum::<usize>() + GAP * places.len().saturating_sub(1)
}

fn widest(rows: &[Vec<String>], column: usize) -> usize {
    rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or(0)
}

fn filled(rows: &[Vec<String>], column: usize) -> bool {
    rows.iter().filter_map(|row| row.get(column)).any(|cell| !cell.is_empty() && cell != NOTHING)
}
