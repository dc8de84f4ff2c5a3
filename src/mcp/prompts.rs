//! Prompts with which a person can start an agent's task.

use rmcp::model::{GetPromptResult, JsonObject, Prompt, PromptArgument, PromptMessage, Role};
use serde_json::Value;

/// A prompt: its name, title and description, its argument if it has one, and its text, with `{}` for the argument.
struct Wording {
    name: &'static str,
    title: &'static str,
    about: &'static str,
    argument: Option<(&'static str, &'static str)>,
    words: &'static str,
}

const PROMPTS: [Wording; 3] = [
    Wording {
        name: "draft_phase",
        title: "Draft a phase",
        about: "Write a phase's texts from the facts and draft them for review",
        argument: Some(("phase", "The phase")),
        words: "Prepare phase `{}` for review. Read `facts` for each segment and `drafts` for what is locked already. Write one \
                template for each segment whose customers need other instructions, with `compose` or `write_template`: every date, \
                link and code example through variables and partials, every change of the segment exactly once, the deadline, where \
                to test, the way back, and where to get help. Run `check` until it finds nothing, then `draft`. Say which texts there \
                are, who gets each, and what a reviewer should look at. Do not submit.",
    },
    Wording {
        name: "weekly_report",
        title: "Weekly report",
        about: "The progress of the campaign, for people outside it",
        argument: None,
        words: "Write a report of the campaign in at most 200 words: from `track` (where you have it), `status` and `behind`. How many \
                are done, how many are behind and whether they will make the deadline, what changed since last week as far as the \
                results show it, what needs a person. Numbers only as the results have them; name no customer.",
    },
    Wording {
        name: "what_did_you_tell_us",
        title: "What did you tell us?",
        about: "Answer a customer who asks what they were told, and when",
        argument: Some(("contact", "The customer: a reference, an id, an address or a part of a name")),
        words: "The customer `{}` asks what we told them and when. Call `customer_history` with `evidence`. List each mail with its \
                date and outcome, and quote what it says about their question word for word. Say where it is not certain that a \
                mail arrived. Promise nothing and add no instruction that is not in those mails.",
    },
];

/// The prompts.
pub fn listed() -> Vec<Prompt> {
    let described = |wording: &Wording| {
        let argument = wording
            .argument
            .map(|(name, about)| vec![PromptArgument::new(name).with_description(about).with_required(true)]);
        Prompt::new(wording.name, Some(wording.about), argument).with_title(wording.title)
    };
    PROMPTS.iter().map(described).collect()
}

/// A prompt with its argument filled in.
///
/// # Errors
/// There is no such prompt, or its argument is missing.
pub fn prompt(name: &str, arguments: Option<&JsonObject>) -> Result<GetPromptResult, String> {
    let wording = PROMPTS.iter().find(|wording| wording.name == name);
    let wording = wording.ok_or_else(|| format!("there is no prompt `{name}`"))?;
    let given = |name: &str| arguments.and_then(|all| all.get(name)).and_then(Value::as_str).map(str::trim);
    let words = match wording.argument {
        None => wording.words.to_owned(),
        Some((argument, _)) => {
            let value = given(argument).filter(|value| !value.is_empty());
            wording.words.replace("{}", value.ok_or_else(|| format!("`{argument}` is missing"))?)
        }
    };
    let message = PromptMessage::new_text(Role::User, words);
    Ok(GetPromptResult::new(vec![message]).with_description(wording.about))
}
