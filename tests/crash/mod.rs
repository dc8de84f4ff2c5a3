//! The worst cases: the real program is killed, runs out of disk space and is started twice; then the sandbox's own
//! record of mails is compared with the ledger.
//!
//! `cargo test --test all crash` kills about 50 times. The long form kills as often as requested and prints a
//! table:
//!
//!     MMIG_KILLS=1000 cargo test --release --test all crash -- --nocapture
//!
//! Every choice comes from one seed, `MMIG_SEED`, which a failure names. The moment of a kill also depends on the
//! machine.

#![cfg(unix)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "all of this is test code, its helpers too"
)]

pub mod books;
pub mod child;
mod disks;
mod histories;
pub mod kills;
mod limits;
#[cfg(feature = "remote")]
mod machines;
mod outcome;
pub mod random;
pub mod scene;
mod side_by_side;
pub mod story;
