//! The environment variables of the process, or those of a test.

use std::collections::BTreeMap;

/// Environment variables. One that is empty counts as not set.
#[derive(Debug, Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Those of this process; what is not Unicode cannot be a setting of ours.
    pub fn of_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// The value of a variable without blanks around it; `None` where nothing is left.
    pub fn get(&self, name: &str) -> Option<String> {
        self.0.get(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// Who uses this machine, as the system calls them; empty where it does not say.
    pub fn user(&self) -> String {
        self.get("USER").or_else(|| self.get("USERNAME")).unwrap_or_default()
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        Self(variables.into_iter().collect())
    }
}
