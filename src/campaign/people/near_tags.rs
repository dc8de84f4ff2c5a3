//! Tags that are nearly one of the campaign's: a contact with such a tag matches no segment.

use crate::campaign::definition::Campaign;

/// The campaign's own tags, prepared for comparison.
pub(super) struct NearTags<'c> {
    /// Each tag with only its letters and digits.
    wanted: Vec<(&'c str, String)>,
}

impl<'c> NearTags<'c> {
    /// The tags of the segments and the stages, of technical contacts, and those that say whose mails leave first.
    pub fn of(campaign: &'c Campaign) -> Self {
        let segments = campaign.segments.iter().flat_map(|segment| segment.tags.with());
        let others = campaign.technical_tag.iter().chain(&campaign.priority);
        let mut wanted: Vec<(&str, String)> = Vec::new();
        for tag in segments.chain(others).map(String::as_str).chain(campaign.tags.each().map(|(_, tag)| tag)) {
            if wanted.iter().all(|(own, _)| *own != tag) {
                wanted.push((tag, letters(tag)));
            }
        }
        Self { wanted }
    }

    /// The campaign's tag that this one is probably meant to be, if it is nearly one.
    pub fn meant(&self, tag: &str) -> Option<&'c str> {
        if self.wanted.iter().any(|(own, _)| *own == tag) {
            return None;
        }
        let parts = tag.split([',', ';', '|']).map(str::trim).filter(|part| part.len() < tag.len());
        let part = || parts.clone().find_map(|part| self.wanted.iter().find(|(own, _)| *own == part));
        let plain = letters(tag);
        let near = self.wanted.iter().find(|(_, own)| is_near(&plain, own));
        near.or_else(part).map(|(own, _)| *own)
    }
}

/// The letters and digits of a tag, in lower case.
fn letters(tag: &str) -> String {
    tag.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Equal except for case, spaces, dashes and a final letter. A different version is not nearly the
/// same.
fn is_near(tag: &str, own: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let is_longer = |one: &str, other: &str| one.strip_suffix(['s', 'd']).is_some_and(|rest| rest == other);
    // One letter is at most four bytes.
    let may_slip = own.len() >= 8 && own.len().abs_diff(tag.len()) <= 4;
    let slipped = || may_slip && digits(tag) == digits(own) && strsim::damerau_levenshtein(tag, own) == 1;
    !own.is_empty() && (tag == own || own.len() >= 4 && (is_longer(tag, own) || is_longer(own, tag)) || slipped())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_blanks_dashes_and_plurals_are_near_and_another_version_is_not() {
        let wanted = ["api-v1", "webhooks", "migration-complete"].map(|tag| (tag, letters(tag))).to_vec();
        let near = NearTags { wanted };
        for (tag, meant) in [
            ("API-V1", Some("api-v1")),
            ("api-v1 ", Some("api-v1")),
            ("api_v1", Some("api-v1")),
            ("api–v1", Some("api-v1")),
            ("api-v1,rest", Some("api-v1")),
            ("webhook", Some("webhooks")),
            ("Migration-Complete", Some("migration-complete")),
            ("migration-completed", Some("migration-complete")),
            ("migraton-complete", Some("migration-complete")),
            ("api-v1", None),
            ("api-v2", None),
            ("api-v10", None),
            ("rest", None),
            ("hooks", None),
            ("migration-started", None),
        ] {
            assert_eq!(near.meant(tag), meant, "{tag}");
        }
    }
}
