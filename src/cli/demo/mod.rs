//! `mmig demo`: a whole campaign against an in-process sandbox. It shows each promise and the screen that proves it;
//! with `--full`, each command and its full output.

mod course;
pub mod document;
mod excerpt;
mod stage;

use std::fs;
use std::path::Path;

use super::Face;
use super::args::DemoArgs;
use crate::app::failure::{Failure, Kind};
use crate::campaign::text::template::BUILT_IN;
use crate::sandbox::{Contacts, Contract, Options, Sandbox};

use stage::Demo;

pub use document::{DemoDocument, DemoStep};

/// The demo's customers.
const CONTACTS: usize = 40;

/// The example campaign of this repository.
const EXAMPLE: &str = include_str!("../../../campaigns/api-v2/campaign.toml");
/// The example's own template and partial.
const EXAMPLE_TEMPLATES: [(&str, &str); 2] = [
    ("prepare.webhooks.md", include_str!("../../../campaigns/api-v2/templates/prepare.webhooks.md")),
    ("partials/what-stops.md", include_str!("../../../campaigns/api-v2/templates/partials/what-stops.md")),
];

/// Runs the demo, showing each command when it ends.
pub fn demo(face: Face<'_>, args: &DemoArgs) -> Result<DemoDocument, Failure> {
    let failed = |what: &str, error: &dyn std::fmt::Display| {
        Failure::new(Kind::Usage, format!("the demo cannot {what}: {error}"), "choose another folder with --keep DIR")
    };
    let temporary = tempfile::tempdir().map_err(|error| failed("make a folder", &error))?;
    let folder = match args.keep.as_ref().map(|folder| face.app.path(folder)) {
        Some(folder) if folder.exists() => {
            return Err(failed("start", &format!("{} exists already", folder.display())));
        }
        Some(folder) => folder,
        None => temporary.path().join("demo"),
    };
    setup(&folder).map_err(|error| failed("write its files", &error))?;
    let options = Options { contract: Contract::Mailbox, contacts: Contacts::Seeded(CONTACTS), ..Options::default() };
    let sandbox = Sandbox::start(options).map_err(|error| failed("start a sandbox", &error))?;
    let mut demo = Demo::new(face, args.full, &folder, &sandbox)?;
    course::run(&mut demo)?;
    let kept = args.keep.as_ref().map(|folder| folder.display().to_string());
    Ok(DemoDocument { steps: demo.steps, kept })
}

/// Writes the example campaign and the default templates, as in a real project.
fn setup(folder: &Path) -> std::io::Result<()> {
    let campaign = folder.join("campaigns/api-v2");
    fs::create_dir_all(&campaign)?;
    // A sandbox on this machine needs no rate limit.
    fs::write(campaign.join("campaign.toml"), EXAMPLE.replace("per_second = 10.0", "per_second = 0.0"))?;
    let shared = BUILT_IN.iter().map(|(name, text)| (folder.join("templates").join(name), text));
    let own = EXAMPLE_TEMPLATES.iter().map(|(name, text)| (campaign.join("templates").join(name), text));
    for (file, text) in shared.chain(own) {
        fs::create_dir_all(file.parent().unwrap_or(folder))?;
        fs::write(file, text)?;
    }
    Ok(())
}
