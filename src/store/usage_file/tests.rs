use std::io::Write;

use super::*;
use crate::campaign::definition::usage::{Column, UsageRules, VersionCalls};
use crate::campaign::usage::Row;

/// The results for a file: line and label or fault of each row, and the ignored columns.
type Given = (Vec<(u64, String)>, Vec<String>);

fn given(content: &[u8]) -> Result<Given, UsageFileError> {
    given_by(&UsageRules::default(), content)
}

fn given_by(rules: &UsageRules, content: &[u8]) -> Result<Given, UsageFileError> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(content).unwrap();
    let mut rows = Vec::new();
    let shape = read(&Input::Path(file.path().to_owned()), &Layout::of(rules), &mut |line, row| {
        rows.push((line, row.fault().map_or_else(|| row.label().to_owned(), |why| format!("! {why}"))));
    })?;
    Ok((rows, shape.ignored))
}

/// The rules for an export with this customer column, and a path in each row.
fn called(contact: &str) -> UsageRules {
    let old = VersionCalls { path: vec!["/v1".to_owned()], ..VersionCalls::default() };
    UsageRules { columns: vec![(Column::Contact, contact.to_owned())], old: Some(old), ..UsageRules::default() }
}

fn rows(content: &str) -> Vec<(u64, String)> {
    given(content.as_bytes()).unwrap_or_else(|failure| panic!("{content}: {failure:?}")).0
}

fn refusal(content: &[u8]) -> String {
    let failure = given(content).expect_err("it is refused");
    assert!(!failure.fix.is_empty(), "{failure:?}");
    failure.message
}

fn two(first: u64, second: u64) -> Vec<(u64, String)> {
    vec![(first, "a@b.example".to_owned()), (second, "c@d.example".to_owned())]
}

#[test]
fn a_file_is_recognised_by_its_start() {
    let object = |contact| format!("{{\"contact\": \"{contact}\", \"old_calls\": 1, \"new_calls\": 2}}");
    let (a, c) = (object("a@b.example"), object("c@d.example"));
    assert_eq!(rows("contact,old_calls,new_calls\na@b.example,1,2\nc@d.example,1,2\n"), two(2, 3));
    assert_eq!(rows("\u{feff}contact;old_calls;new_calls\r\na@b.example;1;2\r\nc@d.example;1;2"), two(2, 3));
    assert_eq!(rows("\"contact\"\told_calls\tnew_calls\na@b.example\t1\t2\n\nc@d.example\t1\t2\n"), two(2, 4));
    assert_eq!(rows(&format!("{a}\n\n{c}\n")), two(1, 3));
    assert_eq!(rows(&format!("[{a},\n{c}]")), two(1, 2));
    assert_eq!(rows(&format!("\u{feff}\n [\n  {}\n,{c}]\n", a.replace(", ", ",\n"))), two(3, 6));
    assert_eq!(rows("[]"), []);
    assert_eq!(rows("contact,old_calls,new_calls\n"), []);
}

#[test]
fn a_bad_row_does_not_hide_the_others() {
    let csv = "contact,old_calls,new_calls\na@b.example,1\nx,1,2,3\nc@d.example,1,2\n";
    let fields = |number| format!("! has {number} fields; the first line has 3");
    assert_eq!(rows(csv), [(2, fields(2)), (3, fields(4)), (4, "c@d.example".to_owned())]);
    let broken = b"contact,old_calls,new_calls\n\xff\xff,1,2\nc@d.example,1,2\n";
    assert_eq!(given(broken).unwrap().0, [(2, "! contact is not UTF-8".to_owned()), (3, "c@d.example".to_owned())]);
    let lines = rows("{\"contact\": \"a@b.example\"}\n{\"contact\": \n[1]\n{\"contact\": [1]}\n{\"contact\": null}\n");
    assert!(lines[1].1.starts_with("! it is not a JSON object") && lines[2].1.starts_with("! it is not a JSON object"));
    assert_eq!(lines[3], (4, "! contact is neither a text nor a number".to_owned()));
    assert_eq!((lines[0].0, lines.len()), (1, 5));
}

#[test]
fn a_damaged_row_keeps_its_customer_only_where_no_other_could_be_meant() {
    let labels = |content: &[u8]| {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content).unwrap();
        let mut labels = Vec::new();
        let each = &mut |_, row: Row<'_>| labels.push((row.label().to_owned(), row.fault().is_some()));
        read(&Input::Path(file.path().to_owned()), &Layout::of(&UsageRules::default()), each).unwrap();
        labels
    };
    for (row, label) in [
        (&b"a@b.example,/x,1,2,3"[..], "a@b.example"),
        (b"a@b.example,/gr\xf6,1,2", "a@b.example"),
        (b"a@b.example", "a@b.example"),
        (b"a@b.example,c@d.example,/x,1,2", ""),
        (b"\xff@b.example,/x,1,2", ""),
        (b"a@b.example,\"/x,1,2\nc@d.example,/y,40,0", ""),
        (b"\"a@b.example,/x,1,2\nc@d.example\",/y,40,0", ""),
    ] {
        let content = [b"contact,path,old_calls,new_calls\n", row, b"\n"].concat();
        let found = labels(&content);
        assert_eq!(found.first().map(|(label, fault)| (label.as_str(), *fault)), Some((label, true)), "{content:?}");
    }
    let note = labels(b"contact,note,old_calls,new_calls\na@b.example,\"two\nlines\",1,2\n");
    assert_eq!(note, [("a@b.example".to_owned(), false)]);
    let taken_in = labels(b"contact,note,old_calls,new_calls\na@b.example,\"x,1,2\nc@d.example,y\",1,2\n");
    assert_eq!(taken_in, [(String::new(), true)]);
    let json = labels(b"{\"contact\": \"a@b.example\", \"old_calls\": {}}\n{\"contact\": {}, \"old_calls\": 1}\n");
    assert_eq!(json, [("a@b.example".to_owned(), true), (String::new(), true)]);
}

#[test]
fn a_file_without_usage_is_refused_with_a_fix() {
    for (content, said) in [
        (&b""[..], "is empty"),
        (b" \n\n", "is empty"),
        (b"\xff\xfec\0o\0", "has no column `contact`"),
        (b"PK\x03\x04\x14", "is an archive or a workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "is a workbook"),
        (b"\x28\xb5\x2f\xfd\x04", "is compressed with zstd"),
        (b"BZh91AY&SY\x0c", "is compressed with bzip2"),
        (b"\xfd7zXZ\x00", "is compressed with xz"),
        (b"PAR1\x15\x04", "is a Parquet file"),
        (b"PAR1,contact\n", "has no column `old_calls`"),
        (b"192.0.2.7 - acme [20/Oct/2026:08:15:00 +0000] \"GET / HTTP/1.1\" 200 5\n", "looks like an access log"),
        (b"time,user\n", "has no column `contact`"),
        (b"{\"user\": \"a\"}", "has no column `contact`"),
        (b"{\"data\": [{\"contact\": \"a\"}], \"nextToken\": \"x\"}", "is incomplete: its `nextToken`"),
        (b"{\"data\": [], \"meta\": {\"page\": {\"after\": \"x\"}}}", "is incomplete: its `after`"),
        (b"{\"results\": [], \"status\": \"Running\"}", "is incomplete: its `status`"),
        (b"{\n\"contact\": \"a\"}", "without a list of rows"),
        (b"just a text\n", "has no column `contact` or `email` or `id` or `contact_id`"),
        (b"contact,old_calls\n", "has no column `new_calls`"),
        (b"contact,old_calls,new_calls,old_calls\n", "has two columns `old_calls`"),
        (b"contact,Old Calls,new_calls\n", "has no column `old_calls`, but one called `Old Calls`"),
        (b"contact,old_calls,new_calls,lastseen\n", "has no column `last_seen`, but one called `lastseen`"),
        (b"[{\"contact\": \"a\", \"old_cals\": 1}]", "has no column `old_calls`, but one called `old_cals`"),
        (b"{\"contact\": \"a\", \"old_cals\": 1}", "has no column `old_calls`, but one called `old_cals`"),
        (b"[{\"contact\": \"a\"}", "is not a JSON array of objects: EOF"),
        (b"[{\"contact\": \"a\"}] x", "is not a JSON array of objects: trailing"),
        (b"[1]", "is not a JSON array of objects: invalid type"),
    ] {
        let found = refusal(content);
        assert!(found.contains(said), "{}: {found}", String::from_utf8_lossy(content));
    }
}

#[test]
fn unknown_columns_are_named() {
    let csv = given(b"app,contact,old_calls,new_calls,date\nx,a@b.example,1,2,y\n").unwrap();
    assert_eq!(csv, (vec![(2, "a@b.example".to_owned())], vec!["app".to_owned(), "date".to_owned()]));
    let json = given(b"[{\"id\": \"c1\", \"app\": {\"deep\": [1]}}]").unwrap();
    assert_eq!(json, (vec![(1, "c1".to_owned())], vec!["app".to_owned()]));
}

#[test]
fn a_line_without_an_end_is_not_read_into_memory() {
    let endless = format!("{{\"contact\": \"{}", "x".repeat(2 << 20));
    assert!(refusal(endless.as_bytes()).contains("has a line 1 that does not end"));
}

#[test]
fn a_row_without_an_end_is_not_read_into_memory() {
    let filler = "x".repeat(17 << 20);
    let csv = format!("contact,old_calls,new_calls\na@b.example,1,2\n\"{filler}");
    let json = format!("[{{\"contact\": \"a@b.example\"}}, {{\"contact\": \"{filler}");
    for content in [csv, json] {
        assert!(refusal(content.as_bytes()).contains("a row in it is larger than 16 MB"));
    }
    let many = format!("contact,old_calls,new_calls\n{}", "a@b.example,1,2\n".repeat((17 << 20) / 16));
    assert_eq!(rows(&many).len(), (17 << 20) / 16);
}

#[test]
fn what_programs_write_before_the_header_is_skipped() {
    let rest = "contact;old_calls;new_calls\na@b.example;1;2\nc@d.example;1;2\n";
    for (before, first) in [
        ("sep=;\n", 3),
        ("\"sep=;\"\r\n", 3),
        ("#TYPE System.Object\n", 3),
        ("# exported 2026-11-29, by hand\n\n#\n", 5),
        ("#", 2),
        ("\u{feff}\n# ", 3),
    ] {
        assert_eq!(rows(&format!("{before}{rest}")), two(first, first + 1), "{before:?}");
    }
    let tabs = rest.replace(';', "\t");
    assert_eq!(rows(&format!("sep=\t\n{tabs}")), two(3, 4));
    let commented = rest.replace("\nc@", "\n# page 2\nc@") + "(2 rows)\n";
    assert_eq!(rows(&commented), two(2, 4));
    assert_eq!(
        rows(
            &format!("{}{rest}", rest.replace("c@d.example;1;2\n", ""))
                .replace("\na@", "\nc@")
                .replacen("\nc@b", "\na@b", 1)
        )
        .len(),
        3
    );
    let twice = "contact,old_calls,new_calls\na@b.example,1,2\n\u{feff}contact,old_calls,new_calls\nc@d.example,1,2\n";
    assert_eq!(rows(twice), two(2, 4));
}

#[test]
fn an_answer_of_a_service_is_read_down_to_its_rows() {
    let found = |content: &str| given_by(&called("user.mail"), content.as_bytes()).unwrap().0;
    let (a, c) = (
        "{\"user\": {\"mail\": \"a@b.example\"}, \"path\": \"/v1\"}",
        "{\"user.mail\": \"c@d.example\", \"path\": \"/v1\"}",
    );
    assert_eq!(found(&format!("{{\"meta\": {{\"x\": [1]}}, \"data\": [{a}, {c}], \"next\": null}}")), two(1, 1));
    assert_eq!(found(&format!("{{\n  \"took\": 5,\n  \"hits\": {{\n \"hits\": [\n{a},\n{c}]}}}}")), two(5, 6));
    let text = a.replace('"', "\\\"");
    let inside = "{\"user\": \"{\\\"mail\\\": \\\"a@b.example\\\"}\", \"path\": \"/v1\"}";
    assert_eq!(found(&format!("{inside}\n{c}\n")), two(1, 2), "{text}");
    assert_eq!(found(&format!("2026-10-20T08:15:00.123Z {a}\n2026-10-20T08:15:01.123Z {c}\n")), two(1, 2));
    let pair = |name: &str| {
        format!("[{{\"field\": \"user.mail\", \"value\": \"{name}\"}}, {{\"field\": \"path\", \"value\": \"/v1\"}}]")
    };
    let (a, c) = (pair("a@b.example"), pair("c@d.example"));
    assert_eq!(found(&format!("{{\"results\": [{a}, {c}], \"status\": \"Complete\"}}")), two(1, 1));
}

#[test]
fn a_log_is_read_field_by_field() {
    let rules = UsageRules { format: UsageFormat::Combined, columns: Vec::new(), ..called("") };
    let line = |who: &str, request: &str| {
        format!("192.0.2.7 - {who} [20/Oct/2026:08:15:00 +0000] \"{request}\" 200 512 \"-\" \"a \\\" b\" \"key 7\"")
    };
    let found = |rules: &UsageRules, content: &str| given_by(rules, content.as_bytes()).unwrap().0;
    let lines = [
        line("a@b.example", "GET /v1 HTTP/1.1"),
        format!("api.example.com:443 {}", line("-", "POST /v1?x=y HTTP/2.0")),
        line("-", "\\x16\\x03\\x01"),
        line("two words more", "GET / HTTP/1.1"),
        line("x", "GET / HTTP/1.1").replace("HTTP/1.1\"", "HTTP/1.1"),
        "192.0.2.7 - x [20/Oct/2026:08:15".to_owned(),
    ];
    let torn = || "! it is not a line of an access log".to_owned();
    let expected =
        [(1, "a@b.example".to_owned()), (2, String::new()), (3, String::new()), (4, torn()), (5, torn()), (6, torn())];
    assert_eq!(found(&rules, &lines.join("\n")), expected);
    let by_key = UsageRules { columns: vec![(Column::Contact, "field_10".to_owned())], ..rules.clone() };
    assert_eq!(found(&by_key, &lines[0]), [(1, "key 7".to_owned())]);
    let odd = UsageRules { columns: vec![(Column::Contact, "key".to_owned())], ..rules };
    assert!(given_by(&odd, lines[0].as_bytes()).unwrap_err().message.contains("has no column `key`"));
}

#[test]
fn a_file_of_accounts_says_whose_each_key_is() {
    let read = |content: &str| {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content.as_bytes()).unwrap();
        read_keys(file.path())
    };
    let keys = read("key;owner\n# note\nk1; a@b.example\nk1;c1\n\nk2;\n").unwrap();
    assert_eq!(keys.owners("k1").unwrap(), ["a@b.example", "c1"]);
    assert_eq!((keys.owners("k2").map(<[String]>::len), keys.owners("k3")), (Some(0), None));
    for (content, said) in [("k1\n", "only one column in line 1"), ("a,b\n,c\n", "no key in line 2")] {
        assert!(read(content).unwrap_err().message.contains(said), "{content}");
    }
}
