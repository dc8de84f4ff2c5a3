//! `mmig check` as a gate: its output, its exit code, and what it blocks.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::thread;

use serde_json::{Value, json};

use crate::desk::{Desk, with_contacts};

/// The example in the name of a real company.
fn real(desk: Desk) -> Desk {
    for (file, from, to) in [
        ("campaign.toml", "example.com", "acme.com"),
        ("templates/prepare.webhooks.md", "api.example.com", "api.acme.com"),
    ] {
        desk.write(file, &desk.read(file).replace(from, to));
    }
    desk
}

fn announce(desk: &Desk, body: &str) {
    desk.write("templates/announce.md", &format!("+++\nsubject = \"API v2\"\n+++\n{body}\n"));
}

#[test]
fn nothing_is_found_in_the_example_nor_in_the_default_texts_and_a_new_campaign_says_what_to_write() {
    for desk in [Desk::offline(), real(Desk::offline())] {
        let told = desk.run("check --json").well().json();
        assert_eq!((&told["ok"], &told["problems"]), (&json!(true), &json!([])), "{told:#}");
    }
    for from in ["migrations@example.com", "migrations@acme.com", "x@mail.acme.co.uk"] {
        let desk = Desk::offline();
        let _ = desk.run(&format!("init new-one --from {from}")).well();
        let told = desk.run("-c new-one check --json").well().json();
        let rules: Vec<&Value> = told["problems"].as_array().unwrap().iter().map(|one| &one["rule"]).collect();
        assert!(rules.iter().all(|rule| **rule == "nothing-to-do"), "{told:#}");
        assert!(rules.contains(&&json!("nothing-to-do")), "{from}: {told:#}");
    }
}

#[test]
fn a_finding_has_all_that_a_program_needs_and_ends_with_8() {
    let desk = Desk::offline();
    announce(&desk, "It ends on\n31 May 2027.");
    let told = desk.run("check --json").ends(8).json();
    assert_eq!((&told["ok"], &told["errors"], &told["error"]["kind"]), (&json!(false), &json!(1), &json!("refused")));
    let problem = told["problems"][0].as_object().expect("a finding");
    let mut keys: Vec<&str> = problem.keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["column", "file", "fix", "line", "message", "rule", "severity", "text"]);
    assert_eq!((&problem["line"], &problem["column"]), (&json!(5), &json!(1)));
    assert_eq!(
        (&problem["rule"], &problem["severity"], &problem["text"]),
        (&json!("date"), &json!("error"), &json!("31 May 2027"))
    );
    let screen = desk.run("check").ends(8);
    let _ = screen
        .says("error[date]: 31 May 2027 is not one of this campaign's dates")
        .says("announce.md:5:1")
        .says("[[allow]]");
}

#[test]
fn an_invalid_campaign_exits_with_10_and_all_errors_are_reported_at_once() {
    let desk = Desk::offline();
    announce(&desk, "{{ contct.name }}");
    desk.write("templates/final.md", "+++\nsubject = \"x\"\n+++\nTODO\n");
    let told = desk.run("check --json").ends(10).json();
    let rules: Vec<&str> =
        told["problems"].as_array().unwrap().iter().map(|one| one["rule"].as_str().unwrap()).collect();
    assert_eq!(rules, ["unknown-variable", "leftover"], "{told:#}");
    // Even if the campaign file itself is wrong, and a template.
    desk.edit("campaign.toml", "max_late = 3", "max_late = \"three\"");
    desk.write("templates/window.md", "+++\nsubject = \"x\"\n+++\n{% if x %}\n");
    let told = desk.run("check --json").ends(10).json();
    let rules: Vec<&str> =
        told["problems"].as_array().unwrap().iter().map(|one| one["rule"].as_str().unwrap()).collect();
    assert_eq!(rules, ["campaign", "template"], "{told:#}");
}

#[test]
fn a_warning_holds_nothing_up() {
    let desk = Desk::offline();
    desk.edit("campaign.toml", "old = \"API v1\"", "old = \"API v1\"\nolder = \"API v0\"");
    let told = desk.run("check --json").well().json();
    assert_eq!((&told["ok"], &told["warnings"]), (&json!(true), &json!(1)));
    let _ = desk.run("check").well().says("warning[unused-variable]").says("in order");
}

#[test]
fn a_finding_is_allowed_with_a_reason_and_never_without() {
    let desk = Desk::offline();
    announce(&desk, "It ends on 1 January 2028.");
    let _ = desk.run("check").ends(8);
    let file = desk.read("campaign.toml");
    let allow = "\n[[allow]]\nrule = \"date\"\ntext = \"1 January 2028\"\n";
    desk.write("campaign.toml", &format!("{file}{allow}reason = \"so it is\"\n"));
    let _ = desk.run("check").well();
    desk.write("campaign.toml", &format!("{file}{allow}"));
    let _ = desk.run("check").ends(10).says("[[allow]] has no `reason`");
}

#[test]
fn a_send_is_held_up_by_what_check_holds_up() {
    let desk = Desk::at(with_contacts(20));
    announce(&desk, "Hello {{ contact.name }}, it ends on 31 May 2027.");
    desk.segment();
    let _ = desk.run("draft --phase announce").well();
    let said = desk.run("submit --phase announce --yes").ends(8);
    let _ = said.says("31 May 2027 is not one of this campaign's dates").says("announce.md:4:").says("[[allow]]");
    let told = desk.run("submit --phase announce --dry-run --json").ends(8).json();
    assert_eq!(told["error"]["problems"][0]["rule"], "date", "{told:#}");
    assert_eq!(desk.people().taken(), 0);
    let file = desk.read("campaign.toml");
    let allow = "\n[[allow]]\nrule = \"date\"\ntext = \"31 May 2027\"\nreason = \"so it is\"\n";
    desk.write("campaign.toml", &format!("{file}{allow}"));
    let _ = desk.run("submit --phase announce --yes").well();
    assert_eq!(desk.people().taken(), 18);
}

#[test]
fn a_reminder_is_held_up_too() {
    let desk = Desk::at(with_contacts(20)).on(crate::desk::WINDOW_DAY);
    desk.write("templates/window.md", "+++\nsubject = \"x\"\n+++\nSee [it](/v2).\n");
    desk.segment();
    desk.draft_all();
    let _ = desk.run("remind --yes").ends(8).says("window.md:4:");
    assert_eq!(desk.people().taken(), 0);
}

/// A campaign with an example, and a command that checks its language.
fn checked_by(command: &[&str]) -> Desk {
    let desk = Desk::offline();
    announce(&desk, "```toml\na = 1\n```\n\n```text\nnothing\n```");
    let check = format!("\n[[check]]\nlanguage = \"toml\"\ncommand = {}\n", json!(command));
    desk.write("campaign.toml", &format!("{}{check}", desk.read("campaign.toml")));
    desk.with("MULTIMAIL_API_KEY", "mm_live_secret")
}

#[test]
#[cfg(unix)]
fn an_example_is_fed_to_its_command_only_when_asked_for() {
    let desk = checked_by(&["/bin/sh", "-c", "cat >&2; exit 1"]);
    let _ = desk.run("check").well();
    let _ = desk.run("check --run").ends(8).says("a = 1");
    let desk = checked_by(&["/bin/sh", "-c", "grep -qx 'a = 1'"]);
    assert_eq!(desk.run("check --run --json").well().json()["examples_run"], 1);
}

#[test]
#[cfg(target_os = "linux")]
fn an_example_finds_no_key_not_even_with_the_process_that_started_it() {
    let script = "env >&2; tr '\\0' '\\n' < /proc/$PPID/environ >&2; exit 1";
    let desk = checked_by(&["/bin/sh", "-c", script]).with("JOB_TOKEN", "very-secret");
    let said = desk.with("PATH", "/usr/bin:/bin").spawn("check --run --json").ends(8);
    let _ = said.says("PATH=").says_nothing_of("mm_live_secret").says_nothing_of("very-secret");
}

#[test]
#[cfg(target_os = "linux")]
fn nothing_of_an_example_outlives_the_check_nor_what_made_itself_a_daemon() {
    let script = "setsid sh -c 'setsid sleep 9731 & exit' > /dev/null 2>&1 & sleep 9731 & exit 0";
    let desk = checked_by(&["/bin/sh", "-c", script]);
    let _ = desk.spawn("check --run").well();
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let left = processes
        .filter(|entry| std::fs::read(entry.path().join("cmdline")).is_ok_and(|line| line.starts_with(b"sleep\09731")));
    assert_eq!(left.count(), 0);
}

/// A campaign with a change, and a command that parses its code.
#[cfg(unix)]
fn with_change(fields: &str) -> Desk {
    let desk = checked_by(&["/bin/sh", "-c", "grep -n wrong | sed 's/:.*//; s/^/line /' >&2; exit 1"]);
    desk.edit("campaign.toml", "language = \"toml\"", "language = \"python\"");
    let change = format!("\n[[change]]\nid = \"paging\"\ntitle = \"Paging\"\ntext = \"See the code.\"\n{fields}\n");
    desk.write("campaign.toml", &format!("{}{change}", desk.read("campaign.toml")));
    desk
}

#[test]
#[cfg(unix)]
fn the_code_of_a_change_is_run_and_the_line_with_the_error_shown() {
    let code = "language = \"python\"\nbefore = 'wrong before'\nafter = '''\nfine()\nwrong after'''";
    let desk = with_change(code);
    let told = desk.run("check --run --json").ends(8).json();
    let found = |told: &Value| -> Vec<Value> {
        let problems = told["problems"].as_array().unwrap().iter();
        problems.filter(|problem| problem["severity"] == "error").cloned().collect()
    };
    let problems = found(&told);
    assert_eq!((problems.len(), &told["examples_run"]), (1, &json!(1)), "{told:#}");
    let message = problems[0]["message"].as_str().unwrap();
    assert!(message.contains("in its line 2 `wrong after`"), "{message}");
    let file = desk.read("campaign.toml");
    let line = 1 + file[..file.find("wrong after").unwrap()].matches('\n').count();
    assert_eq!((&problems[0]["line"], &problems[0]["column"]), (&json!(line), &json!(1)));
    for (run, refused) in [("both", 2), ("none", 0)] {
        let desk = with_change(&format!("{code}\nrun = \"{run}\""));
        let told = desk.run("check --run --json").json();
        assert_eq!(found(&told).len(), refused, "{run}: {told:#}");
    }
}

#[test]
#[cfg(unix)]
fn each_example_of_a_change_is_run_in_its_own_language_and_located() {
    let code = "[[change.example]]\nlanguage = \"python\"\nbefore = 'wrong before'\nafter = 'wrong after'\n\
        [[change.example]]\nlanguage = \"ruby\"\nafter = 'wrong too'";
    let desk = with_change(code);
    let told = desk.run("check --run --json").ends(8).json();
    let problems = told["problems"].as_array().unwrap().iter().filter(|one| one["rule"] == "code-check");
    let file = desk.read("campaign.toml");
    let line = 1 + file[..file.find("wrong after").unwrap()].matches('\n').count();
    let errors: Vec<&Value> = problems.filter(|one| one["severity"] == "error").collect();
    assert_eq!((errors.len(), &errors[0]["line"], &told["examples_run"]), (1, &json!(line), &json!(1)), "{told:#}");
}

#[test]
#[cfg(unix)]
fn an_example_counts_as_run_until_a_byte_of_it_changes() {
    let desk = Desk::at(with_contacts(4));
    let added = "\n[[check]]\nlanguage = \"python\"\ncommand = [\"/bin/sh\", \"-c\", \"cat > /dev/null\"]\n\n\
        [[change]]\nid = \"paging\"\ntitle = \"Paging\"\ntext = \"See the code.\"\nlanguage = \"python\"\n\
        before = 'old()'\nafter = 'fine()'\n";
    desk.write("campaign.toml", &format!("{}{added}", desk.read("campaign.toml")));
    announce(&desk, "{% include \"partials/changes.md\" %}");
    desk.segment();
    let record = "drafts/code-run.toml";
    let verified = |desk: &Desk| {
        let drafts = desk.run("draft --phase announce --json").well().json();
        let of = |one: &Value| one["rule"] == "code-check" && one["how"].as_str().unwrap().starts_with("run: `/bin/sh");
        let verified =
            drafts["variants"][0]["verified"]["verified"].as_array().unwrap().iter().filter(|one| of(one)).count();
        let left = drafts["variants"][0]["verified"]["unverified"].as_array().unwrap().clone();
        let left = |words: &str| left.iter().any(|one| one["why"].as_str().unwrap().starts_with(words));
        (verified, left("not run in its current form"), left("not run: the change's `run` leaves it out"))
    };
    assert_eq!(verified(&desk), (0, true, true), "before anything was run");
    let _ = desk.run("check --run").well();
    let kept = desk.read(record);
    assert_eq!(verified(&desk), (1, false, true));
    let _ = desk.run("check --run").well();
    assert_eq!(desk.read(record), kept, "the same again changes no byte");
    desk.edit("campaign.toml", "after = 'fine()'", "after = 'fine( )'");
    assert_eq!(verified(&desk), (0, true, true), "another byte");
    desk.edit("campaign.toml", "after = 'fine( )'", "after = 'fine()'");
    desk.edit("campaign.toml", "cat > /dev/null", "cat >  /dev/null");
    assert_eq!(verified(&desk), (0, true, true), "another command");
    desk.write(record, "accepted = 3");
    assert_eq!(verified(&desk), (0, true, true), "a record that cannot be read");
}

#[test]
#[cfg(unix)]
fn code_of_a_change_without_a_language_is_said_not_to_have_been_run() {
    let desk = with_change("before = 'old()'\nafter = 'new()'");
    desk.write("campaign.toml", &desk.read("campaign.toml").replace("\nafter = \"", "\nrun = \"none\"\nafter = \""));
    desk.write(
        "campaign.toml",
        &desk.read("campaign.toml").replace("\nafter = \'\'\'", "\nrun = \"none\"\nafter = \'\'\'"),
    );
    let _ = desk.run("check").well().says_nothing_of("has no language");
    let said = desk.run("check --run").well();
    let _ = said.says("warning[code-check]: the code of change `paging` was not run: it has no language");
    let _ = with_change("language = \"a b\"\nafter = 'x'").run("check").ends(10).says("`language` is not one word");
    let _ = with_change("run = \"before\"\nafter = 'x'").run("check").ends(10).says("after or both or none");
}

#[test]
#[cfg(unix)]
fn an_example_that_its_command_refuses_is_found_with_what_it_said() {
    let desk = checked_by(&["/bin/sh", "-c", "echo line one >&2; echo that is wrong >&2; exit 3"]);
    let told = desk.run("check --run --json").ends(8).json();
    assert_eq!((&told["errors"], &told["examples_run"]), (&json!(1), &json!(1)), "each example once: {told:#}");
    let problem = told["problems"].as_array().unwrap().last().unwrap();
    assert_eq!((&problem["rule"], &problem["line"]), (&json!("code-check"), &json!(5)));
    let message = problem["message"].as_str().unwrap();
    assert!(message.contains("exit 3") && message.contains("that is wrong"), "{message}");
    for (command, words) in [
        (vec!["no-such-program"], "cannot be started"),
        (vec!["/bin/sh", "-c", "kill -9 $$"], "killed"),
        (vec!["/bin/sh", "-c", "yes | head -c 1000000 >&2; echo the end >&2; exit 1"], "the end"),
    ] {
        let _ = checked_by(&command).run("check --run").ends(8).says(words);
    }
}

#[test]
#[cfg(unix)]
fn a_command_that_does_not_read_or_does_not_end_is_dealt_with() {
    let desk = checked_by(&["true"]);
    desk.edit("templates/announce.md", "a = 1", &"# one\n".repeat(30_000));
    let _ = desk.run("check --run").well();
    let desk = checked_by(&["sleep", "600"]);
    desk.edit("campaign.toml", "command = [\"sleep\"", "timeout = 1\ncommand = [\"sleep\"");
    let _ = desk.run("check --run").ends(8).says("did not end within 1 s");
}

/// A proxy that replies for every host: the path says how.
fn web() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it has an address");
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            thread::spawn(move || {
                let mut request = vec![0; 4096];
                let read = stream.read(&mut request).unwrap_or_default();
                let request = String::from_utf8_lossy(&request[..read]).into_owned();
                let mut words = request.split_whitespace();
                let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
                let status = match target.rsplit('/').next().unwrap_or_default() {
                    "gone" => "404 Not Found",
                    "broken" => "500 Internal Server Error",
                    "login" => "403 Forbidden",
                    "no-head" if method == "HEAD" => "405 Method Not Allowed",
                    "moved" => "302 Found\r\nLocation: /there",
                    "circle" => "302 Found\r\nLocation: circle",
                    "cut" => return,
                    _ => "200 OK",
                };
                let _ = stream.write_all(
                    format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").as_bytes(),
                );
            });
        }
    });
    address
}

#[test]
fn links_are_asked_only_when_asked_for_and_each_that_does_not_answer_is_found() {
    let desk = real(Desk::offline());
    let paths = ["fine", "no-head", "moved", "gone", "broken", "login", "circle", "cut", "gone#part"];
    let list: String = paths.iter().map(|path| format!("- [{path}](http://docs.acme.com/{path})\n")).collect();
    announce(
        &desk,
        &format!(
            "{list}- http://docs.acme.com/gone, http://docs.example.com/gone, http://x.acme.com/{{{{ contact.id }}}}"
        ),
    );
    desk.edit("campaign.toml", "url = \"https://docs.acme.com/migrate-v2#auth\"", "");
    // Without a proxy none of these hosts exist.
    let _ = desk.run("check").ends(8).says("docs.example.com");
    let proxy = format!("http://{}", web());
    let desk = desk.with("http_proxy", &proxy).with("https_proxy", &proxy);
    let told = desk.spawn("check --links --json").ends(8).json();
    let dead = told["problems"].as_array().unwrap().iter().filter(|problem| problem["rule"] == "dead-link");
    let found: Vec<(u64, &str, &str)> = dead
        .filter(|problem| problem["file"].as_str().unwrap().ends_with("announce.md"))
        .map(|problem: &Value| {
            let message = problem["message"].as_str().unwrap().split_once("` ").unwrap().1;
            (problem["line"].as_u64().unwrap(), problem["severity"].as_str().unwrap(), message)
        })
        .collect();
    assert_eq!(
        found,
        [
            (7, "error", "answers 404 Not Found"),
            (8, "error", "answers 500 Internal Server Error"),
            (9, "warning", "answers 403 Forbidden"),
            (10, "error", "leads in circles"),
            (11, "error", "cannot be reached"),
            (12, "error", "answers 404 Not Found"),
            (13, "error", "answers 404 Not Found"),
        ]
    );
}

#[test]
fn a_phase_on_a_weekend_and_a_campaign_that_names_nothing_to_do_are_said() {
    let desk = Desk::offline().on("2027-01-10T12:00:00Z");
    let _ = desk.run("check").well().says("due on a Saturday, 30 January 2027");
    let bare = "[campaign]\ntitle = \"t\"\nfrom = \"a@example.com\"\ndeadline = 2027-04-30\n\
        [[segment]]\nname = \"s\"\ntags = \"t\"\n";
    desk.write("campaign.toml", bare);
    for file in ["templates/prepare.webhooks.md", "templates/partials/what-stops.md"] {
        std::fs::remove_file(desk.path(file)).unwrap();
    }
    let _ = desk.run("check").well().says("has neither changes nor a guide").says("[[change]]");
}

/// The texts in a folder of the desk, by phase and name.
fn texts(desk: &Desk, folder: &str) -> Vec<(String, String)> {
    let folder = format!("{folder}/");
    let below = |path: &Path| path.to_str().and_then(|path| Some(path.split_once(&folder)?.1.to_owned()));
    let files = desk.files().into_iter();
    files.filter_map(|(path, text)| Some((below(&path)?, String::from_utf8_lossy(&text).into_owned()))).collect()
}

#[test]
fn every_text_can_be_written_to_a_folder_to_compare_two_versions() {
    let desk = Desk::offline();
    let told = desk.run("check --texts before --json").well().json();
    assert!(told["texts_in"].as_str().is_some_and(|folder| folder.ends_with("before")), "{told:#}");
    announce(&desk, "Hello,\n\nit ends on {{ campaign.deadline }}.");
    let _ = desk.run("check --texts after").says("the texts are in after");
    let (before, after) = (texts(&desk, "before"), texts(&desk, "after"));
    assert!(before.len() >= told["texts"].as_u64().expect("a number").try_into().expect("it is small"), "{before:?}");
    let named =
        |all: &[(String, String)], name: &str| all.iter().find(|(file, _)| file == name).map(|(_, text)| text.clone());
    assert!(named(&before, "prepare/webhooks.md").is_some_and(|text| text.starts_with("Subject: ")));
    assert_eq!(named(&before, "prepare/webhooks.md"), named(&after, "prepare/webhooks.md"));
    assert!(named(&after, "announce/webhooks.md").is_some_and(|text| text.contains("it ends on 2027-04-30")));
    for folder in ["before", "campaigns/api-v2/drafts", "campaigns/api-v2/templates"] {
        let _ = desk.run(&format!("check --texts {folder}")).ends(2);
    }
    assert_eq!(texts(&desk, "before"), before);
}

#[cfg(feature = "remote")]
#[test]
fn a_ledger_in_a_bucket_without_credentials_does_not_delay_a_check() {
    let desk = Desk::offline().with("MMIG_LEDGER_URL", "s3://led/teams").with("AWS_ACCESS_KEY_ID", "half");
    let _ = desk.run("check").well().says("the ledger at s3://led/teams cannot be read here");
    let _ = desk.run("status").ends(2).says("s3://led/teams");
}
