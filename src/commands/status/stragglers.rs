//! `status --behind`: who is not done, for those who reach out to them.

use serde_json::{Value, json};

use crate::campaign::definition::Campaign;
use crate::campaign::text::presentable;
use crate::campaign::view::behind::Straggler;
use crate::cli::ui::{Column, Table, plural};

pub fn json(behind: &[Straggler<'_>]) -> Value {
    let rows = behind.iter().map(|one| {
        let last = one.told.map(|(at, mail)| json!({ "phase": mail.phase, "time": at }));
        json!({
            "contact": one.recipient.email, "name": one.recipient.name, "segment": one.recipient.segment,
            "stage": one.stage, "relapsed": one.relapsed, "last_mail": last, "last_old_call": one.last_old_call,
        })
    });
    rows.collect()
}

pub fn screen(campaign: &Campaign, behind: &[Straggler<'_>], width: usize) -> String {
    if behind.is_empty() {
        return "Nobody is behind.\n".to_owned();
    }
    let columns = [
        Column::name("contact"),
        Column::name("name"),
        Column::name("segment"),
        Column::word("stage"),
        Column::word("last told"),
        Column::word("in").if_room(),
        Column::word("last old call").or("old call").if_filled(),
        Column::word("").if_filled(),
    ];
    let mut table = Table::new(columns, width);
    let day = |at| campaign.local_date(at).to_string();
    for one in behind {
        let (email, name) = (&one.recipient.email, presentable(&one.recipient.name));
        let (told, phase) = one.told.map_or(("never".to_owned(), ""), |(at, mail)| (day(at), &mail.phase));
        let (stage, called) = (one.stage.to_string(), one.last_old_call.map(day).unwrap_or_default());
        let mark = if one.relapsed { "relapsed" } else { "" };
        table.row([email.as_str(), &name, &one.recipient.segment, &stage, &told, phase, &called, mark]);
    }
    format!("{}\n{} not done\n", table.render(), plural(behind.len(), "customer"))
}
