//! Replies about the account, its mailboxes and its suppression list in the published contract.

use serde::Deserialize;
use serde_json::Value;

use super::super::super::error::ApiError;
use super::super::super::model::{Account, Mailbox, Suppression};
use super::super::read::{FromRow, Row, flag, needed, some_text, sort_out, text};
use super::super::reply::Reply;

impl FromRow for Mailbox {
    fn from_row(row: &Value) -> Result<Self, String> {
        Ok(Self {
            id: needed(row, "id")?,
            address: needed(row, "address")?,
            oversight_mode: needed(row, "oversight_mode")?,
            is_active: flag(row, "is_active").unwrap_or(true),
        })
    }
}

/// The readable mailboxes.
pub fn read_mailboxes(reply: &Reply) -> Result<Vec<Mailbox>, ApiError> {
    #[derive(Deserialize)]
    struct Mailboxes {
        mailboxes: Vec<Row<Mailbox>>,
    }
    let list: Mailboxes = reply.json("`mailboxes`")?;
    Ok(sort_out(list.mailboxes, "mailbox").0)
}

impl FromRow for Account {
    fn from_row(row: &Value) -> Result<Self, String> {
        if !row.is_object() {
            return Err("it is not an object".to_owned());
        }
        let number = |field: &str| row.get(field).and_then(Value::as_u64);
        Ok(Self {
            plan: text(row, "plan"),
            monthly_email_quota: number("monthly_email_quota"),
            emails_sent_this_month: number("emails_sent_this_month"),
            is_active: flag(row, "is_active").unwrap_or(true),
            sending_disabled: flag(row, "sending_disabled").unwrap_or(false),
            sending_disabled_reason: some_text(row, "sending_disabled_reason"),
            physical_address: some_text(row, "physical_address"),
        })
    }
}

/// The account.
pub fn read_account(reply: &Reply) -> Result<Account, ApiError> {
    let Row(account) = reply.json("the account")?;
    account.map_err(|why| ApiError::Garbage { what: format!("the account cannot be read: {why}") })
}

/// The patterns of the allowlist.
pub fn read_allowlist(reply: &Reply) -> Result<Vec<String>, ApiError> {
    #[derive(Deserialize)]
    struct Allowlist {
        entries: Vec<Value>,
    }
    let list: Allowlist = reply.json("`entries`")?;
    Ok(list.entries.iter().filter_map(|entry| some_text(entry, "pattern")).collect())
}

impl FromRow for Suppression {
    fn from_row(row: &Value) -> Result<Self, String> {
        Ok(Self {
            address: needed(row, "email_address")?,
            reason: text(row, "reason"),
            mailbox_id: some_text(row, "mailbox_id"),
        })
    }
}

/// A page of the suppression list, and the cursor of the next.
pub fn read_suppressions(reply: &Reply) -> Result<(Vec<Suppression>, Option<String>), ApiError> {
    #[derive(Deserialize)]
    struct Suppressions {
        suppressions: Vec<Row<Suppression>>,
        #[serde(default)]
        cursor: Value,
    }
    let page: Suppressions = reply.json("`suppressions`")?;
    Ok((sort_out(page.suppressions, "suppression").0, cursor(&page.cursor)))
}

/// A cursor of any type; null and empty mean the end.
pub fn cursor(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(body: &str) -> Reply {
        Reply { status: 200, body: body.into(), ..Reply::default() }
    }

    #[test]
    fn mailboxes_write_yes_as_one() {
        let body = r#"{"mailboxes":[{"id":"m","address":"a@b.example","oversight_mode":"gated_all","is_active":1},
                       {"id":"n","address":"c@b.example","oversight_mode":"new_mode","is_active":0}, {"id":"o"}]}"#;
        let mailboxes = read_mailboxes(&reply(body)).unwrap();
        assert_eq!(mailboxes.iter().map(|mailbox| mailbox.is_active).collect::<Vec<_>>(), [true, false]);
    }

    #[test]
    fn an_account_without_its_numbers_still_counts() {
        let whole = r#"{"plan":"pro","monthly_email_quota":30000,"emails_sent_this_month":7,"sending_disabled":false}"#;
        assert_eq!(read_account(&reply(whole)).unwrap().quota_left(), Some(29_993));
        for numbers in ["", r#","monthly_email_quota":null"#, r#","monthly_email_quota":"150000""#] {
            let body = format!(r#"{{"plan":"pro","emails_sent_this_month":0{numbers}}}"#);
            assert_eq!(read_account(&reply(&body)).unwrap().quota_left(), None, "{body}");
        }
        for body in ["[]", "null", "7", ""] {
            assert!(matches!(read_account(&reply(body)), Err(ApiError::Garbage { .. })), "{body}");
        }
    }
}
