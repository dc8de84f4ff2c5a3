//! The topics of `mmig help` besides commands.

use strum::{Display, EnumIter, EnumString};

/// A topic of `mmig help`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumIter, EnumString)]
#[strum(serialize_all = "kebab-case")]
pub enum Topic {
    /// The variables and rules of templates.
    Templates,
    /// The keys of campaign.toml.
    Campaign,
    /// The environment variables.
    Environment,
    /// The documents of --json.
    Json,
    /// The exit codes.
    ExitCodes,
    /// Setting mmig up for an agent.
    Agents,
}

impl Topic {
    /// What it explains.
    pub fn about(self) -> &'static str {
        match self {
            Self::Templates => "every variable that templates may use",
            Self::Campaign => "every key of campaign.toml",
            Self::Environment => "every environment variable",
            Self::Json => "every field of the --json documents",
            Self::ExitCodes => "every exit code",
            Self::Agents => "how an agent uses mmig, and how to set it up",
        }
    }
}
