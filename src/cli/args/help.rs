//! The arguments of `help`.

/// The arguments of `help`.
#[derive(Debug, clap::Args)]
pub struct HelpArgs {
    /// A command, or one of: templates, campaign, environment, json, exit-codes, agents
    #[arg(value_name = "TOPIC")]
    pub words: Vec<String>,
}
