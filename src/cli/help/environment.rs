//! `mmig help environment`.

use schemars::JsonSchema;
use serde::Serialize;

use super::page;
use crate::app::Outcome;
use crate::app::settings::{
    ADMIN_KEY, KEY, LEDGER_URL, MAILBOX, MODEL, MODEL_KEY, MODEL_URL, OVERSIGHT_KEY, URL, VENDOR_URL,
};
use crate::cli::completion;
use crate::cli::global::{AS_OF, CAMPAIGN};

/// The environment variables that mmig reads.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EnvironmentTopic {
    /// The variables, by purpose.
    pub groups: Vec<VariableGroup>,
}

impl Outcome for EnvironmentTopic {}

/// Variables for one purpose.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VariableGroup {
    /// The purpose.
    pub purpose: &'static str,
    /// The variables.
    pub variables: Vec<Variable>,
}

/// An environment variable.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
}

type Purpose = (&'static str, &'static [(&'static str, &'static str)]);

const PURPOSES: &[Purpose] = &[
    (
        "Keys (never a flag, never in a file)",
        &[
            (KEY, "The key that reads and sends."),
            (
                OVERSIGHT_KEY,
                "The key that approves and rejects, for `review`. It belongs to another person, and is never the same as the first.",
            ),
            (MODEL_KEY, "The key for the language model that `compose` uses, if it needs one."),
            (ADMIN_KEY, "The key that reads the suppression list. Optional."),
            (
                "MULTIMAIL_API_KEY_FILE",
                "A file with that key, as containers and CI mount secrets; instead of the variable.",
            ),
            ("MULTIMAIL_OVERSIGHT_KEY_FILE", "A file with the key that approves."),
            ("MULTIMAIL_ADMIN_KEY_FILE", "A file with the key that reads the suppression list."),
            ("MMIG_MODEL_KEY_FILE", "A file with the language model's key."),
        ],
    ),
    (
        "Settings (a flag wins over them, they win over campaign.toml)",
        &[
            (URL, "The server, with or without /v1; --api-url."),
            (VENDOR_URL, "The same, as MultiMail's own command line calls it; MULTIMAIL_API_URL wins."),
            (MAILBOX, "The id of the sending mailbox; `mailbox` in [api]. Without either, it is found by `from`."),
            (
                LEDGER_URL,
                "Where the ledger is: s3://BUCKET/PATH, gs://BUCKET/PATH, az://CONTAINER/PATH, or local; `url` in [ledger].",
            ),
            (MODEL_URL, "The language model that `compose` asks; `url` in [compose]."),
            (MODEL, "Its name; `model` in [compose]."),
            (CAMPAIGN, "The campaign, by name or folder; --campaign."),
            (AS_OF, "Run as if it were this time; --as-of."),
        ],
    ),
    (
        "A ledger in a bucket (the names that each store's own tools use)",
        &[
            ("AWS_ACCESS_KEY_ID", "With AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, the credentials for S3."),
            (
                "AWS_WEB_IDENTITY_TOKEN_FILE",
                "With AWS_ROLE_ARN, a token to exchange for them, as CI and Kubernetes give it.",
            ),
            ("AWS_REGION", "The bucket's region; AWS_DEFAULT_REGION also works."),
            ("AWS_ENDPOINT_URL", "Another server that speaks S3; AWS_ALLOW_HTTP=true for one without TLS."),
            ("GOOGLE_APPLICATION_CREDENTIALS", "The file of credentials for Google Cloud Storage."),
            (
                "AZURE_STORAGE_ACCOUNT_NAME",
                "The account of Azure Blob Storage, with AZURE_STORAGE_ACCOUNT_KEY or a token.",
            ),
            (
                "GITHUB_RUN_ID",
                "With GITHUB_SERVER_URL and GITHUB_REPOSITORY, the job that others see as the ledger's holder.",
            ),
            ("GITHUB_SERVER_URL", "See GITHUB_RUN_ID."),
            ("GITHUB_REPOSITORY", "See GITHUB_RUN_ID."),
            ("CI_JOB_URL", "The same on GitLab."),
        ],
    ),
    (
        "The network",
        &[
            ("HTTPS_PROXY", "The proxy for https addresses; HTTP_PROXY for http, ALL_PROXY for both."),
            ("HTTP_PROXY", "The proxy for http addresses."),
            ("ALL_PROXY", "The proxy for both."),
            ("NO_PROXY", "Hosts to reach without the proxy, separated by commas."),
            ("SSL_CERT_FILE", "A file of certificates to trust, for a private authority."),
            ("SSL_CERT_DIR", "A folder of certificates to trust."),
        ],
    ),
    (
        "Mentioned by `compose` if no model is set; never used on their own",
        &[
            ("ANTHROPIC_API_KEY", "Another program's key."),
            ("OLLAMA_HOST", "Another program's server."),
            ("OPENAI_API_KEY", "Another program's key."),
            ("OPENROUTER_API_KEY", "Another program's key."),
        ],
    ),
    (
        "The terminal and the system",
        &[
            ("NO_COLOR", "No colours, whatever its value; --color wins."),
            ("CLICOLOR_FORCE", "Colours even if stdout is not a terminal; --color wins."),
            ("COLUMNS", "The line width, if the terminal does not report one."),
            ("PAGER", "The command that shows output longer than the terminal; `cat` turns paging off. Default: less."),
            (
                "LESS",
                "Options for `less` as the pager; if not set, mmig asks it to keep colours and to quit if all fits on one screen.",
            ),
            ("USER", "The reviewer's name that `review` records if --by is not given."),
            ("USERNAME", "The same on Windows."),
            ("COMPUTERNAME", "This machine's name in the ledger's lock, on Windows."),
            ("TMPDIR", "Where `demo` keeps its files."),
            (completion::VARIABLE, "Set by the scripts of `completions` while they ask mmig for names."),
        ],
    ),
];

/// Every variable.
pub fn environment() -> EnvironmentTopic {
    let group = |&(purpose, variables): &Purpose| VariableGroup {
        purpose,
        variables: variables.iter().map(|&(name, about)| Variable { name, about }).collect(),
    };
    EnvironmentTopic { groups: PURPOSES.iter().map(group).collect() }
}

/// The variables as text.
pub fn screen(topic: &EnvironmentTopic, width: usize) -> String {
    let mut text = page::paragraph("A variable that is empty counts as not set.", width);
    for group in &topic.groups {
        let terms = group.variables.iter().map(|variable| (variable.name, variable.about.to_owned()));
        text.push_str(&format!("\n{}\n{}", page::heading(&format!("{}:", group.purpose)), page::terms(terms, width)));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    /// The contents of all Rust files in a folder.
    fn sources(folder: &Path, texts: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, texts);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                texts.push(fs::read_to_string(path).unwrap());
            }
        }
    }

    #[test]
    fn every_variable_that_the_code_reads_is_explained_and_no_other_of_ours() {
        let mut texts = Vec::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut texts);
        let patterns = [
            r#""((?:MULTIMAIL|MMIG)_[A-Z_]*[A-Z])""#,
            r#"(?:environment|self)\.get\("([A-Z][A-Z0-9_]+)"\)"#,
            r#"env::var(?:_os)?\("([A-Z][A-Z0-9_]+)"\)"#,
        ];
        // Variables read at compile time are not the program's.
        let compiled = regex_lite::Regex::new(r#"env!\("[A-Z_]+"\)"#).unwrap();
        let texts: Vec<_> = texts.iter().map(|text| compiled.replace_all(text, "").into_owned()).collect();
        let mut read = BTreeSet::new();
        for pattern in patterns.map(|pattern| regex_lite::Regex::new(pattern).unwrap()) {
            for text in &texts {
                read.extend(pattern.captures_iter(text).map(|found| found[1].to_owned()));
            }
        }
        let topic = environment();
        let explained: BTreeSet<String> =
            topic.groups.iter().flat_map(|group| &group.variables).map(|variable| variable.name.to_owned()).collect();
        let missing: Vec<_> = read.difference(&explained).collect();
        assert!(missing.is_empty(), "add to PURPOSES: {missing:?}");
        let ours = explained.iter().filter(|name| name.starts_with("MMIG_") || name.starts_with("MULTIMAIL_"));
        let gone: Vec<_> = ours.filter(|name| !read.contains(*name)).collect();
        assert!(gone.is_empty(), "nothing reads {gone:?}");
    }
}
