//! Compares the client's requests with the two documents of `contract/`: every request to any server of these tests
//! must be an operation there, without unknown query parameters or body fields.

use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::Validator;
use serde_json::{Map, Value, json};
use wiremock::{Match, Request};

static DOCUMENTS: LazyLock<[Value; 2]> = LazyLock::new(|| {
    [include_str!("contract/mailbox.yaml"), include_str!("contract/simple.yaml")]
        .map(|text| serde_saphyr::from_str_with_options(text, trusting()).expect("it is YAML"))
});

/// The documents use an alias a hundred times, which in untrusted YAML would be an attack.
fn trusting() -> serde_saphyr::Options {
    serde_saphyr::options! { budget: None }
}

/// Sees every request and answers none.
#[derive(Debug, Clone, Default)]
pub struct Auditor(Arc<Mutex<Vec<String>>>);

impl Match for Auditor {
    fn matches(&self, request: &Request) -> bool {
        if let Err(why) = judge(request) {
            let asked = format!("{} {}", request.method, request.url);
            self.0.lock().expect("nobody panics here").push(format!("{asked}: {why}"));
        }
        false
    }
}

impl Auditor {
    pub fn found(&self) -> Vec<String> {
        self.0.lock().expect("nobody panics here").clone()
    }
}

/// Whether a document allows a request.
pub fn judge(request: &Request) -> Result<(), String> {
    let path = request.url.path();
    let path = &path[path.find("/v1/").ok_or("it is outside /v1")?..];
    let method = request.method.as_str().to_lowercase();
    let (document, item) = item(path).ok_or("no such path")?;
    let operation = item.get(&method).ok_or("the path has no such method")?;
    for (name, _) in request.url.query_pairs() {
        let listed = parameters(operation).any(|parameter| parameter["name"] == *name && parameter["in"] == "query");
        listed.then_some(()).ok_or_else(|| format!("query parameter `{name}` is invented"))?;
    }
    match operation.get("requestBody") {
        Some(body) => body_fits(document, &body["content"]["application/json"]["schema"], request),
        None if request.body.is_empty() => Ok(()),
        None => Err("it has no body in the document".to_owned()),
    }
}

/// The document and path item that match a request's path; one without placeholders comes first.
fn item(path: &str) -> Option<(&'static Value, &'static Value)> {
    let paths = || DOCUMENTS.iter().filter_map(|document| document["paths"].as_object().map(|paths| (document, paths)));
    let exact = paths().find_map(|(document, paths)| Some((document, paths.get(path)?)));
    exact.or_else(|| {
        let any = |(document, paths): (&'static Value, &'static Map<String, Value>)| {
            Some((document, paths.iter().find(|(template, _)| fits(template, path))?.1))
        };
        paths().find_map(any)
    })
}

fn fits(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    let step = |(wanted, found): (&&str, &&str)| wanted == found || wanted.starts_with('{') && !found.is_empty();
    template.len() == path.len() && template.iter().zip(&path).all(step)
}

fn parameters(operation: &Value) -> impl Iterator<Item = &Value> {
    operation.get("parameters").and_then(Value::as_array).into_iter().flatten()
}

fn body_fits(document: &Value, schema: &Value, request: &Request) -> Result<(), String> {
    let body: Value = serde_json::from_slice(&request.body).map_err(|error| format!("the body is no JSON: {error}"))?;
    let schema = json!({ "allOf": [schema], "components": document["components"] });
    let validator: Validator = jsonschema::draft4::new(&schema).map_err(|error| error.to_string())?;
    let wrong: Vec<String> = validator.iter_errors(&body).map(|error| error.to_string()).collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
}

/// A request as the auditor sees it.
fn request(method: &str, path: &str, body: &str) -> Request {
    Request {
        url: format!("http://127.0.0.1{path}").parse().expect("an address"),
        method: method.parse().expect("a method"),
        headers: wiremock::http::HeaderMap::new(),
        body: body.into(),
    }
}

#[test]
fn an_invented_field_parameter_or_path_is_noticed() {
    let mail = r#"{"to":["a@b.example"],"subject":"s","markdown":"m"}"#;
    let send = "/v1/mailboxes/m1/send";
    assert_eq!(judge(&request("POST", send, mail)), Ok(()));
    for (method, path, body) in [
        ("POST", send, r#"{"to":["a@b.example"],"subject":"s"}"#.to_owned()),
        ("POST", send, mail.replace("{\"to\"", "{\"from\":\"x\",\"to\"")),
        ("POST", send, mail.replace("[\"a@b.example\"]", "\"a@b.example\"")),
        ("POST", send, mail.replace("\"s\"", &format!("\"{}\"", "s".repeat(999)))),
        ("PUT", send, mail.to_owned()),
        ("GET", "/v1/contacts?tags=api-v1", String::new()),
        ("GET", "/v1/letters", String::new()),
        ("POST", "/v1/mailboxes/m1/emails/e1/cancel", "{}".to_owned()),
    ] {
        assert!(judge(&request(method, path, &body)).is_err(), "{method} {path} {body}");
    }
}
