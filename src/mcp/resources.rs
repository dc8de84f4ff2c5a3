//! What a client may read by URI: the locked texts, and the facts.

use rmcp::model::{ReadResourceResult, Resource, ResourceContents, ResourceTemplate};

use super::host::Host;
use super::listener::Listener;
use crate::app::document::document;
use crate::app::drafts::draft_page;
use crate::app::facts::{FactsRequest, facts};
use crate::app::failure::{Failure, Kind};
use crate::app::stop::Stop;
use crate::store::folder::Folder;

const SCHEME: &str = "mmig://campaign/";

/// The resources of these campaigns. Unreadable ones are left out; the tools say why.
pub fn listed(folders: &[Folder]) -> Vec<Resource> {
    let mut listed = Vec::new();
    for folder in folders {
        let name = &folder.name;
        listed.push(
            Resource::new(format!("{SCHEME}{name}/facts"), format!("{name}: facts"))
                .with_description("All that a text of the campaign may state")
                .with_mime_type("application/json"),
        );
        let phases = folder.definition().map(|found| found.campaign.phases).unwrap_or_default();
        for phase in phases {
            let lock = folder.drafts(&phase.name).lock().ok().flatten();
            listed.extend(lock.iter().flat_map(|lock| &lock.variants).map(|locked| {
                let uri = format!("{SCHEME}{name}/drafts/{}/{}.md", phase.name, locked.name);
                Resource::new(uri, format!("{name}: {} {}", phase.name, locked.name))
                    .with_title(locked.subject.clone())
                    .with_description("A locked text, with personal values in brackets")
                    .with_mime_type("text/markdown")
            }));
        }
    }
    listed
}

/// The URI templates.
pub fn templates() -> Vec<ResourceTemplate> {
    vec![
        ResourceTemplate::new(format!("{SCHEME}{{campaign}}/drafts/{{phase}}/{{text}}.md"), "Locked text")
            .with_description("A locked text of a phase")
            .with_mime_type("text/markdown"),
        ResourceTemplate::new(format!("{SCHEME}{{campaign}}/facts"), "Facts")
            .with_description("All that a text of the campaign may state")
            .with_mime_type("application/json"),
    ]
}

/// The resource at a URI. No part of it becomes a path: phases and texts are looked up by name.
///
/// # Errors
/// There is no such resource.
pub fn read(host: &Host, listener: &Listener, uri: &str) -> Result<ReadResourceResult, Failure> {
    let parts: Vec<&str> = uri.strip_prefix(SCHEME).map(|rest| rest.split('/').collect()).unwrap_or_default();
    let (text, kind) = match parts.as_slice() {
        [campaign, "facts"] => {
            let app = host.app(Some((*campaign).to_owned()), listener, Stop::default())?;
            (document("facts", facts(&app, &FactsRequest::default()).as_ref()), "application/json")
        }
        [campaign, "drafts", phase, file] => {
            let text = file.strip_suffix(".md").ok_or_else(|| nothing_at(uri))?;
            let app = host.app(Some((*campaign).to_owned()), listener, Stop::default())?;
            (draft_page(&app.folder()?, phase, text)?, "text/markdown")
        }
        _ => return Err(nothing_at(uri)),
    };
    let contents = ResourceContents::TextResourceContents {
        uri: uri.to_owned(),
        mime_type: Some(kind.to_owned()),
        text,
        meta: None,
    };
    Ok(ReadResourceResult::new(vec![contents]))
}

fn nothing_at(uri: &str) -> Failure {
    Failure::new(Kind::NotFound, format!("there is nothing at {uri}"), "")
}
