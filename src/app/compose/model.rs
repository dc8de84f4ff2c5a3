//! Asks a model until an answer passes: at most three times, each time with the errors of the last answer.

use std::time::Duration;

use super::desk::Desk;
use super::outcome::PlannedRequest;
use crate::api::{Answer, Prompt, Turn, Writer, WriterError, WriterSettings};
use crate::app::App;
use crate::app::failure::{Failure, Kind};
use crate::app::settings::{MODEL, MODEL_KEY, MODEL_URL};
use crate::campaign::compose::Objection;
use crate::campaign::compose::request::{self, Request};
use crate::campaign::hint::Action;
use crate::hint;

/// No complete answer within this time counts as unreachable.
const ATTEMPT: Duration = Duration::from_mins(1);
/// The time limit for the whole command.
const WHOLE: Duration = Duration::from_mins(30);
/// How many answers a model may give for one template.
const TRIES: usize = 3;
/// The token limit of the first answer.
const ROOM: u32 = 4_000;
/// How much of a refused answer goes back to the model, in characters.
const QUOTED: usize = 20_000;

/// The result of asking.
pub(super) struct Tried<T> {
    /// What the first answer that passed became; `None` if none did.
    pub(super) accepted: Option<T>,
    /// The last answer, word for word.
    pub(super) answer: String,
    /// What was wrong with it.
    pub(super) wrong: Vec<Objection>,
    /// How many answers there were.
    pub(super) tries: usize,
}

impl Desk<'_> {
    /// The model; `None` for a dry run without one.
    ///
    /// # Errors
    /// None is configured, or its address cannot be used.
    pub(super) fn writer(&self, dry_run: bool) -> Result<Option<Writer>, Failure> {
        let (said, section) = (&self.app.model, &self.campaign().compose);
        let url = said.url.clone().or_else(|| section.url.clone());
        let model = said.name.clone().or_else(|| section.model.clone());
        let (Some(url), Some(model)) = (url, model) else {
            return if dry_run { Ok(None) } else { Err(not_configured(self.app)) };
        };
        let settings = WriterSettings { url, model, key: said.key.clone(), timeout: ATTEMPT };
        Ok(Some(Writer::new(settings).map_err(|error| failure(&error))?))
    }

    /// The model's name.
    pub(super) fn model_name(&self) -> String {
        self.app.model.name.clone().or_else(|| self.campaign().compose.model.clone()).unwrap_or_default()
    }

    /// A request that would be sent for a template or a change.
    pub(super) fn planned(name: &str, asked: &Request, writer: Option<&Writer>) -> PlannedRequest {
        let turns = [Turn::Ours(asked.user.clone())];
        let prompt = Prompt { system: &asked.system, turns: &turns, schema: &asked.schema, room: ROOM };
        let body =
            writer.map_or_else(|| serde_json::to_value(asked).unwrap_or_default(), |writer| writer.body(&prompt));
        PlannedRequest { template: name.to_owned(), host: writer.map(Writer::host), body }
    }

    /// Asks until an answer passes. `judge` says what an answer becomes at a try, or what is wrong with it.
    ///
    /// # Errors
    /// The model cannot be asked.
    pub(super) async fn until_accepted<T>(
        &self,
        writer: &Writer,
        asked: &Request,
        judge: impl Fn(&str, usize) -> Result<Result<T, Vec<Objection>>, Failure>,
    ) -> Result<Tried<T>, Failure> {
        let mut turns = vec![Turn::Ours(asked.user.clone())];
        let mut room = ROOM;
        let mut tried = Tried { accepted: None, answer: String::new(), wrong: Vec::new(), tries: 0 };
        while tried.tries < TRIES {
            tried.tries += 1;
            let prompt = Prompt { system: &asked.system, turns: &turns, schema: &asked.schema, room };
            let answer = writer.ask(&prompt).await.map_err(|error| failure(&error))?;
            let judged = match &answer {
                Answer::Words { cut: true, .. } if room > ROOM => {
                    Err(of_text(&format!("the answer was cut off again, with room for {room} tokens: write less")))
                }
                Answer::Words { cut: true, .. } => {
                    room *= 2;
                    Err(of_text("the answer was cut off before its end"))
                }
                Answer::Words { text, .. } => judge(text, tried.tries)?,
                Answer::None(why) => Err(of_text(why)),
            };
            tried.answer = if let Answer::Words { text, .. } = answer { text } else { String::new() };
            match judged {
                Ok(accepted) => {
                    tried.accepted = Some(accepted);
                    tried.wrong = Vec::new();
                    break;
                }
                Err(wrong) => tried.wrong = wrong,
            }
            turns.truncate(1);
            if !tried.answer.trim().is_empty() {
                turns.push(Turn::Theirs(tried.answer.chars().take(QUOTED).collect()));
                turns.push(Turn::Ours(request::again(&tried.wrong)));
            }
        }
        Ok(tried)
    }

    /// Does the work, until Ctrl-C and within the time that the whole command has.
    ///
    /// # Errors
    /// Those of the work; it was interrupted, or took too long.
    pub(super) async fn within_bounds(&self, work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
        let interrupted =
            || Failure::new(Kind::Interrupted, "interrupted; the templates written so far are in use", "");
        tokio::select! {
            biased;
            () = self.app.stop.once() => Err(interrupted()),
            done = tokio::time::timeout(WHOLE, work) => done.unwrap_or_else(|_| Err(too_long())),
        }
    }
}

/// An objection to a whole answer.
fn of_text(why: &str) -> Vec<Objection> {
    vec![Objection::new("text", "", why)]
}

fn too_long() -> Failure {
    let hint = "run it again: finished templates stay, and it continues with the rest";
    Failure::new(Kind::Api, "the model took more than 30 minutes for all of it", hint)
}

fn not_configured(app: &App<'_>) -> Failure {
    let offered = |name: &&str| match *name {
        "ANTHROPIC_API_KEY" => {
            format!("{name} is set: {MODEL_URL}=https://api.anthropic.com/v1/messages {MODEL_KEY}=${name} {MODEL}=…")
        }
        "OPENAI_API_KEY" => {
            format!("{name} is set: {MODEL_URL}=https://api.openai.com/v1 {MODEL_KEY}=${name} {MODEL}=…")
        }
        "OPENROUTER_API_KEY" => {
            format!("{name} is set: {MODEL_URL}=https://openrouter.ai/api/v1 {MODEL_KEY}=${name} {MODEL}=…")
        }
        name => format!("{name} is set: {MODEL_URL}=http://HOST:PORT/v1 {MODEL}=…"),
    };
    let hint = hint![
        format!("set {MODEL_URL} and {MODEL}, or url and model in [compose]; or "),
        Action::new("compose").flag("all").flag("offline"),
        " writes plain texts without a model"
    ];
    let message = "no language model is configured";
    Failure::new(Kind::Usage, message, hint).with_details(app.model.offers.iter().map(offered).collect::<Vec<_>>())
}

fn failure(error: &WriterError) -> Failure {
    let (kind, hint) = match error {
        WriterError::Address(_) => (Kind::Usage, format!("set {MODEL_URL}, or url in [compose]")),
        WriterError::Unreachable { .. } => (Kind::Api, "check that it runs; or compose --offline".to_owned()),
        WriterError::Key { .. } => (Kind::Auth, format!("set {MODEL_KEY}")),
        WriterError::Limited { .. } => (Kind::Limited, "run it again later: what is written stays".to_owned()),
        WriterError::Refused { .. } => (Kind::Api, format!("check {MODEL} and {MODEL_URL}")),
    };
    Failure::new(kind, error.to_string(), hint)
}
