//! A client small enough to see every byte: one connection per request, read to its end.

use std::io::{Read, Write};
use std::net::TcpStream;

use mmig::sandbox::{Mode, Options, Sandbox};
use serde_json::{Value, json};

/// A sandbox and a client for it.
pub struct Client {
    pub sandbox: Sandbox,
    pub mailbox: String,
}

/// A reply; its body is null if it is not JSON.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub body: Value,
    pub head: String,
    pub text: String,
    /// The announced length, if any.
    pub length: Option<usize>,
}

pub const SEND: &str = "mm_test_send";
pub const OVERSIGHT: &str = "mm_test_oversight";
pub const ADMIN: &str = "mm_test_admin";

/// A sandbox with a few contacts and these options.
pub fn start(options: Options) -> Client {
    let sandbox = Sandbox::start(options).expect("the sandbox starts");
    let named = sandbox.environment().iter().find(|(name, _)| *name == "MULTIMAIL_MAILBOX_ID");
    let mailbox = named.map(|(_, id)| id.clone()).unwrap_or_default();
    Client { sandbox, mailbox }
}

pub fn start_in(mode: Mode) -> Client {
    let mut options = Options::default();
    options.mailbox.mode = mode;
    start(options)
}

/// A mail with a distinguishing subject.
pub fn mail(to: &str, subject: &str) -> Value {
    json!({ "to": [to], "subject": subject, "markdown": "Hello **there**" })
}

impl Client {
    /// The reply, or `None` if the connection closed without one.
    pub fn raw(&self, method: &str, path: &str, headers: &str, body: &str) -> Option<Reply> {
        let mut stream = TcpStream::connect(self.sandbox.addr()).expect("it listens");
        let head =
            format!("{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n{headers}\r\n", body.len());
        stream.write_all((head + body).as_bytes()).expect("it reads");
        let mut bytes = Vec::new();
        // A reset connection ends the reply just like a closed one.
        let _ = stream.read_to_end(&mut bytes);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n")?;
        let head = head.to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some(Reply {
            status,
            body: serde_json::from_str(body).unwrap_or_default(),
            text: body.to_owned(),
            head: head.clone(),
            length,
        })
    }

    pub fn maybe(&self, key: &str, method: &str, path: &str, body: Option<&Value>) -> Option<Reply> {
        let key = if key.is_empty() { String::new() } else { format!("Authorization: Bearer {key}\r\n") };
        let kind = if body.is_some() { "Content-Type: application/json\r\n" } else { "" };
        let body = body.map(Value::to_string).unwrap_or_default();
        self.raw(method, path, &format!("Host: {}\r\n{key}{kind}", self.sandbox.addr()), &body)
    }

    pub fn call(&self, key: &str, method: &str, path: &str, body: Option<&Value>) -> Reply {
        self.maybe(key, method, path, body).expect("a reply")
    }

    pub fn get(&self, key: &str, path: &str) -> Reply {
        self.call(key, "GET", path, None)
    }

    /// A path below the sending mailbox.
    pub fn in_mailbox(&self, path: &str) -> String {
        format!("/v1/mailboxes/{}{path}", self.mailbox)
    }

    pub fn send(&self, mail: &Value) -> Reply {
        self.try_send(mail).expect("a reply")
    }

    /// The same where the reply may get lost.
    pub fn try_send(&self, mail: &Value) -> Option<Reply> {
        self.maybe(SEND, "POST", &self.in_mailbox("/send"), Some(mail))
    }

    /// Sends a mail that must be accepted; returns its id.
    pub fn sent(&self, mail: &Value) -> String {
        let reply = self.send(mail);
        assert_eq!(reply.status, 202, "{reply:?}");
        reply.body["id"].as_str().expect("an id").to_owned()
    }

    pub fn email(&self, id: &str) -> Value {
        self.get(SEND, &self.in_mailbox(&format!("/emails/{id}"))).body
    }

    pub fn status_of(&self, id: &str) -> String {
        self.email(id)["status"].as_str().expect("a status").to_owned()
    }

    /// The human side: an action that must succeed.
    pub fn human(&self, path: &str, body: &Value) -> Value {
        let reply = self.call("", "POST", &format!("/_sandbox/{path}"), Some(body));
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.body
    }

    pub fn look(&self, path: &str) -> Value {
        self.get("", &format!("/_sandbox/{path}")).body
    }

    pub fn decide(&self, id: &str, action: &str) -> Reply {
        self.call(OVERSIGHT, "POST", "/v1/oversight/decide", Some(&json!({ "email_id": id, "action": action })))
    }

    pub fn violations(&self) -> Vec<String> {
        let list = self.look("violations");
        let list = list["violations"].as_array().expect("a list");
        list.iter().map(|one| one["message"].as_str().expect("a message").to_owned()).collect()
    }
}
