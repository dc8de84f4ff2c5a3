//! The readers of what comes from outside, each as a target for a fuzzer: given any bytes they must end, soon, without a panic. What
//! they return says what came of the input, so that a fuzzer which sees no coverage knows a new outcome.

mod agent;
mod ledger;
mod server;
mod tables;
mod texts;

/// A reader.
pub struct Target {
    /// Its name, also that of its folders of inputs.
    pub name: &'static str,
    /// Reads an input; what came of it, in words.
    pub read: fn(&[u8]) -> String,
}

const fn target(name: &'static str, read: fn(&[u8]) -> String) -> Target {
    Target { name, read }
}

/// All of them.
pub const TARGETS: [Target; 16] = [
    target("accounts", tables::accounts),
    target("agent", agent::agent),
    target("answer", texts::answer),
    target("bucket", ledger::bucket),
    target("campaign", texts::campaign),
    target("inbox", server::inbox),
    target("journal", ledger::journal),
    target("lock", texts::lock),
    target("oasdiff", texts::oasdiff),
    target("openapi", texts::openapi),
    target("reply", server::reply),
    target("sent", texts::sent),
    target("state", ledger::state),
    target("tags", tables::tags),
    target("template", texts::template),
    target("usage", tables::usage),
];

/// What a reader said, whichever way it ended.
fn said<T: std::fmt::Debug, E: std::fmt::Display>(read: Result<T, E>) -> String {
    read.map_or_else(|error| error.to_string(), |read| format!("{read:?}"))
}
