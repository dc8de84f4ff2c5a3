//! Limits: what fits goes, exit 7, and the next run goes on.

use mmig::sandbox::{Limits, Options, Rate};
use serde_json::json;

use crate::desk::{Desk, with_contacts};
use crate::said::{Said, number};

fn limited(limits: Limits) -> Desk {
    Desk::drafted(Options { limits, ..with_contacts(100) })
}

/// It ended at a limit, with so many accepted and so many left.
#[track_caller]
fn stopped(said: Said, accepted: u64, remaining: u64) -> Said {
    let said = said.ends(7);
    let told = said.json();
    assert_eq!((number(&told, "/accepted"), number(&told, "/remaining")), (accepted, remaining), "{told:#}");
    assert_eq!((number(&told, "/failed"), number(&told, "/unknown")), (0, 0), "{told:#}");
    said
}

#[test]
fn a_warm_up_is_gone_through_day_by_day() {
    let desk = limited(Limits { warmup_per_day: Some(40), ..Limits::default() });
    let _ = stopped(desk.submit("announce"), 40, 50).says("warm-up");
    assert_eq!(desk.people().taken(), 40);
    let desk = desk.on("2027-01-31T14:00:00Z");
    let _ = stopped(desk.submit("announce"), 40, 10);
    let desk = desk.on("2027-02-01T14:00:00Z");
    let last = desk.submit("announce").well().json();
    assert_eq!((number(&last, "/accepted"), number(&last, "/already")), (10, 80));
    assert_eq!(desk.people().taken(), 90);
    desk.people().doubled_nobody();
}

#[test]
fn a_quota_that_is_used_up_stops_until_the_next_month() {
    let desk = limited(Limits { monthly_quota: 50, ..Limits::default() });
    let said = desk.run("submit --phase announce --dry-run").well();
    let _ = said.says("50").says("40").says("first of next month");
    let _ = stopped(desk.submit("announce"), 50, 40).says("quota");
    let desk = desk.on("2027-02-01T09:00:00Z");
    let rest = desk.submit("announce").well().json();
    assert_eq!(number(&rest, "/accepted"), 40);
    desk.people().doubled_nobody();
}

#[test]
fn the_campaigns_own_limit_of_a_day_is_kept() {
    let desk = limited(Limits::default());
    desk.edit("campaign.toml", "per_day = 0", "per_day = 30");
    let _ = stopped(desk.submit("announce"), 30, 60).says("per_day").says("tomorrow");
    let _ = stopped(desk.submit("announce"), 0, 60);
    let desk = desk.on("2027-01-31T14:00:00Z");
    let _ = stopped(desk.submit("announce"), 30, 30);
    assert_eq!(desk.people().taken(), 60);
}

#[test]
fn a_rate_limit_is_waited_out() {
    let rate = Rate { per_second: Some(60.0), ..Rate::default() };
    let desk = limited(Limits { rate, ..Limits::default() });
    let told = desk.submit("announce").well().json();
    assert_eq!(number(&told, "/accepted"), 90);
    assert!(number(&desk.people().record("requests"), "/limited/rate") > 0, "the limit was never met");
    desk.people().doubled_nobody();
}

#[test]
fn a_rate_limit_that_does_not_say_how_long_is_waited_out_too() {
    let desk = Desk::drafted(with_contacts(50));
    desk.people().post("rate", &json!({ "per_second": 40.0, "retry_after": false, "everywhere": false }));
    let told = desk.submit("announce").well().json();
    assert_eq!(number(&told, "/accepted"), 45);
    assert!(number(&desk.people().record("requests"), "/limited/rate") > 0, "the limit was never met");
}

#[test]
fn a_reminder_that_meets_a_limit_ends_with_7_as_well() {
    let desk = limited(Limits { warmup_per_day: Some(40), ..Limits::default() }).on(crate::desk::WINDOW_DAY);
    let _ = stopped(desk.run("remind --yes --json"), 40, 50);
    assert_eq!(desk.people().taken(), 40);
}
