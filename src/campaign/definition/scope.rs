//! Which part of a campaign a request is about.

/// The segments and phases a request is about, by name. An empty list means all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scope<'a> {
    /// The segments.
    pub segments: &'a [String],
    /// The phases.
    pub phases: &'a [String],
}

impl Scope<'_> {
    /// Whether the segment with this name is included.
    pub fn has_segment(&self, name: &str) -> bool {
        self.segments.is_empty() || self.segments.iter().any(|own| own == name)
    }

    /// Whether the phase with this name is included.
    pub fn has_phase(&self, name: &str) -> bool {
        self.phases.is_empty() || self.phases.iter().any(|own| own == name)
    }
}
