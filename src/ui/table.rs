//! Aligned columns.

use comfy_table::{Cell, CellAlignment, ContentArrangement, presets};

use super::clean;

/// How a column is aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// A table of cleaned text.
#[derive(Debug)]
pub struct Table {
    table: comfy_table::Table,
    aligns: Vec<Align>,
}

impl Table {
    /// A table with these columns, no wider than `width`.
    pub fn new(columns: &[(&str, Align)], width: usize) -> Self {
        let mut table = comfy_table::Table::new();
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(u16::try_from(width).unwrap_or(u16::MAX));
        let aligns: Vec<_> = columns.iter().map(|(_, align)| *align).collect();
        table.set_header(columns.iter().map(|(name, align)| cell(name, *align)));
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        Self { table, aligns }
    }

    /// Adds a row.
    pub fn row<T: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = T>) {
        let cells = cells.into_iter().zip(self.aligns.clone());
        self.table.add_row(cells.map(|(text, align)| cell(text.as_ref(), align)));
    }

    /// The table as lines, each ended, the first in bold.
    pub fn render(&self) -> String {
        let bold = anstyle::Style::new().bold();
        let lines = self.table.lines().enumerate().map(|(number, line)| match number {
            0 => format!("{bold}{}{bold:#}\n", line.trim_end()),
            _ => format!("{}\n", line.trim_end()),
        });
        lines.collect()
    }
}

fn cell(text: &str, align: Align) -> Cell {
    Cell::new(clean(text)).set_alignment(match align {
        Align::Left => CellAlignment::Left,
        Align::Right => CellAlignment::Right,
    })
}
