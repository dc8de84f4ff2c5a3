//! Which mails bounce, and when there were too many of them.

use std::collections::HashSet;

#[derive(Debug, Default)]
pub struct Bounces {
    /// Addresses, in lower case, whose mail bounces from now on.
    pub expected: HashSet<String>,
    pub sent: u64,
    pub bounced: u64,
}

impl Bounces {
    /// The vendor's policy: more than 5%, looked at from the tenth mail on.
    pub fn too_many(&self) -> bool {
        self.sent >= 10 && self.bounced * 20 > self.sent
    }
}
