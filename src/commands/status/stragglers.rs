//! `status --behind`: who is not done, for those who reach out to them.

use serde_json::{Value, json};

use crate::campaign::behind::Straggler;
use crate::campaign::definition::Campaign;
use crate::campaign::text::presentable;
use crate::ui::{Column, Table, plural};

pub fn json(behind: &[Straggler<'_>]) -> Value {
    let rows = behind.iter().map(|one| {
        let last = one.told.map(|(at, mail)| json!({ "phase": mail.phase, "time": at }));
        json!({
            "contact": one.recipient.email, "name": one.recipient.name, "segment": one.recipient.segment,
            "stage": one.stage, "last_mail": last,
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
    ];
    let mut table = Table::new(columns, width);
    for one in behind {
        let told = one.told.map_or_else(|| "never".to_owned(), |(at, _)| campaign.local_date(at).to_string());
        let phase = one.told.map_or("", |(_, mail)| &mail.phase);
        let (email, name) = (&one.recipient.email, presentable(&one.recipient.name));
        table.row([email.as_str(), &name, &one.recipient.segment, &one.stage.to_string(), &told, phase]);
    }
    format!("{}\n{} not done\n", table.render(), plural(behind.len(), "customer"))
}
