//! `mmig help agents`: how to connect an agent to mmig, and what the agent can do then.

use schemars::JsonSchema;
use serde::Serialize;

use super::page;
use crate::app::Outcome;
use crate::mcp::{Toolset, tools};

/// How to set mmig up for an agent.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AgentsTopic {
    /// The clients and their settings.
    pub clients: Vec<ClientSetup>,
    /// The tools, in order.
    pub tools: Vec<ToolLine>,
}

impl Outcome for AgentsTopic {}

/// The settings of a client.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ClientSetup {
    /// The client.
    pub client: &'static str,
    /// The location of its settings, or the command that writes them.
    pub place: &'static str,
    /// What to write there; empty if the place is a command.
    pub settings: &'static str,
}

/// A tool.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ToolLine {
    /// Its name.
    pub name: String,
    /// The smallest toolset that includes it.
    pub toolset: String,
    /// What it does.
    pub about: String,
}

const CLIENTS: &[ClientSetup] = &[
    ClientSetup {
        client: "Claude Code",
        place: "claude mcp add mmig -e MULTIMAIL_API_KEY=$MULTIMAIL_API_KEY -- mmig mcp --toolset author",
        settings: "",
    },
    ClientSetup {
        client: "Claude Desktop",
        place: "claude_desktop_config.json (Settings, Developer)",
        settings: r#"{"mcpServers": {"mmig": {"command": "mmig", "args": ["mcp", "--toolset", "author", "--campaign", "/PATH/campaigns/NAME"]}}}"#,
    },
    ClientSetup {
        client: "Cursor",
        place: ".cursor/mcp.json",
        settings: r#"{"mcpServers": {"mmig": {"command": "mmig", "args": ["mcp", "--toolset", "author"]}}}"#,
    },
    ClientSetup {
        client: "VS Code",
        place: ".vscode/mcp.json",
        settings: r#"{"servers": {"mmig": {"type": "stdio", "command": "mmig", "args": ["mcp", "--toolset", "author"]}}}"#,
    },
    ClientSetup {
        client: "Codex",
        place: "~/.codex/config.toml",
        settings: "[mcp_servers.mmig]\ncommand = \"mmig\"\nargs = [\"mcp\", \"--toolset\", \"author\"]\nenv_vars = [\"MULTIMAIL_API_KEY\"]",
    },
];

const FIRST: &str = "An agent's client starts `mmig mcp` in the repository that holds the campaign and speaks the Model Context Protocol with \
                     it. Give it the key that reads and sends in its environment, never the one that approves: mmig \
                     refuses to start if one key does both.";
const TOOLSETS: &str = "--toolset read (the default) looks. author also writes templates and drafts, and tracks. \
                        submit also submits a plan, by its digest, to a mailbox in gated_all. No tool reviews, \
                        approves, rejects or cancels a mail or moves the deadline: people do. Customers' names and \
                        addresses are masked unless --show-contacts is given. `mmig init NAME --agents` writes an \
                        AGENTS.md that tells an agent all this.";

/// The topic.
pub fn agents() -> AgentsTopic {
    let listed = tools(Toolset::Submit).into_iter();
    let tools = listed.map(|(name, toolset, about)| ToolLine { name, toolset: toolset.to_string(), about });
    let clients = CLIENTS.iter().map(|setup| ClientSetup { ..*setup });
    AgentsTopic { clients: clients.collect(), tools: tools.collect() }
}

/// The topic as text.
pub fn screen(topic: &AgentsTopic, width: usize) -> String {
    let mut text = page::paragraph(FIRST, width);
    for setup in &topic.clients {
        text.push_str(&format!("\n{}\n  {}\n", page::heading(&format!("{}:", setup.client)), setup.place));
        text.push_str(&setup.settings.lines().map(|line| format!("  {line}\n")).collect::<String>());
    }
    text.push_str(&format!("\n{}\n{}\n", page::heading("Toolsets:"), page::paragraph(TOOLSETS, width).trim_end()));
    let tools = topic.tools.iter().map(|tool| (tool.name.as_str(), format!("{}: {}", tool.toolset, tool.about)));
    text.push_str(&format!("\n{}\n{}", page::heading("Tools:"), page::terms(tools, width)));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_entry_has_this_version_and_these_toolsets() {
        use strum::VariantNames;
        let server: serde_json::Value = serde_json::from_str(include_str!("../../../server.json")).unwrap();
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(server["version"], version);
        assert_eq!(server["packages"][0]["identifier"], format!("ghcr.io/OWNER/mmig:{version}"));
        // What the registry's schema of 2025-12-11 and its rules for images want. The release puts the publisher's name for OWNER.
        assert_eq!(server["name"], "io.github.OWNER/mmig");
        for (field, most) in [("title", 100), ("description", 100)] {
            assert!((1..=most).contains(&server[field].as_str().unwrap().chars().count()), "{field}");
        }
        let package = &server["packages"][0];
        assert_eq!(package["registryType"], "oci");
        assert_eq!(package["transport"]["type"], "stdio");
        // An image has its version in the identifier, and no registryBaseUrl.
        assert!(package["version"].is_null() && package["registryBaseUrl"].is_null());
        assert_eq!(server["packages"][0]["packageArguments"][1]["choices"], serde_json::json!(Toolset::VARIANTS));
    }

    #[test]
    fn the_settings_of_each_client_can_be_read_as_what_they_are() {
        for setup in CLIENTS {
            if setup.settings.starts_with('{') {
                let read: serde_json::Value = serde_json::from_str(setup.settings).unwrap();
                assert!(read.to_string().contains(r#""mcp","--toolset","author""#), "{}", setup.client);
            } else if !setup.settings.is_empty() {
                let read: toml::Table = setup.settings.parse().unwrap();
                assert!(read.contains_key("mcp_servers"), "{}", setup.client);
            }
        }
        assert!(agents().tools.iter().any(|tool| tool.name == "submit"));
    }
}
