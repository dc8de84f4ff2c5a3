//! Which mails bounce, and when there are too many bounces.

use std::collections::HashSet;

#[derive(Debug, Default)]
pub struct Bounces {
    /// Addresses, in lower case, whose mail will bounce.
    pub expected: HashSet<String>,
    pub sent: u64,
    pub bounced: u64,
}

impl Bounces {
    /// The vendor's policy: more than 5%, counted from the tenth mail on.
    pub fn too_many(&self) -> bool {
        self.sent >= 10 && self.bounced * 20 > self.sent
    }
}
