//! Small campaigns and recipients to test with.

use std::collections::BTreeMap;

use chrono::{TimeZone, Utc};
use mmig::campaign::Time;
use mmig::campaign::definition::problem::Source;
use mmig::campaign::definition::{Campaign, read};
use mmig::campaign::mail::{Accepted, Course, Fate, Mail};
use mmig::campaign::moment::LocalMoment;
use mmig::campaign::people::contact::Contact;
use mmig::campaign::people::recipient::Recipient;
use mmig::campaign::text::template::Templates;
use mmig::campaign::usage::{Calls, Usage};

pub const HEAD: &str = r#"
[campaign]
title = "API v2"
from = "migrations@example.com"
deadline = 2027-04-30
timezone = "Europe/Berlin"
guide_url = "https://docs.example.com/v2"
[campaign.vars]
new = "v2"
"#;

pub const SEGMENTS: &str = r#"
[[segment]]
name = "webhooks"
tags = "api-v1,webhooks"
[segment.vars]
endpoint = "https://api.example.com/hooks"
[[segment]]
name = "rest"
tags = "api-v1,rest"
"#;

pub const CHANGES: &str = r#"
[[change]]
id = "auth"
title = "New header"
text = "Send a bearer token."
before = "Authorization: Token k"
after = "Authorization: Bearer k"
[[change]]
id = "sign"
title = "Signatures"
text = "Check them."
segments = ["webhooks"]
[[change]]
id = "vip"
title = "Your own host"
text = "It moves too."
tags = "api-v1,vip"
"#;

pub fn campaign_of(text: &str) -> Campaign {
    let (campaign, _) = read("api-v2", &Source::new("campaign.toml", text))
        .unwrap_or_else(|problems| panic!("{:?}", problems.iter().map(|problem| &problem.what).collect::<Vec<_>>()));
    campaign
}

pub fn campaign() -> Campaign {
    campaign_of(&format!("{HEAD}{SEGMENTS}{CHANGES}"))
}

/// Templates by name; every default phase has `body` unless it is named.
pub fn templates(body: &str, named: &[(&str, &str)]) -> Templates {
    load(body, named).unwrap_or_else(|problems| panic!("{problems:?}"))
}

pub fn load(
    body: &str,
    named: &[(&str, &str)],
) -> Result<Templates, Vec<mmig::campaign::definition::problem::Problem>> {
    let mut sources = BTreeMap::new();
    for phase in ["announce", "prepare", "window", "final", "complete"] {
        let text = format!("+++\nsubject = \"{phase}\"\n+++\n{body}");
        sources.insert(format!("{phase}.md"), Source::new(format!("templates/{phase}.md"), text));
    }
    for (name, text) in named {
        sources.insert((*name).to_owned(), Source::new(format!("templates/{name}"), *text));
    }
    Templates::load(sources)
}

pub fn at(text: &str) -> Time {
    text.parse::<Time>().unwrap()
}

pub fn now() -> Time {
    Utc.with_ymd_and_hms(2027, 1, 30, 14, 0, 0).unwrap()
}

pub fn contact(id: &str, email: &str, tags: &[&str]) -> Contact {
    let tags = Some(tags.iter().map(|tag| (*tag).into()).collect());
    Contact { id: id.into(), email: email.into(), name: id.to_uppercase().into(), tags }
}

pub fn recipient(id: &str, segment: &str, tags: &[&str]) -> Recipient {
    Recipient {
        id: id.into(),
        email: format!("{id}@a.example").into(),
        name: id.to_uppercase().into(),
        tags: tags.iter().map(|tag| (*tag).into()).collect(),
        segment: segment.into(),
        since: now(),
        left: None,
        usage: None,
        marks: Vec::new(),
        mails: Vec::new(),
        skips: Vec::new(),
    }
}

pub fn usage(calls: Calls) -> Usage {
    Usage { at: now(), calls, quiet_since: now(), operations: None, unread: false }
}

pub fn deadline() -> LocalMoment {
    "2027-04-30".parse().unwrap()
}

pub fn mail(phase: &str, fate: Fate) -> Mail {
    let variant = mmig::campaign::text::digest::Digest::of(&[phase]);
    Mail {
        phase: phase.into(),
        variant,
        to: None,
        deadline: deadline(),
        usage: None,
        sending: now(),
        send_at: None,
        fate,
    }
}

pub fn accepted(course: Course) -> Fate {
    Fate::Accepted(Accepted {
        id: "m".into(),
        thread: "".into(),
        at: now(),
        labelled: false,
        stage: None,
        approved: None,
        too_late: None,
        withdrawing: None,
        course,
    })
}
