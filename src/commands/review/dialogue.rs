//! The review on a terminal: text by text, a question each.

use super::outcome::{Counts, Endings};
use super::page::{apart_lines, page, quoted};
use super::sitting::{Ruling, Sitting};
use crate::api::Verdict;
use crate::app::failure::Failure;
use crate::campaign::review::{Group, Item, Review};
use crate::campaign::text::presentable;
use crate::cli::ui::{clean, plural};
use crate::commands::answer;

/// Whether there is a next question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    GoOn,
    Stop,
}

/// Shows each text, asks about it, and carries out what is answered.
pub async fn talk(
    sitting: &Sitting<'_>,
    review: &Review<'_>,
    by: String,
    endings: &mut Endings,
) -> Result<(), Failure> {
    let mut talk = Talk { sitting, by, endings };
    for (at, group) in review.groups.iter().enumerate() {
        sitting.face.terminal.present(&format!("\n{}\n", page(sitting, group, at + 1, review.groups.len())));
        if talk.about_the_text(group).await? == Then::Stop || talk.about_each_apart(group).await? == Then::Stop {
            break;
        }
    }
    sitting.face.terminal.present("\n");
    Ok(())
}

struct Talk<'t> {
    sitting: &'t Sitting<'t>,
    by: String,
    endings: &'t mut Endings,
}

impl Talk<'_> {
    /// An answer's first letter decides; the end of the input is the end of the review.
    async fn ask(&self, question: &str) -> Result<Option<String>, Failure> {
        answer(self.sitting.face, question).await
    }

    async fn about_the_text(&mut self, group: &Group<'_>) -> Result<Then, Failure> {
        if group.sound.is_empty() {
            return Ok(Then::GoOn);
        }
        let all = plural(group.sound.len(), "mail");
        loop {
            let question = format!("[a]pprove {all}, [r]eject them, [o]pen one, [s]kip, [q]uit?");
            let Some(said) = self.ask(&question).await? else { return Ok(Then::Stop) };
            match initial(&said) {
                Some('a') => return self.rule(&group.sound.iter().collect::<Vec<_>>(), Verdict::Approve, false).await,
                Some('r') => {
                    // Those it comes too late for are rejected with the text.
                    let late = group.apart.iter().filter(|item| item.is_as_submitted());
                    let items: Vec<&Item<'_>> = group.sound.iter().chain(late).collect();
                    if let Some(verdict) = self.reason().await? {
                        return self.rule(&items, verdict, false).await;
                    }
                }
                Some('o') => self.open_one(group).await?,
                Some('s') => return Ok(Then::GoOn),
                Some('q') => return Ok(Then::Stop),
                _ => {}
            }
        }
    }

    /// The way to decide about what is set apart is one by one.
    async fn about_each_apart(&mut self, group: &Group<'_>) -> Result<Then, Failure> {
        let open: Vec<&Item<'_>> = group.apart.iter().filter(|item| self.endings.leave_open(item)).collect();
        if open.is_empty() {
            return Ok(Then::GoOn);
        }
        let question = format!("Look at {} that were set apart, one by one? [y/N]", plural(open.len(), "mail"));
        let said = self.ask(&question).await?;
        if said.as_deref().and_then(initial) != Some('y') {
            return Ok(if said.is_none() { Then::Stop } else { Then::GoOn });
        }
        for item in open {
            if self.about_one(item).await? == Then::Stop {
                return Ok(Then::Stop);
            }
        }
        Ok(Then::GoOn)
    }

    async fn about_one(&mut self, item: &Item<'_>) -> Result<Then, Failure> {
        let why = apart_lines([(item.contact(), item.flaws.as_slice())].into_iter(), 1);
        self.sitting.face.terminal.present(&format!("{why}\n{}", whole(item, self.sitting.face.terminal.width())));
        let approvable = item.may_be_decided(true, true);
        loop {
            let question = format!("{}[r]eject it, [s]kip, [q]uit?", if approvable { "[a]pprove it, " } else { "" });
            let Some(said) = self.ask(&question).await? else { return Ok(Then::Stop) };
            match initial(&said) {
                Some('a') if approvable => return self.rule(&[item], Verdict::Approve, true).await,
                Some('r') => {
                    if let Some(verdict) = self.reason().await? {
                        return self.rule(&[item], verdict, true).await;
                    }
                }
                Some('s') => return Ok(Then::GoOn),
                Some('q') => return Ok(Then::Stop),
                _ => {}
            }
        }
    }

    /// A rejection with its reason; none where no reason was given.
    async fn reason(&self) -> Result<Option<Verdict>, Failure> {
        let said = self.ask("Why? (Those who wrote it have to know what to change; Enter goes back)").await?;
        Ok(said.filter(|reason| !reason.is_empty()).map(|reason| Verdict::Reject { reason }))
    }

    async fn open_one(&self, group: &Group<'_>) -> Result<(), Failure> {
        let said = self.ask("Whose? (an address; Enter for the first)").await?.unwrap_or_default().to_lowercase();
        let width = self.sitting.face.terminal.width();
        let found = group.items().find(|item| said.is_empty() || item.contact().to_lowercase() == said);
        let shown = found.map_or_else(|| "Nobody here has that address.\n".to_owned(), |item| whole(item, width));
        self.sitting.face.terminal.present(&format!("\n{shown}\n"));
        Ok(())
    }

    async fn rule(&mut self, items: &[&Item<'_>], verdict: Verdict, alone: bool) -> Result<Then, Failure> {
        while self.by.is_empty() {
            let Some(said) = self.ask("Who are you? (It is written down with the decision)").await? else {
                return Ok(Then::Stop);
            };
            self.by = presentable(&said);
        }
        let ruling = Ruling { verdict, by: self.by.clone(), alone };
        self.sitting.decide(items, &ruling, self.endings).await?;
        let told = Counts::of_items(items.iter().copied(), self.endings).told();
        self.sitting.face.terminal.present(&format!("{told} (by {})\n", clean(&self.by)));
        Ok(if self.endings.halt.is_some() { Then::Stop } else { Then::GoOn })
    }
}

/// A mail as it waits.
fn whole(item: &Item<'_>, width: usize) -> String {
    format!("  │ To: {}\n{}", clean(&item.queued.to.join(", ")), quoted(&item.queued.text, width))
}

fn initial(said: &str) -> Option<char> {
    said.chars().next().map(|first| first.to_ascii_lowercase())
}
