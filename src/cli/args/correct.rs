//! The arguments of `correct`.

use crate::app::correct::CorrectRequest;

/// The arguments of `correct`.
#[derive(Debug, clap::Args)]
pub struct CorrectArgs {
    /// Prepare no mail: record that the differences need no correction, such as a typo
    #[arg(long, requires = "reason")]
    dismiss: bool,
    /// Why they need no correction; recorded in sent/dismissed.toml
    #[arg(long, value_name = "REASON", requires = "dismiss", value_parser = super::parse_reason)]
    reason: Option<String>,
    /// Dismiss only this fact, such as changes.auth.text; may be repeated
    #[arg(long = "fact", value_name = "FACT", requires = "dismiss")]
    facts: Vec<String>,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

impl CorrectArgs {
    /// The request these arguments make.
    pub fn request(&self) -> CorrectRequest {
        let dismiss = self.reason.clone().filter(|_| self.dismiss);
        CorrectRequest { dismiss, facts: self.facts.clone(), yes: self.yes }
    }
}
