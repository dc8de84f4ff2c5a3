//! The `mmig` binary: run, exit.

use std::process::ExitCode;

use mmig::cli::{Process, run};

fn main() -> ExitCode {
    ExitCode::from(run(&Process::this()))
}
