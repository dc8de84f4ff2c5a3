//! The arguments of `completions` and `man`.

/// The arguments of `completions`.
#[derive(Debug, clap::Args)]
pub struct CompletionsArgs {
    /// The shell
    pub shell: clap_complete::Shell,
    /// Print a script that does not run mmig: commands and flags only, no names of the campaign
    #[arg(long = "static")]
    pub fixed: bool,
}

/// The arguments of `man`.
#[derive(Debug, clap::Args)]
pub struct ManArgs {
    /// The command; without one, the program
    #[arg(value_name = "COMMAND")]
    pub command: Vec<String>,
}
