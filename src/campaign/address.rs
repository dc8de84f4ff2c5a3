//! E-mail addresses: which ones can be mailed, and how two of them compare.

use std::borrow::Cow;
use std::fmt;

use email_address::{EmailAddress, Options};
use icu_normalizer::ComposingNormalizerBorrowed;
use thiserror::Error;
use url::Host;

/// An address, normalised so that different spellings of one mailbox compare equal: trimmed, in lower
/// case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address(String);

/// The text is not an address that mail can be sent to.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("not a valid e-mail address: {0}")]
pub struct InvalidAddress(String);

impl Address {
    /// Parses a bare address; rejects a display name, a domain without a dot, or an address literal.
    pub fn parse(text: &str) -> Result<Self, InvalidAddress> {
        let trimmed = text.trim();
        if !is_plain(trimmed) {
            let options = Options::default().with_required_tld().without_display_text().without_domain_literal();
            EmailAddress::parse_with_options(trimmed, options).map_err(|error| InvalidAddress(error.to_string()))?;
            if let Some(why) = flaw(trimmed) {
                return Err(InvalidAddress(why.to_owned()));
            }
        }
        Ok(Self(plain(trimmed)))
    }

    /// The normalised text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An address normalised for comparison, valid or not: in lower case, with composed letters and the domain in its DNS
/// form.
pub fn plain(address: &str) -> String {
    let address = address.trim();
    if address.is_ascii() {
        return address.to_ascii_lowercase();
    }
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(&address.to_lowercase()).into_owned();
    let in_dns = composed.rsplit_once('@').and_then(|(name, domain)| match Host::parse(domain) {
        Ok(Host::Domain(domain)) => Some(format!("{name}@{domain}")),
        _ => None,
    });
    in_dns.unwrap_or(composed)
}

/// What the grammar allows but no mail can reach: a domain of numbers, or with characters that domains cannot have;
/// invisible characters.
fn flaw(address: &str) -> Option<&'static str> {
    let domain = address.rsplit_once('@').map_or("", |(_, domain)| domain);
    let in_domain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.') || !c.is_ascii();
    let is_unseen = |c: char| {
        c.is_control()
            || c.is_whitespace()
            || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    if address.chars().any(is_unseen) {
        Some("it has a character that cannot be seen")
    } else if !domain.chars().all(in_domain) {
        Some("its domain has a character that domains cannot have")
    } else if domain.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit())) {
        Some("its domain ends in a number")
    } else {
        None
    }
}

/// Whether an allowlist pattern matches an address: it is the address itself, or `*@` and its domain.
pub fn is_matched(pattern: &str, address: &str) -> bool {
    let (pattern, address) = (plain(pattern), plain(address));
    match pattern.strip_prefix("*@") {
        Some(domain) => address.rsplit_once('@').is_some_and(|(_, own)| own == domain),
        None => pattern == address,
    }
}

/// A fast path for addresses that are obviously valid: words of letters and digits, joined by single punctuation.
/// Most are; the full grammar takes ten times as long.
fn is_plain(text: &str) -> bool {
    let (mut in_domain, mut has_dot, mut in_word, mut has_letter) = (false, false, false, false);
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {
                in_word = true;
                has_letter |= !byte.is_ascii_digit();
                continue;
            }
            b'@' if in_word && !in_domain => in_domain = true,
            b'.' if in_word => (has_dot, has_letter) = (in_domain, false),
            b'-' if in_word => {}
            b'_' if in_word && !in_domain => {}
            _ => return false,
        }
        in_word = false;
    }
    // Short enough that none of its parts is too long.
    in_word && has_dot && has_letter && text.len() < 64
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An address, or another value, quoted as one word of a shell command if it contains special characters.
pub fn as_a_word(address: &str) -> Cow<'_, str> {
    if !address.is_empty() && address.chars().all(|c| c.is_alphanumeric() || "@.+-_:/,".contains(c)) {
        return Cow::Borrowed(address);
    }
    Cow::Owned(format!("'{}'", address.replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_spellings_of_one_mailbox_are_one_address() {
        for (one, other) in [
            (" Ann@Example.COM ", "ann@example.com"),
            ("ann@Bücher.example", "ann@xn--bcher-kva.example"),
            ("jose\u{301}@a.example", "JOSÉ@a.example"),
            ("ann@bu\u{308}cher.example", "ann@bücher.example"),
        ] {
            assert_eq!(Address::parse(one).unwrap(), Address::parse(other).unwrap(), "{one}");
            assert_eq!(plain(one), plain(other), "{one}");
        }
    }

    #[test]
    fn a_pattern_matches_an_address_or_all_of_a_domain() {
        assert!(is_matched("Ann@A.example", "ann@a.example") && is_matched("*@a.example", "ann@A.example"));
        for pattern in ["*@example", "*@b.example", "a.example", "*", "ann@"] {
            assert!(!is_matched(pattern, "ann@a.example"), "{pattern}");
        }
    }

    #[test]
    fn an_address_that_mail_cannot_reach_is_invalid() {
        for text in [
            "",
            "ann",
            "ann@",
            "@example.com",
            "ann@localhost",
            "Ann <ann@example.com>",
            "a b@example.com",
            "ann@example.com\nBcc: x@example.com",
            "ann@[127.0.0.1]",
            "ann@@example.com",
            "ann@example.com?subject=x",
            "ann@1.2.3.4",
            "ann@example.123",
            "ann\u{a0}@example.com",
            "ann\u{200b}@example.com",
        ] {
            assert!(Address::parse(text).is_err(), "{text:?} was taken for an address");
        }
    }

    proptest::proptest! {
        #[test]
        fn an_address_beyond_doubt_is_one_by_the_whole_grammar(
            text in "[a-zA-Z0-9_]{1,9}([._-]{1,2}[a-zA-Z0-9]{1,9}){0,3}@[a-zA-Z0-9-]{1,9}([.-]{1,2}[a-zA-Z0-9]{1,20}){0,3}"
        ) {
            let options = Options::default().with_required_tld().without_display_text().without_domain_literal();
            proptest::prop_assert!(!is_plain(&text) || EmailAddress::parse_with_options(&text, options).is_ok());
        }
    }

    #[test]
    fn international_addresses_are_addresses() {
        assert!(Address::parse("josé@bücher.example").is_ok());
    }
}
