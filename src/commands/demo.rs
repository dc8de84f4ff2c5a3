//! `mmig demo`: a whole campaign against an in-process sandbox, each command as typed and what it says.

mod play;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::Ending;
use crate::app::failure::{Failure, Kind};
use crate::campaign::text::template::BUILT_IN;
use crate::cli::Face;
use crate::cli::ui::Report;
use crate::sandbox::{Contacts, Contract, Options, Sandbox};

use play::{Play, act};

/// The arguments of `demo`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Keep the campaign in this folder to look at; it must not exist yet
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

/// The demo's customers.
const CONTACTS: usize = 40;

/// The example campaign, as it stands in this repository.
const EXAMPLE: &str = include_str!("../../campaigns/api-v2/campaign.toml");
/// The example's own template and partial.
const EXAMPLE_TEMPLATES: [(&str, &str); 2] = [
    ("prepare.webhooks.md", include_str!("../../campaigns/api-v2/templates/prepare.webhooks.md")),
    ("partials/what-stops.md", include_str!("../../campaigns/api-v2/templates/partials/what-stops.md")),
];

/// Runs `demo`.
pub fn run(face: Face<'_>, args: &Args) -> Ending {
    let failed = |what: &str, error: &dyn std::fmt::Display| {
        Failure::new(Kind::Usage, format!("the demo cannot {what}: {error}"), "choose another folder with --keep DIR")
    };
    let temporary = tempfile::tempdir().map_err(|error| failed("make a folder", &error))?;
    let stage = match &args.keep {
        Some(folder) if folder.exists() => {
            return Err(failed("start", &format!("{} exists already", folder.display())));
        }
        Some(folder) => folder.clone(),
        None => temporary.path().join("demo"),
    };
    furnish(&stage).map_err(|error| failed("write its files", &error))?;
    let options = Options { contract: Contract::Mailbox, contacts: Contacts::Seeded(CONTACTS), ..Options::default() };
    let sandbox = Sandbox::start(options).map_err(|error| failed("start a sandbox", &error))?;
    let mut play = Play::new(face, &stage, &sandbox).map_err(|error| failed("run itself", &error))?;
    act(&mut play)?;
    let steps: Vec<_> = play
        .steps
        .iter()
        .map(|step| json!({ "command": step.command, "exit": step.exit, "said": step.said }))
        .collect();
    let mut data = json!({ "steps": steps });
    if let Some(folder) = &args.keep {
        data["kept"] = folder.display().to_string().into();
        face.terminal.data(&format!("\nThe campaign is in {}.\n", folder.display()));
    }
    Ok(Report { data: data.as_object().cloned().unwrap_or_default(), ..Report::default() })
}

/// The example campaign and the default templates, as a project would have them.
fn furnish(stage: &Path) -> std::io::Result<()> {
    let campaign = stage.join("campaigns/api-v2");
    fs::create_dir_all(&campaign)?;
    // A sandbox on this machine needs no patience.
    fs::write(campaign.join("campaign.toml"), EXAMPLE.replace("per_second = 10.0", "per_second = 0.0"))?;
    let shared = BUILT_IN.iter().map(|(name, text)| (stage.join("templates").join(name), text));
    let own = EXAMPLE_TEMPLATES.iter().map(|(name, text)| (campaign.join("templates").join(name), text));
    for (file, text) in shared.chain(own) {
        fs::create_dir_all(file.parent().unwrap_or(stage))?;
        fs::write(file, text)?;
    }
    Ok(())
}
