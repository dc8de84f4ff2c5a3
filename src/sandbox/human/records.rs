//! The sandbox's own records of mails, contacts and requests, to compare with a client's.

use serde::Serialize;
use serde_json::{Value, json};

use crate::sandbox::answer::{Answer, Reply};
use crate::sandbox::call::Call;
use crate::sandbox::mail::Mail;
use crate::sandbox::world::World;

#[derive(Serialize)]
struct Mails<'a> {
    mails: Vec<&'a Mail>,
}

/// Every mail in order of arrival, or those to one customer.
pub fn mails(world: &mut World, call: &Call) -> Answer {
    let mails = match call.query("to") {
        None => world.post.mails.iter().collect(),
        Some(address) => world.post.to_customer(address).iter().map(|place| &world.post.mails[*place]).collect(),
    };
    Reply::ok(&Mails { mails })
}

#[derive(Serialize)]
struct Contacts<'a> {
    contacts: Vec<&'a Value>,
}

pub fn contacts(world: &mut World, _: &Call) -> Answer {
    Reply::ok(&Contacts { contacts: world.contacts.rows().collect() })
}

pub fn requests(world: &mut World, _: &Call) -> Answer {
    let record = &world.record;
    let total: u64 = record.operations.values().map(|counts| counts.total).sum();
    Reply::ok(&json!({ "total": total, "operations": record.operations, "limited": record.limited }))
}

pub fn violations(world: &mut World, _: &Call) -> Answer {
    Reply::ok(&json!({ "violations": world.record.violations }))
}
