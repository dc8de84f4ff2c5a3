//! The sandbox's human side, which needs no key: what people do, and the sandbox's own records.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use serde_json::{Value, json};

/// One request, and the JSON of its reply; it has to succeed.
#[track_caller]
fn ask(address: SocketAddr, method: &str, path: &str, body: &str) -> Value {
    let mut stream = TcpStream::connect(address).expect("the sandbox listens");
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nAuthorization: Bearer mm_test_send\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    );
    stream.write_all((head + body).as_bytes()).expect("it reads");
    let mut reply = String::new();
    stream.read_to_string(&mut reply).expect("it answers");
    let (head, body) = reply.split_once("\r\n\r\n").expect("an answer has a head");
    assert!(head.starts_with("HTTP/1.1 20"), "{method} {path}: {reply}");
    serde_json::from_str(body).expect("it answers in JSON")
}

/// People outside the API.
#[derive(Debug, Clone, Copy)]
pub struct People(pub SocketAddr);

impl People {
    #[track_caller]
    pub fn post(self, what: &str, body: &Value) -> Value {
        ask(self.0, "POST", &format!("/_sandbox/{what}"), &body.to_string())
    }

    /// A record of the sandbox.
    #[track_caller]
    pub fn record(self, what: &str) -> Value {
        ask(self.0, "GET", &format!("/_sandbox/{what}"), "")
    }

    /// The server's id of the mailbox with this address.
    pub fn mailbox(self, address: &str) -> String {
        let mailboxes = ask(self.0, "GET", "/v1/mailboxes", "");
        let mut all = mailboxes["mailboxes"].as_array().expect("a list").iter();
        let found = all.find(|mailbox| mailbox["address"] == address).expect("there is one");
        found["id"].as_str().expect("it has an id").to_owned()
    }

    /// Gives a mail exactly these tags, as another program might.
    pub fn tag_mail(self, mail: &Value, tags: &Value) {
        let mailbox = ask(self.0, "GET", "/v1/mailboxes", "")["mailboxes"]
            .as_array()
            .and_then(|all| all.last().cloned())
            .expect("there is a mailbox");
        let id = |of: &Value| of["id"].as_str().expect("it has an id").to_owned();
        let path = format!("/v1/mailboxes/{}/emails/{}/tags", id(&mailbox), id(mail));
        ask(self.0, "PUT", &path, &json!({ "tags": tags }).to_string());
    }

    /// Another program of the company writes to a customer, from the campaign's mailbox.
    pub fn writes(self, customer: &str, subject: &str) {
        let path = format!("/v1/mailboxes/{}/send", self.mailbox("migrations@example.com"));
        ask(self.0, "POST", &path, &json!({ "to": [customer], "subject": subject, "markdown": "Hello" }).to_string());
    }

    pub fn approve(self, count: usize) {
        assert_eq!(self.post("approve", &json!({ "count": count }))["approved"], count);
    }

    pub fn approve_all(self) {
        self.post("approve", &json!({ "all": true }));
    }

    pub fn reject(self, count: usize, reason: &str) {
        assert_eq!(self.post("reject", &json!({ "count": count, "reason": reason }))["rejected"], count);
    }

    /// The mails waiting for approval, oldest first.
    pub fn waiting(self) -> Vec<Value> {
        self.mails().into_iter().filter(|mail| mail["status"] == "pending_send_approval").collect()
    }

    /// Changes a waiting mail.
    pub fn tamper(self, mail: &Value, change: &Value) {
        let mut request = change.clone();
        request["id"] = mail["id"].clone();
        self.post("tamper", &request);
    }

    pub fn bounce(self, customer: &str) {
        self.post("bounce", &json!({ "to": customer }));
    }

    pub fn reply(self, customer: &str) {
        self.post("reply", &json!({ "to": customer }));
    }

    pub fn mode(self, mode: &str) {
        self.post("mode", &json!({ "mode": mode }));
    }

    pub fn tag(self, customer: &str, tags: &[&str]) {
        self.post("contact", &json!({ "email": customer, "add_tags": tags }));
    }

    /// Every mail the sandbox accepted, in order of arrival.
    pub fn mails(self) -> Vec<Value> {
        let Value::Array(mails) = self.record("mails")["mails"].take() else { panic!("there is no list") };
        mails.into_iter().filter(|mail| mail["direction"] == "outbound").collect()
    }

    /// The mails to one customer.
    pub fn mails_to(self, customer: &str) -> Vec<Value> {
        self.mails().into_iter().filter(|mail| recipient(mail) == customer).collect()
    }

    /// Who got a mail with these words in its subject, sorted; someone who got two is listed twice.
    pub fn who_got(self, subject: &str) -> Vec<String> {
        let mails = self.mails().into_iter().filter(|mail| mail["subject"].as_str().unwrap().contains(subject));
        let mut who: Vec<String> = mails.map(|mail| recipient(&mail)).collect();
        who.sort();
        who
    }

    /// How many mails the sandbox accepted.
    pub fn taken(self) -> u64 {
        self.record("stats")["accepted"].as_u64().expect("a number")
    }

    /// No customer got the same mail twice.
    #[track_caller]
    pub fn doubled_nobody(self) {
        let stats = self.record("stats");
        assert_eq!((&stats["doubled"], &stats["same_subject"]), (&json!([]), &json!([])));
    }

    /// No request broke the contract.
    #[track_caller]
    pub fn saw_no_violation(self) {
        assert_eq!(self.record("violations")["violations"], json!([]));
    }

    /// The address book.
    pub fn contacts(self) -> Vec<Value> {
        self.record("contacts")["contacts"].as_array().expect("a list").clone()
    }

    /// The addresses of contacts with a tag, in the order of the address book.
    pub fn tagged(self, tag: &str) -> Vec<String> {
        let carries = |row: &Value| row["tags"].as_array().is_some_and(|tags| tags.iter().any(|own| own == tag));
        self.contacts().iter().filter(|row| carries(row)).map(address).collect()
    }

    /// How often each customer was mailed.
    pub fn mailed(self) -> BTreeMap<String, u64> {
        serde_json::from_value(self.record("stats")["by_customer"].clone()).expect("counts by customer")
    }
}

/// A contact's address.
pub fn address(row: &Value) -> String {
    row["email"].as_str().expect("a contact has an address").to_owned()
}

/// The one recipient of a mail.
pub fn recipient(mail: &Value) -> String {
    let to = mail["to"].as_array().expect("a mail has recipients");
    assert_eq!(to.len(), 1, "one mail, one recipient: all of them see each other");
    to[0].as_str().expect("an address").to_owned()
}
