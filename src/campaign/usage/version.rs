//! Which version of the API a call is of.

use super::endpoint::Endpoint;
use crate::campaign::definition::usage::{UsageRules, VersionCalls};

/// The version of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// The one that ends.
    Old,
    /// The one that replaces it.
    New,
    /// Neither of the two.
    Neither,
}

/// The version of a call, by `[usage.old]` and `[usage.new]`. If both match, the longer path decides; otherwise it is
/// an old one. An error says what the row lacks.
pub(super) fn version_of(
    rules: &UsageRules,
    old: &VersionCalls,
    endpoint: Option<&Endpoint<'_>>,
    named: Option<&str>,
) -> Result<Version, String> {
    let as_old = fits(old, endpoint, named)?;
    let as_new = rules.new.as_ref().map_or(Ok(None), |new| fits(new, endpoint, named))?;
    Ok(match (as_old, as_new) {
        (Some(old), Some(new)) if new > old => Version::New,
        (Some(_), _) => Version::Old,
        (None, Some(_)) => Version::New,
        (None, None) => Version::Neither,
    })
}

/// How many bytes of the path match, if the call is of this version.
fn fits(calls: &VersionCalls, endpoint: Option<&Endpoint<'_>>, named: Option<&str>) -> Result<Option<usize>, String> {
    let mut length = 0;
    if !calls.path.is_empty() {
        let endpoint = endpoint.ok_or("it has no path")?;
        let Some(longest) = calls.path.iter().filter_map(|prefix| endpoint.begins_with(prefix)).max() else {
            return Ok(None);
        };
        length = longest;
    }
    let is_one = |listed: &[String], text: &str| listed.iter().any(|one| one.trim().eq_ignore_ascii_case(text));
    if !calls.version.is_empty() && !is_one(&calls.version, named.ok_or("it has no version")?) {
        return Ok(None);
    }
    if !calls.host.is_empty() {
        let host = endpoint.map(|endpoint| endpoint.host).filter(|host| !host.is_empty());
        if !is_one(&calls.host, host.ok_or("it has no host")?) {
            return Ok(None);
        }
    }
    Ok(Some(length))
}
