//! How a phase's variants become drafts for people, and a lock for a pull request.

use mmig::campaign::people::recipient::Recipient;
use mmig::campaign::text::draft::{Edition, Since, edition};
use mmig::campaign::text::lock::Lock;
use mmig::campaign::text::variant::Texts;

use crate::build::{campaign, campaign_of, recipient, templates};

const BODY: &str = "{% for change in changes %}{{ change.id }}\n{% endfor %}";
const REST: &[&str] = &["api-v1", "rest"];
const VIP: &[&str] = &["api-v1", "rest", "vip"];
const WEBHOOKS: &[&str] = &["api-v1", "webhooks"];

/// This many recipients of a segment with these tags.
fn people(groups: &[(usize, &str, &[&str])]) -> Vec<Recipient> {
    let all = groups.iter().enumerate();
    all.flat_map(|(group, (count, segment, tags))| {
        (0..*count).map(move |number| recipient(&format!("c{group}-{number}"), segment, tags))
    })
    .collect()
}

fn drafted(body: &str, people: &[Recipient], old: Option<&Lock>) -> Edition {
    let (campaign, templates) = (campaign(), templates(body, &[]));
    let mut texts = Texts::new(&campaign, &templates, &campaign.phases[0]);
    let variants = texts.variants(people.iter()).unwrap();
    edition(&texts, variants, old, &[], |_| None)
}

/// Name and recipients of each draft.
fn names(edition: &Edition) -> Vec<(&str, usize)> {
    edition.drafts.iter().map(|draft| (draft.name.as_str(), draft.variant.recipients)).collect()
}

#[test]
fn drafts_stand_by_segment_the_commonest_first() {
    let edition = drafted(BODY, &people(&[(1, "rest", REST), (3, "rest", VIP), (2, "webhooks", WEBHOOKS)]), None);
    assert_eq!(names(&edition), [("webhooks", 2), ("rest", 3), ("rest-2", 1)]);
}

#[test]
fn a_draft_says_what_makes_it_another_text_than_the_commonest() {
    let body = format!("{BODY}{{% if \"gold\" in contact.tags %}}gold{{% endif %}}");
    let gold: &[&str] = &["api-v1", "gold", "rest"];
    let edition = drafted(
        &body,
        &people(&[(3, "rest", REST), (2, "rest", VIP), (1, "rest", gold), (1, "webhooks", WEBHOOKS)]),
        None,
    );
    let why: Vec<_> = edition
        .drafts
        .iter()
        .map(|draft| draft.differs.as_ref().map(|differs| (differs.from.as_str(), differs.why.join("; "))))
        .collect();
    let differs = |why: &str| Some(("rest", why.to_owned()));
    assert_eq!(
        why,
        [
            differs("segment webhooks, not rest; with change sign (for segments webhooks)"),
            None,
            differs("with change vip (for tags api-v1,vip)"),
            differs("with tag gold"),
        ]
    );
}

#[test]
fn names_order_and_lock_stay_while_only_numbers_change() {
    let before = drafted(BODY, &people(&[(3, "rest", REST), (2, "rest", VIP)]), None);
    let after = drafted(BODY, &people(&[(3, "rest", REST), (5, "rest", VIP)]), Some(&before.lock));
    assert_eq!(names(&after), [("rest-2", 5), ("rest", 3)]);
    assert_eq!(after.lock, before.lock);
    assert!(after.drafts.iter().all(|draft| draft.since == Since::Same));
}

#[test]
fn the_others_are_compared_with_another_text_only_once_it_is_twice_as_common() {
    let before = drafted(BODY, &people(&[(3, "rest", REST), (2, "rest", VIP)]), None);
    let at = |vips: usize| {
        let people = people(&[(3, "rest", REST), (vips, "rest", VIP)]);
        drafted(BODY, &people, Some(&before.lock)).lock.commonest.unwrap()
    };
    assert_eq!((at(6).as_str(), at(7).as_str()), ("rest", "rest-2"));
}

#[test]
fn an_edited_text_keeps_its_name_and_is_marked_as_changed() {
    let people = people(&[(3, "rest", REST), (2, "rest", VIP)]);
    let before = drafted(BODY, &people, None);
    let after = drafted(&format!("New.\n{BODY}"), &people, Some(&before.lock));
    assert_eq!(names(&after), names(&before));
    assert!(after.drafts.iter().all(|draft| draft.since == Since::Changed(None)));
}

#[test]
fn a_new_combination_is_a_new_draft_and_a_missing_one_is_listed() {
    let before = drafted(BODY, &people(&[(3, "rest", REST), (1, "webhooks", WEBHOOKS)]), None);
    let after = drafted(BODY, &people(&[(3, "rest", REST), (9, "rest", VIP)]), Some(&before.lock));
    assert_eq!(names(&after), [("rest-2", 9), ("rest", 3)]);
    assert_eq!((&after.drafts[0].since, &after.drafts[1].since), (&Since::New, &Since::Same));
    assert_eq!(after.gone, ["webhooks"]);
}

#[test]
fn a_segment_whose_name_looks_like_a_number_of_another_takes_no_draft_away() {
    let segments = "[[segment]]\nname = \"rest\"\ntags = \"api-v1,rest\"\n[[segment]]\nname = \"rest-2\"\ntags = \"b\"";
    let campaign = campaign_of(&format!("{}{segments}{}", crate::build::HEAD, change_for_vips()));
    let templates = templates("{{ segment.name }} {{ changes | length }}", &[]);
    let mut texts = Texts::new(&campaign, &templates, &campaign.phases[0]);
    let people = people(&[(2, "rest", REST), (1, "rest", VIP), (1, "rest-2", &["b"])]);
    let variants = texts.variants(people.iter()).unwrap();
    let edition = edition(&texts, variants, None, &[], |_| None);
    let mut names: Vec<_> = edition.drafts.iter().map(|draft| draft.name.as_str()).collect();
    names.dedup();
    assert_eq!(names, ["rest", "rest-2", "rest-2-2"]);
}

fn change_for_vips() -> &'static str {
    "\n[[change]]\nid = \"vip\"\ntitle = \"t\"\ntext = \"t\"\ntags = \"api-v1,vip\"\n"
}

#[test]
fn drafting_one_segment_leaves_the_others_drafts_and_shares_a_text_with_them() {
    let (campaign, templates) = (campaign(), templates("one text", &[]));
    let mut texts = Texts::new(&campaign, &templates, &campaign.phases[0]);
    let people = people(&[(2, "rest", REST), (1, "webhooks", WEBHOOKS)]);
    let all = texts.variants(people.iter()).unwrap();
    let whole = edition(&texts, all, None, &[], |_| None);
    let rest = texts.variants(people.iter().filter(|person| person.segment == "rest")).unwrap();
    let again = edition(&texts, rest, Some(&whole.lock), &["rest".to_owned()], |_| None);
    assert_eq!(again.lock, whole.lock);
    assert_eq!(again.drafts[0].name, "webhooks");
    assert_eq!(again.drafts[0].variant.inputs.len(), 2);
}

#[test]
fn a_lock_holds_no_tag_that_the_template_does_not_ask_for() {
    let body = "{% if \"gold\" in contact.tags and \"eu\" not in contact.tags %}gold{% endif %}";
    let named: &[&str] = &["account-4711", "api-v1", "gold", "rest"];
    let lock = drafted(body, &people(&[(1, "rest", named)]), None).lock.to_toml().unwrap();
    assert!(lock.contains("gold") && !lock.contains("4711"), "{lock}");
    assert!(lock.contains("its template asks for eu, gold"), "{lock}");
}

#[test]
fn the_line_ends_of_a_template_make_no_other_text() {
    let text = |body: &str| drafted(body, &people(&[(1, "rest", REST)]), None).drafts[0].variant.digest;
    assert_eq!(text("a\n\nb\n"), text("a\r\n\r\nb\r\n"));
}
