//! Checks links: each must lead somewhere, and where its text says.

use core::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;
use url::{Host, Url};

use super::parsed_text::{Finding, Link, ParsedText};
use super::reading::pattern;
use crate::campaign::address::Address;
use crate::campaign::definition::rule::Rule;
use crate::campaign::text::template::Part;
use crate::campaign::text::{CLOSE, OPEN};

/// What looks like a link but is shown as text, because its address is invalid.
static UNREAD: LazyLock<Regex> = LazyLock::new(|| {
    let by_address = r"\[[^\]\n]+\] ?\([^)\n]*(?:://|www\.|mailto:)[^)\n]*\)";
    let by_name = r"\[[^\]\n]*[A-Za-z][^\]\n]*\]\[[^\]\n]+\]";
    let open = r"\[[^\]\n]+\]\((?:https?://|mailto:)[^)\n]*$";
    pattern(&format!(r"(?m)(?:^|[\s(])(?P<link>{by_address}|{by_name}|{open})"))
});
/// A bare address in prose, which the server turns into a link.
static BARE: LazyLock<Regex> = LazyLock::new(|| pattern(r#"\bhttps?://[^\s<>"'\])]*"#));
/// An address whose scheme is misspelled.
static MISSPELT: LazyLock<Regex> = LazyLock::new(|| {
    let schemes = "hhttps?|htttps?|htps?|ttps?|httpss|httsp|hptts?|htts";
    pattern(&format!(r"\b(?:https?:/[^/\s]\S*|https?//\S+|https?:[A-Za-z0-9]\S*|(?:{schemes}):/?/\S*)"))
});

/// Finds links that cannot be followed.
pub fn links(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = parsed.links.iter().filter_map(link).collect();
    for (part, text) in [(Part::Subject, &*parsed.text.subject), (Part::Body, &*parsed.unlinked)] {
        findings.extend(in_prose(part, text));
    }
    findings
}

/// The web addresses in a text, with their ranges.
pub fn addresses<'a>(parsed: &'a ParsedText<'_>) -> impl Iterator<Item = (Range<usize>, String)> + 'a {
    let named = parsed.links.iter().map(|link| (link.span.clone(), link.to.clone()));
    let bare = BARE.find_iter(&parsed.unlinked).map(|found| {
        let address = without_stops(found.as_str());
        (found.start()..found.start() + address.len(), address.to_owned())
    });
    let on_the_web = |to: &str| to.starts_with("https://") || to.starts_with("http://");
    named.chain(bare).filter(move |(_, to)| on_the_web(to) && !to.contains(OPEN) && broken(to).is_none())
}

fn link(link: &Link) -> Option<Finding> {
    let error = |what: String, fix: &str| Finding::error(Rule::Link, Part::Body, link.span.clone(), what, fix);
    if let Some((what, fix)) = broken(&link.to) {
        return Some(error(what, fix));
    }
    let label = link.label.as_deref()?.trim();
    let elsewhere = label.contains("://") && !label.contains(char::is_whitespace) && !same_address(label, &link.to);
    elsewhere.then(|| {
        let what = format!("the link says `{label}` but leads to `{}`", link.to);
        error(what, "let both be the same, or give the link words")
    })
}

fn same_address(one: &str, other: &str) -> bool {
    one.trim_end_matches('/') == other.trim_end_matches('/')
}

/// What is wrong with an address, and the fix.
fn broken(to: &str) -> Option<(String, &'static str)> {
    // A personal value stands for letters and digits.
    let address = to.replace([OPEN, CLOSE], "x");
    let whole = "write it whole, from https:// on";
    if address.trim().is_empty() {
        return Some(("a link leads nowhere".to_owned(), whole));
    }
    if let Some(address) = address.strip_prefix("mailto:") {
        let address = address.split('?').next().unwrap_or_default();
        let wrong = Address::parse(address).is_err();
        return wrong.then(|| (format!("`{to}` is not an e-mail address"), "write it as mailto:support@your-host"));
    }
    if address.starts_with("tel:") {
        return None;
    }
    if address.starts_with('#') {
        return Some((format!("`{to}` leads to an anchor in the mail, which mail programs do not support"), whole));
    }
    if !(address.starts_with("https://") || address.starts_with("http://")) {
        let what = match address.split_once(':') {
            _ if MISSPELT.is_match(&address) => format!("`{to}` is misspelt"),
            Some((scheme, _)) if scheme.chars().all(|c| c.is_ascii_alphabetic()) => {
                format!("`{to}` is not a link that customers can follow")
            }
            _ => format!("`{to}` has no https://, so it leads nowhere in a mail"),
        };
        return Some((what, whole));
    }
    if address.contains([' ', '\\', '<', '>', '"']) {
        return Some((format!("`{to}` has a character that is not allowed in addresses"), whole));
    }
    host_trouble(&address).map(|trouble| (format!("`{to}` {trouble}"), whole))
}

fn host_trouble(address: &str) -> Option<&'static str> {
    let Ok(url) = Url::parse(address) else { return Some("is not an address") };
    let local = "is an address that only your own machine knows";
    match url.host() {
        None => Some("has no host"),
        Some(Host::Domain("localhost")) => Some(local),
        Some(Host::Domain(host)) if host.split('.').any(str::is_empty) || !host.contains('.') => {
            Some("has a host that cannot be")
        }
        Some(Host::Ipv4(host)) if host.is_private() || host.is_loopback() || host == Ipv4Addr::UNSPECIFIED => {
            Some(local)
        }
        Some(Host::Ipv6(host)) if host.is_loopback() || host == Ipv6Addr::UNSPECIFIED => Some(local),
        Some(_) => None,
    }
}

/// Finds addresses in prose that are not links, or lead nowhere.
fn in_prose(part: Part, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut read = text.to_owned();
    for found in UNREAD.captures_iter(text).filter_map(|captures| captures.name("link")) {
        let what = "this is read as text, not as a link".to_owned();
        let fix = "write [words](https://…): both brackets closed, no space between them or in the address";
        findings.push(Finding::error(Rule::Link, part, found.range(), what, fix));
        read.replace_range(found.range(), &" ".repeat(found.len()));
    }
    for found in MISSPELT.find_iter(&read) {
        let address = without_stops(found.as_str());
        let at = found.start()..found.start() + address.len();
        let what = format!("`{address}` is misspelt");
        findings.push(Finding::error(Rule::Link, part, at, what, "write it whole, from https:// on"));
    }
    for found in BARE.find_iter(&read) {
        let address = without_stops(found.as_str());
        // A sentence about `https://` itself means no link.
        if address.ends_with("//") {
            continue;
        }
        if let Some((what, fix)) = broken(address) {
            let at = found.start()..found.start() + address.len();
            findings.push(Finding::error(Rule::Link, part, at, what, fix));
        }
    }
    findings
}

/// An address without the punctuation of the sentence it ends.
fn without_stops(address: &str) -> &str {
    address.trim_end_matches(['.', ',', ';', ':', '!', '?'])
}
