//! Limits: as many as allowed are sent, exit 7, and the next run continues.

use mmig::sandbox::{Limits, Options, Rate};
use serde_json::json;

use crate::desk::{Desk, with_contacts};
use crate::said::{Said, number};

fn limited(limits: Limits) -> Desk {
    Desk::drafted(Options { limits, ..with_contacts(100) })
}

/// It ended at a limit, with this many accepted and this many left.
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
    let said = stopped(desk.submit("announce"), 40, 50).says("warm-up");
    let _ =
        said.says("50 recipients").says("tomorrow, after 2027-01-31 01:00 CET").says("mmig submit --phase announce");
    assert_eq!(desk.people().taken(), 40);
    let refused = number(&desk.people().record("requests"), "/limited/warmup");
    assert!(refused <= 20, "{refused} requests were refused");
    let desk = desk.on("2027-01-31T14:00:00Z");
    let last = desk.submit("announce").well().json();
    assert_eq!((number(&last, "/accepted"), number(&last, "/already")), (50, 40));
    assert_eq!(desk.people().taken(), 90);
    desk.people().doubled_nobody();
}

#[test]
fn however_many_sends_are_in_flight_few_are_refused_when_the_day_is_full() {
    let desk = limited(Limits { warmup_per_day: Some(40), ..Limits::default() });
    desk.edit("campaign.toml", "concurrency = 8", "concurrency = 64");
    desk.people().post("latency", &json!({ "ms": 50 }));
    let _ = stopped(desk.submit("announce"), 40, 50);
    let refused = number(&desk.people().record("requests"), "/limited/warmup");
    assert!(refused <= 20, "{refused} requests were refused");
}

#[test]
fn what_a_warm_up_allows_is_said_beforehand_once_it_is_known() {
    let desk = limited(Limits { warmup_per_day: Some(40), ..Limits::default() });
    let _ = desk.run("submit --phase announce --dry-run").well().says_nothing_of("warms up");
    let _ = stopped(desk.submit("announce"), 40, 50);
    let said = desk.run("submit --phase announce --dry-run").well();
    let _ =
        said.says("0 can leave today").says("40 a day, as of 2027-01-30").says("all of them by 2027-02-01, in 3 days");
    let plan = desk.run("submit --phase announce --dry-run --json").well().json();
    let outlook = json!({ "today": 0, "days": 3, "last_day": "2027-02-01", "in_time": true });
    assert_eq!(plan["outlook"], outlook);
}

#[test]
fn a_daily_limit_that_takes_too_long_is_said_before_anything_is_sent() {
    let desk = limited(Limits::default());
    desk.edit("campaign.toml", "per_day = 0", "per_day = 10");
    let said = desk.run("submit --phase announce --dry-run").well();
    let _ = said
        .says("10 can leave today")
        .says("2027-02-07, in 9 days")
        .says("too late")
        .says("2027-02-02")
        .says("max_late");
    assert_eq!(desk.people().taken(), 0);
}

/// A few seconds before a new day at the server: enough time to send forty mails.
const LATE: &str = "2027-01-30T23:59:53Z";

#[test]
fn whoever_wants_to_wait_for_the_next_day_waits_for_it_and_goes_on() {
    let desk = limited(Limits { warmup_per_day: Some(40), ..Limits::default() }).on(LATE);
    let said = desk.start("submit --phase announce --yes --json --wait").ended_soon().well();
    let _ = said.clone().says("Waiting until 2027-01-31 01:00 CET").says("40").says("Ctrl-C");
    let told = said.json();
    assert_eq!((number(&told, "/planned"), number(&told, "/accepted"), number(&told, "/remaining")), (90, 90, 0));
    assert_eq!(desk.people().taken(), 90);
    desk.people().doubled_nobody();
}

#[test]
fn a_reminder_waits_as_well_and_keeps_what_failed_before_it_waited() {
    let desk = limited(Limits { warmup_per_day: Some(40), ..Limits::default() }).on("2027-03-31T23:59:53Z");
    let customer = desk.people().tagged("api-v1")[0].clone();
    desk.people().post("refuse", &json!({ "phrases": [customer] }));
    let told = desk.start("remind --yes --json --wait").ended_soon().ends(1).json();
    assert_eq!((number(&told, "/accepted"), number(&told, "/failed"), number(&told, "/remaining")), (89, 1, 0));
    assert_eq!(told["failures"][0]["contact"], customer.as_str());
    desk.people().doubled_nobody();
}

#[cfg(unix)]
#[test]
fn waiting_ends_with_ctrl_c_and_nobody_is_lost() {
    let desk = limited(Limits { warmup_per_day: Some(40), ..Limits::default() });
    let running = desk.start("submit --phase announce --yes --json --wait");
    // The campaign is not locked while a run waits, so this succeeds once the first day's mails are
    // sent.
    while desk.people().taken() < 40 || desk.run("track").code != 0 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    running.interrupt();
    let told = running.ended().ends(130).json();
    assert_eq!((number(&told, "/accepted"), number(&told, "/remaining")), (40, 50));
}

#[test]
fn a_quota_that_is_used_up_stops_until_the_next_month() {
    let desk = limited(Limits { monthly_quota: 50, ..Limits::default() });
    let said = desk.run("submit --phase announce --dry-run").well();
    let _ = said.says("50").says("40").says("first of next month");
    let said = stopped(desk.submit("announce"), 50, 40).says("quota");
    let _ = said.says("on the first of next month, after 2027-02-01 01:00 CET").says("40 recipients");
    let desk = desk.on("2027-02-01T09:00:00Z");
    let rest = desk.submit("announce").well().json();
    assert_eq!(number(&rest, "/accepted"), 40);
    desk.people().doubled_nobody();
}

#[test]
fn the_campaigns_own_limit_of_a_day_is_kept() {
    let desk = limited(Limits::default());
    desk.edit("campaign.toml", "per_day = 0", "per_day = 30");
    let _ = stopped(desk.submit("announce"), 30, 60).says("per_day").says("tomorrow, after 2027-01-31 00:00 CET");
    let _ = stopped(desk.submit("announce"), 0, 60);
    let desk = desk.on("2027-01-31T14:00:00Z");
    let _ = stopped(desk.submit("announce"), 30, 30);
    assert_eq!(desk.people().taken(), 60);
}

#[test]
fn a_rate_limit_is_waited_out() {
    let rate = Rate { per_second: Some(12.0), ..Rate::default() };
    let desk = limited(Limits { rate, ..Limits::default() });
    let told = desk.submit("announce").well().json();
    assert_eq!(number(&told, "/accepted"), 90);
    assert!(number(&desk.people().record("requests"), "/limited/rate") > 0, "the limit was never met");
    desk.people().doubled_nobody();
}

#[test]
fn a_rate_limit_that_does_not_say_how_long_is_waited_out_too() {
    let desk = Desk::drafted(with_contacts(50));
    desk.people().post("rate", &json!({ "per_second": 10.0, "retry_after": false, "everywhere": false }));
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
