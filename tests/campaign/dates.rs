//! When phases are due.

use mmig::campaign::definition::dates::Timing;

use crate::build::{HEAD, SEGMENTS, at, campaign, campaign_of};

#[test]
fn a_phase_is_due_at_the_local_send_time_so_many_days_before_the_deadline() {
    let campaign = campaign();
    let due = |name: &str| campaign.due(campaign.phase(name).unwrap()).map(|due| due.to_rfc3339());
    // Winter time, then summer time, in Berlin.
    assert_eq!(due("announce").unwrap(), "2027-01-30T13:00:00+00:00");
    assert_eq!(due("window").unwrap(), "2027-03-31T12:00:00+00:00");
    assert_eq!(due("complete"), None);
}

#[test]
fn a_time_the_clocks_skip_is_taken_an_hour_later_and_one_they_repeat_the_first_time() {
    let in_zone = |deadline: &str, time: &str| {
        let head = HEAD.replace("2027-04-30", deadline).replace("title", &format!("send_time = {time}\ntitle"));
        let campaign =
            campaign_of(&format!("{head}{SEGMENTS}[[phase]]\nname = \"day\"\ndays_before = 0\naudience = \"all\""));
        campaign.due(&campaign.phases[0]).unwrap().to_rfc3339()
    };
    assert_eq!(in_zone("2027-03-28", "02:30:00"), "2027-03-28T01:30:00+00:00");
    assert_eq!(in_zone("2027-10-31", "02:30:00"), "2027-10-31T00:30:00+00:00");
}

#[test]
fn a_phase_is_late_only_once_max_late_days_have_passed() {
    let campaign = campaign();
    let timing = |now: &str| campaign.timing(campaign.phase("announce").unwrap(), at(now));
    assert_eq!(timing("2027-01-30T12:59:59Z"), Timing::Early);
    assert_eq!(timing("2027-01-30T13:00:00Z"), Timing::Due);
    assert_eq!(timing("2027-02-02T13:00:00Z"), Timing::Due);
    assert_eq!(timing("2027-02-02T13:00:01Z"), Timing::Late);
}

#[test]
fn days_left_are_counted_in_the_campaigns_zone() {
    let campaign = campaign();
    assert_eq!(campaign.days_left(at("2027-04-29T21:59:00Z")), 1);
    assert_eq!(campaign.days_left(at("2027-04-29T22:01:00Z")), 0);
    assert_eq!(campaign.days_left(at("2027-05-01T12:00:00Z")), -1);
}
