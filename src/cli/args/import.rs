//! The arguments of `import`.

use std::io;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use regex_lite::Regex;

use crate::app::failure::{Failure, Kind};
use crate::app::import::{Changelog, ImportRequest, InDoubt, up_to_largest};
use crate::campaign::definition::oasdiff::Level;

/// The arguments of `import`.
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    #[command(subcommand)]
    what: What,
}

/// What can be imported.
#[derive(Debug, clap::Subcommand)]
enum What {
    /// Import the output of `oasdiff changelog -f json`, as changes for you to edit
    Oasdiff(OasdiffArgs),
    /// Compare two OpenAPI documents with an installed oasdiff
    Openapi(OpenapiArgs),
}

/// The arguments of `import oasdiff`.
#[derive(Debug, clap::Args)]
struct OasdiffArgs {
    /// The JSON of `oasdiff changelog -f json`, also as .gz (`-` for standard input)
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The API's OpenAPI document: the path of its servers goes into `[usage] base_paths`
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    #[command(flatten)]
    choice: Choice,
}

/// The arguments of `import openapi`.
#[derive(Debug, clap::Args)]
struct OpenapiArgs {
    /// The old version, a file or an address
    #[arg(value_name = "OLD")]
    old: String,
    /// The new version; if it is a file, the path of its servers goes into `[usage] base_paths`
    #[arg(value_name = "NEW")]
    new: String,
    #[command(flatten)]
    choice: Choice,
}

/// Which findings are imported, and how.
#[derive(Debug, clap::Args)]
struct Choice {
    /// Lowest severity to import; lower ones are skipped
    #[arg(long, value_name = "LEVEL", default_value_t = Level::Warn, value_parser = levels())]
    level: Level,
    /// Only findings at paths that match this regular expression, such as '^/v1/orders'
    #[arg(long, value_name = "REGEX", value_parser = Regex::new)]
    match_path: Option<Regex>,
    /// What to do with findings that may be a known change in other words: import them (new) or skip them (known)
    #[arg(long, value_name = "WHAT", value_parser = decisions())]
    in_doubt: Option<InDoubt>,
    /// Show what is new or gone; write nothing
    #[arg(long)]
    dry_run: bool,
}

fn levels() -> impl TypedValueParser<Value = Level> {
    PossibleValuesParser::new(["info", "warn", "err"]).try_map(|name| name.parse::<Level>())
}

fn decisions() -> impl TypedValueParser<Value = InDoubt> {
    PossibleValuesParser::new(["new", "known"]).try_map(|name| name.parse::<InDoubt>())
}

impl ImportArgs {
    /// The request; reads standard input if that is the file.
    ///
    /// # Errors
    /// Standard input cannot be read.
    pub fn request(&self) -> Result<ImportRequest, Failure> {
        let (changelog, spec, choice) = match &self.what {
            What::Oasdiff(args) => (changelog(&args.file)?, args.spec.clone(), &args.choice),
            What::Openapi(args) => {
                let spec = (!args.new.contains("://")).then(|| PathBuf::from(&args.new));
                (Changelog::OpenApi { old: args.old.clone(), new: args.new.clone() }, spec, &args.choice)
            }
        };
        let Choice { level, match_path, in_doubt, dry_run } = choice;
        Ok(ImportRequest {
            changelog,
            spec,
            level: *level,
            match_path: match_path.clone(),
            in_doubt: *in_doubt,
            dry_run: *dry_run,
        })
    }
}

fn changelog(file: &Path) -> Result<Changelog, Failure> {
    if file != Path::new("-") {
        return Ok(Changelog::File(file.to_owned()));
    }
    let bytes = up_to_largest(io::stdin()).map_err(|error| {
        Failure::new(Kind::Usage, format!("cannot read standard input: {error}"), "give the name of a file")
    })?;
    Ok(Changelog::Given { name: "standard input".to_owned(), bytes })
}
