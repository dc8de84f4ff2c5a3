//! How to reach the server. Flags win over the environment, the environment over `campaign.toml`, and that over the
//! defaults; each setting keeps its origin.

use secrecy::{ExposeSecret, SecretString};

use crate::api::Choice;
use crate::app::App;
use crate::app::failure::{Failure, Kind};
use crate::app::settings::{KEY, OVERSIGHT_KEY, Origin, Overrides, Setting};
use crate::campaign::definition::{API_URL, Campaign};

/// How to reach the server, and with which keys.
#[derive(Debug, Clone)]
pub struct Access {
    /// The server's address.
    pub url: Setting<String>,
    /// The API contract the server speaks.
    pub contract: Setting<Choice>,
    /// The sending mailbox, if one was named.
    pub mailbox: Option<Setting<String>>,
    /// The key that reads and sends.
    pub key: SecretString,
    /// The key that approves; only a reviewer has it.
    pub oversight_key: Option<SecretString>,
    /// The key that reads the suppression list.
    pub admin_key: Option<SecretString>,
}

impl Access {
    /// Resolves all settings. Fails without the sending key: nothing can be read without it.
    pub fn resolve(app: &App<'_>, campaign: &Campaign) -> Result<Self, Failure> {
        let key = app.keys.send.clone().ok_or_else(|| {
            let hint =
                format!("export {KEY}=mm_live_… (a key with the scopes read and send, from MultiMail's dashboard)");
            Failure::new(Kind::Auth, format!("no API key: {KEY} is not set"), hint)
        })?;
        Ok(Self::with(key, app, campaign))
    }

    /// Resolves the settings for a reviewer, who may have only the approving key; that key then reads as
    /// well.
    pub fn of_reviewer(app: &App<'_>, campaign: &Campaign) -> Result<Self, Failure> {
        let oversight = app.keys.oversight.clone().ok_or_else(|| {
            let hint = format!(
                "export {OVERSIGHT_KEY}=mm_live_… (a key with the scope oversight, and not send, from MultiMail's dashboard)"
            );
            Failure::new(Kind::Auth, format!("no key to review with: {OVERSIGHT_KEY} is not set"), hint)
        })?;
        if is_same(app.keys.send.as_ref(), &oversight) {
            let message =
                format!("{OVERSIGHT_KEY} is the key in {KEY}: the person who sends a mail must not approve it");
            let hint = "make a second key in MultiMail's dashboard, with the scope oversight, for another person";
            return Err(Failure::new(Kind::Auth, message, hint));
        }
        let key = app.keys.send.clone().unwrap_or_else(|| oversight.clone());
        Ok(Self { oversight_key: Some(oversight), ..Self::with(key, app, campaign) })
    }

    fn with(key: SecretString, app: &App<'_>, campaign: &Campaign) -> Self {
        let Overrides { url, contract, mailbox, .. } = app.server.clone();
        let of_file = || Setting { value: contract_of(&campaign.api.contract), origin: Origin::File("[api] contract") };
        let in_file = campaign.api.mailbox.clone();
        Self {
            url: url.unwrap_or_else(|| url_of(campaign)),
            contract: contract.unwrap_or_else(of_file),
            mailbox: mailbox.or(in_file.map(|value| Setting { value, origin: Origin::File("[api] mailbox") })),
            key,
            oversight_key: None,
            admin_key: app.keys.admin.clone(),
        }
    }
}

fn url_of(campaign: &Campaign) -> Setting<String> {
    let origin = if campaign.api.url == API_URL { Origin::Default } else { Origin::File("[api] url") };
    Setting { value: campaign.api.url.clone(), origin }
}

fn contract_of(name: &str) -> Choice {
    match name {
        "mailbox" => Choice::Mailbox,
        "simple" => Choice::Simple,
        _ => Choice::Auto,
    }
}

/// Whether the sending key and the approving key are the same.
pub fn is_same(sending: Option<&SecretString>, approving: &SecretString) -> bool {
    sending.is_some_and(|sending| sending.expose_secret() == approving.expose_secret())
}
