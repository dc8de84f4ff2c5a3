//! The review on a terminal: one text after another, with a question for each.

use super::Face;
use super::screen::review::counts;
use super::screen::review_text::{page, set_aside, whole_mail};
use super::ui::{clean, plural};
use crate::api::Verdict;
use crate::app::failure::{Failure, Kind};
use crate::app::review::outcome::{Counts, ReviewOutcome, SetAside};
use crate::app::review::session::ReviewSession;
use crate::app::review::{self, MailState, Results, ReviewDecision, ReviewRequest};
use crate::campaign::review::{Group, Item};
use crate::campaign::text::presentable;

/// Runs `review`. If a person can be asked and the arguments decide nothing, shows each text, asks, and carries out the
/// answers.
pub async fn review(face: Face<'_>, mut request: ReviewRequest) -> Result<ReviewOutcome, Failure> {
    if !face.terminal.interactive {
        return review::review(face.app, request).await;
    }
    let by = request.by.take().map(|by| presentable(&by)).filter(|by| !by.is_empty());
    let by = by.unwrap_or_else(|| face.app.user.clone());
    if request.verdict.is_some() {
        return review::review(face.app, ReviewRequest { by: Some(by), ..request }).await;
    }
    let session = ReviewSession::open(face.app, &request).await?;
    let review = session.waiting()?;
    let mut dialogue = Dialogue { face, session: &session, by, results: Results::default() };
    for (at, group) in review.groups.iter().enumerate() {
        let text = session.text(group, &dialogue.results);
        dialogue
            .face
            .terminal
            .present_paged(&format!("\n{}\n", page(&text, at + 1, review.groups.len(), dialogue.width())));
        if dialogue.about_the_text(group).await? == Then::Stop
            || dialogue.about_those_set_aside(group).await? == Then::Stop
        {
            break;
        }
    }
    dialogue.present("\n");
    Ok(ReviewOutcome { unread: false, ..session.outcome(&review, dialogue.results) })
}

/// Whether to ask the next question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    GoOn,
    Stop,
}

/// How mails are decided.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Way {
    /// With their text, as it was submitted.
    WithText,
    /// Each by itself.
    ByItself,
    /// As they are, with the change of this name that all of them have.
    AsChanged(String),
}

struct Dialogue<'t> {
    face: Face<'t>,
    session: &'t ReviewSession<'t>,
    by: String,
    results: Results,
}

impl Dialogue<'_> {
    async fn about_the_text(&mut self, group: &Group<'_>) -> Result<Then, Failure> {
        if group.matching.is_empty() {
            return Ok(Then::GoOn);
        }
        let all = plural(group.matching.len(), "mail");
        loop {
            let question = format!("[a]pprove {all}, [r]eject them, [o]pen one, [s]kip, [q]uit?");
            let Some(answer) = self.ask(&question).await? else { return Ok(Then::Stop) };
            match initial(&answer) {
                Some('a') => {
                    let items: Vec<&Item<'_>> = group.matching.iter().collect();
                    return self.decide(&items, Verdict::Approve, Way::WithText).await;
                }
                Some('r') => {
                    // Late mails are rejected with the text.
                    let late = group.set_aside.iter().filter(|item| item.is_as_submitted());
                    let items: Vec<&Item<'_>> = group.matching.iter().chain(late).collect();
                    if let Some(verdict) = self.rejection().await? {
                        return self.decide(&items, verdict, Way::WithText).await;
                    }
                }
                Some('o') => self.open_one(group).await?,
                Some('s') => return Ok(Then::GoOn),
                Some('q') => return Ok(Then::Stop),
                _ => {}
            }
        }
    }

    /// Decides on mails that are set aside, one by one.
    async fn about_those_set_aside(&mut self, group: &Group<'_>) -> Result<Then, Failure> {
        let is_open = |state: MailState| matches!(state, MailState::SetAside(_) | MailState::Failed(_));
        let open: Vec<&Item<'_>> = group.set_aside.iter().filter(|item| is_open(self.results.state(item))).collect();
        if open.is_empty() {
            return Ok(Then::GoOn);
        }
        match open[0].change().filter(|change| open.iter().all(|item| item.change().as_ref() == Some(change))) {
            Some(change) => self.about_a_change(group, &open, change).await,
            None => self.one_by_one(group, &open).await,
        }
    }

    /// All mails of the text have the same change, which was shown.
    async fn about_a_change(
        &mut self,
        group: &Group<'_>,
        items: &[&Item<'_>],
        change: String,
    ) -> Result<Then, Failure> {
        let all = plural(items.len(), "mail");
        loop {
            let question = format!("[a]pprove {all} with this change, [r]eject them, [o]pen one, [s]kip, [q]uit?");
            let Some(answer) = self.ask(&question).await? else { return Ok(Then::Stop) };
            match initial(&answer) {
                Some('a') => return self.decide(items, Verdict::Approve, Way::AsChanged(change)).await,
                Some('r') => {
                    if let Some(verdict) = self.rejection().await? {
                        return self.decide(items, verdict, Way::ByItself).await;
                    }
                }
                Some('o') => self.open_one(group).await?,
                Some('s') => return Ok(Then::GoOn),
                Some('q') => return Ok(Then::Stop),
                _ => {}
            }
        }
    }

    async fn one_by_one(&mut self, group: &Group<'_>, open: &[&Item<'_>]) -> Result<Then, Failure> {
        let question = format!("Look at {} that were set aside, one by one? [y/N]", plural(open.len(), "mail"));
        let answer = self.ask(&question).await?;
        if answer.as_deref().and_then(initial) != Some('y') {
            return Ok(if answer.is_none() { Then::Stop } else { Then::GoOn });
        }
        for item in open {
            if self.about_one(group, item).await? == Then::Stop {
                return Ok(Then::Stop);
            }
        }
        Ok(Then::GoOn)
    }

    async fn about_one(&mut self, group: &Group<'_>, item: &Item<'_>) -> Result<Then, Failure> {
        let why = set_aside(&[SetAside::of(group, item, &item.mismatches)], 1);
        self.present(&format!("{why}\n{}", whole_mail(item, self.width())));
        let approvable = item.may_be_decided(true, true);
        loop {
            let question = format!("{}[r]eject it, [s]kip, [q]uit?", if approvable { "[a]pprove it, " } else { "" });
            let Some(answer) = self.ask(&question).await? else { return Ok(Then::Stop) };
            match initial(&answer) {
                Some('a') if approvable => return self.decide(&[item], Verdict::Approve, Way::ByItself).await,
                Some('r') => {
                    if let Some(verdict) = self.rejection().await? {
                        return self.decide(&[item], verdict, Way::ByItself).await;
                    }
                }
                Some('s') => return Ok(Then::GoOn),
                Some('q') => return Ok(Then::Stop),
                _ => {}
            }
        }
    }

    /// A rejection with its reason; `None` if no reason was given.
    async fn rejection(&self) -> Result<Option<Verdict>, Failure> {
        let reason = self.ask("Reason? (shown to the authors; Enter to go back)").await?;
        Ok(reason.filter(|reason| !reason.is_empty()).map(|reason| Verdict::Reject { reason }))
    }

    async fn open_one(&self, group: &Group<'_>) -> Result<(), Failure> {
        let address = self.ask("Whose? (an address; Enter for the first)").await?.unwrap_or_default().to_lowercase();
        let found = group.items().find(|item| address.is_empty() || item.contact().to_lowercase() == address);
        let shown = found.map_or_else(
            || "No mail of this text has that address.\n".to_owned(),
            |item| whole_mail(item, self.width()),
        );
        self.present(&format!("\n{shown}\n"));
        Ok(())
    }

    async fn decide(&mut self, items: &[&Item<'_>], verdict: Verdict, way: Way) -> Result<Then, Failure> {
        while self.by.is_empty() {
            let Some(name) = self.ask("Your name? (recorded with the decision)").await? else { return Ok(Then::Stop) };
            self.by = presentable(&name);
        }
        let by_itself = way == Way::ByItself;
        let accept_change = if let Way::AsChanged(change) = way { Some(change) } else { None };
        let decision = ReviewDecision { verdict, by: self.by.clone(), by_itself, accept_change };
        self.session.decide(items, &decision, &mut self.results).await?;
        let done = counts(&Counts::of(items.iter().copied(), &self.results));
        self.present(&format!("{done} (by {})\n", clean(&self.by)));
        Ok(if self.results.halt.is_some() { Then::Stop } else { Then::GoOn })
    }

    /// The answer to a question; `None` if there is no one to answer, which ends the review.
    async fn ask(&self, question: &str) -> Result<Option<String>, Failure> {
        tokio::select! {
            biased;
            () = self.face.app.stop.once() => {
                Err(Failure::new(Kind::Interrupted, "interrupted; what was decided is recorded", ""))
            }
            answer = self.face.terminal.answer(question) => Ok(answer),
        }
    }

    fn present(&self, text: &str) {
        self.face.terminal.present(text);
    }

    fn width(&self) -> usize {
        self.face.terminal.width()
    }
}

/// The first letter decides.
fn initial(answer: &str) -> Option<char> {
    answer.chars().next().map(|first| first.to_ascii_lowercase())
}
