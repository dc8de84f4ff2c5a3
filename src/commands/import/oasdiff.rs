//! `mmig import oasdiff`: breaking changes between two versions of an API, for people to edit.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde_json::{Value, json};

use crate::app::failure::{Failure, Kind};
use crate::campaign::definition::oasdiff::{Comparison, Finding, Level, compare, read};
use crate::campaign::definition::{Campaign, Change};
use crate::campaign::usage::Operation;
use crate::cli::Face;
use crate::cli::ui::{Report, clean, plural};
use crate::commands::Ending;
use crate::store::folder::DEFINITION;

/// The arguments of `import oasdiff`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The JSON of `oasdiff changelog -f json` (`-` for standard input)
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The least level to take in: what breaks nothing is left out
    #[arg(long, value_name = "LEVEL", default_value_t = Level::Warn, value_parser = levels())]
    level: Level,
    /// Show what is new or gone, and write nothing
    #[arg(long)]
    dry_run: bool,
}

fn levels() -> impl TypedValueParser<Value = Level> {
    PossibleValuesParser::new(["info", "warn", "err"]).try_map(|name| name.parse::<Level>())
}

/// Runs `import oasdiff`.
pub fn run(face: Face<'_>, args: &Args) -> Ending {
    let folder = face.app.folder()?;
    let definition = folder.definition()?;
    let findings = findings(&args.file)?;
    let found = compare(&definition.campaign, &findings, args.level);
    let added: Vec<Change> = found.new.iter().map(|finding| finding.to_change()).collect();
    if !added.is_empty() {
        let mut after = definition.campaign.clone();
        after.changes.extend(added.iter().cloned());
        // Also on a dry run: what cannot be written is found out.
        let change = folder.change(&definition, &after)?;
        if !args.dry_run {
            change.write()?;
        }
    }
    let data = data(args, &definition.campaign, &found, &added);
    let mut screen = screen(args, &folder.file(DEFINITION), &found, &added);
    if findings.is_empty() {
        screen.insert_str(0, &format!("{} tells of no change\n", clean(&shown(&args.file))));
    }
    Ok(Report { data: data.as_object().cloned().unwrap_or_default(), screen, ..Report::default() })
}

fn findings(file: &Path) -> Result<Vec<Finding>, Failure> {
    let name = shown(file);
    let refused = |what: String, hint: &'static str| Failure::new(Kind::Usage, what, hint);
    let bytes = contents(file).map_err(|error| refused(format!("cannot read {name}: {error}"), HOW_TO_WRITE))?;
    if bytes.len() > LARGEST {
        return Err(refused(format!("{name} is larger than any list of changes"), HOW_TO_WRITE));
    }
    let text = std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes));
    let text = text.map_err(|_| refused(format!("{name} is not UTF-8"), "save it as UTF-8 and run this again"))?;
    read(text).map_err(|what| refused(format!("{name} {what}"), HOW_TO_WRITE))
}

const HOW_TO_WRITE: &str = "write it with `oasdiff changelog OLD NEW -f json > FILE`";

/// The most that is read, in bytes.
const LARGEST: usize = 1 << 26;

fn contents(file: &Path) -> io::Result<Vec<u8>> {
    let input: Box<dyn Read> =
        if file == Path::new("-") { Box::new(io::stdin().lock()) } else { Box::new(File::open(file)?) };
    let mut bytes = Vec::new();
    input.take(LARGEST as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn shown(file: &Path) -> String {
    if file == Path::new("-") { "standard input".to_owned() } else { file.display().to_string() }
}

fn data(args: &Args, campaign: &Campaign, found: &Comparison<'_>, added: &[Change]) -> Value {
    let new = found.new.iter().zip(added).map(|(finding, change)| {
        let operations: Vec<&str> = change.operations.iter().map(Operation::as_str).collect();
        json!({
            "id": change.id, "fingerprint": finding.fingerprint(), "level": finding.level(), "title": change.title,
            "text": change.text, "operations": operations,
        })
    });
    let gone = found.gone.iter().map(|(change, own)| json!({ "id": change.id, "fingerprint": own }));
    json!({
        "campaign": campaign.name, "dry_run": args.dry_run, "new": new.collect::<Vec<_>>(), "known": found.known,
        "gone": gone.collect::<Vec<_>>(), "ignored": found.ignored, "below_level": found.below,
    })
}

fn screen(args: &Args, file: &Path, found: &Comparison<'_>, added: &[Change]) -> String {
    let place = if args.dry_run { "would be added to" } else { "added to" };
    let mut text = match added.len() {
        0 => "nothing new\n".to_owned(),
        count => format!("{} {place} {}\n", plural(count, "change"), file.display()),
    };
    for (finding, change) in found.new.iter().zip(added) {
        text.push_str(&format!("  {} ({}): {}\n", change.id, finding.level(), clean(&change.title)));
    }
    if found.known > 0 {
        text.push_str(&format!("{} known already, left as you wrote them\n", found.known));
    }
    if !found.gone.is_empty() {
        text.push_str(&format!("{} gone: oasdiff no longer finds them; left as they are\n", found.gone.len()));
        found.gone.iter().for_each(|(change, own)| text.push_str(&format!("  {} ({})\n", change.id, clean(own))));
    }
    if found.ignored > 0 {
        text.push_str(&format!("{} ignored, by [oasdiff] ignore\n", found.ignored));
    }
    if found.below > 0 {
        let level = args.level;
        text.push_str(&format!("{} below level {level}, left out: `--level info` takes all levels in\n", found.below));
    }
    match (added.is_empty(), args.dry_run) {
        (true, _) => {}
        (false, true) => text.push_str("next: the same without --dry-run\n"),
        (false, false) => text.push_str(NEXT),
    }
    text
}

/// What is written is true, and in the words of a tool.
const NEXT: &str = "next: say in your customers' words what each is about and what to do, with code before and after;\n  \
                    then `mmig check`\n";
