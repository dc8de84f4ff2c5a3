//! Which part of a campaign is asked about.

/// The segments and the phases that are asked about, by name. An empty list is all of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scope<'a> {
    /// The segments.
    pub segments: &'a [String],
    /// The phases.
    pub phases: &'a [String],
}

impl Scope<'_> {
    /// Whether the segment of this name is asked about.
    pub fn has_segment(&self, name: &str) -> bool {
        self.segments.is_empty() || self.segments.iter().any(|own| own == name)
    }

    /// Whether the phase of this name is asked about.
    pub fn has_phase(&self, name: &str) -> bool {
        self.phases.is_empty() || self.phases.iter().any(|own| own == name)
    }
}
