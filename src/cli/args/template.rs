//! The arguments of `template`.

use crate::app::template::TemplateRequest;

/// The arguments of `template`.
#[derive(Debug, clap::Args)]
pub struct TemplateArgs {
    /// Print this template, such as announce or partials/help; without it, list them all
    #[arg(value_name = "TEMPLATE")]
    name: Option<String>,
}

impl TemplateArgs {
    /// The requested template; `None` to list all.
    pub fn request(&self) -> Option<TemplateRequest> {
        Some(TemplateRequest { name: self.name.clone()? })
    }
}
