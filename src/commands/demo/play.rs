//! The demo's course: the commands, and what people and customers do between them.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::app::failure::{Failure, Kind};
use crate::cli::Face;
use crate::commands::block_on;
use crate::sandbox::Sandbox;

/// A command that was run.
#[derive(Debug)]
pub struct Step {
    /// As typed.
    pub command: String,
    /// Its exit code.
    pub exit: i32,
    /// What it said, data and remarks.
    pub said: String,
}

/// The stage the demo plays on.
pub struct Play<'a> {
    face: Face<'a>,
    folder: &'a Path,
    sandbox: &'a Sandbox,
    program: std::path::PathBuf,
    http: reqwest::Client,
    /// What was run so far.
    pub steps: Vec<Step>,
}

impl<'a> Play<'a> {
    /// The commands are run by this very program, so that what is shown is what it does.
    pub fn new(face: Face<'a>, folder: &'a Path, sandbox: &'a Sandbox) -> std::io::Result<Self> {
        crate::api::install_tls();
        let http = reqwest::Client::builder().no_proxy().build().map_err(std::io::Error::other)?;
        Ok(Self { face, folder, sandbox, program: std::env::current_exe()?, http, steps: Vec::new() })
    }

    /// Runs a command as of a time, shows it and what it says.
    fn run(&mut self, as_of: &str, line: &str) -> Result<(), Failure> {
        self.run_to(0, as_of, line)
    }

    /// The same for a command that is to end with this code.
    fn run_to(&mut self, code: i32, as_of: &str, line: &str) -> Result<(), Failure> {
        let failed =
            |error: &dyn std::fmt::Display| Failure::new(Kind::Api, format!("cannot run mmig {line}: {error}"), "");
        self.human("clock", &json!({ "now": as_of }))?;
        let mut command = Command::new(&self.program);
        command.current_dir(self.folder).args(line.split_whitespace()).args(["--no-input", "--color", "never"]);
        for name in ["MMIG_CAMPAIGN", "MULTIMAIL_API_KEY", "MULTIMAIL_ADMIN_KEY", "MULTIMAIL_MAILBOX_ID"] {
            command.env_remove(name);
        }
        command.env("MMIG_AS_OF", as_of).env("NO_PROXY", "127.0.0.1").envs(self.sandbox.environment().iter().cloned());
        let (said, status) = both_streams(command).map_err(|error| failed(&error))?;
        let bold = anstyle::Style::new().bold();
        let indented = |text: &str| if text.is_empty() { "\n".to_owned() } else { format!("  {text}\n") };
        let shown: String = said.lines().map(indented).collect();
        self.face.terminal.data(&format!("\n{bold}$ mmig {line}{bold:#}\n{shown}"));
        let exit = status.code().unwrap_or(-1);
        self.steps.push(Step { command: format!("mmig {line}"), exit, said });
        if exit == code { Ok(()) } else { Err(failed(&format!("it ended with {exit}"))) }
    }

    /// Tells the reader what happens outside mmig.
    fn meanwhile(&self, text: &str) {
        let style = anstyle::AnsiColor::Cyan.on_default();
        self.face.terminal.data(&format!("\n{style}# {text}{style:#}\n"));
    }

    /// What a person does by other means, on the sandbox's human side.
    fn human(&self, path: &str, body: &Value) -> Result<(), Failure> {
        let url = format!("{}/_sandbox/{path}", self.sandbox.url());
        let request = self.http.post(url).json(body);
        block_on(self.face, async || {
            let failed =
                |error: reqwest::Error| Failure::new(Kind::Api, format!("the sandbox did not {path}: {error}"), "");
            request.send().await.and_then(reqwest::Response::error_for_status).map_err(failed).map(drop)
        })
    }

    /// What the sandbox has on record.
    fn record(&self, what: &str) -> Result<Value, Failure> {
        let request = self.http.get(format!("{}/_sandbox/{what}", self.sandbox.url()));
        block_on(self.face, async || {
            let failed =
                |error: reqwest::Error| Failure::new(Kind::Api, format!("the sandbox has no {what}: {error}"), "");
            request.send().await.map_err(failed)?.json().await.map_err(failed)
        })
    }

    /// Somebody changes a customer's mail while it waits.
    fn tamper(&self, customer: &str) -> Result<(), Failure> {
        let mail = self.record("mails")?["mails"]
            .as_array()
            .and_then(|mails| mails.iter().find(|mail| mail["to"][0] == customer).cloned());
        let mail = mail.ok_or_else(|| Failure::new(Kind::Api, "the sandbox has no mail to change", ""))?;
        let body = mail["body"].as_str().unwrap_or_default().replacen("/v2`", "/v3`", 1);
        self.human("tamper", &json!({ "id": mail["id"], "body": body }))
    }

    /// The addresses of the customers, as the sandbox has them.
    fn customers(&self) -> Result<Vec<String>, Failure> {
        let book = self.record("contacts")?;
        let affected =
            |contact: &&Value| contact["tags"].as_array().is_some_and(|tags| tags.contains(&"api-v1".into()));
        let contacts = book["contacts"].as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(contacts
            .iter()
            .filter(affected)
            .filter_map(|contact| contact["email"].as_str().map(str::to_owned))
            .collect())
    }
}

/// Runs a command with both its streams in one pipe, so that what it says stays in order.
fn both_streams(mut command: Command) -> std::io::Result<(String, std::process::ExitStatus)> {
    let (mut reader, writer) = std::io::pipe()?;
    command.stdin(std::process::Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn()?;
    // The command holds the pipe's other end until it is dropped.
    drop(command);
    let mut said = String::new();
    std::io::Read::read_to_string(&mut reader, &mut said)?;
    Ok((said, child.wait()?))
}

const ANNOUNCED: &str = "2027-01-30T13:05:00Z";
const LATER: &str = "2027-01-30T15:30:00Z";
const PREPARED: &str = "2027-03-01T13:05:00Z";
const OPEN: &str = "2027-03-31T12:05:00Z";
const AFTER: &str = "2027-04-02T08:00:00Z";

/// Plays the campaign from the announcement to thirty days before the deadline.
pub fn act(play: &mut Play<'_>) -> Result<(), Failure> {
    let customers = play.customers()?;
    play.meanwhile("Before anything leaves: check, find the customers, draft all mails for one review.");
    play.run(ANNOUNCED, "check")?;
    play.run(ANNOUNCED, "segment")?;
    play.run(ANNOUNCED, "draft --all")?;
    play.run(ANNOUNCED, &format!("draft --phase announce --contact {}", customers[0]))?;

    play.meanwhile("90 days before the deadline: the announcement. MultiMail holds every mail for approval.");
    play.run(ANNOUNCED, "submit --phase announce --dry-run")?;
    play.run(ANNOUNCED, "submit --phase announce --yes")?;
    play.meanwhile("Run it again, by mistake or after a crash: nobody is mailed twice.");
    play.run(ANNOUNCED, "submit --phase announce --yes")?;

    play.meanwhile("A colleague holds the key that approves, and reads each text once; here is one of the three.");
    play.run(ANNOUNCED, "review --phase announce --variant rest")?;
    play.meanwhile(
        "Somebody has changed one waiting mail. It is set aside; the others leave, and one address bounces.",
    );
    play.human("bounce", &json!({ "to": customers[3], "next": true, "type": "HardBounce" }))?;
    play.tamper(&customers[5])?;
    play.run_to(8, ANNOUNCED, "review --approve --phase announce --by ann --yes")?;
    let one = format!("--phase announce --contact {} --by ann --yes", customers[5]);
    play.run(ANNOUNCED, &format!("review --reject --reason changed-on-the-way {one}"))?;
    play.run(LATER, "submit --phase announce --retry-failed --yes")?;
    play.run(LATER, &format!("review --approve {one}"))?;

    play.meanwhile("A customer answers. The next phase is approved in MultiMail itself.");
    play.human("reply", &json!({ "to": customers[1], "body": "Thank you, this is on our list for March." }))?;
    play.run("2027-02-01T08:00:00Z", "track")?;
    play.meanwhile("Nobody who waits for an answer is reminded. Somebody gave it on the telephone:");
    play.run("2027-02-02T08:00:00Z", &format!("track --clear --contact {}", customers[1]))?;
    play.run(PREPARED, "submit --phase prepare --yes")?;
    play.human("approve", &json!({ "all": true }))?;

    play.meanwhile("The months go by: some customers start, some are done.");
    for (index, customer) in customers.iter().enumerate() {
        let tag = match index % 4 {
            0 => "migration-complete",
            1 => "migration-started",
            _ => continue,
        };
        play.human("contact", &json!({ "email": customer, "add_tags": [tag] }))?;
    }
    play.meanwhile(
        "30 days before the deadline a daily job runs `mmig remind`: it reaches those who have not started,",
    );
    play.meanwhile("and thanks those who are done.");
    play.run(OPEN, "remind --yes")?;
    play.human("approve", &json!({ "all": true }))?;
    play.run(AFTER, "track")?;
    play.run(AFTER, "remind --yes")?;
    play.meanwhile("\"What did you tell us, and when?\"");
    play.run(AFTER, &format!("status --contact {}", customers[2]))?;
    play.meanwhile("And where does the campaign stand?");
    play.run(AFTER, "status")
}
