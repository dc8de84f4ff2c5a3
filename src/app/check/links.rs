//! Requests every link, to see whether it responds.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::{Client, Method, StatusCode};

use super::tried::tried;
use crate::app::App;
use crate::app::failure::Failure;
use crate::app::observer::Work;
use crate::campaign::definition::problem::{Problem, Severity};
use crate::campaign::lint::Tried;

/// How many links are requested at once.
const AT_ONCE: usize = 8;
/// How long a server may take to respond.
const PATIENCE: Duration = Duration::from_secs(15);
/// Top-level domains reserved for documentation.
const RESERVED: [&str; 3] = [".example", ".test", ".invalid"];

/// The findings for links that do not respond. Each address is requested once, however many links point to
/// it.
pub async fn dead(app: &App<'_>, links: &[Tried]) -> Result<Vec<Problem>, Failure> {
    let mut by_address: BTreeMap<&str, Vec<&Tried>> = BTreeMap::new();
    for link in links.iter().filter(|link| !is_for_examples(&link.text)) {
        by_address.entry(without_fragment(&link.text)).or_default().push(link);
    }
    let client = client();
    tried(app, Work::CheckingLinks, AT_ONCE, by_address.into_iter().collect(), async |(address, links)| {
        let trouble = match &client {
            Some(client) => trouble(client, address).await,
            None => Some((Severity::Error, "cannot be asked from here".to_owned())),
        };
        let Some((severity, words)) = trouble else { return Vec::new() };
        let finding = |link: &Tried| Problem {
            severity,
            what: format!("`{}` {words}", link.text),
            fix: "fix the link, or the page it points to".to_owned(),
            ..link.finding.clone()
        };
        links.into_iter().map(finding).collect()
    })
    .await
}

fn client() -> Option<Client> {
    crate::api::install_tls();
    let builder = Client::builder().timeout(PATIENCE).connect_timeout(PATIENCE);
    builder.user_agent(concat!("mmig/", env!("CARGO_PKG_VERSION"))).build().ok()
}

fn without_fragment(address: &str) -> &str {
    address.split('#').next().unwrap_or(address)
}

/// Whether the host is reserved for documentation, so that a request is pointless.
fn is_for_examples(address: &str) -> bool {
    let host = url::Url::parse(address).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    let example = ["example.com", "example.org", "example.net"]
        .iter()
        .any(|own| host == *own || host.ends_with(&format!(".{own}")));
    example || RESERVED.iter().any(|end| host.ends_with(end))
}

/// What is wrong with a response. Many servers do not support HEAD, so a failed HEAD is followed by
/// a GET.
async fn trouble(client: &Client, address: &str) -> Option<(Severity, String)> {
    let ask = async |method| client.request(method, address).send().await.map(|answer| answer.status());
    match ask(Method::HEAD).await {
        Ok(status) if status.is_success() => None,
        _ => match ask(Method::GET).await {
            Ok(status) => judge(status),
            Err(error) if error.is_timeout() => Some((Severity::Error, "does not answer in time".to_owned())),
            Err(error) if error.is_redirect() => Some((Severity::Error, "leads in circles".to_owned())),
            Err(_) => Some((Severity::Error, "cannot be reached".to_owned())),
        },
    }
}

fn judge(status: StatusCode) -> Option<(Severity, String)> {
    // A page behind a login, or on a server that blocks programs, may well work for people.
    let closed = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::TOO_MANY_REQUESTS];
    let severity = if closed.contains(&status) { Severity::Warning } else { Severity::Error };
    (!status.is_success()).then(|| (severity, format!("answers {status}")))
}
