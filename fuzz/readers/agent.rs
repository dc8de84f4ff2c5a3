//! What an agent says: messages of the Model Context Protocol, a line each, after the greeting.

use std::io::Cursor;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use std::{fs, io};

use mmig::api::{Listener, Patience};
use mmig::app::App;
use mmig::app::clock::Clock;
use mmig::app::observer::Silent;
use mmig::app::settings::{Keys, LedgerAccess, ModelSettings, Origin, Overrides, Setting};
use mmig::app::stop::Stop;
use mmig::mcp::{ServeRequest, Toolset, serve};
use tempfile::TempDir;
use tokio::io::AsyncWrite;
use tokio::task::LocalSet;

use super::texts::SAMPLE;

const GREETING: &str = concat!(
    r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"#,
    r#""clientInfo":{"name":"fuzz","version":"1"}}}"#,
    "\n",
    r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
    "\n"
);

/// What the server writes.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl AsyncWrite for Written {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// A conversation about the sample campaign, whose server is not there. Nothing may be written outside its folder.
pub fn agent(input: &[u8]) -> String {
    let root = TempDir::new().unwrap();
    let campaign = root.path().join("inner/campaigns/api-v2");
    fs::create_dir_all(&campaign).unwrap();
    fs::write(campaign.join("campaign.toml"), SAMPLE).unwrap();
    let written = Written::default();
    let conversation = [GREETING.as_bytes(), input, b"\n"].concat();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let app = app(&root.path().join("inner"));
    let request = ServeRequest { toolset: Toolset::Submit, show_contacts: true };
    let served =
        runtime.block_on(LocalSet::new().run_until(serve(&app, request, Cursor::new(conversation), written.clone())));
    let outside = fs::read_dir(root.path()).unwrap().count();
    assert_eq!(outside, 1, "something was written outside the folder");
    let answered = written.0.lock().unwrap_or_else(PoisonError::into_inner);
    format!("{:?} {}", served.err().map(|failure| failure.message), String::from_utf8_lossy(&answered))
}

fn app(root: &Path) -> App<'static> {
    let nowhere = Setting { value: "http://127.0.0.1:9".to_owned(), origin: Origin::Default };
    App {
        root: root.to_owned(),
        campaign: None,
        clock: Clock::start("2027-01-30T14:00:00Z".parse().ok()),
        stop: Stop::default(),
        server: Overrides { url: Some(nowhere), ..Overrides::default() },
        patience: Patience { attempts: 1, backoff: Duration::ZERO, same_content: Duration::ZERO },
        listener: Listener::default(),
        keys: Keys { send: Some("k".into()), ..Keys::default() },
        ledger: LedgerAccess::default(),
        model: ModelSettings::default(),
        user: String::new(),
        observer: &Silent,
    }
}
