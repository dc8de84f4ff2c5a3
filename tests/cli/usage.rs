//! API usage moves customers forward, and back.

use serde_json::json;

use crate::audience::announced;
use crate::desk::{Desk, WINDOW_DAY};
use crate::said::number;

const FINAL_DAY: &str = "2027-04-23T14:00:00Z";

/// A usage file with one customer per row: old calls, new calls, last old call.
fn usage(desk: &Desk, rows: &[(&str, u32, u32, &str)]) {
    let rows = rows.iter().map(|(who, old, new, last)| format!("{who},{old},{new},{last}\n")).collect::<String>();
    desk.write("usage.csv", &format!("contact,old_calls,new_calls,last_seen\n{rows}"));
}

const TAKE: &str = "track --usage campaigns/api-v2/usage.csv";

#[test]
fn usage_moves_customers_on_without_key_or_network_and_the_next_track_writes_the_tags() {
    let desk = announced().on(WINDOW_DAY);
    let customers = desk.people().tagged("api-v1");
    let (done, busy) = (customers[0].as_str(), customers[1].as_str());
    usage(&desk, &[(done, 0, 80, "2027-03-01"), (busy, 7, 1, "2027-03-30"), ("nobody@x.example", 1, 1, "")]);
    let desk = desk.without("MULTIMAIL_API_KEY").with("MULTIMAIL_API_URL", "http://127.0.0.1:1");
    let told = desk.run(&format!("{TAKE} --json")).well().json();
    let counted = ["rows", "customers", "started", "completed", "unmatched", "without_row", "unreadable"];
    assert_eq!(counted.map(|name| told[name].as_u64().unwrap()), [3, 2, 1, 1, 1, 16, 0]);
    assert_eq!(told["unmatched_rows"], json!([{ "line": 4, "contact": "nobody@x.example" }]));
    let again = desk.run(&format!("{TAKE} --json")).well().json();
    assert_eq!((number(&again, "/started"), number(&again, "/completed")), (0, 0));
    let history = desk.run(&format!("status --contact {done} --json")).well().json()["history"].take();
    let last = history.as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (&last["what"], &last["stage"], &last["by"]),
        (&json!("seen in usage"), &json!("completed"), &json!("usage"))
    );
    assert_eq!(last["note"], "old_calls 0, new_calls 80, no old call since 2027-03-01");
}

#[test]
fn the_next_track_writes_the_tags_that_usage_has_shown() {
    let desk = announced().on(WINDOW_DAY);
    let customers = desk.people().tagged("api-v1");
    usage(&desk, &[(&customers[0], 0, 80, "2027-03-01"), (&customers[1], 7, 1, "")]);
    let _ = desk.run(TAKE).well();
    desk.track();
    assert_eq!(desk.people().tagged("migration-complete"), customers[..1]);
    assert_eq!(desk.people().tagged("migration-started"), customers[1..2]);
}

#[test]
fn who_completed_and_calls_the_old_version_again_is_listed_behind_and_reminded() {
    let desk = announced().on(WINDOW_DAY);
    let customer = desk.people().tagged("api-v1")[0].clone();
    usage(&desk, &[(&customer, 0, 80, "2027-03-01")]);
    let _ = desk.run(TAKE).well();
    // The tag is on the contact now, and must not make them done again.
    desk.track();
    let desk = desk.on("2027-04-20T10:00:00Z");
    usage(&desk, &[(&customer, 3, 80, "2027-04-19")]);
    let _ = desk.run(TAKE).well().says("1 relapsed").says(&customer);
    desk.track();
    let status = desk.run("status --behind --json").well().json();
    let behind = status["behind"].as_array().unwrap();
    assert!(behind.iter().any(|one| one["contact"] == customer.as_str() && one["stage"] == "started"), "{behind:#?}");
    let attention = status["attention"].as_array().unwrap();
    assert!(attention.iter().any(|one| one["kind"] == "relapsed" && one["contact"] == customer.as_str()));
    let desk = desk.on(FINAL_DAY);
    let _ = desk.run("remind --phase final --yes").well();
    assert_eq!(desk.people().mails_to(&customer).len(), 2);
    desk.people().doubled_nobody();
}

#[test]
fn a_file_of_usage_that_is_none_changes_nothing() {
    let desk = announced();
    let files = desk.files();
    desk.write("usage.csv", "contact,old_calls,new_calls\na@b.example,x,1\n");
    let _ = desk.run(TAKE).ends(1).says("1 of 1 row could not be read").says("line 2: old_calls is `x`");
    for (rows, said) in [
        ("contact,old_calls,new_calls\n", "the file has no rows"),
        ("contact,old_calls,new_calls\na@b.example,0,1\n", "the first names `a@b.example`"),
        ("[]", "the file has no rows"),
    ] {
        desk.write("usage.csv", rows);
        let _ = desk.run(TAKE).ends(1).says(said);
    }
    desk.write("usage.csv", "contact,old,new\n");
    let _ = desk.run(TAKE).ends(2).says("has no column `old_calls`");
    let _ = desk.run("track --usage nowhere.csv --json").ends(2).json();
    std::fs::remove_file(desk.path("usage.csv")).unwrap();
    assert!(desk.files() == files);
}

#[test]
fn rows_that_cannot_be_read_make_their_customers_unknown_and_the_exit_says_so() {
    let desk = announced().on(WINDOW_DAY);
    let customers = desk.people().tagged("api-v1");
    let [torn, odd, well] = [&customers[0], &customers[1], &customers[2]];
    let quiet = |who: &String| format!("{who},0,9,2027-01-01\n");
    let all = [torn, odd, well].map(quiet).concat();
    let header = "contact,old_calls,new_calls,last_seen\n";
    desk.write("usage.csv", &format!("{header}{all}{torn},40\n{odd},many,0,\n{odd},more,0,\n"));
    let told = desk.run(&format!("{TAKE} --json")).ends(1).json();
    let counted = ["unreadable", "unattributed", "incomplete", "completed"].map(|name| told[name].as_u64().unwrap());
    assert_eq!(counted, [3, 0, 2, 1]);
    let why = "3 of 6 rows could not be read; 2 of them: old_calls is `…`";
    let _ = desk.run(TAKE).ends(1).says(why).says("line 5: has 2 fields");
    desk.write("usage.csv", &format!("{header}{}", [torn, odd].map(quiet).concat() + ",40,0,\n"));
    let told = desk.run(&format!("{TAKE} --json")).ends(1).json();
    assert_eq!((number(&told, "/unattributed"), number(&told, "/completed")), (1, 0));
}

#[test]
fn a_rule_that_cannot_be_judged_is_shown_in_the_campaigns_file() {
    let desk = Desk::offline();
    desk.edit("campaign.toml", "and new_calls > 0", "and nwe_calls > 0");
    let _ = desk.run("check").ends(10).says("there is no `nwe_calls` here").says("did you mean `new_calls`?");
}

#[test]
fn a_file_that_is_given_twice_is_refused_and_one_that_was_imported_before_is_not() {
    let desk = announced().on(WINDOW_DAY);
    let customer = desk.people().tagged("api-v1")[0].clone();
    usage(&desk, &[(&customer, 5, 1, "2027-03-30")]);
    desk.write("copy.csv", &desk.read("usage.csv"));
    let files = desk.files();
    let twice = "are the same, byte for byte: their calls would count twice";
    let _ = desk.run(&format!("{TAKE} campaigns/api-v2/copy.csv")).ends(2).says(twice);
    let _ = desk.run(&format!("{TAKE} campaigns/api-v2/usage.csv")).ends(2).says("is named twice");
    let _ = desk.run("track --usage - - --explain").ends(2).says("is named twice");
    assert!(desk.files() == files);
    let _ = desk.run(TAKE).well();
    let told = desk.run(&format!("{TAKE} --json")).well().json();
    assert_eq!(number(&told, "/rows"), 1);
}

#[test]
fn explaining_a_file_ends_as_importing_it_would() {
    let desk = announced().on(WINDOW_DAY);
    let files = |rows: &str| desk.write("usage.csv", &format!("contact,old_calls,new_calls\n{rows}"));
    let customer = desk.people().tagged("api-v1")[0].clone();
    for (rows, code) in [
        (format!("{customer},0,1\n"), 0),
        (format!("{customer},0,1\n{customer},many,1\n"), 1),
        ("x@b.example,0,1\n".to_owned(), 1),
        (String::new(), 1),
    ] {
        files(&rows);
        let explained = desk.run(&format!("{TAKE} --explain")).ends(code).says("Nothing was written");
        let imported = desk.run(TAKE).ends(code);
        assert_eq!(explained.stderr, imported.stderr, "{rows}");
    }
}

#[test]
fn a_call_of_the_future_is_named_and_its_customer_is_not_done() {
    let desk = announced().on(WINDOW_DAY);
    let customer = desk.people().tagged("api-v1")[0].clone();
    usage(&desk, &[(&customer, 0, 9, "2072-03-01")]);
    let said = desk.run(TAKE).ends(1).says("its last call is `2072-02-29T23:00:00Z`, which is in the future");
    let _ = said.says("0 completed");
}
