//! Reading what waits for approval, and deciding about it.

pub mod decide;
pub mod queue;
