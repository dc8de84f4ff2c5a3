//! Checks hosts: every link must be meant for customers.

use core::net::Ipv4Addr;
use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;
use url::{Host, Url};

use super::links;
use super::parsed_text::{Finding, ParsedText};
use super::reading::pattern;
use crate::campaign::definition::Campaign;
use crate::campaign::definition::rule::Rule;
use crate::campaign::text::template::Part;

/// An address in code.
static IN_CODE: LazyLock<Regex> = LazyLock::new(|| pattern(r#"\bhttps?://[^\s<>"'`\])},;]+"#));

/// Domain suffixes of hosts that are not public.
const INSIDE: [&str; 9] =
    [".internal", ".local", ".lan", ".corp", ".intranet", ".localdomain", ".home.arpa", ".private", ".consul"];
/// Host labels of systems for employees.
const INTERNAL_LABELS: [&str; 6] = ["internal", "int", "intranet", "corp", "lan", "vpn"];
const STAGING_LABELS: [&str; 8] = ["staging", "stage", "stg", "qa", "uat", "preprod", "preproduction", "canary"];
/// Where teams keep internal documents: host, and path prefix.
const OF_TEAMS: [(&str, &str); 9] = [
    ("docs.google.com", "/"),
    ("drive.google.com", "/"),
    ("sharepoint.com", "/"),
    ("atlassian.net", "/"),
    ("slack.com", "/archives"),
    ("www.notion.so", "/"),
    ("figma.com", "/"),
    ("linear.app", "/"),
    ("dropbox.com", "/"),
];
/// Domain suffixes of tunnels to a developer's machine.
const TUNNELS: [&str; 7] =
    ["ngrok.io", "ngrok.app", "ngrok-free.app", "ngrok.dev", "trycloudflare.com", "loca.lt", "serveo.net"];
/// Hosts that anyone may be sent to: standards, references, package registries.
const PUBLIC: [&str; 40] = [
    "rfc-editor.org",
    "ietf.org",
    "w3.org",
    "mozilla.org",
    "json-schema.org",
    "openapis.org",
    "graphql.org",
    "iana.org",
    "wikipedia.org",
    "github.com",
    "gitlab.com",
    "npmjs.com",
    "pypi.org",
    "rubygems.org",
    "packagist.org",
    "crates.io",
    "pkg.go.dev",
    "go.dev",
    "nuget.org",
    "sonatype.com",
    "mvnrepository.com",
    "oauth.net",
    "openid.net",
    "owasp.org",
    "jwt.io",
    "curl.se",
    "python.org",
    "nodejs.org",
    "rust-lang.org",
    "php.net",
    "ruby-lang.org",
    "oracle.com",
    "microsoft.com",
    "postman.com",
    "stackoverflow.com",
    "semver.org",
    "keepachangelog.com",
    "unicode.org",
    "iso.org",
    "apple.com",
];
/// Hosts that hide the target of a link.
const SHORTENERS: [&str; 20] = [
    "bit.ly",
    "t.co",
    "tinyurl.com",
    "goo.gl",
    "ow.ly",
    "is.gd",
    "buff.ly",
    "rebrand.ly",
    "lnkd.in",
    "cutt.ly",
    "shorturl.at",
    "rb.gy",
    "t.ly",
    "tiny.cc",
    "bl.ink",
    "v.gd",
    "short.io",
    "shorte.st",
    "adf.ly",
    "dub.sh",
];
/// Hosts that track clicks, or that rewrite links in mails.
const TRACKERS: [&str; 9] = [
    "list-manage.com",
    "sendgrid.net",
    "hubspotlinks.com",
    "mandrillapp.com",
    "urldefense.com",
    "urldefense.proofpoint.com",
    "safelinks.protection.outlook.com",
    "awstrack.me",
    "mailchi.mp",
];
/// Query parameters that track clicks.
const MARKS: [&str; 11] =
    ["gclid", "fbclid", "msclkid", "mc_eid", "mc_cid", "mkt_tok", "_hsenc", "_hsmi", "hsctatracking", "vero_id", "_ga"];

/// Finds addresses that customers cannot or should not reach.
pub fn internal_hosts(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let followed = links::addresses(parsed).map(|(at, address)| (at, address, false));
    let followed = followed.chain(in_code(parsed).into_iter().map(|(at, address)| (at, address, true)));
    let own = parsed.reader().guide_url().and_then(host_of);
    let found = followed.filter_map(|(at, address, code)| {
        let url = Url::parse(&address).ok()?;
        let host = url.host()?;
        if own.as_ref().is_some_and(|own| host.to_string() == *own) {
            return None;
        }
        let finding = |what: &str, fix: &str| {
            Finding::error(Rule::InternalHost, Part::Body, at.clone(), format!("`{host}` {what}"), fix)
        };
        match host {
            Host::Ipv4(address)
                if code && (is_inside(address) || address.is_loopback() && calls_the_api(url.path())) =>
            {
                Some(finding("is an address of a private network", "write the host that customers call"))
            }
            Host::Domain("localhost") if code && calls_the_api(url.path()) => {
                Some(finding("is your own machine", "write the host that customers call"))
            }
            Host::Domain(name) if is_of(&TUNNELS, name) => {
                Some(finding("leads to a temporary tunnel to your own machine", "write the host that customers reach"))
            }
            Host::Domain(name) if is_internal(name) => {
                Some(finding("is known only inside your company", "write the host that customers reach"))
            }
            Host::Domain(name) if is_staging(name) => {
                let fix = "write the host that customers call in production, or allow it if customers can reach it";
                Some(finding("looks like a host for your own tests", fix).into_warning())
            }
            Host::Domain(name) if is_of_a_team(name, url.path()) => {
                let fix = "publish it where customers need no account with you, or allow it if it is public";
                Some(finding("holds documents of a team, and may ask the reader to log in", fix).into_warning())
            }
            Host::Domain(_) | Host::Ipv4(_) | Host::Ipv6(_) => None,
        }
    });
    found.collect()
}

/// Finds links that are not encrypted, track the reader, or hide their target.
pub fn unsafe_links(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let own = Own::of(parsed.campaign);
    // In code, another site's address may be a name: XML namespaces are written with http.
    let called = in_code(parsed).into_iter().filter(|(_, address)| host_of(address).is_some_and(|host| own.has(&host)));
    let found = links::addresses(parsed).chain(called).filter_map(|(at, address)| {
        let url = Url::parse(&address).ok()?;
        let host = url.host_str()?;
        let (what, fix) = if is_of(&SHORTENERS, host) {
            ("hides its target, and mail filters distrust it", "write the full address")
        } else if is_of(&TRACKERS, host) {
            ("goes through a tracking server", "write the address it leads to")
        } else if url.query_pairs().any(|(name, _)| is_mark(&name)) {
            ("identifies who follows it", "write it without tracking parameters (utm_…, gclid)")
        } else if url.scheme() == "http" {
            ("is not encrypted, and browsers warn of it", "write https://")
        } else {
            return None;
        };
        Some(Finding::error(Rule::Link, Part::Body, at, format!("`{address}` {what}"), fix).into_warning())
    });
    found.collect()
}

/// Finds links to other sites.
pub fn foreign_links(parsed: &ParsedText<'_>) -> Vec<Finding> {
    let own = Own::of(parsed.campaign);
    let found = links::addresses(parsed).filter_map(|(at, address)| {
        let url = Url::parse(&address).ok()?;
        let Some(Host::Domain(host)) = url.host() else { return None };
        let told_otherwise = is_of(&SHORTENERS, host)
            || is_of(&TRACKERS, host)
            || is_of(&TUNNELS, host)
            || is_internal(host)
            || is_of_a_team(host, url.path());
        if own.has(host) || is_of(&PUBLIC, host) || told_otherwise || host.starts_with("your") || is_example(host) {
            return None;
        }
        if let Some(meant) = own.misspelt(host) {
            let what = format!("`{host}` is one letter off `{meant}`");
            return Some(Finding::error(Rule::Link, Part::Body, at, what, "write your own host"));
        }
        let what = format!("`{host}` is another company's");
        let fix = "link to your own pages; or allow it: [[allow]] rule = \"link\"";
        Some(Finding::error(Rule::Link, Part::Body, at, what, fix).into_warning())
    });
    found.collect()
}

/// Documentation hosts are reported by another rule.
fn is_example(host: &str) -> bool {
    [".example", ".test", ".invalid"].iter().any(|end| host.ends_with(end))
        || is_of(&["example.com", "example.org", "example.net", "your-company.com"], host)
}

/// The sites of a campaign's own addresses.
pub struct Own(Vec<String>);

impl Own {
    /// The sites of sender, guide and support.
    pub fn of(campaign: &Campaign) -> Self {
        let of_mail = |address: &str| address.rsplit_once('@').map(|(_, host)| host.to_lowercase());
        let segments = campaign.segments.iter();
        let own = segments.flat_map(|segment| [segment.guide_url.as_deref(), segment.support.as_deref()]);
        let named = [campaign.guide_url.as_deref(), campaign.support.as_deref()].into_iter().chain(own).flatten();
        let named = named.filter_map(|named| host_of(named).or_else(|| of_mail(named)));
        let hosts = of_mail(&campaign.from).into_iter().chain(named);
        let mut sites: Vec<String> = hosts.map(|host| site(&host).to_owned()).collect();
        sites.sort();
        sites.dedup();
        Self(sites)
    }

    /// Whether a host belongs to one of the sites.
    pub fn has(&self, host: &str) -> bool {
        self.0.iter().any(|own| own == site(&host.to_lowercase()))
    }

    /// The site that a host seems to misspell.
    pub fn misspelt(&self, host: &str) -> Option<&str> {
        let host = host.to_lowercase();
        let host = site(&host);
        let near = |own: &&String| {
            let far = if own.len() > 9 { 2 } else { 1 };
            (1..=far).contains(&strsim::damerau_levenshtein(own, host))
        };
        self.0.iter().find(near).map(String::as_str)
    }

    /// The names of the sites without their public suffix: `acme`.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|site| site.split('.').next())
    }
}

/// The registered part of a host: `acme.co.uk` for `docs.acme.co.uk`.
fn site(host: &str) -> &str {
    let mut dots = host.rmatch_indices('.').map(|(at, _)| at);
    let (last, second) = (dots.next(), dots.next());
    let (Some(last), Some(second)) = (last, second) else { return host };
    let below = &host[second + 1..last];
    let national = host.len() - last == 3 && ["co", "com", "org", "net", "ac", "gov", "edu"].contains(&below);
    let start = if national { dots.next().map_or(0, |third| third + 1) } else { second + 1 };
    &host[start..]
}

/// The addresses in code, inline and in blocks.
fn in_code(parsed: &ParsedText<'_>) -> Vec<(Range<usize>, String)> {
    let body = &parsed.text.body;
    let of_spans = parsed.spans.iter().flat_map(|span| {
        let found = IN_CODE.find_iter(&body[span.clone()]);
        found.map(|found| (span.start + found.start()..span.start + found.end(), found.as_str().to_owned()))
    });
    let of_blocks = parsed.blocks.iter().flat_map(|block| {
        IN_CODE.find_iter(&block.code).map(|found| (block.places(found.range()), found.as_str().to_owned()))
    });
    of_spans.chain(of_blocks).collect()
}

fn host_of(address: &str) -> Option<String> {
    Url::parse(address).ok()?.host().map(|host| host.to_string())
}

fn is_inside(address: Ipv4Addr) -> bool {
    address.is_private() || address.is_link_local()
}

/// Whether a path belongs to an API: it starts with a version.
fn calls_the_api(path: &str) -> bool {
    static VERSION: LazyLock<Regex> = LazyLock::new(|| pattern(r"^/(?:api/)?v\d+(?:/|$)|^/api/"));
    VERSION.is_match(path)
}

fn is_internal(host: &str) -> bool {
    INSIDE.iter().any(|end| host.ends_with(end)) || labels(host).any(|label| INTERNAL_LABELS.contains(&label))
}

/// Whether a label, or a word in it, says that the host is for tests: `api.staging.acme.io`, `api-stg.acme.io`. A
/// developer site may be called `dev.acme.io`; an API is not.
fn is_staging(host: &str) -> bool {
    let words = || host.split('.').rev().skip(1).flat_map(|label| label.split('-'));
    let of_an_api = || words().any(|word| word == "api") && words().any(|word| word == "dev");
    words().any(|word| STAGING_LABELS.contains(&word)) || of_an_api()
}

/// The labels before the registered name.
fn labels(host: &str) -> impl Iterator<Item = &str> {
    host.rsplit('.').skip(2)
}

fn is_of_a_team(host: &str, path: &str) -> bool {
    OF_TEAMS.iter().any(|(of, begin)| is_of(&[of], host) && path.starts_with(begin))
}

/// Whether a host is one of these, or a subdomain of one.
fn is_of(hosts: &[&str], host: &str) -> bool {
    hosts.iter().any(|of| host.strip_suffix(of).is_some_and(|below| below.is_empty() || below.ends_with('.')))
}

fn is_mark(name: &str) -> bool {
    let name = name.to_lowercase();
    name.starts_with("utm_") || MARKS.contains(&name.as_str())
}
