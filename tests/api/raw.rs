//! A server below HTTP: it writes bytes, or nothing, and cuts the connection anywhere.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mmig::api::{Api, Choice, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::server::settings;

/// What it does with a connection.
#[derive(Debug, Clone)]
pub enum Deed {
    /// Cuts the connection before reading anything.
    CutAtOnce,
    /// Reads the whole request, then cuts the connection.
    CutAfterReading,
    /// Reads the request, and does nothing more.
    Silence,
    /// Reads the request, replies with these bytes, then cuts the connection.
    Write(String),
}

/// A listening server and the number of its connections.
pub struct Raw {
    pub url: String,
    pub connections: Arc<AtomicUsize>,
    /// How long to wait for it.
    timeout: Duration,
}

/// Does one deed per connection, the last one again and again.
pub async fn serve(deeds: Vec<Deed>) -> Raw {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let connections = Arc::new(AtomicUsize::new(0));
    let is_silent = deeds.iter().any(|deed| matches!(deed, Deed::Silence));
    let timeout = if is_silent { Duration::from_secs(1) } else { Duration::from_secs(20) };
    let count = connections.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let number = count.fetch_add(1, Ordering::SeqCst);
            let deed = deeds[number.min(deeds.len() - 1)].clone();
            tokio::spawn(act(stream, deed));
        }
    });
    Raw { url, connections, timeout }
}

async fn act(mut stream: TcpStream, deed: Deed) {
    if matches!(deed, Deed::CutAtOnce) {
        return;
    }
    read_request(&mut stream).await;
    match deed {
        Deed::Silence => std::future::pending().await,
        Deed::Write(bytes) => stream.write_all(bytes.as_bytes()).await.expect("it reads"),
        Deed::CutAtOnce | Deed::CutAfterReading => {}
    }
}

/// Reads to the end of the body: unread bytes would reset the connection before our reply is read.
async fn read_request(stream: &mut TcpStream) {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
            if body.len() >= length.unwrap_or(0) {
                return;
            }
        }
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => return,
            Ok(number) => bytes.extend_from_slice(&piece[..number]),
        }
    }
}

/// An HTTP reply that announces `length` bytes of body.
pub fn answer(status: &str, length: usize, body: &str) -> Deed {
    Deed::Write(format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"))
}

/// A complete HTTP reply.
pub fn whole(status: &str, body: &str) -> Deed {
    answer(status, body.len(), body)
}

impl Raw {
    pub async fn api(&self, choice: Choice) -> Api {
        let settings = Settings { timeout: self.timeout, ..settings(&self.url, choice) };
        Api::connect(settings).await.expect("it opens")
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}
