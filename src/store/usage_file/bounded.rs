//! A reader that limits the size of a row: an unclosed quote would read a whole disk into memory.

use std::cell::Cell;
use std::io::{self, ErrorKind, Read};

/// The maximum size of a row, in bytes: thousands of times what an export writes per customer.
const LARGEST_ROW: usize = 16 << 20;

/// What one row may still take.
#[derive(Debug)]
pub(super) struct Room(Cell<usize>);

impl Room {
    pub fn new() -> Self {
        Self(Cell::new(LARGEST_ROW))
    }

    /// A row is read; the next one begins.
    pub fn renew(&self) {
        self.0.set(LARGEST_ROW);
    }
}

/// Reads up to the limit.
#[derive(Debug)]
pub(super) struct Bounded<'r, R> {
    pub reader: R,
    pub room: &'r Room,
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let left = self.room.0.get();
        let length = bytes.len().min(left);
        // Whether it ends here only another byte tells, and that one is too many.
        if left == 0 && !bytes.is_empty() {
            let what = format!("a row in it is larger than {} MB", LARGEST_ROW >> 20);
            return Err(io::Error::new(ErrorKind::FileTooLarge, what));
        }
        let read = self.reader.read(&mut bytes[..length])?;
        self.room.0.set(left - read);
        Ok(read)
    }
}
