//! Selects the mails to which something happens.

use serde::Deserialize;

use crate::sandbox::answer::Refusal;
use crate::sandbox::mail::{Direction, Mail};
use crate::sandbox::world::World;

/// A selection of mails, with options for the action.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Choice {
    pub id: Option<String>,
    /// A customer: all matching mails to that address.
    pub to: Option<String>,
    /// The oldest N.
    pub count: Option<usize>,
    pub all: bool,
    pub direction: Direction,
    pub reason: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Future mails instead of existing ones.
    pub next: bool,
}

impl Choice {
    /// The positions of the selected mails among those that match. Naming one that does not match is a 409, naming
    /// an unknown one a 404, so that a script notices.
    pub fn among(&self, world: &World, fits: impl Fn(&Mail) -> bool) -> Result<Vec<usize>, Refusal> {
        let fits = |place: &usize| fits(&world.post.mails[*place]);
        match (&self.id, &self.to, self.count, self.all) {
            (Some(id), None, None, false) => {
                let place = world.post.find(id).ok_or_else(|| Refusal::not_found("email"))?;
                if fits(&place) { Ok(vec![place]) } else { Err(unfit(world, place)) }
            }
            (None, Some(address), None, false) => {
                let found: Vec<usize> = world.post.to_customer(address).iter().copied().filter(fits).collect();
                if found.is_empty() { Err(Refusal::not_found("fitting email")) } else { Ok(found) }
            }
            (None, None, Some(count), false) => Ok((0..world.post.mails.len()).filter(fits).take(count).collect()),
            (None, None, None, true) => Ok((0..world.post.mails.len()).filter(fits).collect()),
            _ => Err(Refusal::bad_request("choose by exactly one of id, to, count, all")),
        }
    }
}

fn unfit(world: &World, place: usize) -> Refusal {
    Refusal::conflict(format!("the mail is {}", world.post.mails[place].status))
}
