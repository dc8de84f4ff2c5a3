//! libFuzzer on one of the targets, the one that `FUZZ_TARGET` names.
#![no_main]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../readers/mod.rs"]
mod readers;

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

static READ: LazyLock<fn(&[u8]) -> String> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_TARGET").expect("FUZZ_TARGET names a target");
    readers::TARGETS.iter().find(|target| target.name == name).expect("a target of this name").read
});

fuzz_target!(|input: &[u8]| {
    READ(input);
});
