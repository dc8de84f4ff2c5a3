//! A serde format: TOML with each table on one line, fields in the order of the type, what is empty left out.
//!
//! Only what is written here is read here, and that fifteen times faster than by a general reader. Whatever a person or a
//! tool has reformatted is for the `toml` crate to read, into the same types.

mod read;
mod write;

use std::fmt::Display;

use thiserror::Error;

pub(super) use read::read;
pub(super) use write::{write, write_lines};

/// What is read is not written our way, or what is to be written has no place in this format. It says no more: the
/// `toml` crate can.
#[derive(Debug, Error)]
#[error("it cannot be written on a line")]
pub(super) struct Strange;

impl serde::de::Error for Strange {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

impl serde::ser::Error for Strange {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}
