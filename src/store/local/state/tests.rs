use chrono::{DateTime, Utc};
use proptest::prelude::*;
use strum::IntoEnumIterator;

use super::*;
use crate::campaign::Time;
use crate::campaign::mail::withdrawal::Withdrawal;
use crate::campaign::mail::{Accepted, Addressee, Approval, Course, Fate, Mail, Rejection};
use crate::campaign::moment::LocalMoment;
use crate::campaign::people::recipient::{Recipient, Skip};
use crate::campaign::people::records::WarmUp;
use crate::campaign::people::stage::{Evidence, Mark, Stage};
use crate::campaign::text::digest::Digest;
use crate::campaign::usage::{Calls, Operations, QuotedUsage, Usage};

fn time() -> impl Strategy<Value = Time> {
    (0_i64..4_000_000_000).prop_map(|seconds| DateTime::<Utc>::from_timestamp(seconds, 0).unwrap())
}

/// Texts from outside: any character, often dangerous ones.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[\"\\\\\n\r\t\u{0}\u{1b}\u{2028}\u{7f}= ,{}\\[\\]#a]{0,12}"]
}

fn course() -> impl Strategy<Value = Course> {
    let why = proptest::option::of(proptest::sample::select(Withdrawal::iter().collect::<Vec<_>>()));
    prop_oneof![
        Just(Course::Submitted),
        Just(Course::Handed),
        Just(Course::PendingApproval),
        Just(Course::Scheduled),
        time().prop_map(|when| Course::Delivered { when }),
        (time(), text()).prop_map(|(when, kind)| Course::Bounced { when, kind: kind.into() }),
        (time(), text(), text(), any::<bool>()).prop_map(|(when, reason, by, whole_text)| {
            Course::Rejected(Box::new(Rejection { when, reason, by, whole_text }))
        }),
        (time(), why).prop_map(|(when, why)| Course::Cancelled { when, why }),
        (time(), text()).prop_map(|(when, words)| Course::Failed { when, words: words.into() }),
    ]
}

fn fate() -> impl Strategy<Value = Fate> {
    let approved = proptest::option::of((time(), text()).prop_map(|(at, by)| Approval { at, by: by.into() }));
    let too_late = proptest::option::of(time());
    let withdrawing = proptest::option::of(proptest::sample::select(Withdrawal::iter().collect::<Vec<_>>()));
    let stage = proptest::option::of(proptest::sample::select(Stage::iter().collect::<Vec<_>>()));
    let accepted = (text(), text(), time(), (any::<bool>(), stage), approved, too_late, withdrawing, course());
    prop_oneof![
        Just(Fate::Sending),
        (time(), text()).prop_map(|(at, why)| Fate::Unknown { at, why }),
        (time(), text()).prop_map(|(at, words)| Fate::Failed { at, words }),
        accepted.prop_map(|(id, thread, at, (labelled, stage), approved, too_late, withdrawing, course)| {
            let (id, thread) = (id.into(), thread.into());
            Fate::Accepted(Accepted { id, thread, at, labelled, stage, approved, too_late, withdrawing, course })
        }),
    ]
}

prop_compose! {
    fn calls()(old_calls in 0..=Calls::MOST, new_calls in 0..=Calls::MOST, last_seen in proptest::option::of(time())) -> Calls {
        Calls { old_calls, new_calls, last_seen }
    }
}

fn operations() -> impl Strategy<Value = Operations> {
    (proptest::collection::vec(text(), 0..3), "[0-9a-f]{8}").prop_map(|(called, among)| Operations {
        called: called.into_iter().map(Into::into).collect(),
        among: among.into(),
    })
}

prop_compose! {
    fn usage()(
        at in time(),
        calls in calls(),
        quiet_since in time(),
        operations in proptest::option::of(operations()),
        unread in any::<bool>(),
    ) -> Usage {
        Usage { at, calls, quiet_since, operations, unread }
    }
}

fn mail() -> impl Strategy<Value = Mail> {
    let to = ("[a-z]{1,5}@[a-z]{1,5}\\.example", text(), text())
        .prop_map(|(email, name, id)| Box::new(Addressee { email: email.into(), name: name.into(), id: id.into() }));
    let to = proptest::option::of(to);
    let endpoints = proptest::collection::vec(text().prop_map(Into::into), 0..3);
    let quoted = (calls(), endpoints).prop_map(|(calls, endpoints)| Box::new(QuotedUsage { calls, endpoints }));
    let usage = proptest::option::of(quoted);
    let hour = any::<bool>();
    ("[a-z]{0,8}", text(), to, usage, time(), proptest::option::of(time()), fate(), hour).prop_map(
        |(phase, body, to, usage, sending, send_at, fate, hour)| Mail {
            phase: phase.into(),
            variant: Digest::of(&[&body]),
            to,
            deadline: LocalMoment { date: sending.date_naive(), time: hour.then(|| whole_second(sending)) },
            usage,
            sending,
            send_at,
            fate,
        },
    )
}

fn whole_second(at: Time) -> chrono::NaiveTime {
    use chrono::Timelike;
    at.time().with_nanosecond(0).unwrap()
}

fn mark() -> impl Strategy<Value = Mark> {
    let stage = proptest::sample::select(vec![Stage::Pending, Stage::Notified, Stage::Completed]);
    let by = proptest::sample::select(vec![
        Evidence::Tag,
        Evidence::TagGone,
        Evidence::Reply,
        Evidence::Hand,
        Evidence::Usage,
        Evidence::Relapse,
        Evidence::Answered,
    ]);
    (stage, time(), by, text()).prop_map(|(stage, at, by, note)| Mark { stage, at, by, note })
}

prop_compose! {
    fn skip()(phase in "[a-z]{0,8}", at in time(), reason in text()) -> Skip {
        Skip { phase: phase.into(), at, reason }
    }
}

prop_compose! {
    fn recipient()(id in text(), email in text(), name in text(), segment in "[a-z]{0,8}", tags in proptest::collection::vec(text(), 0..3),
        since in time(), left in proptest::option::of(time()), usage in proptest::option::of(usage().prop_map(Box::new)), marks in proptest::collection::vec(mark(), 0..3),
        mails in proptest::collection::vec(mail(), 0..3), skips in proptest::collection::vec(skip(), 0..2)) -> Recipient {
        let tags = tags.into_iter().map(Into::into).collect();
        let (id, email, name, segment) = (id.into(), email.into(), name.into(), segment.into());
        Recipient { id, email, name, segment, tags, since, left, usage, marks, mails, skips }
    }
}

prop_compose! {
    fn records()(recipients in proptest::collection::vec(recipient(), 0..5), segmented in proptest::option::of(time()),
        tracked in proptest::option::of(time()), rebuilt in proptest::option::of(time()), tags_stopped in proptest::option::of(text()),
        unsegmented in proptest::collection::vec(text(), 0..3), several in proptest::collection::vec(text(), 0..3), suppressed in proptest::collection::vec(text(), 0..3),
        warm_up in proptest::option::of((time(), 0_u64..1000, 0_u64..1000))) -> Records {
        let mut records: Records = recipients.into_iter().collect();
        records.warm_up = warm_up.map(|(on, most, sent)| WarmUp { on: on.date_naive(), most, sent });
        (records.segmented, records.tracked, records.rebuilt) = (segmented, tracked, rebuilt);
        records.tags_stopped = tags_stopped;
        let list = |texts: Vec<String>| texts.into_iter().map(Into::into).collect();
        (records.unsegmented, records.several, records.suppressed) = (list(unsegmented), list(several), list(suppressed));
        records
    }
}

fn written(records: &Records, sequence: u64) -> String {
    let mut text = Vec::new();
    to_toml("api-v2", records, sequence, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

fn snapshot(records: Records, sequence: u64) -> Snapshot {
    Snapshot { campaign: "api-v2".to_owned(), sequence, records }
}

proptest! {
    #[test]
    fn everything_written_reads_back_the_same(records in records(), sequence in 0_u64..1_000_000) {
        prop_assert_eq!(from_our_own(written(&records, sequence).as_bytes()), Some(snapshot(records, sequence)));
    }

    #[test]
    fn any_other_toml_reader_reads_it_the_same(records in records()) {
        let text = written(&records, 7);
        prop_assert_eq!(from_any(Path::new("state.toml"), &text).unwrap(), snapshot(records, 7));
    }

    #[test]
    fn a_file_cut_anywhere_is_never_taken_for_a_whole_one(records in records(), cut in any::<prop::sample::Index>()) {
        let text = written(&records, 1);
        // Without only the last line break, the text would still be complete.
        let cut = text.floor_char_boundary(cut.index(text.len() - 1));
        prop_assert!(from_our_own(&text.as_bytes()[..cut]).is_none());
        prop_assert!(from_any(Path::new("state.toml"), &text[..cut]).is_err());
    }

    /// If our parser misread a line, it would change what is known about a customer.
    #[test]
    fn our_parser_reads_a_corrupted_file_only_if_any_other_agrees(records in records(), at in any::<prop::sample::Index>(),
        put in "[\n\"\\\\,=\\[\\]{} 0-9a-z:-]{0,2}", cut in 0_usize..3) {
        let mut text = written(&records, 1);
        let at = text.floor_char_boundary(at.index(text.len()));
        text.replace_range(at..text.ceil_char_boundary(at + cut), &put);
        if let Some(read) = from_our_own(text.as_bytes()) {
            prop_assert_eq!(from_any(Path::new("state.toml"), &text).unwrap(), read);
        }
    }

    #[test]
    fn each_recipient_is_one_line(records in records()) {
        let text = written(&records, 1);
        let body = text.split_once(OPENING).unwrap().1;
        prop_assert_eq!(body.lines().count(), records.recipients().len() + 1);
    }
}

#[test]
fn a_ledger_of_several_parts_keeps_its_order_and_is_judged_as_a_whole() {
    let recipient = |number: usize| Recipient {
        id: format!("c{number}").into(),
        email: "person@company.example".into(),
        name: "N".repeat(400).into(),
        tags: Vec::new(),
        segment: "rest".into(),
        since: "2027-01-30T13:00:00Z".parse().unwrap(),
        left: None,
        usage: None,
        marks: Vec::new(),
        mails: Vec::new(),
        skips: Vec::new(),
    };
    let records: Records = (0..10_000).map(recipient).collect();
    let text = written(&records, 1);
    assert_eq!(from_our_own(text.as_bytes()), Some(snapshot(records, 1)));
    for spoilt in [
        text.replacen("id = \"c9\"", "id = \"c8\"", 1),
        text.replacen("c9999", "c0", 1),
        text.replacen("NN\"", "NN", 1),
    ] {
        assert_eq!(from_our_own(spoilt.as_bytes()), None);
    }
}

#[test]
fn a_file_that_a_person_reformatted_is_still_read() {
    let text = "version = 1\nsequence = 3\n[[recipients]]\nid = 'c1'\nemail = \"a@b.example\"\nsegment = \"rest\"\nsince = 2027-01-30T14:00:00+01:00\n";
    let Snapshot { records, sequence, .. } = from_any(Path::new("state.toml"), text).unwrap();
    assert_eq!((records.get("c1").unwrap().since.to_rfc3339(), sequence), ("2027-01-30T13:00:00+00:00".to_owned(), 3));
}

fn mail_that_is(fate: &str) -> String {
    format!(
        "version = 1\nsequence = 1\nrecipients = [{{ segment = 'x', since = 2027-01-30T14:00:00Z, mails = [{{ phase = 'a', \
         variant = '0123456789abcdef0123456789abcdef', deadline = 2027-04-30, sending = 2027-01-30T14:00:00Z, {fate} }}] }}]"
    )
}

#[test]
fn nonsense_is_named_with_its_place() {
    from_any(Path::new("state.toml"), &mail_that_is("fate = 'sending'")).unwrap();
    let bad = [
        ("version = 1\nsequence = 1\n", "it has no recipients"),
        ("version = 1\nsequence = 1\nrecipients = [{ segment = \"x\" }]", "at line 3, byte 39: missing field `since`"),
        (
            "version = 1\nsequence = 1\nrecipients = [{ segment = \"x\", since = 2027-01-30T14:00:00Z, stage = \"done\" }]",
            "unknown field `stage`",
        ),
        ("version = 1\nsequence = 1\nrecipients = 3", "at line 3"),
        ("sequence = 1\nrecipients = []", "missing field `version`"),
        ("version = 1\nsequence = -1\nrecipients = []", "at line 2"),
        ("version = 0\nsequence = 1\nrecipients = []", "unknown format 0"),
        ("version = 1\nsequence = 1\nreceivers = []\nrecipients = []", "at line 3"),
        // A field that a mail with this fate cannot have is not dropped silently.
        (&mail_that_is("fate = 'sending', by = 'Ann'"), "at line 3"),
        (&mail_that_is("fate = 'failed'"), "missing field `when`"),
        (&mail_that_is("fate = 'delivered', when = 2027-01-30T14:00:00Z"), "missing field `accepted`"),
        (&mail_that_is("fate = 'sending', old_calls = 7"), "do not fit its `fate`"),
        (&mail_that_is("fate = 'lost'"), "unknown variant `lost`"),
        (
            "version = 1\nsequence = 1\nrecipients = [\n{ id = 'a', segment = 'x', since = 2027-01-30T14:00:00Z },\n\
             { id = 'a', segment = 'x', since = 2027-01-30T14:00:00Z } ]",
            "at line 5",
        ),
    ];
    for (text, said) in bad {
        let error = from_any(Path::new("state.toml"), text).unwrap_err().to_string();
        assert!(error.contains(said), "{text}: {error}");
    }
}

#[test]
fn the_format_is_found_first_however_it_is_written() {
    for text in ["version = 3", "  version=3 # of tomorrow\nnew = 1", "# head\nversion = 3\n[[recipients]]"] {
        assert_eq!(version(text), Some(3), "{text}");
    }
}

#[test]
fn a_file_that_lost_only_its_last_line_break_has_lost_nothing() {
    let text = written(&Records::default(), 1);
    let read = from_any(Path::new("state.toml"), text.trim_end()).unwrap();
    assert_eq!(read, snapshot(Records::default(), 1));
}
