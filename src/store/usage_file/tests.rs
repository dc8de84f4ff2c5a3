use std::io::Write;

use super::*;

/// What a file gives: line and label or fault of each row, and the columns that are none of ours.
type Given = (Vec<(u64, String)>, Vec<String>);

fn given(content: &[u8]) -> Result<Given, UsageFileError> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(content).unwrap();
    let mut rows = Vec::new();
    let ignored = read(&Input::Path(file.path().to_owned()), &mut |line, row| {
        rows.push((line, row.fault().map_or_else(|| row.label().to_owned(), |why| format!("! {why}"))));
    })?;
    Ok((rows, ignored))
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
fn a_file_is_told_by_how_it_begins() {
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
    let fields = |number| format!("! its number of fields is {number}, and that of the first line 3");
    assert_eq!(rows(csv), [(2, fields(2)), (3, fields(4)), (4, "c@d.example".to_owned())]);
    let broken = b"contact,old_calls,new_calls\n\xff\xff,1,2\nc@d.example,1,2\n";
    assert_eq!(given(broken).unwrap().0, [(2, "! contact is not UTF-8".to_owned()), (3, "c@d.example".to_owned())]);
    let lines = rows("{\"contact\": \"a@b.example\"}\n{\"contact\": \n[1]\n{\"contact\": [1]}\n{\"contact\": null}\n");
    assert!(lines[1].1.starts_with("! it is no JSON object") && lines[2].1.starts_with("! it is no JSON object"));
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
        read(&Input::Path(file.path().to_owned()), each).unwrap();
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
fn what_is_no_usage_is_refused_with_the_way_out() {
    for (content, said) in [
        (&b""[..], "is empty"),
        (b" \n\n", "is empty"),
        (b"\xff\xfec\0o\0", "is not UTF-8"),
        (b"just a text\n", "has no column `contact` or `email` or `id` or `contact_id`"),
        (b"contact,old_calls\n", "has no column `new_calls`"),
        (b"contact,old_calls,new_calls,old_calls\n", "has two columns `old_calls`"),
        (b"contact,Old Calls,new_calls\n", "has no column `old_calls`, but one called `Old Calls`"),
        (b"contact,old_calls,new_calls,lastseen\n", "has no column `last_seen`, but one called `lastseen`"),
        (b"[{\"contact\": \"a\", \"old_cals\": 1}]", "has no column `old_calls`, but one called `old_cals`"),
        (b"{\"contact\": \"a\", \"old_cals\": 1}", "has no column `old_calls`, but one called `old_cals`"),
        (b"[{\"contact\": \"a\"}", "is no JSON array of objects: EOF"),
        (b"[{\"contact\": \"a\"}] x", "is no JSON array of objects: trailing"),
        (b"[1]", "is no JSON array of objects: invalid type"),
    ] {
        let found = refusal(content);
        assert!(found.contains(said), "{}: {found}", String::from_utf8_lossy(content));
    }
}

#[test]
fn columns_that_are_none_of_ours_are_named() {
    let csv = given(b"app,contact,old_calls,new_calls,date\nx,a@b.example,1,2,y\n").unwrap();
    assert_eq!(csv, (vec![(2, "a@b.example".to_owned())], vec!["app".to_owned(), "date".to_owned()]));
    let json = given(b"[{\"id\": \"c1\", \"app\": {\"deep\": [1]}}]").unwrap();
    assert_eq!(json, (vec![(1, "c1".to_owned())], vec!["app".to_owned()]));
}

#[test]
fn a_line_without_an_end_is_not_read_into_memory() {
    let endless = format!("{{\"contact\": \"{}", "x".repeat(2 << 20));
    assert!(refusal(endless.as_bytes()).contains("has a line 1 without an end"));
}
