//! What people and models write: the campaign, templates, locks, answers of a model; and what oasdiff and OpenAPI say.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use mmig::api::{Answer, Writer, WriterSettings};
use mmig::campaign::compose::changes::ChangeSheet;
use mmig::campaign::compose::facts::{Job, SegmentFacts};
use mmig::campaign::compose::{self, reply};
use mmig::campaign::definition::oasdiff::{self as oas, Group, Level, Wanted};
use mmig::campaign::definition::problem::{Problem, Source};
use mmig::campaign::definition::specification::Specification;
use mmig::campaign::definition::{self, Campaign};
use mmig::campaign::lint::Checked;
use mmig::campaign::people::records::Records;
use mmig::campaign::text::lock::Lock;
use mmig::campaign::text::template::{Composed, Templates};
use mmig::store::folder::{Folder, built_in_templates};
use tempfile::TempDir;

use super::said;

/// The campaign that is shipped as an example.
pub const SAMPLE: &str = include_str!("../../campaigns/api-v2/campaign.toml");

/// The same, read.
pub fn sample() -> Campaign {
    thread_local! {
        static SAMPLED: Campaign = read(SAMPLE).unwrap_or_else(|found| panic!("{}", problems(&found)));
    }
    SAMPLED.with(Clone::clone)
}

fn read(text: &str) -> Result<Campaign, Vec<Problem>> {
    definition::read("api-v2", &Source::new("campaign.toml", text)).map(|(campaign, _)| campaign)
}

fn problems(found: &[Problem]) -> String {
    found.iter().map(|problem| format!("{:?} {}\n", problem.place(), problem.what)).collect()
}

/// The built-in templates, with this one in place of the first phase's.
fn templates(announce: &str) -> Result<Templates, Vec<Problem>> {
    let mut sources: BTreeMap<_, _> =
        built_in_templates().into_iter().map(|(name, file)| (name, file.source)).collect();
    sources.insert("announce.md".to_owned(), Source::new("announce.md", announce));
    Templates::load(sources)
}

/// Everything that `check` finds.
fn checked(campaign: &Campaign, templates: &Templates) -> String {
    let records = Records::default();
    let now = "2027-01-30T14:00:00Z".parse().unwrap();
    let (texts, linted) = Checked::new(campaign, templates, &records, now).all("templates");
    format!("{texts} {}", problems(&linted.problems))
}

/// `campaign.toml`, and short texts made of it.
pub fn campaign(input: &[u8]) -> String {
    const SHORT: &str = "+++\nsubject = \"{{ campaign.title }}\"\n+++\n{% for c in changes %}{{ c.text }}{% endfor %}";
    thread_local! {
        static TEMPLATES: Templates = templates(SHORT).unwrap_or_else(|found| panic!("{}", problems(&found)));
    }
    match read(&String::from_utf8_lossy(input)) {
        Ok(campaign) => TEMPLATES.with(|templates| checked(&campaign, templates)),
        Err(found) => problems(&found),
    }
}

/// A template, and the texts made of it.
pub fn template(input: &[u8]) -> String {
    match templates(&String::from_utf8_lossy(input)) {
        Ok(templates) => checked(&sample(), &templates),
        Err(found) => problems(&found),
    }
}

/// A changelog of oasdiff. What is taken from it has to be known again the second time.
pub fn oasdiff(input: &[u8]) -> String {
    let campaign = sample();
    let findings = match oas::read(&String::from_utf8_lossy(input)) {
        Ok(findings) => findings,
        Err(why) => return why,
    };
    let wanted = Wanted { level: Level::Info, path: None };
    let added: Vec<_> = oas::compare(&campaign, &findings, &wanted).new.iter().map(Group::to_change).collect();
    assert!(added.iter().all(|change| definition::is_name(&change.id)), "{added:?}");
    let mut after = campaign;
    after.changes.extend(added.iter().cloned());
    let again = oas::compare(&after, &findings, &wanted);
    assert!(again.new.is_empty() && again.gone.is_empty(), "what was imported is not known again");
    added.iter().map(|change| format!("{}\n", change.id)).collect()
}

/// An OpenAPI document: its servers, and what it says of the operations of the changes.
pub fn openapi(input: &[u8]) -> String {
    let text = String::from_utf8_lossy(input);
    let described = Specification::read(&text).map(|document| {
        let campaign = sample();
        let operations = campaign.changes.iter().flat_map(|change| &change.operations);
        operations.filter_map(|operation| document.operation(operation)).collect::<Vec<_>>()
    });
    format!("{} {}", said(definition::openapi::base_paths(&text)), said(described))
}

/// A lock of drafts.
pub fn lock(input: &[u8]) -> String {
    said(Lock::parse(&String::from_utf8_lossy(input), "api-v2", "announce"))
}

/// A file of `sent/`, as each of the kinds that are there.
pub fn sent(input: &[u8]) -> String {
    thread_local! {
        static FOLDER: TempDir = TempDir::new().unwrap();
    }
    FOLDER.with(|folder| {
        let path = folder.path().join("api-v2");
        fs::create_dir_all(path.join("sent")).unwrap();
        fs::write(path.join("campaign.toml"), SAMPLE).unwrap();
        for name in ["last-run.toml", "dismissed.toml"] {
            fs::write(path.join("sent").join(name), input).unwrap();
        }
        for ending in ["md", "facts.toml"] {
            fs::write(path.join("sent").join(format!("0123456789abcdef0123456789abcdef.{ending}")), input).unwrap();
        }
        let sent = Folder::at(&path).map_or_else(|error| panic!("{error}"), |folder| folder.sent());
        format!("{} {:?} {:?}", said(sent.last_run()), sent.texts().count(), sent.facts())
    })
}

/// What asks a model's server in one of both forms.
fn writer(path: &str) -> Writer {
    let settings = WriterSettings {
        url: format!("http://127.0.0.1:9{path}"),
        model: "m".to_owned(),
        key: None,
        timeout: Duration::from_secs(1),
    };
    Writer::new(settings).unwrap()
}

/// What a model's server answers, in either form; and the template that is made of it.
pub fn answer(input: &[u8]) -> String {
    thread_local! {
        static WRITERS: [Writer; 2] = [writer("/v1"), writer("/v1/messages")];
    }
    let answers = WRITERS.with(|writers| writers.each_ref().map(|writer| writer.read(input)));
    let words = answers.iter().flatten().find_map(|answer| match answer {
        Answer::Words { text, .. } => Some(text.clone()),
        Answer::None(_) => None,
    });
    let words = words.unwrap_or_else(|| String::from_utf8_lossy(input).into_owned());
    format!("{answers:?} {} {}", composed(&words), worded(&words))
}

/// What becomes of a model's words for a mail.
fn composed(words: &str) -> String {
    let campaign = sample();
    let reply = match reply::read(words) {
        Ok(reply) => reply,
        Err(why) => return why,
    };
    let facts = SegmentFacts::of(&campaign, &campaign.segments[0]);
    let objections = compose::objections(&reply, Job::of(&campaign, &campaign.phases[0]), &facts, &[]);
    let template = compose::template(&reply, &facts, Composed::default());
    let made = Composed::of(&template);
    // What was objected to is kept beside the templates for a person to see; the rest is used.
    if !objections.is_empty() {
        return objections.iter().map(|objection| format!("{objection:?}\n")).collect();
    }
    match templates(&template) {
        Ok(templates) => format!("{made:?} {}", checked(&campaign, &templates)),
        Err(found) => panic!("a template that nothing was objected to cannot be read: {}", problems(&found)),
    }
}

/// What becomes of a model's words for a change.
fn worded(words: &str) -> String {
    let sheet = ChangeSheet::of(&sample().changes[0], &[]);
    match sheet.worded(words, &[]) {
        Ok(wording) => format!("{wording:?}"),
        Err(objections) => objections.iter().map(|objection| format!("{objection:?}\n")).collect(),
    }
}
