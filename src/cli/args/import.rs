//! The arguments of `import`.

use std::io;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::app::failure::{Failure, Kind};
use crate::app::import::{Changelog, ImportRequest, up_to_largest};
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
    /// What `oasdiff changelog -f json` found between two versions of an API, as changes for you to edit
    Oasdiff(OasdiffArgs),
}

/// The arguments of `import oasdiff`.
#[derive(Debug, clap::Args)]
struct OasdiffArgs {
    /// The JSON of `oasdiff changelog -f json` (`-` for standard input)
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Lowest severity to import; lower ones are skipped
    #[arg(long, value_name = "LEVEL", default_value_t = Level::Warn, value_parser = levels())]
    level: Level,
    /// Show what is new or gone, and write nothing
    #[arg(long)]
    dry_run: bool,
}

fn levels() -> impl TypedValueParser<Value = Level> {
    PossibleValuesParser::new(["info", "warn", "err"]).try_map(|name| name.parse::<Level>())
}

impl ImportArgs {
    /// What is asked for; reads standard input where that is the file.
    ///
    /// # Errors
    /// Standard input cannot be read.
    pub fn request(&self) -> Result<ImportRequest, Failure> {
        let What::Oasdiff(args) = &self.what;
        let changelog = if args.file == Path::new("-") {
            let bytes = up_to_largest(io::stdin().lock()).map_err(|error| {
                Failure::new(Kind::Usage, format!("cannot read standard input: {error}"), "give the name of a file")
            })?;
            Changelog::Given { name: "standard input".to_owned(), bytes }
        } else {
            Changelog::File(args.file.clone())
        };
        Ok(ImportRequest { changelog, level: args.level, dry_run: args.dry_run })
    }
}
