//! The environment variables of the process, or of a test.

use std::collections::BTreeMap;

use crate::app::settings::{LEDGER_URL, LedgerAccess};

/// Environment variables. An empty one counts as not set.
#[derive(Debug, Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// The variables of this process; one that is not Unicode cannot be a setting of ours.
    pub fn of_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// The trimmed value of a variable; `None` if it is empty.
    pub fn get(&self, name: &str) -> Option<String> {
        self.0.get(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// The names of the variables.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The variables about the ledger: its location, and its store's settings.
    pub fn ledger(&self) -> LedgerAccess {
        let stores = ["AWS_", "GOOGLE_", "AZURE_"];
        let of_store = |name: &&str| stores.iter().any(|store| name.starts_with(store));
        let names: Vec<String> = self.names().filter(of_store).map(str::to_owned).collect();
        let said = names.into_iter().filter_map(|name| self.get(&name).map(|value| (name, value)));
        LedgerAccess { url: self.get(LEDGER_URL), environment: said.collect(), job: self.job() }
    }

    /// The URL of the GitHub or GitLab job that this process is; empty if it is not one.
    fn job(&self) -> String {
        let server = self.get("GITHUB_SERVER_URL").zip(self.get("GITHUB_REPOSITORY"));
        let github = server.zip(self.get("GITHUB_RUN_ID"));
        let github = github.map(|((server, repository), run)| format!("{server}/{repository}/actions/runs/{run}"));
        github.or_else(|| self.get("CI_JOB_URL")).unwrap_or_default()
    }

    /// The name of the system's current user; empty if unknown.
    pub fn user(&self) -> String {
        self.get("USER").or_else(|| self.get("USERNAME")).unwrap_or_default()
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        Self(variables.into_iter().collect())
    }
}
