//! Damaged usage files: no customer is wrongly called done, and each kind of damage is reported,
//! once.

use std::io::Write;

use mmig::campaign::definition::Campaign;
use mmig::campaign::people::records::Records;
use mmig::campaign::people::stage::Stage;
use mmig::campaign::usage::{Fit, Layout, Rules, Tallies, ingest};
use mmig::store::input::Input;
use mmig::store::usage_file;

use crate::build::{HEAD, SEGMENTS, at, campaign_of, recipient};

/// The result for a file: who is done, and what is reported about its rows; or why none of it is
/// used.
type Taken = Result<(Vec<String>, Vec<String>), String>;

fn taken(campaign: &Campaign, content: &[u8]) -> Taken {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(content).unwrap();
    let mut records: Records =
        ["ann", "bob", "cy"].map(|id| recipient(id, "rest", &["api-v1", "rest"])).into_iter().collect();
    let mut tallies = Tallies::new(campaign, &records, at("2027-02-01T12:00:00Z"));
    let mut said = Vec::new();
    let each = &mut |line, row: mmig::campaign::usage::Row<'_>| {
        if let Fit::Unreadable(why) = tallies.add(&row, &records) {
            said.push(format!("line {line}: {why}"));
        }
    };
    let input = Input::Path(file.path().to_owned());
    usage_file::read(&input, &Layout::of(&campaign.usage), each).map_err(|error| error.message)?;
    let rules = Rules::compile(&campaign.usage).unwrap();
    ingest(campaign, &rules, tallies, &mut records, at("2027-02-01T12:00:00Z")).unwrap();
    let done = records.recipients().iter().filter(|one| one.stage() == Stage::Completed);
    Ok((done.map(|one| one.id.to_string()).collect(), said))
}

/// Bob calls the old version in the damaged row, so he must not be called done; the row is reported once, or none of
/// the file is used.
fn judged(campaign: &Campaign, name: &str, content: &[u8]) {
    match taken(campaign, content) {
        Ok((done, said)) => {
            assert!(!done.contains(&"bob".to_owned()), "{name}: bob is called done: {said:?}");
            assert_eq!(said.len(), 1, "{name}: {said:?}");
        }
        Err(message) => assert!(!message.is_empty(), "{name}"),
    }
}

fn plain() -> Campaign {
    campaign_of(&format!("{HEAD}{SEGMENTS}"))
}

fn table(row: &[u8]) -> Vec<u8> {
    let around = |who: &str| format!("{who}@a.example,/v1/x,0,9,2027-01-01\n");
    let head = format!("contact,path,old_calls,new_calls,last_seen\n{}{}", around("ann"), around("bob"));
    [head.as_bytes(), row, b"\n", around("cy").as_bytes()].concat()
}

#[test]
fn the_undamaged_file_marks_two_of_them_as_done() {
    let (done, said) = taken(&plain(), &table(b"bob@a.example,/v1/y,40,0,2027-01-29")).unwrap();
    assert_eq!((done, said), (vec!["ann".to_owned(), "cy".to_owned()], Vec::new()));
    let (done, _) = taken(&plain(), &table(b"bob@a.example,/v1/y,0,1,2027-01-01")).unwrap();
    assert_eq!(done, ["ann", "bob", "cy"], "bob would be done without that row");
}

#[test]
fn no_damaged_row_of_a_table_calls_its_customer_done() {
    let rows: &[&[u8]] = &[
        b"bob@a.example,/v1/y,4O,0,2027-01-29",
        b"bob@a.example,/v1/y,,0,2027-01-29",
        b"bob@a.example,/v1/y,NULL,0,2027-01-29",
        b"bob@a.example,/v1/y,#N/A,0,2027-01-29",
        b"bob@a.example,/v1/y,-40,0,2027-01-29",
        b"bob@a.example,/v1/y,40.5,0,2027-01-29",
        b"bob@a.example,/v1/y,4e1,0,2027-01-29",
        b"bob@a.example,/v1/y,+40,0,2027-01-29",
        b"bob@a.example,/v1/y,0x28,0,2027-01-29",
        b"bob@a.example,/v1/y,\"1,000\",0,2027-01-29",
        b"bob@a.example,/v1/y,1.000,000,0,2027-01-29",
        b"bob@a.example,/v1/y,4.000,0,2027-01-29",
        b"bob@a.example,/v1/y,1.000.000,0,2027-01-29",
        b"bob@a.example,/v1/y,4 0,0,2027-01-29",
        b"bob@a.example,/v1/y,99999999999999999999,0,2027-01-29",
        b"bob@a.example,/v1/y,40,x,2027-01-29",
        b"bob@a.example,/v1/y,\xff0,0,2027-01-29",
        b"bob@a.example,/v1/y,40,0",
        b"bob@a.example,/v1/y",
        b"bob@a.example",
        b"bob@a.exam",
        b"bo",
        b"bob@a.example,/v1/y,40,0,2027-01-29,",
        b"bob@a.example,/v1/y,4,0,0,2027-01-29",
        b"bob@a.example,,/v1/y,40,0,2027-01-29",
        b",bob@a.example,/v1/y,40,0,2027-01-29",
        b"/v1/y,40,0,2027-01-29,",
        b"40,0,2027-01-29,,",
        b",/v1/y,40,0,2027-01-29",
        b"NULL,/v1/y,40,0,2027-01-29",
        b" ,/v1/y,40,0,2027-01-29",
        b"\xff\xfe@a.example,/v1/y,40,0,2027-01-29",
        b"bob\xff@a.example,/v1/y,40,0,2027-01-29",
        "b\u{fffd}b@a.example,/v1/y,40,0,2027-01-29".as_bytes(),
        b"bob\x00@a.example,/v1/y,40,0,2027-01-29",
        b"b\x08ob@a.example,/v1/y,40,0,2027-01-29",
        "\u{feff}bob@a.example,/v1/y,40,0,2027-01-29".as_bytes(),
        "bob\u{200b}@a.example,/v1/y,40,0,2027-01-29".as_bytes(),
        b"bob@a.example,/v1/y,40,0,yesterday",
        b"bob@a.example,/v1/y,40,0,2027-13-01",
        b"bob@a.example,/v1/y,40,0,0000-00-00",
        b"bob@a.example,/v1/y,40,0,2027-01",
        b"bob@a.example,/v1/y,40,0,01/02/2027",
        b"bob@a.example,/v1/y,40,0,18014760",
        b"bob@a.example,/v1/y,40,0,2027-02-03",
        b"bob@a.example,/v1/y,0,9,2072-01-29",
        b"bob@a.example,/v1/y,40,0,1901476000000000",
        b"bob@a.example,/v1/y,40,0,#####",
        b"\"bob@a.example,/v1/y,40,0,2027-01-29",
        b"bob@a.example,\"/v1/y,40,0,2027-01-29",
        b"bob@a.example,/v1/y,\"40,0,2027-01-29",
        b"bob@a.example,/v1/y,40,0,\"2027-01-29",
        b"bob@a.example;/v1/y;40;0;2027-01-29",
        b"bob@a.example\t/v1/y\t40\t0\t2027-01-29",
        b"bob@a.example,ann@a.example,/v1/y,40,0,2027-01-29",
        b"bob@a.example,/v1/y,40,0,2027-01-29cy@a.example,/v1/x,0,9,2027-01-01",
        b"bob@a.example,/v1/y,40,0,2027-01-29,ann@a.example,/v1/x,0,9,2027-01-01",
    ];
    let campaign = plain();
    for row in rows {
        judged(&campaign, &String::from_utf8_lossy(row), &table(row));
    }
    assert!(rows.len() >= 50);
}

#[test]
fn no_damaged_line_of_json_calls_its_customer_done() {
    let around = |who: &str| {
        format!(
            "{{\"contact\": \"{who}@a.example\", \"old_calls\": 0, \"new_calls\": 9, \"last_seen\": \"2027-01-01\"}}"
        )
    };
    let campaign = plain();
    for row in [
        r#"{"contact": "bob@a.example", "old_calls": 40, "new_calls": 0"#,
        r#"{"contact": "bob@a.example", "old_calls": 40 "new_calls": 0}"#,
        r#"{"contact": "bob@a.example", "old_calls": 40, "new_calls": 0}}"#,
        r#"{"contact": "bob@a.example", "old_calls": "40 calls", "new_calls": 0}"#,
        r#"{"contact": "bob@a.example", "old_calls": true, "new_calls": 0}"#,
        r#"{"contact": "bob@a.example", "old_calls": {"v1": 40}, "new_calls": 0}"#,
        r#"{"contact": "bob@a.example", "old_calls": [40], "new_calls": 0}"#,
        r#"{"contact": "bob@a.example", "old_calls": NaN, "new_calls": 0}"#,
        r#"{"contact": "bob@a.example", "old_calls": null, "new_calls": 0}"#,
        r#"{"contact": "bob@a.example", "new_calls": 0}"#,
        r#"{"contact": "bob@a.example", "old_calls": 40.5, "new_calls": 0}"#,
        r#"{"contact": ["bob@a.example"], "old_calls": 40, "new_calls": 0}"#,
        r#"{"contact": {"email": "bob@a.example"}, "old_calls": 40, "new_calls": 0}"#,
        r#"{"contact": true, "old_calls": 40, "new_calls": 0}"#,
        r#"{"contact": null, "old_calls": 40, "new_calls": 0}"#,
        r#"{"old_calls": 40, "new_calls": 0}"#,
        r"{'contact': 'bob@a.example', 'old_calls': 40, 'new_calls': 0}",
        r#"{"contact": "bob@a.example\ud800", "old_calls": 40, "new_calls": 0}"#,
        r#"["bob@a.example", 40, 0]"#,
        "null",
        "\u{1}",
    ] {
        judged(&campaign, row, format!("{}\n{}\n{row}\n{}\n", around("ann"), around("bob"), around("cy")).as_bytes());
        let array = format!("[{},{},\n{row},{}]", around("ann"), around("bob"), around("cy"));
        judged(&campaign, &format!("in an array: {row}"), array.as_bytes());
    }
}

#[test]
fn no_damaged_line_of_a_log_calls_its_customer_done() {
    let usage =
        "[usage]\nformat = \"combined\"\nquiet_days = 0\n[usage.old]\npath = \"/v1/\"\n[usage.new]\npath = \"/v2/\"\n";
    let campaign = campaign_of(&format!("{HEAD}{SEGMENTS}{usage}"));
    let new = |who: &str| {
        format!("192.0.2.7 - {who} [20/Jan/2027:08:15:00 +0000] \"GET /v2/x HTTP/1.1\" 200 5 \"-\" \"curl\"")
    };
    let old = "192.0.2.7 - bob [20/Jan/2027:08:15:00 +0000] \"GET /v1/x HTTP/1.1\" 200 5 \"-\" \"curl\"";
    let file = |line: &str| format!("{}\n{}\n{line}\n{}\n", new("ann"), new("bob"), new("cy"));
    assert_eq!(taken(&campaign, file(&new("bob")).as_bytes()).unwrap().0, ["ann", "bob", "cy"]);
    for line in [
        old[..60].to_owned(),
        old[..30].to_owned(),
        old.replace('"', ""),
        old.replace("HTTP/1.1\"", "HTTP/1.1"),
        old.replace(" 200 ", " "),
        old.replace("20/Jan/2027:08", "20/Jan/20:08"),
        old.replace("20/Jan", "20/Foo"),
        old.replace(" - bob", " - -"),
        old.replace(" - bob", " -"),
        old.replace("bob", "bob smith jr"),
        old.replace("bob", "b\u{fffd}b"),
        old.replace("[20", "20"),
        format!("{old}{}", new("cy")),
        format!("\u{0}{}", &old[10..50]),
    ] {
        judged(&campaign, &line, file(&line).as_bytes());
    }
}

#[test]
fn no_damaged_file_calls_anybody_done() {
    let whole = table(b"bob@a.example,/v1/y,0,9,2027-01-01");
    let text = String::from_utf8(whole.clone()).unwrap();
    let little = |text: &str| -> Vec<u8> {
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
    };
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&whole).unwrap();
    let packed = encoder.finish().unwrap();
    let campaign = plain();
    assert_eq!(taken(&campaign, &packed).unwrap().0, ["ann", "bob", "cy"]);
    assert_eq!(taken(&campaign, &little(&text)).unwrap().0, ["ann", "bob", "cy"]);
    let object = r#"{"contact": "bob@a.example", "old_calls": 0, "new_calls": 9, "last_seen": "2027-01-01"}"#;
    for (name, content) in [
        ("empty", Vec::new()),
        ("blank", b"\n \n".to_vec()),
        ("names only", b"contact,old_calls,new_calls\n".to_vec()),
        ("no names", text.split_once('\n').unwrap().1.as_bytes().to_vec()),
        ("a name misspelt", text.replace("old_calls", "old_cals").into_bytes()),
        ("a name in other letters", text.replace("old_calls", "Old Calls").into_bytes()),
        ("a name twice", text.replace("path", "old_calls").into_bytes()),
        ("a name gone", text.replace("contact", "who").into_bytes()),
        ("old Macintosh", text.replace('\n', "\r").into_bytes()),
        ("packed and cut off", packed[..packed.len() - 9].to_vec()),
        (
            "packed and changed",
            packed.iter().enumerate().map(|(at, byte)| if at == 30 { byte ^ 0xff } else { *byte }).collect(),
        ),
        ("UTF-16 without its mark", little(&text)[2..].to_vec()),
        ("an array cut off", format!("[{object}, {object}").into_bytes()),
        ("an array and more", format!("[{object}] x").into_bytes()),
        ("a page of several", format!("{{\"data\": [{object}], \"next_cursor\": \"x\"}}").into_bytes()),
        ("a query that runs", format!("{{\"results\": [{object}], \"status\": \"Running\"}}").into_bytes()),
        ("a workbook", b"PK\x03\x04\x14\x00\x06\x00".to_vec()),
    ] {
        if let Ok((done, _)) = taken(&campaign, &content) {
            assert!(done.is_empty(), "{name}: {done:?}");
        }
    }
}
