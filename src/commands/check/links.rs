//! `check --links`: asks every link whether it answers.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use reqwest::{Client, Method, StatusCode};

use crate::app::observer::Work;
use crate::campaign::definition::problem::{Problem, Severity};
use crate::campaign::lint::Tried;
use crate::cli::Face;

/// How many are asked at once.
const AT_ONCE: usize = 8;
/// How long a server may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// Hosts that are nobody's, so that nobody answers.
const NOBODYS: [&str; 3] = [".example", ".test", ".invalid"];

/// The findings for the links that do not answer.
pub async fn silent(face: Face<'_>, links: &[Tried]) -> Vec<Problem> {
    let mut by_address: BTreeMap<&str, Vec<&Tried>> = BTreeMap::new();
    for link in links {
        by_address.entry(without_fragment(&link.text)).or_default().push(link);
    }
    by_address.retain(|address, _| !is_nobodys(address));
    let progress = face.app.observer.progress(Work::CheckingLinks, by_address.len());
    let client = client();
    let asked = stream::iter(by_address).map(|(address, links)| {
        let (client, progress) = (client.clone(), &progress);
        async move {
            let answer = match client {
                Some(client) => trouble(&client, address).await,
                None => Some((Severity::Error, "cannot be asked from here".to_owned())),
            };
            progress.step();
            (links, answer)
        }
    });
    let answers: Vec<_> = asked.buffered(AT_ONCE).collect().await;
    let finding = |(links, answer): (Vec<&Tried>, Option<(Severity, String)>)| {
        let answered = answer.map(|(severity, words)| {
            move |link: &Tried| Problem {
                severity,
                what: format!("`{}` {words}", link.text),
                fix: "correct the link, or what it leads to".to_owned(),
                ..link.finding.clone()
            }
        });
        links.into_iter().filter_map(move |link| answered.as_ref().map(|problem| problem(link))).collect::<Vec<_>>()
    };
    answers.into_iter().flat_map(finding).collect()
}

fn client() -> Option<Client> {
    crate::api::install_tls();
    let builder = Client::builder().timeout(PATIENCE).connect_timeout(PATIENCE);
    builder.user_agent(concat!("mmig/", env!("CARGO_PKG_VERSION"))).build().ok()
}

fn without_fragment(address: &str) -> &str {
    address.split('#').next().unwrap_or(address)
}

/// Documentation's own hosts are not asked.
fn is_nobodys(address: &str) -> bool {
    let host = url::Url::parse(address).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    let example = ["example.com", "example.org", "example.net"]
        .iter()
        .any(|own| host == *own || host.ends_with(&format!(".{own}")));
    example || NOBODYS.iter().any(|end| host.ends_with(end))
}

/// What is wrong with an answer. Many servers know no HEAD, so a no to it is asked again with GET.
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
    // A page behind a login, or a server that does not like to be asked by programs, may well be there for people.
    let closed = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::TOO_MANY_REQUESTS];
    let severity = if closed.contains(&status) { Severity::Warning } else { Severity::Error };
    (!status.is_success()).then(|| (severity, format!("answers {status}")))
}
