//! `status --contact`: one customer, found by a part of the address or the name.

use serde_json::{Value, json};

use super::super::Ending;
use super::{evidence, local};
use crate::app::failure::{Failure, Kind};
use crate::campaign::definition::Campaign;
use crate::campaign::mail::sent::letters;
use crate::campaign::people::contact::as_a_word;
use crate::campaign::people::recipient::Recipient;
use crate::campaign::people::records::Records;
use crate::campaign::people::search::{Found, find};
use crate::campaign::text::digest::Digest;
use crate::campaign::text::presentable;
use crate::campaign::view::history::{Event, history};
use crate::cli::Face;
use crate::cli::ui::{Column, Report, Table, clean, plural, wrapped};
use crate::store::folder::Sent;

/// How many of several customers the screen lists; the rest is in `--json`.
const SHOWN: usize = 20;

/// The customer's history, or with `sent`, where texts that left are kept, what they were told word for word.
pub fn report(face: Face<'_>, campaign: &Campaign, records: &Records, who: &str, sent: Option<&Sent>) -> Ending {
    match find(records, who) {
        Found::One(recipient) => Ok(one(face, campaign, recipient, sent)),
        Found::Several(several) => Ok(choice(face, who, &several)),
        Found::Nobody => {
            let message = format!("campaign `{}` knows nobody whose address or name contains {who}", campaign.name);
            Err(Failure::new(Kind::NotFound, message, "a shorter part finds more; `mmig segment` finds new contacts"))
        }
    }
}

/// Several customers to choose from.
fn choice(face: Face<'_>, who: &str, several: &[&Recipient]) -> Report {
    let columns = [Column::name("contact"), Column::name("name"), Column::name("segment"), Column::word("stage")];
    let mut table = Table::new(columns, face.terminal.width());
    for one in several.iter().take(SHOWN) {
        let name = presentable(&one.name);
        table.row([one.email.as_str(), &name, &one.segment, &one.stage().to_string()]);
    }
    let mut screen = table.render();
    if several.len() > SHOWN {
        screen.push_str(&format!("and {} more\n", several.len() - SHOWN));
    }
    let message = format!("{} have {who} in their address or name", plural(several.len(), "customer"));
    let failure = Failure::new(
        Kind::NotFound,
        message,
        format!("name one: mmig status --contact {}", as_a_word(&several[0].email)),
    );
    let matches: Vec<Value> = several.iter().map(|one| who_json(one)).collect();
    let data = json!({ "matches": matches });
    Report { data: data.as_object().cloned().unwrap_or_default(), screen, failure: Some(failure), ..Report::default() }
}

fn who_json(recipient: &Recipient) -> Value {
    json!({
        "contact": recipient.email, "id": recipient.id, "name": recipient.name, "segment": recipient.segment,
        "stage": recipient.stage(),
    })
}

fn one(face: Face<'_>, campaign: &Campaign, recipient: &Recipient, sent: Option<&Sent>) -> Report {
    let (events, width) = (history(recipient), face.terminal.width());
    let mut data = json!({
        "contact": { "id": recipient.id, "email": recipient.email, "name": recipient.name, "tags": recipient.tags },
        "segment": recipient.segment, "left": recipient.left, "stage": recipient.stage(), "history": events,
    });
    let mut screen: String = head(campaign, recipient).iter().map(|line| wrapped(line, width, 0)).collect();
    screen.push('\n');
    match sent {
        None => screen.push_str(&events_table(face, campaign, &events)),
        Some(sent) => {
            let letters = letters(campaign, recipient, |digest| sent.text(digest));
            data["campaign"] = super::head_json(campaign, face.app.clock.now());
            data["timezone"] = campaign.zone.name().into();
            data["evidence"] = letters.iter().map(evidence::json).collect();
            screen.push_str(&evidence::screen(campaign, &letters, width));
        }
    }
    Report { data: data.as_object().cloned().unwrap_or_default(), screen, ..Report::default() }
}

fn head(campaign: &Campaign, recipient: &Recipient) -> [String; 4] {
    let bold = anstyle::Style::new().bold();
    let left = recipient.left.map(|left| format!(", left {}", local(campaign, left))).unwrap_or_default();
    [
        format!("{bold}{}{bold:#} <{}>", presentable(&recipient.name), clean(&recipient.email)),
        format!("segment {}, stage {}{left}", recipient.segment, recipient.stage()),
        format!("tags {}", clean(&recipient.tags.join(", "))),
        format!("times as in {}", campaign.zone),
    ]
}

fn events_table(face: Face<'_>, campaign: &Campaign, events: &[Event]) -> String {
    let columns = [
        Column::word("time"),
        Column::word("what"),
        Column::name("phase").if_filled(),
        Column::word("mail").if_filled(),
        Column::word("text").if_room(),
        Column::remark("more").if_filled(),
    ];
    let mut table = Table::new(columns, face.terminal.width());
    for event in events {
        let variant = event.variant.map(Digest::short).unwrap_or_default();
        let phase = event.phase.as_deref().unwrap_or_default();
        let mail = event.message_id.as_deref().unwrap_or_default();
        let time = event.time.with_timezone(&campaign.zone).format("%Y-%m-%d %H:%M").to_string();
        table.row([&time, event.what, phase, mail, &variant, &event.more(|at| local(campaign, at))]);
    }
    table.render()
}
