//! Aligned columns that fit the screen, or else a few lines per row.

mod column;
mod fit;

use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Width, presets};
use unicode_width::UnicodeWidthStr;

use super::{clean, wrapped};
use column::{GAP, Narrow, Shown};

pub use column::{Align, Column, NOTHING};

/// A table of cleaned text.
#[derive(Debug)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
    width: usize,
}

impl Table {
    /// A table with these columns, at most `width` wide.
    pub fn new<C: Into<Column>>(columns: impl IntoIterator<Item = C>, width: usize) -> Self {
        Self { columns: columns.into_iter().map(Into::into).collect(), rows: Vec::new(), width }
    }

    /// Adds a row.
    pub fn row<T: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.rows.push(cells.into_iter().map(|text| clean(text.as_ref())).collect());
    }

    /// Whether all columns fit side by side, with nothing shortened, cut or wrapped.
    pub fn fits_whole(&self) -> bool {
        fit::fits_whole(&self.columns, &self.rows, self.width)
    }

    /// Whether the columns fit side by side.
    pub fn fits(&self) -> bool {
        fit::layout(&self.columns, &self.rows, self.width).is_some()
    }

    /// The table as ended lines: a bold heading and one line per row, or each row on lines of its own.
    pub fn render(&self) -> String {
        match fit::layout(&self.columns, &self.rows, self.width) {
            Some(layout) => self.side_by_side(&layout),
            None => self.rows.iter().map(|row| self.stacked(row)).collect(),
        }
    }

    fn side_by_side(&self, layout: &[fit::Place]) -> String {
        let mut table = comfy_table::Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
        // The gap after the last column is not printed.
        table.set_width(u16::try_from(self.width + GAP).unwrap_or(u16::MAX));
        table.set_header(layout.iter().map(|place| cell(&place.head, self.columns[place.column].align)));
        for row in &self.rows {
            table.add_row(layout.iter().map(|place| self.cell_at(place, row)));
        }
        for (column, place) in table.column_iter_mut().zip(layout) {
            let width = u16::try_from(place.width + GAP).unwrap_or(u16::MAX);
            column.set_padding((0, 2)).set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
        }
        let bold = anstyle::Style::new().bold();
        let lines = table.lines().enumerate().map(|(number, line)| match number {
            0 => format!("{bold}{}{bold:#}\n", line.trim_end()),
            _ => format!("{}\n", line.trim_end()),
        });
        lines.collect()
    }

    fn cell_at(&self, place: &fit::Place, row: &[String]) -> Cell {
        let column = &self.columns[place.column];
        let text = row.get(place.column).map_or("", String::as_str);
        match column.narrow {
            Narrow::Cut => cell(&cut(text, place.width), column.align),
            Narrow::Whole | Narrow::Wrapped(_) => cell(text, column.align),
        }
    }

    /// A row on a screen too narrow for columns: its first cell, then the others, numbers with their headings.
    fn stacked(&self, row: &[String]) -> String {
        let said = self.columns.iter().zip(row).skip(1).filter_map(|(column, cell)| match column {
            _ if cell.is_empty() || cell == NOTHING => None,
            Column { shown: Shown::IfRoom, narrow: Narrow::Whole, .. } => None,
            Column { align: Align::Right, head, .. } => Some(format!("{head} {cell}")),
            Column { align: Align::Left, .. } => Some(cell.clone()),
        });
        let said: Vec<_> = said.collect();
        let first = row.first().map_or("", String::as_str);
        format!("{}\n{}", cut(first, self.width), wrapped(&said.join(", "), self.width, 2))
    }
}

fn cell(text: &str, align: Align) -> Cell {
    Cell::new(text).set_alignment(match align {
        Align::Left => CellAlignment::Left,
        Align::Right => CellAlignment::Right,
    })
}

/// The text cut to `width` columns, ending in `…` if something is missing.
pub fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut room = width.saturating_sub(1);
    let fits = |c: &char| match unicode_width::UnicodeWidthChar::width(*c).unwrap_or(0) {
        wide if wide > room => false,
        wide => {
            room -= wide;
            true
        }
    };
    let kept: String = text.chars().take_while(fits).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests;
