//! A server with an untrusted certificate.

use std::io::Read as _;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use mmig::api::{Api, ApiError, Choice};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::sending::mail;
use crate::server::settings;

/// Made for these tests, for localhost; valid for a hundred years.
const CERTIFICATE: &[u8] = include_bytes!("own_authority.der");
const KEY: &[u8] = include_bytes!("own_authority.key.der");

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_named_and_not_tried_again() {
    mmig::api::install_tls();
    let key = PrivatePkcs8KeyDer::from(KEY.to_vec()).into();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![CertificateDer::from(CERTIFICATE.to_vec())], key)
        .expect("a certificate and its key");
    let (listener, config) = (TcpListener::bind("127.0.0.1:0").expect("a port"), Arc::new(config));
    let (port, asked) = (listener.local_addr().expect("an address").port(), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            count.fetch_add(1, Ordering::SeqCst);
            let connection = ServerConnection::new(Arc::clone(&config)).expect("a connection");
            let _ = StreamOwned::new(connection, stream).read(&mut [0; 1]);
        }
    });
    let api = Api::connect(settings(&format!("https://localhost:{port}"), Choice::Mailbox)).await.expect("not yet");
    let error = api.send(&mail()).await.expect_err("it is not trusted");
    assert!(
        matches!(&error, ApiError::Untrusted { server, .. } if *server == format!("https://localhost:{port}")),
        "{error:?}"
    );
    assert!(error.hint().contains("SSL_CERT_FILE") && error.hint().contains("clock"), "{}", error.hint());
    assert!(!error.may_have_arrived() && error.stops_everything());
    assert_eq!(asked.load(Ordering::SeqCst), 1, "trying again changes nothing");
}
