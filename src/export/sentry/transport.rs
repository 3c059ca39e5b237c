//! Sentry over HTTP: envelopes, compressed and posted.

use std::fmt;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use hyper_util::client::legacy;
use hyper_util::rt::TokioExecutor;
use serde_json::{Map, Value};
use tokio::time::timeout;

use crate::config::{Clock, Dsn, Proxy};
use crate::error::Error;
use crate::export::client::Client;
use crate::export::connector::{self, Server};
use crate::export::wire::{gzip, rfc3339};

use super::answer::{self, Answer};
use super::discards::Taken;
use super::envelope::Envelope;
use super::throttle::Limit;

/// What takes envelopes and answers what became of them.
pub(crate) struct Sentry {
    client: Client,
    clock: Clock,
}

/// The longest one attempt may take.
const TIMEOUT: Duration = Duration::from_secs(10);
const AUTH: HeaderName = HeaderName::from_static("x-sentry-auth");
const AGENT: &str = concat!("obskit/", env!("CARGO_PKG_VERSION"));

impl Sentry {
    /// # Errors
    ///
    /// When what is spoken there cannot be.
    pub(crate) fn new(
        dsn: &Dsn,
        certificate: Option<&Path>,
        proxy: &Proxy,
        clock: Clock,
    ) -> Result<Self, Error> {
        let url = dsn.envelope_url();
        let (whose, roots) = ("Sentry", "OBSKIT_REPORT_CERTIFICATE");
        let server = Server { whose, roots, certificate, client: None, proxy };
        let reach = connector::http1(&url, &server)?;
        let headers = headers(dsn.public_key().expose());
        let builder = legacy::Client::builder(TokioExecutor::new());
        Ok(Self { client: Client::new(builder, reach, url, headers), clock })
    }

    /// Sends an envelope, with what was not sent before, and says what the answer limits, too.
    pub(super) async fn send(&self, envelope: &Envelope, discards: &Taken) -> (Answer, Vec<Limit>) {
        let body = Bytes::from(gzip(&self.bytes(envelope, discards)));
        let now = || self.clock.wall();
        match timeout(TIMEOUT, self.client.post(body)).await {
            Ok(Ok(reply)) => (Answer::of(&reply, now()), answer::limited(&reply, now())),
            Ok(Err(unanswered)) => (Answer::none(unanswered), Vec::new()),
            Err(_) => (Answer::too_late(), Vec::new()),
        }
    }

    /// An envelope of nothing but what was not sent, which may be nothing: the server takes that,
    /// and makes nothing of it.
    pub(crate) async fn greet(&self) -> Answer {
        self.send(&Envelope::default(), &Taken::default()).await.0
    }

    /// The envelope's header, then its items.
    fn bytes(&self, envelope: &Envelope, discards: &Taken) -> Vec<u8> {
        let at = self.clock.wall().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut header = Map::new();
        if let Some(id) = &envelope.event_id {
            header.insert("event_id".to_owned(), id.as_str().into());
        }
        let nanos = u64::try_from(at.as_nanos()).unwrap_or(u64::MAX);
        header.insert("sent_at".to_owned(), rfc3339(nanos).into());
        if let Some(trace) = &envelope.trace {
            header.insert("trace".to_owned(), trace.clone().into());
        }
        let mut bytes = Value::from(header).to_string().into_bytes();
        bytes.push(b'\n');
        bytes.extend_from_slice(&envelope.items);
        if !discards.is_empty() {
            let mut more = Envelope::default();
            more.add("client_report", &discards.report(at.as_secs_f64()));
            bytes.extend_from_slice(&more.items);
        }
        bytes
    }
}

impl fmt::Debug for Sentry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sentry").finish_non_exhaustive()
    }
}

fn headers(key: &str) -> HeaderMap {
    let auth = format!("Sentry sentry_version=7, sentry_client={AGENT}, sentry_key={key}");
    let mut headers = HeaderMap::new();
    // A DSN's key has letters and digits alone.
    if let Ok(mut auth) = HeaderValue::try_from(auth) {
        auth.set_sensitive(true);
        headers.insert(AUTH, auth);
    }
    let envelope = HeaderValue::from_static("application/x-sentry-envelope");
    headers.insert(header::CONTENT_TYPE, envelope);
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    headers
}
