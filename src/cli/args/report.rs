//! The arguments of `report`.

use std::path::{Path, PathBuf};

use crate::app::failure::{Failure, Kind};

/// The arguments of `report`.
#[derive(Debug, clap::Args)]
pub struct ReportArgs {
    /// Write it to this file
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// html: one page for a browser; csv: one line per customer; md: for a wiki or an issue; json: everything.
    /// Default: by the extension of FILE; html without one
    #[arg(long, value_name = "FORMAT", hide_possible_values = true)]
    format: Option<Format>,
}

/// The format of a report.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, strum::Display, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Format {
    /// An HTML page.
    Html,
    /// One line per customer, for a spreadsheet.
    Csv,
    /// Markdown.
    Md,
    /// The JSON document.
    Json,
}

impl ReportArgs {
    /// The format that was asked for, or that the ending of the file says; a page where neither says any.
    ///
    /// # Errors
    /// The extension is that of another format: a reader would not find what the name promises.
    pub fn format(&self) -> Result<Option<Format>, Failure> {
        let ending =
            self.out.as_deref().and_then(Path::extension).map(|ending| ending.to_string_lossy().to_lowercase());
        match (self.format, ending.as_deref()) {
            (Some(format), _) => Ok(Some(format)),
            (None, None) => Ok(None),
            (None, Some("html" | "htm")) => Ok(Some(Format::Html)),
            (None, Some("csv")) => Ok(Some(Format::Csv)),
            (None, Some("md" | "markdown")) => Ok(Some(Format::Md)),
            (None, Some("json")) => Ok(Some(Format::Json)),
            (None, Some(other)) => {
                let hint = "end the file's name in html, csv, md or json, or add --format";
                Err(Failure::new(Kind::Usage, format!("a report is never written as {other}"), hint))
            }
        }
    }
}
