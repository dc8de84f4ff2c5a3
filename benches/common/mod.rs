//! What the benchmarks share: a campaign, many recipients, and medians.

#![allow(dead_code, reason = "no benchmark uses all of it")]

use std::fmt::Write;
use std::time::{Duration, Instant};

use compact_str::format_compact;
use mmig::campaign::Time;
use mmig::campaign::definition::problem::Source;
use mmig::campaign::definition::{Campaign, read};
use mmig::campaign::people::recipient::Recipient;

pub const RECIPIENTS: usize = 100_000;
const ROUNDS: usize = 7;

/// Three segments with their own changes, and two changes limited by tags: twelve kinds of readers.
const CAMPAIGN: &str = r#"
[campaign]
title = "API v2"
from = "migrations@example.com"
deadline = 2027-04-30
guide_url = "https://docs.example.com/migrate-v2"
[[change]]
id = "auth"
title = "New auth header format"
text = "Send the key as a bearer token."
before = "Authorization: Token <key>"
after = "Authorization: Bearer <key>"
[[change]]
id = "envelope"
title = "Events come in a signed envelope"
text = "Check the signature."
segments = ["webhooks"]
[[change]]
id = "errors"
title = "Errors carry a code"
text = "Read the code."
segments = ["graphql"]
[[change]]
id = "pages"
title = "Lists come in pages"
text = "Ask for the next one with the cursor."
tags = "api-v1,lists"
[[change]]
id = "dates"
title = "Dates carry a time zone"
text = "Read it."
tags = "api-v1,dates"
"#;

pub fn campaign() -> Campaign {
    let mut text = CAMPAIGN.to_owned();
    for segment in ["webhooks", "rest", "graphql"] {
        let _ = write!(text, "[[segment]]\nname = \"{segment}\"\ntags = \"api-v1,{segment}\"\n");
    }
    read("api-v2", &Source::new("campaign.toml", text)).expect("it is valid").0
}

pub fn now() -> Time {
    "2027-01-30T13:00:00Z".parse().expect("a time")
}

pub fn recipients() -> impl Iterator<Item = Recipient> {
    (0..RECIPIENTS).map(|n| {
        let segment = ["webhooks", "rest", "graphql"][n % 3];
        let mut tags = vec!["api-v1".into(), segment.into()];
        tags.extend((n / 3 % 2 == 0).then(|| "lists".into()));
        tags.extend((n / 6 % 2 == 0).then(|| "dates".into()));
        tags.sort_unstable();
        Recipient {
            id: format_compact!("01J{n:013}"),
            email: format_compact!("person.number{n}@company{}.example", n % 977),
            name: format_compact!("Person O'Number {n}"),
            tags,
            segment: segment.into(),
            since: now(),
            left: None,
            usage: None,
            marks: Vec::new(),
            mails: Vec::new(),
            skips: Vec::new(),
        }
    })
}

/// The median time of several rounds, without the first one.
pub fn median(mut round: impl FnMut()) -> Duration {
    round();
    let time = |()| {
        let start = Instant::now();
        round();
        start.elapsed()
    };
    let mut times: Vec<Duration> = std::iter::repeat_n((), ROUNDS).map(time).collect();
    times.sort_unstable();
    times[ROUNDS / 2]
}

pub fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}

pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
