//! How to reach the server, and how patient to be with it.

use std::time::Duration;

use reqwest::Url;
use secrecy::SecretString;
use url::Host;

use super::error::{ApiError, Proxy};
use super::notice::Listener;
use super::retry::Patience;

/// Which contract to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Choice {
    /// Find out with one request.
    #[default]
    Auto,
    /// The published one.
    Mailbox,
    /// The one of the customer-migration page.
    Simple,
}

/// How to reach the server.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The server's address, with or without `/v1`. Plain `http` is allowed only to this machine.
    pub url: String,
    /// The setting that names the server, for messages: a variable, a flag, a key in a file. May be
    /// empty.
    pub url_origin: String,
    /// The key that reads and sends.
    pub key: SecretString,
    /// The key that approves. Never the sending key: the author of a mail does not approve it.
    pub oversight_key: Option<SecretString>,
    /// The key that reads the suppression list.
    pub admin_key: Option<SecretString>,
    /// Which contract to use.
    pub choice: Choice,
    /// Our own limit on sends per second; 0 sets none.
    pub per_second: f64,
    /// How long a reply may take, and how long the connection may be silent within one.
    pub timeout: Duration,
    /// How long a reply may take before that is reported, once.
    pub slow: Duration,
    /// How often a request is tried, and with which waits.
    pub patience: Patience,
    /// The proxy from the environment, if any.
    pub proxy: Option<Proxy>,
    /// Receives requests, retries and waits.
    pub listener: Listener,
    /// The maximum time that the server may delay us with 429 replies without accepting anything.
    pub max_pause: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            url: "https://api.multimail.dev".to_owned(),
            url_origin: String::new(),
            key: SecretString::default(),
            oversight_key: None,
            admin_key: None,
            choice: Choice::Auto,
            per_second: 0.0,
            timeout: Duration::from_secs(30),
            slow: Duration::from_secs(8),
            patience: Patience::default(),
            proxy: None,
            listener: Listener::default(),
            max_pause: Duration::from_mins(5),
        }
    }
}

impl Settings {
    /// The address without `/v1` and trailing slash, ready to append a path.
    pub(super) fn base(&self) -> Result<Url, ApiError> {
        let text = self.url.trim();
        // An invalid address is shown, but never its password.
        let shown = text.rsplit('@').next().unwrap_or_default();
        let refuse = |why: &str| Err(ApiError::InvalidUrl { url: shown.to_owned(), why: why.to_owned() });
        let mut url = match Url::parse(text) {
            Ok(url) => url,
            Err(error) => return refuse(&error.to_string()),
        };
        let has_login = !url.username().is_empty() || url.password().is_some();
        if has_login {
            return refuse("it holds a user or a password; the key goes into MULTIMAIL_API_KEY");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return refuse("it has a `?` or `#`");
        }
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => return refuse("over plain http the key could be read on the way; use https"),
            _ => return refuse("it has to start with https://"),
        }
        let path = url.path().trim_end_matches('/');
        let path = path.strip_suffix("/v1").unwrap_or(path).to_owned();
        url.set_path(&path);
        Ok(url)
    }
}

/// Whether the address is this machine's own, so that no one is in between.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(url: &str) -> Result<String, ApiError> {
        Settings { url: url.to_owned(), ..Settings::default() }.base().map(|url| url.to_string())
    }

    #[test]
    fn the_version_may_be_written_or_left_out() {
        for url in [
            "https://api.example.com",
            "https://api.example.com/",
            "https://api.example.com/v1",
            " https://api.example.com/v1/ ",
        ] {
            assert_eq!(base(url).unwrap(), "https://api.example.com/");
        }
        assert_eq!(base("https://example.com/mail/v1/").unwrap(), "https://example.com/mail");
    }

    #[test]
    fn a_key_never_travels_in_clear() {
        for url in ["http://api.example.com", "http://0.0.0.0", "http://127.0.0.1.example.com", "http://10.0.0.1:80"] {
            assert!(base(url).unwrap_err().to_string().contains("https"), "{url}");
        }
        for url in ["http://127.0.0.1:8080", "http://127.1.2.3", "http://localhost:1", "http://[::1]:1/v1"] {
            assert!(base(url).is_ok(), "{url}");
        }
    }

    #[test]
    fn an_invalid_server_address_is_refused() {
        for url in ["", "api.example.com", "ftp://example.com", "https://", "https://a?b", "https://a#b", "file:///etc"]
        {
            assert!(matches!(base(url), Err(ApiError::InvalidUrl { .. })), "{url}");
        }
    }

    #[test]
    fn a_password_in_the_address_is_refused_and_not_shown() {
        for url in ["https://bob:secret@example.com", "https://bob:secret@", "bob:secret@x"] {
            let error = base(url).unwrap_err().to_string();
            assert!(!error.contains("secret") && !error.contains("bob"), "{error}");
        }
    }
}
