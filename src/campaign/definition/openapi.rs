//! Reads the servers of an `OpenAPI` document: the base paths of its operations.

use std::collections::BTreeMap;

use serde::Deserialize;
use url::Url;

/// The relevant part of a document.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Document {
    openapi: Option<Version>,
    swagger: Option<Version>,
    servers: Vec<Server>,
    /// From version 2.
    #[serde(rename = "basePath")]
    base_path: Option<String>,
}

/// YAML may parse it as a number.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Version {
    Text(#[allow(dead_code, reason = "only that it is there counts")] String),
    Number(#[allow(dead_code, reason = "only that it is there counts")] f64),
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Server {
    url: String,
    variables: BTreeMap<String, Variable>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Variable {
    default: String,
}

/// The base paths of a document, JSON or YAML, each once: `/v1` of the server `https://api.example.com/v1`.
///
/// # Errors
/// What is wrong with the document, worded to follow its name.
pub fn base_paths(text: &str) -> Result<Vec<String>, String> {
    let is_json = text.trim_start().starts_with('{');
    let document: Document = if is_json {
        serde_json::from_str(text).map_err(|error| format!("is not an OpenAPI document: {error}"))?
    } else {
        serde_saphyr::from_str(text).map_err(|error| {
            let why = error.to_string();
            format!("is not an OpenAPI document: {}", why.lines().next().unwrap_or_default())
        })?
    };
    if document.openapi.is_none() && document.swagger.is_none() {
        return Err("is not an OpenAPI document: it has neither `openapi` nor `swagger`".to_owned());
    }
    let servers = document.servers.iter().map(|server| path_of(&server.filled_in()));
    let mut paths: Vec<String> = Vec::new();
    for path in servers.chain(document.base_path.map(|path| path_of(&path))).flatten() {
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    Ok(paths)
}

impl Server {
    /// Its address, with the default value of each variable.
    fn filled_in(&self) -> String {
        let filled = |url: String, (name, variable): (&String, &Variable)| {
            url.replace(&format!("{{{name}}}"), &variable.default)
        };
        self.variables.iter().fold(self.url.clone(), filled)
    }
}

/// The path of an address, absolute or relative; `None` if it is empty or depends on an unknown
/// variable.
fn path_of(address: &str) -> Option<String> {
    let whole = Url::parse(address).ok().map(|url| url.path().to_owned());
    let path = whole.unwrap_or_else(|| address.split(['?', '#']).next().unwrap_or_default().to_owned());
    let path = path.trim_end_matches('/');
    let plain =
        path.starts_with('/') && !path.contains(|c: char| c.is_whitespace() || matches!(c, '{' | '}' | '*' | '%'));
    plain.then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_path_is_that_of_the_servers_in_json_and_yaml() {
        for (document, expected) in [
            (
                r#"{"openapi":"3.0.2","servers":[{"url":"https://api.box.com/2.0/"},{"url":"/2.0"}],"paths":{}}"#,
                vec!["/2.0"],
            ),
            (
                "openapi: 3.1.0\nservers:\n  - url: https://{host}/{base}\n    variables:\n      base: {default: v71}\n",
                vec!["/v71"],
            ),
            (
                "openapi: 3.1.0\nservers:\n  - url: https://x.com/{base}/a\n    variables:\n      base: {default: v71}\n",
                vec!["/v71/a"],
            ),
            ("swagger: 2.0\nbasePath: /v1\n", vec!["/v1"]),
            ("swagger: '2.0'\nhost: x\n", vec![]),
            (r#"{"openapi":"3.0.0","servers":[{"url":"https://x.com"},{"url":"/"}]}"#, vec![]),
        ] {
            assert_eq!(base_paths(document).unwrap(), expected, "{document}");
        }
    }

    #[test]
    fn a_document_that_is_not_openapi_is_refused() {
        for document in ["", "x: 1", "{}", "[", "{\"openapi\": \"3.0.0\", \"servers\": 7}", "a: &a [*a]"] {
            assert!(base_paths(document).unwrap_err().starts_with("is not an OpenAPI document"), "{document}");
        }
    }
}
