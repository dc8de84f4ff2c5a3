//! An MCP client: it speaks the protocol by hand, one message per line, so that the actual bytes are tested.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde_json::{Value, json};

use crate::desk::Desk;

/// The supported revisions of the protocol.
pub const OLDER: &str = "2025-06-18";
pub const NEWER: &str = "2026-07-28";

pub struct Agent {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    last: u64,
    revision: &'static str,
    /// Everything the server wrote.
    pub heard: String,
}

/// A tool's answer.
pub struct Called {
    pub result: Value,
    /// The notifications before it.
    pub told: Vec<Value>,
}

impl Called {
    /// The command's document.
    pub fn document(&self) -> &Value {
        &self.result["structuredContent"]
    }

    pub fn failed(&self) -> bool {
        self.result["isError"] == true
    }

    #[track_caller]
    pub fn well(self) -> Value {
        assert!(!self.failed(), "{}", self.result);
        self.document().clone()
    }

    /// The code of the failure.
    #[track_caller]
    pub fn code(&self) -> u64 {
        assert!(self.failed(), "{}", self.result);
        self.document()["error"]["code"].as_u64().unwrap()
    }
}

impl Agent {
    /// Starts the server without sending anything.
    pub fn silent(desk: &Desk, arguments: &str) -> Self {
        let mut command = desk.command(&format!("mcp {arguments}"));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (input, output) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, input, output, last: 0, revision: OLDER, heard: String::new() }
    }

    /// Starts the server and initialises it.
    pub fn of(desk: &Desk, arguments: &str) -> Self {
        let mut agent = Self::silent(desk, arguments);
        let greeting =
            json!({ "protocolVersion": OLDER, "capabilities": {}, "clientInfo": { "name": "test", "version": "1" } });
        let greeted = agent.ask("initialize", greeting);
        assert_eq!(greeted["result"]["protocolVersion"], OLDER, "{greeted}");
        agent.say(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        agent
    }

    /// The same in the newer revision, without initialisation: each request is complete.
    pub fn newer(desk: &Desk, arguments: &str) -> Self {
        Self { revision: NEWER, ..Self::silent(desk, arguments) }
    }

    pub fn say(&mut self, message: &Value) {
        self.say_raw(&format!("{message}\n"));
    }

    pub fn say_raw(&mut self, text: &str) {
        let input = self.input.as_mut().unwrap();
        // A server that has ended accepts nothing more.
        let _ = input.write_all(text.as_bytes()).and_then(|()| input.flush());
    }

    /// Sends a request, and waits for the answer.
    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        self.asked(method, params).0
    }

    #[allow(clippy::needless_pass_by_value, reason = "they are written on the spot")]
    fn asked(&mut self, method: &str, mut params: Value) -> (Value, Vec<Value>) {
        self.last += 1;
        let id = self.last;
        if self.revision == NEWER {
            params["_meta"]["io.modelcontextprotocol/protocolVersion"] = NEWER.into();
            params["_meta"]["io.modelcontextprotocol/clientInfo"] = json!({ "name": "test", "version": "1" });
            params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = json!({});
        }
        self.say(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        let mut told = Vec::new();
        loop {
            let message = self.hear().unwrap_or_else(|| panic!("{method}: the server closed"));
            if message["id"] == id {
                return (message, told);
            }
            told.push(message);
        }
    }

    /// The next message; `None` once the server has closed.
    pub fn hear(&mut self) -> Option<Value> {
        let mut line = String::new();
        if self.output.read_line(&mut line).unwrap() == 0 {
            return None;
        }
        self.heard.push_str(&line);
        assert!(line.len() < 400_000, "a message of {} bytes", line.len());
        Some(serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}")))
    }

    /// Calls a tool.
    #[allow(clippy::needless_pass_by_value, reason = "they are written on the spot")]
    pub fn call(&mut self, tool: &str, arguments: Value) -> Called {
        let params = json!({ "name": tool, "arguments": arguments, "_meta": { "progressToken": format!("p{}", self.last + 1) } });
        let (message, told) = self.asked("tools/call", params);
        assert!(message["result"].is_object(), "{tool}: {message}");
        Called { result: message["result"].clone(), told }
    }

    /// The names of the tools.
    pub fn tools(&mut self) -> Vec<String> {
        let listed = self.ask("tools/list", json!({}));
        listed["result"]["tools"]
            .as_array()
            .unwrap()
            .iter()
            .map(|tool| tool["name"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Closes; returns the exit code and stderr.
    pub fn close(mut self) -> (i32, String) {
        drop(self.input.take());
        while self.hear().is_some() {}
        let output = self.child.wait_with_output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    }
}
