//! Finds secrets: everyone who gets the mail would have them, and a mail cannot be recalled.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::{Captures, Regex};

use super::parsed_text::{Finding, ParsedText};
use super::reading::pattern;
use crate::campaign::definition::rule::Rule;
use crate::campaign::text::template::Part;

/// Providers' keys, by prefix. `secret` is the part that must look random.
static KEYS: LazyLock<Regex> = LazyLock::new(|| {
    let shapes = [
        r"[a-z]{2,12}_(?:live|prod|production)_[A-Za-z0-9_-]{16,}",
        r"(?:sk|rk|pk)_test_[A-Za-z0-9]{20,}",
        r"whsec_[A-Za-z0-9+/]{24,}",
        r"gh[opsur]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{40,}|glpat-[\w-]{20,}",
        r"xox[abeprs]-[A-Za-z0-9-]{12,}",
        r"(?:AKIA|ASIA)[A-Z0-9]{16}\b",
        r"AIza[\w-]{35}",
        r"SG\.[\w-]{16,}\.[\w-]{16,}",
        r"sk-(?:ant-|proj-)?[\w-]{32,}",
        r"[0-9]{8,10}:AA[\w-]{33}|ya29\.[\w-]{30,}|EAA[A-Za-z0-9]{60,}|hf_[A-Za-z0-9]{30,}|AC[a-f0-9]{32}\b|SK[a-f0-9]{32}\b",
        r"sq0(?:atp|csp)-[\w-]{22,}|key-[a-f0-9]{32}\b|[a-f0-9]{32}-us\d{1,2}\b|dd(?:og)?_[A-Za-z0-9]{30,}|lin_api_\w{30,}",
        r"npm_[A-Za-z0-9]{36}|pypi-[\w-]{40,}|dop_v1_[a-f0-9]{64}|shpat_[a-fA-F0-9]{32}",
    ];
    pattern(&format!(r"\b(?P<secret>{})", shapes.join("|")))
});
/// A key in a header or variable named as one: long and random.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    let name = r"(?i:api[_-]?key|access[_-]?key|secret(?:[_-]?(?:access)?[_-]?key)?|client[_-]?secret|auth[_-]?token|access[_-]?token|password|passwd|bearer|basic|token)";
    pattern(&format!(
        r#"\b(?:\w+[_-])?{name}["']?\s{{0,2}}(?:[:=]|is)?\s{{0,2}}["']?(?P<secret>[A-Za-z0-9+/_-]{{24,}}={{0,2}})"#
    ))
});
static PRIVATE_KEY: LazyLock<Regex> = LazyLock::new(|| pattern(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----"));
static TOKEN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\beyJ[\w-]{8,}\.(?P<claims>eyJ[\w-]{8,})\.(?P<secret>[\w-]{16,})"));
static PASSWORD: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"\b[a-z][a-z0-9+.-]*://[^\s/:@"'<>]*:(?P<secret>[^\s/:@"']+)@"#));

/// The start of the claims in the well-known sample token (`"sub":"1234567890"`).
const SAMPLE_CLAIMS: &str = "eyJzdWIiOiIxMjM0NTY3ODkw";
/// Placeholders for a password.
const STAND_INS: [&str; 12] = [
    "password",
    "passwd",
    "pass",
    "pwd",
    "pw",
    "secret",
    "token",
    "key",
    "apikey",
    "api_key",
    "api-key",
    "credentials",
];

/// A kind of secret: its pattern, and how to recognise one that works.
struct Kind {
    shape: &'static LazyLock<Regex>,
    is_one: fn(&Captures<'_>) -> bool,
    what: &'static str,
    fix: &'static str,
}

const REVOKE: &str = "take it back where it was issued, and write a variable: $API_KEY";
const KINDS: [Kind; 5] = [
    Kind {
        shape: &KEYS,
        is_one: |captures| is_drawn(secret(captures)),
        what: "this looks like a key that works",
        fix: REVOKE,
    },
    Kind {
        shape: &NAMED,
        is_one: |captures| !is_known(secret(captures)) && is_random(secret(captures)),
        what: "this looks like a key that works",
        fix: REVOKE,
    },
    Kind {
        shape: &PRIVATE_KEY,
        is_one: |_| true,
        what: "a private key would reach the customer",
        fix: "leave it out, and issue another",
    },
    Kind {
        shape: &TOKEN,
        is_one: |captures| !is_sample(captures) && is_drawn(secret(captures)),
        what: "this looks like a token (JWT) that works",
        fix: REVOKE,
    },
    Kind {
        shape: &PASSWORD,
        is_one: |captures| is_password(secret(captures)),
        what: "this address holds a password",
        fix: "write https://$USER:$PASSWORD@…, or send the password as a header",
    },
];

/// Finds keys, tokens and passwords, in prose and in code.
pub fn secrets(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for part in [Part::Subject, Part::Body] {
        for kind in &KINDS {
            let found = kind.shape.captures_iter(parsed.raw(part)).filter(|captures| (kind.is_one)(captures));
            for at in found.filter_map(|captures| captures.get(0).map(|whole| whole.range())) {
                // One secret may match several kinds.
                if !findings.iter().any(|known| known.part == part && overlap(&known.at, &at)) {
                    findings.push(Finding::error(Rule::Secret, part, at, kind.what, kind.fix));
                }
            }
        }
    }
    findings
}

fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

/// The characters of a match that must be secret.
fn secret<'t>(captures: &Captures<'t>) -> &'t str {
    captures.name("secret").map_or("", |secret| secret.as_str())
}

/// Whether a provider's key format suffices to recognise it.
fn is_known(secret: &str) -> bool {
    KEYS.is_match(secret) || secret.starts_with("eyJ")
}

/// Whether the characters are random, and not words joined by dashes.
fn is_random(secret: &str) -> bool {
    let digits = secret.chars().filter(char::is_ascii_digit).count();
    let letters = secret.chars().filter(char::is_ascii_alphabetic).count();
    is_drawn(secret) && digits >= 4 && letters >= 6 && !secret.contains('/') || digits >= 6 && is_drawn(secret)
}

fn is_sample(captures: &Captures<'_>) -> bool {
    captures.name("claims").is_some_and(|claims| claims.as_str().starts_with(SAMPLE_CLAIMS))
}

/// Whether the characters look random: `sk_live_xxxxxxxxxxxxxxxx` and `AKIA…EXAMPLE` are placeholders.
fn is_drawn(secret: &str) -> bool {
    let lower = secret.to_lowercase();
    let says_so = ["example", "your", "xxxx", "1234567890", "placeholder", "redacted", "dummy", "sample"];
    let mut signs: Vec<char> = lower.chars().filter(|c| c.is_alphanumeric()).rev().take(16).collect();
    signs.sort_unstable();
    signs.dedup();
    signs.len() >= 7 && !says_so.iter().any(|words| lower.contains(words))
}

fn is_password(secret: &str) -> bool {
    let lower = secret.to_lowercase();
    let replaced = secret.contains(['$', '<', '{', '[', '%', '*', '…']) || secret.contains("...");
    let constant = secret.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    let filler = lower.chars().all(|c| c == 'x');
    let named = STAND_INS.contains(&lower.as_str()) || lower.starts_with("your") || lower.starts_with("my");
    !(replaced || constant || filler || named)
}
