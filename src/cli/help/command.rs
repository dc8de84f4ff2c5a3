//! The document of `mmig help COMMAND`.

use schemars::JsonSchema;
use serde::Serialize;

use crate::app::Outcome;

/// The help of a command, or of the program.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CommandHelp {
    /// The page, without colours.
    pub page: String,
    /// The same with colours, for the screen.
    #[serde(skip)]
    pub(super) styled: String,
}

impl Outcome for CommandHelp {}
