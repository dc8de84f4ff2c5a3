//! Fake servers: they accept a connection and reply to every request with the same bytes, or never.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

/// A port on which nothing listens.
pub fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    url(listener.local_addr().expect("it has an address"))
}

/// Replies to every request with these bytes, and closes. Its thread ends with the tests.
pub fn answering(reply: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = listener.local_addr().expect("it has an address");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || answer(stream, reply));
        }
    });
    url(address)
}

/// Forwards requests to a server, except for one path, which does not exist.
pub fn without_path(upstream: &str, path: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = listener.local_addr().expect("it has an address");
    let upstream = upstream.trim_start_matches("http://").to_owned();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let upstream = upstream.clone();
            thread::spawn(move || pass_on(stream, &upstream, path));
        }
    });
    url(address)
}

fn pass_on(mut stream: TcpStream, upstream: &str, path: &str) -> std::io::Result<()> {
    let request = whole_request(&mut stream)?;
    if request.split_whitespace().nth(1) == Some(path) {
        return stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
    }
    let mut server = TcpStream::connect(upstream)?;
    // Both sides close after one reply, which then ends with the connection.
    server.write_all(request.replacen("\r\n", "\r\nConnection: close\r\n", 1).as_bytes())?;
    std::io::copy(&mut server, &mut stream).map(drop)
}

fn whole_request(stream: &mut TcpStream) -> std::io::Result<String> {
    let (mut bytes, mut piece) = (Vec::new(), [0; 16 * 1024]);
    loop {
        let number = stream.read(&mut piece)?;
        bytes.extend_from_slice(&piece[..number]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Ok(text);
            }
        }
        if number == 0 {
            return Ok(text);
        }
    }
}

/// Clients of this server wait forever.
pub fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = listener.local_addr().expect("it has an address");
    (listener, url(address))
}

fn answer(mut stream: TcpStream, reply: &str) {
    // These requests are small: one read gets them. A client that hung up needs no reply.
    let mut request = [0; 16 * 1024];
    let _ = stream.read(&mut request).and_then(|_| stream.write_all(reply.as_bytes()));
}

fn url(address: SocketAddr) -> String {
    format!("http://{address}")
}
