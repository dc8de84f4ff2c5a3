//! What every command is given.

use crate::clock::Clock;
use crate::flags::Global;
use crate::ui::Terminal;

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
