//! The facts that customers received: which facts a text states, and that later changes are found and corrected for
//! exactly the customers who received something else.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use chrono::Days;
use mmig::campaign::Time;
use mmig::campaign::decide::admission::{Admission, Decision, Overrides};
use mmig::campaign::definition::facts::Fact;
use mmig::campaign::definition::{Campaign, Phase};
use mmig::campaign::mail::{Accepted, Course, Fate, Mail};
use mmig::campaign::people::records::Records;
use mmig::campaign::people::sent_facts::{Comparison, Dismissed, SentFacts};
use mmig::campaign::text::Text;
use mmig::campaign::text::template::{Inputs, Templates};
use mmig::campaign::text::variant::Texts;
use mmig::campaign::view::deadline::Move;
use proptest::prelude::*;

use crate::build::{CHANGES, HEAD, SEGMENTS, accepted, campaign_of, deadline, mail, now, recipient, templates};

const PHASES: &str = r#"
[[phase]]
name = "announce"
days_before = 90
[[phase]]
name = "window"
days_before = 30
[[phase]]
name = "final"
days_before = 7
"#;

/// Each line of a mail is a fact it states, so that a reader knows what it said.
const LISTS: &str = "deadline={{ campaign.deadline }}\n\
    {% for change in changes %}changes.{{ change.id }}.title={{ change.title }}\n{% endfor %}\
    {% for change in changes %}changes.{{ change.id }}.text={{ change.text }}\n{% endfor %}";
const ALL: &str = "{% for change in changes %}{% if change.after %}changes.{{ change.id }}.after={{ change.after | trim }}\n\
    {% endif %}{% endfor %}vars.new={{ vars.new }}\nguide_url={{ campaign.guide_url }}\ndates.removal={{ dates.removal.date }}\n";
const CORRECTION: &str = "+++\nsubject = \"c\"\n+++\ndeadline={{ campaign.deadline }}\n\
    {% for c in corrections %}{% if c.kind == \"date\" %}dates.removal={{ dates.removal.date }}\n{% continue %}{% endif %}\
    {{ c.fact }}={% if c.right %}{{ c.right }}{% else %}gone{% endif %}\n{% endfor %}";

/// A date that moves with the deadline, and an extension for a segment.
const DATES: &str = "[campaign.dates]\nremoval = { days_after = 15 }\n";

fn campaign() -> Campaign {
    let segments = SEGMENTS.replacen("api-v1,webhooks\"\n", "api-v1,webhooks\"\ndeadline = 2027-07-31\n", 1);
    campaign_of(&format!("{HEAD}{DATES}{segments}{PHASES}{CHANGES}"))
}

fn mails() -> Templates {
    let final_text = format!("+++\nsubject = \"f\"\n+++\n{LISTS}");
    templates(&format!("{LISTS}{ALL}"), &[("final.md", &final_text), ("correction.md", CORRECTION)])
}

fn told_by(campaign: &Campaign, body: &str) -> Vec<String> {
    let templates = templates(body, &[]);
    let texts = Texts::new(campaign, &templates, campaign.phase("announce").unwrap());
    let inputs = texts.inputs(&recipient("a", "webhooks", &["api-v1", "webhooks"]));
    let facts = texts.facts(&inputs).unwrap();
    facts.0.keys().map(Fact::to_string).collect()
}

#[test]
fn a_text_tells_the_facts_that_it_would_not_be_the_same_without() {
    let campaign = campaign();
    assert_eq!(told_by(&campaign, "{{ contact.name }}, {{ days_left }} days"), [""; 0]);
    assert_eq!(told_by(&campaign, "{{ campaign.deadline | date }}"), ["deadline"]);
    let titles = "{% for change in changes %}{{ change.title | upper }}\n{% endfor %}";
    assert_eq!(told_by(&campaign, titles), ["changes.auth.title", "changes.sign.title"]);
    let code = "{% for change in changes %}{% if change.id == \"auth\" %}{{ change.after | truncate(length=9) }}{% endif %}{% endfor %}";
    assert_eq!(told_by(&campaign, code), ["changes.auth.after"]);
    // Not printed, but the text would differ without it.
    assert_eq!(told_by(&campaign, "{% if vars.new == \"v2\" %}two{% endif %}"), ["vars.new"]);
    assert_eq!(
        told_by(&campaign, "[guide]({{ campaign.guide_url }}) {{ vars.endpoint }}"),
        ["guide_url", "vars.endpoint"]
    );
    let everything = told_by(&campaign, &format!("{LISTS}{ALL}"));
    assert_eq!(everything.len(), 1 + 2 + 2 + 1 + 1 + 1 + 1, "{everything:?}");
}

const EXAMPLES: &str = "[[change]]\nid = \"sdk\"\ntitle = \"Lists\"\ntext = \"See the code.\"\n\
    [[change.example]]\nlanguage = \"Python\"\nbefore = \"list(page=1)\"\nafter = \"list(cursor=c)\"\n\
    [[change.example]]\nlanguage = \"ruby\"\nafter = \"list(cursor: c)\"\n\
    [[change.example]]\nlanguage = \"python\"\ntitle = \"Async Python\"\nafter = \"await list(cursor=c)\"\n";

#[test]
fn the_code_of_an_example_is_identified_by_its_language_not_by_its_title() {
    let text = format!("{HEAD}{SEGMENTS}{PHASES}{EXAMPLES}");
    let prints = "{% for change in changes %}{% for example in change.examples %}{{ example.title }}: {{ example.after }}\n\
                  {% endfor %}{% endfor %}";
    let after = ["changes.sdk.after[python:2]", "changes.sdk.after[python]", "changes.sdk.after[ruby]"];
    let mut told = told_by(&campaign_of(&text), prints);
    told.sort_unstable();
    assert_eq!(told, after);
    let renamed = text.replace("Async Python", "Python with asyncio")
        + "[[change.example]]\nlanguage = \"go\"\nafter = \"List(c)\"\n";
    let (before, now) = (campaign_of(&text), campaign_of(&renamed));
    for name in after {
        let fact: Fact = name.parse().unwrap();
        let value = |campaign: &Campaign| {
            mmig::campaign::definition::facts::Facts::of(campaign, &campaign.segments[0]).get(&fact).map(str::to_owned)
        };
        assert_eq!(value(&before), value(&now), "{name}");
    }
    let fact: Fact = "changes.sdk.after[python:2]".parse().unwrap();
    assert_eq!(fact.in_words(&before), "The code after, in “Lists” (Async Python)");
}

#[test]
fn who_is_done_or_gone_holds_nothing_that_matters() {
    let mut world = World::new();
    world.deliver(0, "announce");
    world.campaign.changes[0].text = "Another.".to_owned();
    assert_eq!(world.wrong_by_comparison(), BTreeSet::from([0]));
    world.records.update("c0", |own| own.left = Some(now())).unwrap();
    assert_eq!(world.wrong_by_comparison(), BTreeSet::new());
}

/// What happens to a campaign between two checks.
#[derive(Debug, Clone)]
enum Step {
    /// A fact is edited.
    Edit(usize, u8),
    /// The deadline moves.
    Move(u64),
    /// A mail reaches a customer.
    Deliver(usize, usize),
    /// A mail is submitted for later.
    HandOver(usize, usize),
    /// A scheduled mail is sent.
    Leave(usize),
    /// A waiting mail with an older text is replaced by today's.
    Replace,
    /// One difference is dismissed.
    Dismiss(usize),
    /// Customers with outdated facts are corrected.
    Correct,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let customer = 0..CUSTOMERS;
    let step = prop_oneof![
        4 => (0..5_usize, 0..3_u8).prop_map(|(fact, value)| Step::Edit(fact, value)),
        1 => (0..3_u64).prop_map(Step::Move),
        4 => (customer.clone(), 0..3_usize).prop_map(|(who, phase)| Step::Deliver(who, phase)),
        2 => (customer.clone(), 0..3_usize).prop_map(|(who, phase)| Step::HandOver(who, phase)),
        2 => customer.prop_map(Step::Leave),
        1 => Just(Step::Replace),
        1 => (0..3_usize).prop_map(Step::Dismiss),
        2 => Just(Step::Correct),
    ];
    prop::collection::vec(step, 1..40)
}

const CUSTOMERS: usize = 3;
const NAMES: [&str; 3] = ["announce", "window", "final"];

/// A campaign, its ledger, and what its customers read.
struct World {
    campaign: Campaign,
    templates: Templates,
    records: Records,
    day: Time,
    /// By customer: each mail's lines, in the order in which they were read.
    read: Vec<Vec<BTreeMap<String, String>>>,
    /// The lines of waiting mails, by customer and phase.
    waiting: BTreeMap<(usize, String), BTreeMap<String, String>>,
    dismissed: BTreeSet<(String, String, String)>,
}

fn lines(text: &Text) -> BTreeMap<String, String> {
    let lines = text.body.lines().filter_map(|line| line.split_once('='));
    lines.map(|(fact, value)| (fact.to_owned(), value.replace('\\', ""))).collect()
}

impl World {
    fn new() -> Self {
        let people = ["webhooks", "rest", "rest"].into_iter().enumerate();
        let people = people.map(|(number, segment)| recipient(&format!("c{number}"), segment, &["api-v1", segment]));
        Self {
            campaign: campaign(),
            templates: mails(),
            records: people.collect(),
            day: now(),
            read: vec![Vec::new(); CUSTOMERS],
            waiting: BTreeMap::new(),
            dismissed: BTreeSet::new(),
        }
    }

    fn tomorrow(&mut self) -> Time {
        self.day = self.day + Days::new(1);
        self.day
    }

    /// Makes a customer's mail of a phase as `submit` does: renders it, and keeps the facts that it
    /// states.
    fn make(&mut self, who: usize, phase: &Phase) -> (Mail, BTreeMap<String, String>) {
        let own = self.records.recipients()[who].clone();
        let mut texts = Texts::new(&self.campaign, &self.templates, phase).knowing(&self.records.sent_facts);
        let inputs: Inputs = texts.inputs(&own);
        let rendered = texts.render(&inputs).unwrap();
        let facts = texts.facts(&inputs).unwrap();
        Arc::make_mut(&mut self.records.sent_facts).texts.insert(rendered.digest, facts);
        let (sending, deadline) = (self.tomorrow(), self.campaign.reader(&own.segment).deadline());
        let fate = accepted(Course::Delivered { when: sending });
        let made = Mail { variant: rendered.digest, deadline, sending, ..mail(&phase.name, fate) };
        (made, lines(&rendered.text))
    }

    fn push(&mut self, who: usize, mail: Mail) {
        self.records.update(&format!("c{who}"), |own| own.mails.push(mail)).unwrap();
    }

    fn has(&self, who: usize, phase: &str) -> bool {
        self.records.recipients()[who].mail(phase).is_some()
    }

    fn deliver(&mut self, who: usize, phase: &str) {
        if !self.has(who, phase) {
            let phase = self.campaign.phase(phase).unwrap().clone();
            let (mail, lines) = self.make(who, &phase);
            self.push(who, mail);
            self.read[who].push(lines);
        }
    }

    fn hand_over(&mut self, who: usize, phase: &str) {
        if self.has(who, phase) {
            return;
        }
        let phase = self.campaign.phase(phase).unwrap().clone();
        let (mail, lines) = self.make(who, &phase);
        // Far in the future, until it is sent explicitly.
        let send_at = Some(now() + Days::new(10_000));
        self.push(who, Mail { send_at, fate: accepted(Course::Scheduled), ..mail });
        self.waiting.insert((who, phase.name), lines);
    }

    fn leave(&mut self, who: usize) {
        for (_, phase) in self.waiting.keys().filter(|(own, _)| *own == who).cloned().collect::<Vec<_>>() {
            let at = self.tomorrow();
            self.records.update(&format!("c{who}"), |own| {
                let mail = own.mails.iter_mut().find(|mail| mail.phase == phase).unwrap();
                (mail.send_at, mail.fate) = (Some(at), accepted(Course::Delivered { when: at }));
            });
            let lines = self.waiting.remove(&(who, phase)).unwrap();
            self.read[who].push(lines);
        }
    }

    /// Cancels waiting mails with outdated facts, and queues today's text instead.
    fn replace(&mut self) {
        for (who, phase) in self.waiting.keys().cloned().collect::<Vec<_>>() {
            let told = Comparison::new(&self.campaign, &self.records.sent_facts);
            let own = &self.records.recipients()[who];
            if told.states_outdated(own, own.mail(&phase).unwrap()) {
                self.records.update(&format!("c{who}"), |own| own.mails.retain(|mail| mail.phase != phase));
                self.waiting.remove(&(who, phase.clone()));
                self.hand_over(who, &phase);
            }
        }
    }

    fn wrong_by_comparison(&self) -> BTreeSet<usize> {
        let comparison = Comparison::new(&self.campaign, &self.records.sent_facts);
        let people = self.records.recipients().iter().enumerate();
        people.filter(|(_, own)| comparison.concerns(own).is_some()).map(|(who, _)| who).collect()
    }

    /// What the campaign says today to a customer, as printed in mails.
    fn today(&self, who: usize, fact: &str) -> String {
        let extended = "2027-07-31".parse().unwrap();
        let last_day = if who == 0 { extended } else { self.campaign.deadline.date };
        let change = |id: &str| self.campaign.changes.iter().find(|change| change.id == id).unwrap();
        match fact.split('.').collect::<Vec<_>>().as_slice() {
            ["deadline"] => last_day.to_string(),
            ["dates", "removal"] => (last_day + Days::new(15)).to_string(),
            ["guide_url"] => self.campaign.guide_url.clone().unwrap(),
            ["vars", name] => self.campaign.vars[*name].as_str().unwrap().to_owned(),
            ["changes", id, "title"] => change(id).title.clone(),
            ["changes", id, "text"] => change(id).text.clone(),
            ["changes", id, "after"] => change(id).after.clone().unwrap(),
            other => panic!("{other:?}"),
        }
    }

    /// The facts that a customer read last and that have changed since, according to the mails
    /// themselves.
    fn wrong_of(&self, who: usize) -> BTreeMap<String, (String, String)> {
        let mut last: BTreeMap<String, String> = BTreeMap::new();
        self.read[who].iter().for_each(|mail| last.extend(mail.clone()));
        let other = last.into_iter().map(|(fact, told)| (self.today(who, &fact), fact, told));
        let wrong = other.filter(|(today, fact, told)| {
            today != told && !self.dismissed.contains(&(fact.clone(), told.clone(), today.clone()))
        });
        wrong.map(|(today, fact, told)| (fact, (told, today))).collect()
    }

    fn dismiss(&mut self, number: usize) {
        let found: BTreeSet<_> = (0..CUSTOMERS).flat_map(|who| self.wrong_of(who)).collect();
        let Some((fact, (told, today))) = found.into_iter().filter(|(fact, _)| fact != "deadline").nth(number) else {
            return;
        };
        let name: Fact = fact.parse().unwrap();
        let (was, now) = (Some(told.clone()), Some(today.clone()));
        let one = Dismissed { fact: name, told: was, now, reason: "typo".to_owned(), at: self.day };
        Arc::make_mut(&mut self.records.sent_facts).dismissed.push(one);
        self.dismissed.insert((fact, told, today));
    }

    /// Corrects as `correct`, `draft` and `submit` do, and returns who got a mail.
    fn correct(&mut self) -> BTreeSet<usize> {
        let moved = Move::new(&self.campaign, &self.records, self.campaign.deadline, &[], self.day);
        self.campaign = moved.after;
        let Some(phase) = self.campaign.correction().cloned() else { return BTreeSet::new() };
        let nobody = HashSet::new();
        let admission = Admission::new(&self.campaign, &self.records, &nobody, Overrides::default());
        let decisions = admission.decisions(&phase).enumerate();
        let sends: Vec<usize> = decisions.filter(|(_, (_, one))| *one == Decision::Send).map(|(who, _)| who).collect();
        for who in sends.clone() {
            let (mail, lines) = self.make(who, &phase);
            self.push(who, mail);
            self.read[who].push(lines);
        }
        sends.into_iter().collect()
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Edit(0, value) => self.campaign.changes[0].text = format!("Send token {value}."),
            Step::Edit(1, value) => self.campaign.changes[0].after = Some(format!("Bearer {value}")),
            Step::Edit(2, value) => self.campaign.changes[1].title = format!("Signatures {value}"),
            Step::Edit(3, value) => drop(self.campaign.vars.insert("new".to_owned(), format!("v{value}").into())),
            Step::Edit(_, value) => self.campaign.guide_url = Some(format!("https://docs.example.com/{value}")),
            Step::Move(days) => self.campaign.deadline = (deadline().date + Days::new(30 * days)).into(),
            Step::Deliver(who, phase) => self.deliver(*who, NAMES[*phase]),
            Step::HandOver(who, phase) => self.hand_over(*who, NAMES[*phase]),
            Step::Leave(who) => self.leave(*who),
            Step::Replace => self.replace(),
            Step::Dismiss(number) => self.dismiss(*number),
            Step::Correct => drop(self.correct()),
        }
    }

    /// Whose waiting mail will state an outdated fact: a correction waits for it.
    fn are_to_read_wrong(&self) -> BTreeSet<usize> {
        let wrong = |((who, _), lines): (&(usize, String), &BTreeMap<String, String>)| {
            let other = |(fact, told): (&String, &String)| {
                let today = self.today(*who, fact);
                today != *told && !self.dismissed.contains(&(fact.clone(), told.clone(), today))
            };
            lines.iter().any(other).then_some(*who)
        };
        self.waiting.iter().filter_map(wrong).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Whatever is edited and moved between runs, no customer is left with an outdated fact, unless it was dismissed;
    /// and no one is corrected who received nothing wrong.
    #[test]
    fn what_customers_were_told_stays_true(steps in steps()) {
        let mut world = World::new();
        for step in &steps {
            let wrong: BTreeSet<usize> = (0..CUSTOMERS).filter(|who| !world.wrong_of(*who).is_empty()).collect();
            prop_assert_eq!(world.wrong_by_comparison(), wrong.clone());
            if matches!(step, Step::Correct) {
                let waits = world.are_to_read_wrong();
                let expected: BTreeSet<usize> = wrong.difference(&waits).copied().collect();
                prop_assert_eq!(world.correct(), expected);
            } else {
                world.take(step);
            }
        }
        for who in 0..CUSTOMERS {
            world.leave(who);
        }
        world.correct();
        for who in 0..CUSTOMERS {
            prop_assert_eq!(world.wrong_of(who), BTreeMap::new());
        }
        prop_assert_eq!(world.correct(), BTreeSet::new());
    }
}

#[test]
fn a_text_of_which_nothing_is_known_is_not_taken_for_right_or_wrong() {
    let campaign = campaign();
    let mut own = recipient("a", "rest", &["api-v1", "rest"]);
    own.mails.push(mail("announce", accepted(Course::Delivered { when: now() })));
    let nothing = Arc::new(SentFacts::default());
    let comparison = Comparison::new(&campaign, &nothing);
    assert!(comparison.outdated(&own, None).is_none() && comparison.is_unknown(&own));
    let moved = Campaign { deadline: (deadline().date + Days::new(1)).into(), ..campaign.clone() };
    let outdated = Comparison::new(&moved, &nothing).outdated(&own, None).unwrap();
    assert!(!outdated.rest_holds && outdated.wrong.len() == 1 && outdated.wrong[0].fact == Fact::Deadline);
}

#[test]
fn a_mail_sent_long_ago_is_distinguished_from_one_that_failed() {
    let campaign = campaign();
    let mut own = recipient("a", "rest", &["api-v1", "rest"]);
    let failed = Fate::Accepted(Accepted {
        course: Course::Cancelled { when: now(), why: None },
        ..mail("announce", accepted(Course::Submitted)).accepted().unwrap().clone()
    });
    own.mails.push(mail("announce", failed));
    let nothing = Arc::new(SentFacts::default());
    assert!(!Comparison::new(&campaign, &nothing).is_unknown(&own), "no one read it");
}
