//! The arguments of `report`.

use std::path::{Path, PathBuf};

/// The arguments of `report`.
#[derive(Debug, clap::Args)]
pub struct ReportArgs {
    /// Write it to this file
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// html: one page for a browser; csv: one line per customer; md: for a wiki or an issue; json: everything.
    /// Default: by the extension of FILE, else html
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
    /// The requested format, or the one implied by the file's extension.
    pub fn format(&self) -> Option<Format> {
        let ending = self.out.as_deref().and_then(Path::extension).and_then(|ending| ending.to_str());
        self.format.or(match ending {
            Some("csv") => Some(Format::Csv),
            Some("md") => Some(Format::Md),
            Some("json") => Some(Format::Json),
            _ => None,
        })
    }
}
