//! Servers that are none: they take a connection and answer every request with the same bytes, or never.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

/// A port nobody listens on.
pub fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    url(listener.local_addr().expect("it has an address"))
}

/// Answers every request with these bytes, and closes. Its thread ends with the tests.
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

/// Who asks here waits for ever.
pub fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let address = listener.local_addr().expect("it has an address");
    (listener, url(address))
}

fn answer(mut stream: TcpStream, reply: &str) {
    // The requests before which this stands are small: one read has them. Who hung up needs no answer.
    let mut request = [0; 16 * 1024];
    let _ = stream.read(&mut request).and_then(|_| stream.write_all(reply.as_bytes()));
}

fn url(address: SocketAddr) -> String {
    format!("http://{address}")
}
