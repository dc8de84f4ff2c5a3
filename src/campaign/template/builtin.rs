//! The templates in the binary, used where a campaign has none of its own.

/// Name and text of each.
pub const BUILT_IN: [(&str, &str); 0] = [];
