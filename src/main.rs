//! The `mmig` binary: parse, run, exit.

use std::process::ExitCode;

use clap::Parser;
use mmig::cli::Cli;
use mmig::commands;

fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => ExitCode::from(commands::run(cli)),
        Err(error) => ExitCode::from(commands::not_understood(&error)),
    }
}
