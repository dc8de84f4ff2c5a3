//! What `mmig deadline` changes in a `campaign.toml`, and what it leaves alone.

use mmig::campaign::decide::audience::Audience;
use mmig::campaign::definition::schedule::{Anchor, Distance, DueDay};
use mmig::campaign::definition::{Campaign, Phase, When, edited};
use mmig::campaign::moment::LocalMoment;

use crate::build::{CHANGES, HEAD, SEGMENTS, campaign_of};

fn later() -> LocalMoment {
    "2027-05-30".parse().unwrap()
}

fn correction() -> Phase {
    Phase::new("correction", When::DeadlineMoved, Audience::ToldOtherDate)
}

const EXAMPLE: &str = include_str!("../../campaigns/api-v2/campaign.toml");

#[test]
fn only_the_deadline_changes_to_the_byte() {
    for text in
        [EXAMPLE.to_owned(), format!("{HEAD}{SEGMENTS}{CHANGES}"), format!("{HEAD}{SEGMENTS}").trim().to_owned()]
    {
        let now = edited(&text, later(), &[], &[]).unwrap();
        assert_eq!(now, text.replace("deadline = 2027-04-30", "deadline = 2027-05-30"));
        let (before, after) = (campaign_of(&text), campaign_of(&now));
        assert!(after.says_the_same(&Campaign { deadline: later(), ..before }), "{now}");
    }
}

#[test]
fn a_phase_is_added_after_the_last_and_nothing_else_moves() {
    let now = edited(EXAMPLE, later(), &[], &[correction()]).unwrap();
    let added = "\n# Written by `mmig deadline`.\n[[phase]]\nname = \"correction\"\non = \"deadline-moved\"\naudience = \"told-other-date\"\n";
    assert_eq!(now.matches(added).count(), 1, "{now}");
    assert_eq!(now.replace(added, ""), EXAMPLE.replace("deadline = 2027-04-30", "deadline = 2027-05-30"));
    let phases = campaign_of(&now).phases;
    assert_eq!((phases.len(), phases.last()), (6, Some(&correction())));
}

#[test]
fn a_deadline_with_an_hour_and_a_phase_with_all_its_keys_are_read_back_as_they_are() {
    let text =
        EXAMPLE.replacen("\n[campaign.vars]", "\n[campaign.dates]\nbrownout = { on = 2027-04-06 }\n[campaign.vars]", 1);
    let later: LocalMoment = "2027-05-30T14:00".parse().unwrap();
    let phase = Phase {
        automatic: true,
        segments: vec!["rest".to_owned()],
        template: Some("final".to_owned()),
        send_time: chrono::NaiveTime::from_hms_opt(9, 30, 0),
        ..Phase::new(
            "off",
            When::Dated(DueDay { of: Anchor::Date("brownout".to_owned()), distance: Distance::After(1) }),
            Audience::NotCompleted,
        )
    };
    let after = campaign_of(&edited(&text, later, &[], std::slice::from_ref(&phase)).unwrap());
    assert_eq!((after.deadline, after.phases.last()), (later, Some(&phase)));
}

#[test]
fn however_a_person_wrote_it_it_says_the_same_and_the_new() {
    let inline = "campaign = { title = \"x\", from = 'a@b.example', deadline=2027-04-30 } # head\n\
        segment = [{ name = \"rest\", tags = \"a\" }]\nphase = [\n  { name = \"one\", days_before = 3 }, # first\n]\n";
    let dotted = "campaign.title = 'x'\ncampaign.from = \"a@b.example\"\ncampaign.deadline = 2027-04-30   # soon\n\
        [[segment]]\nname = 'rest'\ntags = 'a'\n[[phase]]\nname = 'one'\ndays_before = 0x3\n[[segment]]\nname = 'more'\ntags = 'b'";
    let bare =
        "[[segment]]\nname = 'rest'\ntags = 'a'\n[campaign]\ntitle = 'x'\nfrom = 'a@b.example'\ndeadline = 2027-04-30";
    for text in [inline, dotted, bare] {
        let before = campaign_of(text);
        let mut phases = before.phases.clone();
        phases.push(correction());
        let now = edited(text, later(), &before.phases, &[correction()]).unwrap();
        assert!(campaign_of(&now).says_the_same(&Campaign { deadline: later(), phases, ..before }), "{now}");
        for comment in ["# head", "# first", "# soon"] {
            assert_eq!(text.contains(comment), now.contains(comment), "{now}");
        }
    }
}

#[test]
fn what_an_editor_left_stays_and_the_new_lines_end_as_the_old_ones_do() {
    let text = format!("\u{FEFF}{}", EXAMPLE.replace('\n', "\r\n"));
    let now = edited(&text, later(), &[], &[correction()]).unwrap();
    assert!(now.starts_with('\u{FEFF}'));
    assert_eq!(now.matches('\n').count(), now.matches("\r\n").count());
    let plain = edited(EXAMPLE, later(), &[], &[correction()]).unwrap();
    assert_eq!(now.trim_start_matches('\u{FEFF}').replace("\r\n", "\n"), plain);
}

#[test]
fn a_file_that_is_not_a_campaign_is_left_alone() {
    for text in ["", "[campaign]\n", "campaign = 3", "[campaign", "phase = 3\n[campaign]\ndeadline = 2027-04-30"] {
        assert_eq!(edited(text, later(), &[], &[correction()]), None, "{text}");
    }
}
