//! What `campaign.toml` may contain, and how errors in it are reported.

use mmig::campaign::definition::problem::{Problem, Source};
use mmig::campaign::definition::{When, read};

use crate::build::{CHANGES, HEAD, SEGMENTS, campaign, campaign_of};

fn problems(text: &str) -> Vec<Problem> {
    read("api-v2", &Source::new("campaign.toml", text)).err().unwrap_or_default()
}

/// Each bad line, in an otherwise good campaign, with its message.
const BAD: &[(&str, &str)] = &[
    ("[campaign]\ntitel = \"x\"", "unknown key `titel`"),
    ("[campaign]\ntitle = 3", "`title` in [campaign] is not what it should be"),
    ("[campaign]\ntitle = \" \"", "`title` is empty"),
    ("[campaign]\nfrom = \"nobody\"", "`from` is not an e-mail address"),
    ("[campaign]\ndeadline = \"2027-04-30\"", "`deadline` in [campaign] is not what it should be"),
    ("[campaign]\ndeadline = 2027-04-30T10:00:00Z", "`deadline` in [campaign] is not what it should be"),
    ("[campaign]\ntimezone = \"Europe/Berlni\"", "unknown time zone `Europe/Berlni`"),
    ("[campaign]\nsend_time = \"noon\"", "`send_time` in [campaign] is not what it should be"),
    ("[campaign]\nguide_url = \"docs.example.com\"", "`guide_url` is not a link"),
    ("[campaign]\nguide_url = \"https://a b\"", "`guide_url` is not a link"),
    ("[campaign]\nvars = 3", "`vars` in [campaign] is not what it should be"),
    ("[api]\ncontract = \"soap\"", "`soap` is not known here"),
    ("[api]\noversight = [\"gated\"]", "`gated` is not an oversight mode"),
    ("[api]\noversight = []", "`oversight` allows no mode"),
    ("[api]\nkey = \"mm_live\"", "unknown key `key`"),
    ("[api]\nurl = \"ftp://x\"", "`url` is not a link"),
    ("[limits]\nconcurrency = 0", "`concurrency` is out of range"),
    ("[limits]\nconcurrency = 4294967295", "`concurrency` is out of range"),
    ("[limits]\nmax_late = 4294967295", "`max_late` is out of range"),
    ("[limits]\nexpect_every = 3661", "`expect_every` is out of range"),
    ("[limits]\nmax_bounces = 101.0", "`max_bounces` is out of range"),
    ("[limits]\nper_second = 1e-300", "`per_second` is out of range"),
    ("[limits]\nper_second = 1e300", "`per_second` is out of range"),
    ("[limits]\nper_day = 4294967296", "`per_day` in [limits] is not what it should be"),
    ("[usage]\nquiet_days = 4294967295", "`quiet_days` is out of range"),
    ("[[phase]]\nname = \"x\"\ndays_before = 4294967295", "`days_before` is out of range"),
    ("[[phase]]\nname = \"x\"\ndays_after = 3661", "`days_after` is out of range"),
    ("[limits]\nper_second = -1.0", "`per_second` in [limits] is not what it should be"),
    ("[limits]\nmax_late = -3", "`max_late` in [limits] is not what it should be"),
    ("[limits]\nmax_bounces = -1.0", "`max_bounces` in [limits] is not what it should be"),
    ("[limits]\nper_day = 1.5", "`per_day` in [limits] is not what it should be"),
    ("[tags]\nstarted = \"a,b\"", "`started` is not a single tag"),
    ("[tags]\nstarted = \"migration-complete\"", "one tag is used for two stages"),
    ("[[segment]]\nname = \"x\"", "[[segment]] has no `tags`"),
    ("[[segment]]\nname = \"../x\"\ntags = \"a\"", "`name` cannot be used as a name"),
    ("[[segment]]\nname = \"a.b\"\ntags = \"a\"", "`name` cannot be used as a name"),
    ("[[segment]]\nname = \"Rest\"\ntags = \"a\"", "there are two of segment `Rest`"),
    ("[[segment]]\nname = \"x\"\ntags = \"a,,b\"", "not a tag query"),
    ("[[segment]]\nname = \"x\"\ntags = \"a,-a\"", "not a tag query"),
    ("[[segment]]\nname = \"x\"\ntags = \"-a\"", "the whole address book"),
    ("[[phase]]\nname = \"x\"", "the phase has no date"),
    ("[[phase]]\nname = \"x\"\ndays_before = 3\non = \"completed\"", "both `days_before` and `on`"),
    ("[[phase]]\nname = \"x\"\non = \"started\"", "`started` is not known here"),
    ("[[phase]]\nname = \"x\"\ndays_before = 3\naudience = \"everyone\"", "unknown audience `everyone`"),
    ("[[phase]]\nname = \"x\"\ndays_before = 3\naudience = \"completed\"", "the audience does not fit"),
    ("[[phase]]\nname = \"x\"\ndays_before = 3\naudience = \"told-other-date\"", "the audience does not fit"),
    ("[[phase]]\nname = \"x\"\non = \"deadline-moved\"\naudience = \"all\"", "the audience does not fit"),
    ("[[phase]]\nname = \"x\"\non = \"deadline\"", "`deadline` is not known here"),
    (
        "[[phase]]\nname = \"x\"\ndays_before = 3\nautomatic = \"yes\"",
        "`automatic` in [[phase]] is not what it should be",
    ),
    ("[[phase]]\nname = \"a\"\ndays_before = 3\n[[phase]]\nname = \"b\"\ndays_before = 30", "follows `a`"),
    (
        "[[phase]]\nname = \"a\"\ndays_before = 3\n[[phase]]\nname = \"a\"\ndays_before = 1",
        "there are two of phase `a`",
    ),
    ("[[change]]\nid = \"x\"\ntitle = \"t\"", "[[change]] has no `text`"),
    ("[[change]]\nid = \"x\"\ntitle = \"t\"\ntext = \"t\"\nsegments = [\"rset\"]", "which does not exist"),
    (
        "[[change]]\nid = \"x\"\ntitle = \"t\"\ntext = \"t\"\nsegments = [\"rest\"]\ntags = \"a\"",
        "both `segments` and `tags`",
    ),
    ("[[change]]\nid = \"x\"\ntitle = \"t\"\ntext = \"t\"\nsegments = []", "concerns no segment"),
    ("[[change]]\nid = \"auth\"\ntitle = \"t\"\ntext = \"t\"", "there are two of change `auth`"),
    (
        "[[change]]\nid = \"x\"\ntitle = \"t\"\ntext = \"t\"\n[[change.example]]\nafter = \"f()\"",
        "[[change.example]] has no `language`",
    ),
    (
        "[[change]]\nid = \"x\"\ntitle = \"t\"\ntext = \"t\"\n[[change.example]]\nlanguage = \"python\"",
        "an example without code",
    ),
    (
        "[[change]]\nid = \"x\"\ntitle = \"t\"\ntext = \"t\"\n[[change.example]]\nlanguage = \"py\"\nafter = \"f()\"\n\
         [[change.example]]\nlanguage = \"python\"\nafter = \"g()\"",
        "two examples of this change are called `Python`",
    ),
    ("[usage]\nstarted = \"nwe_calls > 0\"", "there is no `nwe_calls` here"),
    ("[usage]\ncompleted = \"old_calls = 0\"", "not a condition"),
    ("[usage]\nquiet_days = -1", "`quiet_days` in [usage] is not what it should be"),
    ("[usage]\nquiet_day = 3", "unknown key `quiet_day`"),
    (
        "[[change]]\nid = \"x\"\ntitle = \"t\"\ntext = \"t\"\noperations = [\"get /v1\"]",
        "`get /v1` is not an operation",
    ),
    ("[[change]]\nid = \"x\"\ntitle = \"t\"\ntext = \"t\"\noperations = []", "`operations` is empty"),
    ("[segmnet]\nname = \"x\"", "unknown key `segmnet`"),
    ("segment = 3", "is not a list of tables"),
    ("[campaign", "unclosed table"),
];

/// A good campaign with these lines added, or in place of those with the same name.
fn with(bad: &str) -> String {
    let (head, rest) = bad.split_once('\n').unwrap_or((bad, ""));
    if head != "[campaign]" {
        return match head {
            "segment = 3" => format!("{bad}\n{HEAD}"),
            _ => format!("{HEAD}{SEGMENTS}{CHANGES}\n{bad}\n"),
        };
    }
    let key = rest.split(' ').next().unwrap();
    let kept: Vec<&str> = HEAD.lines().filter(|line| !line.starts_with(&format!("{key} ="))).collect();
    let kept = if key == "vars" { kept.into_iter().take_while(|line| !line.contains("vars")).collect() } else { kept };
    format!("{}{SEGMENTS}{CHANGES}", kept.join("\n").replace("[campaign]\n", &format!("[campaign]\n{rest}\n")))
}

#[test]
fn each_mistake_is_found_at_its_place() {
    for (bad, said) in BAD {
        let text = with(bad);
        let found = problems(&text);
        assert!(
            found.iter().any(|problem| problem.what.contains(said)),
            "{bad}\nsaid {:#?}",
            found.iter().map(|p| &p.what).collect::<Vec<_>>()
        );
        assert!(found.iter().all(|problem| problem.place().0 <= text.lines().count() + 1), "{bad}");
    }
}

#[test]
fn all_mistakes_are_found_at_once_each_once_in_order() {
    let text = format!(
        "{}\n[[phase]]\nname = \"x\"\n[limits]\nper_sec = 3\n",
        with("[campaign]\ntimezone = \"Nowhere/Land\"")
    );
    let said: Vec<String> = problems(&text).into_iter().map(|problem| problem.what).collect();
    assert_eq!(said.len(), 3, "{said:#?}");
    assert!(
        said[0].contains("Nowhere/Land") && said[1].contains("no date") && said[2].contains("per_sec"),
        "{said:#?}"
    );
}

#[test]
fn a_finding_points_at_the_value_and_names_the_fix() {
    let found = problems(&with("[campaign]\ntimezone = \"Europe/Berlni\""));
    assert_eq!(found[0].place(), (3, 12));
    assert_eq!(found[0].fix, "did you mean \"Europe/Berlin\"?");
}

#[test]
fn a_rule_that_cannot_be_judged_is_shown_where_it_goes_wrong() {
    for quote in ["\"", "'", "'''", "\"\"\""] {
        let text =
            with(&format!("[usage]\nquiet_days = 3\ncompleted = {quote}old_calls == 0 and nwe_calls > 0{quote}"));
        let found = problems(&text);
        let line = text.lines().position(|line| line.starts_with("completed")).unwrap() + 1;
        assert_eq!(found[0].place(), (line, 13 + quote.len() + 19), "{found:#?}");
        assert_eq!(found[0].fix, "did you mean `new_calls`?", "{found:#?}");
    }
}

#[test]
fn without_phases_a_campaign_has_the_five() {
    let phases: Vec<_> = campaign()
        .phases
        .iter()
        .map(|phase| (phase.name.clone(), phase.when.clone(), phase.audience.to_string(), phase.automatic))
        .collect();
    let phase = |name: &str, when, audience: &str, automatic| (name.to_owned(), when, audience.to_owned(), automatic);
    assert_eq!(
        phases,
        [
            phase("announce", When::before(90), "all", false),
            phase("prepare", When::before(60), "not-completed", false),
            phase("window", When::before(30), "not-started", true),
            phase("final", When::before(7), "not-completed", true),
            phase("complete", When::Completed, "completed", true),
        ]
    );
}

#[test]
fn what_the_file_does_not_say_has_the_documented_defaults() {
    let campaign = campaign_of(
        "[campaign]\ntitle = \"t\"\nfrom = \"a@b.example\"\ndeadline = 2027-04-30\n[[segment]]\nname = \"s\"\ntags = \"t\"",
    );
    assert_eq!(campaign.zone, chrono_tz::UTC);
    assert_eq!(campaign.send_time.to_string(), "14:00:00");
    assert_eq!((campaign.limits.concurrency, campaign.limits.per_day, campaign.limits.max_late), (8, 0, 3));
    assert!((campaign.limits.per_second - 10.0).abs() < f64::EPSILON);
    assert_eq!(campaign.api.oversight, ["gated_all"]);
    assert_eq!(campaign.tags.completed, "migration-complete");
    assert_eq!((campaign.usage.started.as_str(), campaign.usage.quiet_days), ("new_calls > 0", 7));
    assert_eq!(campaign.usage.completed, "old_calls == 0 and new_calls > 0");
}

#[test]
fn the_tags_all_segments_ask_for_tell_who_is_affected() {
    assert_eq!(campaign().affected_tags(), ["api-v1"]);
}

#[test]
fn one_mistake_neither_hides_nor_makes_another() {
    let text = format!(
        "{HEAD}[[segment]]\nname = \"a\"\ntags = \"x,,y\"\n[[segment]]\nname = \"a\"\ntags = \"z,-z\"\n{CHANGES}"
    );
    let text = text.replace("segments = [\"webhooks\"]", "segments = [\"a\"]");
    let said: Vec<String> = problems(&text).into_iter().map(|problem| problem.what).collect();
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(said[0].starts_with("not a tag query"), "{said:?}");
    assert_eq!(said[1], "there are two of segment `a`");
    assert!(said[2].starts_with("not a tag query"), "{said:?}");
}
