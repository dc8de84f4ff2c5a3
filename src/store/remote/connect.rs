//! Connects to the store at a URL such as `s3://bucket/path`. Credentials and endpoints come from the environment,
//! with the variable names of each store's own tools.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http_body_util::BodyExt;
use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::client::{
    ClientOptions, HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpResponseBody,
    HttpService,
};
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::path::Path;
use object_store::{BackoffConfig, ObjectStore, ObjectStoreScheme, RetryConfig};
use url::Url;

use crate::store::LedgerError;

/// The timeout for connecting.
const CONNECT: Duration = Duration::from_secs(5);
/// The timeout for a reply, or for a part of a long one.
const ANSWER: Duration = Duration::from_secs(15);
/// The slowest acceptable transfer rate, in bytes per second.
const SLOWEST: usize = 64 * 1024;

/// The store and path that a URL names.
///
/// # Errors
/// The URL is not that of a store, or the environment has a setting that the store does not understand.
pub fn connect(address: &str, environment: &[(String, String)]) -> Result<(Arc<dyn ObjectStore>, Path), LedgerError> {
    let wrong = |why: String| LedgerError::Address { address: address.to_owned(), why };
    let url: Url = address.parse().map_err(|error| wrong(format!("{error}")))?;
    let (scheme, path) = ObjectStoreScheme::parse(&url).map_err(|_| wrong("no store is called so".to_owned()))?;
    let retry = RetryConfig {
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(2),
            base: 2.,
        },
        max_retries: 3,
        retry_timeout: Duration::from_secs(10),
    };
    let (connector, address) = (Connector, address.to_owned());
    macro_rules! build {
        ($builder:ty) => {{
            let said =
                environment.iter().filter_map(|(name, value)| Some((name.to_ascii_lowercase().parse().ok()?, value)));
            let builder = said
                .fold(<$builder>::new().with_url(&address), |builder, (key, value)| builder.with_config(key, value));
            let built = builder.with_retry(retry).with_http_connector(connector).build();
            Arc::new(built.map_err(|error| wrong(error.to_string()))?) as Arc<dyn ObjectStore>
        }};
    }
    let store = match scheme {
        ObjectStoreScheme::AmazonS3 => build!(AmazonS3Builder),
        ObjectStoreScheme::GoogleCloudStorage => build!(GoogleCloudStorageBuilder),
        ObjectStoreScheme::MicrosoftAzure => build!(MicrosoftAzureBuilder),
        _ => return Err(wrong("no store is called so".to_owned())),
    };
    Ok((store, path))
}

/// Gives stores our own HTTP client, so that the program has one TLS library and one HTTP version.
#[derive(Debug)]
struct Connector;

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        // An error means that a provider is already set, which is fine.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = |proxy: bool| {
            let builder = reqwest::Client::builder()
                .user_agent(concat!("mmig/", env!("CARGO_PKG_VERSION")))
                .redirect(reqwest::redirect::Policy::none())
                .connect_timeout(CONNECT);
            let built = if proxy { builder.build() } else { builder.no_proxy().build() };
            built.map_err(|error| object_store::Error::Generic { store: "HTTP", source: Box::new(error) })
        };
        Ok(HttpClient::new(Service { usual: client(true)?, direct: client(false)? }))
    }
}

#[derive(Debug)]
struct Service {
    usual: reqwest::Client,
    /// For this machine itself, without a proxy.
    direct: reqwest::Client,
}

#[async_trait]
impl HttpService for Service {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let (parts, body) = request.into_parts();
        let url =
            parts.uri.to_string().parse::<Url>().map_err(|error| HttpError::new(HttpErrorKind::Unknown, error))?;
        let patience = ANSWER + Duration::from_secs((body.content_length() / SLOWEST) as u64);
        let whole = body.collect().await?.to_bytes();
        let mut prepared = reqwest::Request::new(parts.method, url);
        *prepared.headers_mut() = parts.headers;
        *prepared.body_mut() = Some(whole.into());
        let slow = |_| HttpError::new(HttpErrorKind::Timeout, std::io::Error::from(std::io::ErrorKind::TimedOut));
        let is_here = matches!(prepared.url().host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        let client = if is_here { &self.direct } else { &self.usual };
        let answer = tokio::time::timeout(patience, client.execute(prepared)).await.map_err(slow)?.map_err(broken)?;
        let (parts, body) = http::Response::<reqwest::Body>::from(answer).into_parts();
        Ok(HttpResponse::from_parts(parts, HttpResponseBody::new(body.map_err(broken))))
    }
}

fn broken(error: reqwest::Error) -> HttpError {
    let kind = if error.is_timeout() {
        HttpErrorKind::Timeout
    } else if error.is_connect() {
        HttpErrorKind::Connect
    } else {
        HttpErrorKind::Interrupted
    };
    HttpError::new(kind, error.without_url())
}
