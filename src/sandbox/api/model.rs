//! The language model, for both kinds of endpoints.

use serde_json::json;

use crate::sandbox::answer::{Answer, Reply};
use crate::sandbox::call::Call;
use crate::sandbox::world::World;

/// Replies in the OpenAI format.
pub fn completions(world: &mut World, call: &Call) -> Answer {
    world.model.play(&call.body, |say, finish| {
        json!({ "id": "chatcmpl-1", "object": "chat.completion", "choices": [
            { "index": 0, "message": { "role": "assistant", "content": say }, "finish_reason": finish.unwrap_or("stop") } ] })
    })
}

/// Replies in Anthropic's format.
pub fn messages(world: &mut World, call: &Call) -> Answer {
    world.model.play(&call.body, |say, finish| {
        json!({ "id": "msg_1", "type": "message", "role": "assistant", "content": [{ "type": "text", "text": say }],
            "stop_reason": finish.unwrap_or("end_turn") })
    })
}

/// The requests so far.
pub fn requests(world: &mut World, _: &Call) -> Answer {
    Reply::ok(&json!({ "requests": world.model.requests }))
}
