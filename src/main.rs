//! The `mmig` binary: parse, run, exit.

fn main() {}
