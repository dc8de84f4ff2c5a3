//! The interface for agents: the use cases as tools of a Model Context Protocol server on standard input and
//! output.
//!
//! A tool's result is the document that its command prints with `--json`. Some things have no tool, because an agent
//! must not do them: review, approve, reject or cancel a mail, move the deadline, see a key.

mod arguments;
mod host;
mod listener;
mod mask;
mod page;
mod prompts;
mod resources;
mod server;
mod tools;
mod toolset;

use rmcp::ServiceExt;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::app::App;
use crate::app::access::is_same;
use crate::app::failure::{Failure, Kind};
use crate::app::settings::{KEY, Keys, OVERSIGHT_KEY};
use host::Host;
use server::Server;

pub use toolset::{ServeRequest, Toolset};

/// The tools of a toolset, in order: name, smallest toolset, description.
pub fn tools(toolset: Toolset) -> Vec<(String, Toolset, String)> {
    let about = |verb: tools::Verb| verb.described().description.unwrap_or_default().into_owned();
    tools::Verb::of(toolset).map(|verb| (verb.to_string(), verb.toolset(), about(verb))).collect()
}

/// Serves a client on `input` and `output` until it closes them or `app` is asked to stop. Call it inside a
/// [`tokio::task::LocalSet`].
///
/// The sending key is also the approving one, or the client does not speak the protocol.
/// The key that sends is also the one that approves, or the client does not speak the protocol.
pub async fn serve<R, W>(app: &App<'_>, request: ServeRequest, input: R, output: W) -> Result<(), Failure>
where
    R: AsyncRead + Send + Unpin + 'static,
    W: AsyncWrite + Send + Unpin + 'static,
{
    let keys = keys_of_an_agent(&app.keys)?;
    let server = Server::new(Host::new(app, keys), request);
    let calls = server.calls();
    let started = tokio::select! {
        started = server.serve((input, output)) => started,
        () = app.stop.once() => return Ok(()),
    };
    let running = match started {
        Ok(running) => running,
        Err(error) => return not_spoken(&error),
    };
    let ended = running.cancellation_token();
    tokio::select! {
        _ = running.waiting() => {}
        () = app.stop.once() => ended.cancel(),
    }
    // What is in flight is finished and recorded; nothing new starts.
    calls.end().await;
    Ok(())
}

/// The keys without those that an agent does not need.
fn keys_of_an_agent(keys: &Keys) -> Result<Keys, Failure> {
    if keys.oversight.as_ref().is_some_and(|oversight| is_same(keys.send.as_ref(), oversight)) {
        let message = format!("{OVERSIGHT_KEY} is the key in {KEY}: with it an agent could approve what it sends");
        let hint = "give the agent a key that reads and sends, and keep the one that approves elsewhere";
        return Err(Failure::new(Kind::Auth, message, hint));
    }
    Ok(Keys { send: keys.send.clone(), ..Keys::default() })
}

/// A client that closes the connection before its first message is not a failure.
fn not_spoken(error: &rmcp::service::ServerInitializeError) -> Result<(), Failure> {
    use rmcp::service::ServerInitializeError::{Cancelled, ConnectionClosed};
    if matches!(error, ConnectionClosed(_) | Cancelled) {
        return Ok(());
    }
    let hint = "start it from a client of the Model Context Protocol; `mmig help agents` says how";
    Err(Failure::new(Kind::Usage, "the client's first message is not one of the Model Context Protocol", hint))
}
