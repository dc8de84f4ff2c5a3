//! Templates as files: front matter with the subject, then the body.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use tera::{ErrorKind, ReportError, Tera};
use toml::de::DeTable;

use super::engine::{engine, prepared};
use super::foreign;
use crate::campaign::definition::expression::{Include, Refusal, Scan, Ticked, scan, scan_included, ticked};
use crate::campaign::definition::problem::{Problem, Source};
use crate::campaign::definition::rule::Rule;
use crate::campaign::definition::{CORRECTION, Phase, Segment};
use crate::campaign::text::{CLOSE, OPEN};

/// One template file.
#[derive(Debug)]
pub struct Template {
    /// The file.
    pub source: Arc<Source>,
    /// The position of the subject; `None` in a file that is only included.
    pub(super) subject: Option<Range<usize>>,
    /// The file with everything but the subject, or the front matter, blanked out: offsets stay the same.
    pub(super) subject_text: String,
    pub(super) body_text: String,
    /// Both parts with ticks, as they are rendered.
    ticked_subject: Ticked,
    ticked_body: Ticked,
}

/// The templates of a campaign: its own, the shared ones, the built-in ones; the first with a name wins.
#[derive(Debug)]
pub struct Templates {
    pub(super) files: BTreeMap<String, Template>,
    pub(super) tera: Tera,
    /// What each template uses, once it was asked for: the files that it is made of, with what is used there.
    scanned: BTreeMap<String, OnceLock<Vec<(String, Scan)>>>,
}

/// The name of a template's subject inside Tera. It does not end in `.md`, so nothing in it is escaped.
pub(super) fn subject_name(template: &str) -> String {
    format!("{template}:subject")
}

/// The possible names of a phase's template for a segment; the first that exists is used.
pub fn entry_names(phase: &Phase, segment: &Segment) -> Vec<String> {
    let families = [phase.template()].into_iter().chain(phase.corrects().then_some(CORRECTION));
    families.flat_map(|name| [format!("{name}.{}.md", segment.name), format!("{name}.md")]).collect()
}

impl Templates {
    /// Loads templates by name; checks every file's front matter and syntax, and returns all findings
    /// at once.
    pub fn load(sources: BTreeMap<String, Arc<Source>>) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut files = BTreeMap::new();
        for (name, source) in sources {
            match read_file(&source) {
                Ok(template) => drop(files.insert(name, template)),
                Err(found) => problems.extend(found),
            }
        }
        for (name, template) in &files {
            problems.extend(syntax_problem(name, template));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut tera = engine();
        let bodies = files.iter().map(|(name, file)| (name.clone(), prepared(&file.ticked_body.text)));
        let subjects = files.iter().filter(|(_, file)| file.subject.is_some());
        let subjects = subjects.map(|(name, file)| (subject_name(name), prepared(&file.ticked_subject.text)));
        if let Err(error) = tera.add_raw_templates(bodies.chain(subjects)) {
            return Err(unknown_names(&files, &error).unwrap_or_else(|| vec![located(&files, &error)]));
        }
        let scanned = files.keys().map(|name| (name.clone(), OnceLock::new())).collect();
        Ok(Self { files, tera, scanned })
    }

    /// The template of a phase for a segment: `P.S.md`, otherwise `P.md`, where P is the phase's name, or the template
    /// that it names. A second correction uses the first one's template.
    pub fn entry(&self, phase: &Phase, segment: &Segment) -> Option<&str> {
        entry_names(phase, segment)
            .iter()
            .find_map(|name| self.files.get_key_value(name))
            .map(|(name, _)| name.as_str())
    }

    /// The source of a template.
    pub fn source(&self, name: &str) -> Option<&Arc<Source>> {
        self.files.get(name).map(|file| &file.source)
    }

    /// Everything a template uses, its includes' uses and its subject's included, with the file each stands in.
    pub(super) fn scans(&self, entry: &str) -> impl Iterator<Item = (&Template, &Scan)> {
        let scanned = self.scanned.get(entry).map(|scanned| scanned.get_or_init(|| self.scan(entry)));
        scanned.into_iter().flatten().filter_map(move |(name, scan)| Some((self.files.get(name)?, scan)))
    }

    fn scan(&self, entry: &str) -> Vec<(String, Scan)> {
        let mut scans = Vec::new();
        let mut waiting = vec![Include { name: entry.to_owned(), ..Include::default() }];
        if let Some(file) = self.files.get(entry) {
            let subject = scan(&file.subject_text);
            waiting.extend(subject.includes.iter().cloned());
            scans.push((entry.to_owned(), subject));
        }
        let mut seen = Vec::new();
        while let Some(next) = waiting.pop() {
            if seen.contains(&next) {
                continue;
            }
            if let Some(file) = self.files.get(&next.name) {
                let scan = scan_included(&file.body_text, &next);
                waiting.extend(scan.includes.iter().cloned());
                scans.push((next.name.clone(), scan));
            }
            seen.push(next);
        }
        scans
    }

    /// The finding for an error of the engine.
    pub(super) fn problem(&self, error: &tera::Error) -> Problem {
        located(&self.files, error)
    }
}

impl Template {
    fn new(
        source: &Arc<Source>,
        subject: Option<Range<usize>>,
        subject_text: String,
        body_text: String,
    ) -> Result<Self, Vec<Problem>> {
        let found = |found: Vec<(Range<usize>, Refusal)>| -> Vec<Problem> {
            let problem = |(span, (what, fix))| Problem::error(source, span, what, fix).of(Rule::Template);
            found.into_iter().map(problem).collect()
        };
        match (ticked(&subject_text), ticked(&body_text)) {
            (Ok(ticked_subject), Ok(ticked_body)) => {
                Ok(Self { source: Arc::clone(source), subject, subject_text, body_text, ticked_subject, ticked_body })
            }
            (Err(first), Err(second)) => Err(found([first, second].concat())),
            (Err(one), _) | (_, Err(one)) => Err(found(one)),
        }
    }

    /// The part with this name in the engine.
    fn part(&self, name: &str) -> &Ticked {
        if name == subject_name(name.trim_end_matches(":subject")) { &self.ticked_subject } else { &self.ticked_body }
    }
}

fn read_file(source: &Arc<Source>) -> Result<Template, Vec<Problem>> {
    let text = &source.text;
    let mut problems: Vec<_> = text
        .match_indices([OPEN, CLOSE])
        .map(|(at, sign)| {
            let fix = "these brackets mark personal values in drafts; use others";
            Problem::error(source, at..at + sign.len(), format!("`{sign}` is not allowed in a template"), fix)
                .of(Rule::Template)
        })
        .collect();
    let Some(front) = front_matter(text) else {
        let template = Template::new(source, None, String::new(), foreign::hidden(text));
        return template
            .map_err(|found| [problems.clone(), found].concat())
            .and_then(|template| if problems.is_empty() { Ok(template) } else { Err(problems) });
    };
    let subject = front.and_then(|front| {
        read_subject(source, &front.inner).map(|subject| {
            let subject_text = foreign::hidden(&blanked(text, &subject, front.end));
            let body_text = foreign::hidden(&blanked(text, &(front.end..text.len()), text.len()));
            Template::new(source, Some(subject), subject_text, body_text)
        })
    });
    match subject {
        Ok(Ok(template)) if problems.is_empty() => Ok(template),
        Ok(Ok(_)) => Err(problems),
        Ok(Err(found)) => Err([problems, found].concat()),
        Err(span) => {
            let fix = "begin the file with +++, subject = \"…\", +++, each on a line of its own";
            problems
                .push(Problem::error(source, span, "the front matter has no readable subject", fix).of(Rule::Template));
            Err(problems)
        }
    }
}

struct Front {
    inner: Range<usize>,
    end: usize,
}

/// The lines between the two `+++`; `None` if the file has no front matter, an error if it does not end.
fn front_matter(text: &str) -> Option<Result<Front, Range<usize>>> {
    let start = text.strip_prefix("+++\n").map(|_| 4).or_else(|| text.strip_prefix("+++\r\n").map(|_| 5))?;
    let mut at = start;
    for line in text[start..].split_inclusive('\n') {
        if line.trim_end() == "+++" {
            return Some(Ok(Front { inner: start..at, end: at + line.len() }));
        }
        at += line.len();
    }
    Some(Err(0..3))
}

/// The position of the subject's value. It must be a plain one-line string, so that offsets in it are offsets in
/// the file.
fn read_subject(source: &Source, inner: &Range<usize>) -> Result<Range<usize>, Range<usize>> {
    let table = DeTable::parse(&source.text[inner.clone()]).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        inner.start + span.start..inner.start + span.end
    })?;
    let whole = inner.clone();
    let known = |key: &str| key == "subject" || key == "composed";
    if let Some(odd) = table.get_ref().keys().find(|key| !known(key.get_ref())) {
        return Err(inner.start + odd.span().start..inner.start + odd.span().end);
    }
    let subject = table.get_ref().iter().find(|(key, _)| key.get_ref() == "subject");
    let (_, value) = subject.ok_or(whole.clone())?;
    let text = value.get_ref().as_str().ok_or(whole.clone())?;
    let span = inner.start + value.span().start + 1..inner.start + value.span().end - 1;
    let literal = source.text.get(span.clone()) == Some(text) && !text.trim().is_empty();
    if literal { Ok(span) } else { Err(inner.start + value.span().start..inner.start + value.span().end) }
}

/// The text up to `end` with everything outside `keep` replaced by spaces, except line breaks.
fn blanked(text: &str, keep: &Range<usize>, end: usize) -> String {
    // Byte for byte, so that offsets stay offsets in the file.
    let blank = |part: &str| -> String { part.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect() };
    let end = end.max(keep.end);
    format!("{}{}{}", blank(&text[..keep.start]), &text[keep.clone()], blank(&text[keep.end..end]))
}

fn syntax_problem(name: &str, template: &Template) -> Option<Problem> {
    let parts = [(name.to_owned(), &template.body_text), (subject_name(name), &template.subject_text)];
    parts.into_iter().find_map(|(name, text)| match engine().add_raw_template(&name, text).err()?.kind() {
        ErrorKind::SyntaxError(report) => Some(reported(&template.source, report)),
        // Missing includes are reported once everything is loaded.
        _ => None,
    })
}

fn reported(source: &Arc<Source>, report: &ReportError) -> Problem {
    let span = report.span();
    let start = source.offset(span.start_line, span.start_col + 1);
    let end = source.offset(span.end_line, span.end_col + 1).max(start);
    let problem = |what: &str, fix: &str| Problem::error(source, start..end, what, fix).of(Rule::Template);
    let tag = source.text.get(start..end).unwrap_or_default();
    if report.message() == "Unknown tag" && MACROS.iter().any(|name| tag.split_whitespace().any(|word| word == *name)) {
        return problem("templates have no macros", NO_MACROS);
    }
    problem(report.message(), LANGUAGE)
}

/// The position in the file of a place that the engine names: the engine counts our ticks too.
fn written_at(part: &Ticked, line: usize, column: usize) -> usize {
    part.place(Source::new("", part.text.as_str()).offset(line, column))
}
/// The tags for macros in other versions of the engine's language.
const MACROS: [&str; 4] = ["macro", "endmacro", "import", "from"];
/// The alternative to them.
const NO_MACROS: &str = "put repeated text into a file, templates/partials/NAME.md, and use include: {% set x = \"…\" %}{% include \"partials/NAME.md\" %}";

/// The fix for errors that only the engine understands.
const LANGUAGE: &str = "correct it; templates are written in the language of Tera: https://keats.github.io/tera";

fn located(files: &BTreeMap<String, Template>, error: &tera::Error) -> Problem {
    let nowhere = || Source::new("templates", "");
    match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
            let name = report.filename().trim_end_matches(":subject");
            match files.get(name) {
                Some(file) => {
                    let (part, span) = (file.part(report.filename()), report.span());
                    let start = written_at(part, span.start_line, span.start_col + 1);
                    let end = written_at(part, span.end_line, span.end_col + 1).max(start);
                    let said = report.message();
                    Problem::error(&file.source, start..end, said, LANGUAGE).of(Rule::Template)
                }
                None => Problem::error(&nowhere(), 0..0, report.message(), LANGUAGE).of(Rule::Template),
            }
        }
        other => {
            let message = other.to_string();
            let named = files.iter().find(|(name, _)| message.contains(&format!("'{name}'")));
            let source = named.map_or_else(nowhere, |(_, file)| Arc::clone(&file.source));
            let fix = "check the names after `include` and `extends`";
            Problem::error(&source, 0..0, message, fix).of(Rule::Template)
        }
    }
}

/// The findings for errors that the engine reports only as text: unknown filters, tests, functions and includes, each
/// with its place after an arrow.
fn unknown_names(files: &BTreeMap<String, Template>, error: &tera::Error) -> Option<Vec<Problem>> {
    let ErrorKind::Msg(message) = error.kind() else { return None };
    let mut problems = Vec::new();
    let mut what = "";
    for line in message.lines() {
        if let Some(said) = line.strip_prefix("error: ") {
            what = said;
        } else if let Some(place) = line.trim_start().strip_prefix("--> ") {
            let mut parts = place.rsplitn(3, ':');
            let (column, line) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
            let name = parts.next()?;
            let file = files.get(name.trim_end_matches(":subject"))?;
            let (source, start) = (&file.source, written_at(file.part(name), line, column));
            let rest = source.text[start..].lines().next().unwrap_or_default();
            let fix = "correct the name; what there is: the templates beside this one, the filters and tests of Tera";
            problems.push(Problem::error(source, start..start + rest.len(), what, fix).of(Rule::Template));
        }
    }
    Some(problems).filter(|problems| !problems.is_empty())
}
