//! Stores of objects as real servers, where they are installed: moto and Azurite, and s3rver, which lies. `.ci/run`
//! installs them; with `MMIG_TEST_SERVERS=required` a test fails where one is missing, else it says so and is over.
#![allow(dead_code, reason = "not every kind of build needs all of it")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)] // All of this is test code.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

/// A server that ends when this is dropped.
pub struct Server {
    child: Child,
    pub port: u16,
    _files: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        // The shell around it ends it when this closes.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// A program with this name: where .ci/run installs them, or on the path.
fn program(name: &str) -> Option<PathBuf> {
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/servers");
    let folders = [installed.join("python/bin"), installed.join("node_modules/.bin")];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = folders.into_iter().chain(std::env::split_paths(&path)).map(|folder| folder.join(name));
    let found = found.into_iter().find(|program| program.is_file());
    if found.is_none() {
        assert!(
            std::env::var("MMIG_TEST_SERVERS").as_deref() != Ok("required"),
            "{name} is not installed, and MMIG_TEST_SERVERS requires it"
        );
        eprintln!("SKIPPED: {name} is not installed; `bash .ci/run` installs it");
    }
    found
}

fn start(name: &str, arguments: impl FnOnce(u16, &str) -> Vec<String>) -> Option<Server> {
    let program = program(name)?;
    let files = tempfile::tempdir().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    // However the test ends, its end of the pipe closes, which ends the server.
    let mut command = Command::new("sh");
    command.args(["-c", "\"$@\" & server=$!; cat > /dev/null; kill $server; wait $server", "sh"]).arg(program);
    command.args(arguments(port, &files.path().display().to_string())).stdin(Stdio::piped());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let server = Server { child: command.spawn().unwrap(), port, _files: files };
    let began = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(began.elapsed() < Duration::from_mins(2), "{name} does not listen");
        std::thread::sleep(Duration::from_millis(50));
    }
    Some(server)
}

fn words(line: &str) -> Vec<String> {
    line.split(' ').map(str::to_owned).collect()
}

/// S3 simulated by moto, with the bucket `led`.
pub fn moto() -> Option<Server> {
    let server = start("moto_server", |port, _| words(&format!("-H 127.0.0.1 -p {port}")))?;
    ask(server.port, "PUT /led HTTP/1.1\r\nContent-Length: 0\r\n");
    Some(server)
}

/// Azure Blob Storage simulated by Azurite, with the container `led`.
pub fn azurite() -> Option<Server> {
    let arguments = |port, files: &str| {
        let line = "--silent --skipApiVersionCheck --disableTelemetry --blobHost 127.0.0.1";
        words(&format!("{line} --location {files} --blobPort {port}"))
    };
    let server = start("azurite-blob", arguments)?;
    create_container(server.port);
    Some(server)
}

/// A server that speaks S3 and accepts every conditional write, with the bucket `led`.
pub fn liar() -> Option<Server> {
    start("s3rver", |port, files| words(&format!("-d {files} -p {port} -a 127.0.0.1 --configure-bucket led")))
}

/// The variables for a client of an S3 server on this port.
pub fn s3(port: u16) -> Vec<(String, String)> {
    let variables = [
        ("AWS_ACCESS_KEY_ID", "S3RVER"),
        ("AWS_SECRET_ACCESS_KEY", "S3RVER"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ALLOW_HTTP", "true"),
        ("AWS_ENDPOINT_URL", &format!("http://127.0.0.1:{port}")),
    ];
    variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

/// Azurite's built-in account, whose key is published.
const ACCOUNT: &str = "devstoreaccount1";
const ACCOUNT_KEY: &str = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/// The variables for a client of Azurite on this port.
pub fn azure(port: u16) -> Vec<(String, String)> {
    let variables = [
        ("AZURE_STORAGE_ACCOUNT_NAME", ACCOUNT),
        ("AZURE_STORAGE_ACCOUNT_KEY", ACCOUNT_KEY),
        ("AZURE_ALLOW_HTTP", "true"),
        ("AZURE_STORAGE_ENDPOINT", &format!("http://127.0.0.1:{port}/{ACCOUNT}")),
    ];
    variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

/// Sends a request without a body; returns the reply.
fn ask(port: u16, head: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(stream, "{head}Host: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n").unwrap();
    let mut reply = String::new();
    let _ = stream.read_to_string(&mut reply);
    reply
}

fn create_container(port: u16) {
    let date = chrono::Utc::now().format("%a, %d %b %Y %H:%M:%S GMT");
    let headers = format!("x-ms-date:{date}\nx-ms-version:2021-08-06\n");
    let signed = format!("PUT\n\n\n\n\n\n\n\n\n\n\n\n{headers}/{ACCOUNT}/{ACCOUNT}/led\nrestype:container");
    let signature = base64(&hmac(&from_base64(ACCOUNT_KEY), signed.as_bytes()));
    let reply = ask(
        port,
        &format!(
            "PUT /{ACCOUNT}/led?restype=container HTTP/1.1\r\nx-ms-date: {date}\r\nx-ms-version: 2021-08-06\r\n\
             Authorization: SharedKey {ACCOUNT}:{signature}\r\nContent-Length: 0\r\n"
        ),
    );
    assert!(reply.starts_with("HTTP/1.1 201"), "{reply}");
}

fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; 64];
    block[..key.len().min(64)].copy_from_slice(&key[..key.len().min(64)]);
    let pad = |with: u8| block.iter().map(|byte| byte ^ with).collect::<Vec<u8>>();
    let inner = Sha256::digest([&pad(0x36), text].concat());
    Sha256::digest([&pad(0x5c), &inner[..]].concat()).to_vec()
}

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let number =
            (0..3).fold(0_usize, |number, place| number << 8 | usize::from(three.get(place).copied().unwrap_or(0)));
        for place in 0..4 {
            let letter = LETTERS[number >> (18 - 6 * place) & 63];
            text.push(if place > three.len() { '=' } else { char::from(letter) });
        }
    }
    text
}

fn from_base64(text: &str) -> Vec<u8> {
    let values = text.bytes().filter_map(|byte| LETTERS.iter().position(|letter| *letter == byte));
    let (mut bytes, mut bits, mut number) = (Vec::new(), 0, 0_usize);
    for value in values {
        (number, bits) = (number << 6 | value, bits + 6);
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(number >> bits & 255).unwrap());
        }
    }
    bytes
}

/// A connection to a server on which some replies get lost and some requests are late.
pub struct BadLine {
    pub port: u16,
}

impl BadLine {
    /// To the server on this port; `odds` is how many parts pass unharmed for each that does not.
    pub fn to(port: u16, odds: u64, seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let own = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for (stream, number) in listener.incoming().zip(1_u64..) {
                let Ok(client) = stream else { return };
                let Ok(server) = TcpStream::connect(("127.0.0.1", port)) else { continue };
                let seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(number);
                let (to_server, to_client) = ((client.try_clone(), server.try_clone()), (Ok(server), Ok(client)));
                std::thread::spawn(move || carry(to_server, odds, seed, true));
                std::thread::spawn(move || carry(to_client, odds, seed ^ 0xABCD, false));
            }
        });
        Self { port: own }
    }
}

type Ends = (std::io::Result<TcpStream>, std::io::Result<TcpStream>);

/// Carries bytes one way. Requests may be late; before a reply the connection may be cut.
fn carry((from, to): Ends, odds: u64, seed: u64, requests: bool) {
    let (Ok(mut from), Ok(mut to)) = (from, to) else { return };
    let mut state = seed | 1;
    let mut dice = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state >> 16
    };
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length) = from.read(&mut buffer) {
        if length == 0 {
            break;
        }
        if dice() % odds == 0 {
            if !requests {
                break;
            }
            std::thread::sleep(Duration::from_millis(dice() % 1500));
        }
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = from.shutdown(std::net::Shutdown::Both);
    let _ = to.shutdown(std::net::Shutdown::Both);
}

/// A connection through which nothing can be written, as with a read-only role.
pub fn only_reads(port: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let own = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let Ok(server) = TcpStream::connect(("127.0.0.1", port)) else { return };
                let (back, front) = (server.try_clone(), client.try_clone());
                std::thread::spawn(move || carry((back, front), u64::MAX, 1, true));
                allow_reads(client, server);
            });
        }
    });
    own
}

fn allow_reads(mut client: TcpStream, mut server: TcpStream) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length) = client.read(&mut buffer) {
        let request = &buffer[..length];
        if length == 0 || !(request.starts_with(b"GET ") || request.starts_with(b"HEAD ")) {
            let _ = client.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            break;
        }
        if server.write_all(request).is_err() {
            break;
        }
    }
    let _ = client.shutdown(std::net::Shutdown::Both);
    let _ = server.shutdown(std::net::Shutdown::Both);
}
