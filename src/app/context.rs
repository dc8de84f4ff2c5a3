//! What every command is given.

use crate::app::clock::Clock;
use crate::app::stop::Stop;
use crate::campaign::definition::Campaign;
use crate::cli::flags::Global;
use crate::cli::ui::Terminal;
use crate::store::folder::Folder;

/// What every command is given.
#[derive(Debug)]
pub struct Context {
    /// How to speak.
    pub terminal: Terminal,
    /// The global flags.
    pub global: Global,
    /// The time.
    pub clock: Clock,
}

/// What a command over one campaign and its server is given besides.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// How to speak, and the time.
    pub context: &'a Context,
    /// The campaign's folder.
    pub folder: &'a Folder,
    /// The campaign.
    pub campaign: &'a Campaign,
    /// Whether to go on.
    pub stop: &'a Stop,
}
