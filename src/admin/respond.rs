//! From a request to the answer, the same on the operator's server and in a router.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use crate::context::{UNMATCHED, Verb};
use crate::health::Probe;
use bytes::Bytes;
use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri};
use http_body::Body;

use super::Admin;
use super::access::{Neighbour, Origin, Refusal, Trust};
use super::body::read;
use super::content::Content;
use super::index;
use super::routes::{Page, Route};

/// The head of a request, and how far its caller is trusted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) method: &'a Method,
    pub(crate) uri: &'a Uri,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) trust: Trust,
    pub(crate) neighbour: Neighbour,
}

pub(super) const TEXT: &str = "text/plain; charset=utf-8";
pub(super) const JSON: &str = "application/json";
/// On every answer: it is of this moment, nothing but what its type says, and no part of another
/// page, which is not told where it was linked from either.
const FIXED: [(HeaderName, HeaderValue); 5] = [
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    ),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
];

impl Admin {
    /// Answers a request by its path, with an event that is silent unless it is asked for.
    pub(crate) async fn respond<B: Body>(
        &self,
        request: Request<B>,
        origin: Origin,
    ) -> Response<Content> {
        let verb = Verb::of(request.method());
        let route = Route::find(request.uri().path());
        let response = if let Some(route) = route {
            self.respond_as(route, request, origin).await
        } else {
            let missing = text(StatusCode::NOT_FOUND, "not found; / lists what is here\n");
            finish(missing, request.method())
        };
        tracing::debug!(
            target: "obskit::admin",
            method = verb.as_str(),
            endpoint = route.map_or(UNMATCHED, |route| route.path),
            status = response.status().as_u16(),
            "operator's request"
        );
        response
    }

    /// Answers a request for a route, wherever that is mounted.
    pub(super) async fn respond_as<B: Body>(
        &self,
        route: &Route,
        request: Request<B>,
        origin: Origin,
    ) -> Response<Content> {
        let trust = self.access.trust(&request, origin);
        let (head, body) = request.into_parts();
        let (method, headers) = (&head.method, &head.headers);
        if !route.allows(method.as_str()) {
            let mut refused = text(StatusCode::METHOD_NOT_ALLOWED, "method not allowed\n");
            refused.headers_mut().insert(ALLOW, HeaderValue::from_static(route.methods));
            return finish(refused, method);
        }
        if let Err(refusal) = self.access.check(route, method, headers, trust) {
            self.note(refusal, route, method);
            return finish(refusal.answer(), method);
        }
        // Elsewhere it is not read.
        let takes_body = method == Method::PUT;
        let body = if takes_body { read(body, origin.patience).await } else { Ok(Bytes::new()) };
        let body = match body {
            Ok(body) => body,
            Err(unread) => return finish(unread.answer(), method),
        };
        let asked = Asked { method, uri: &head.uri, headers, trust, neighbour: origin.neighbour() };
        let page = caught(self.page(route.page, asked, &body)).await;
        finish(page.unwrap_or_else(failed), method)
    }

    /// Says and counts that somebody was refused.
    fn note(&self, refusal: Refusal, route: &Route, method: &Method) {
        self.refusals.count(refusal);
        tracing::warn!(
            target: "obskit::admin",
            method = Verb::of(method).as_str(),
            endpoint = route.path,
            reason = refusal.as_str(),
            "operator's request refused"
        );
    }

    async fn page(&self, page: Page, asked: Asked<'_>, body: &[u8]) -> Response<Content> {
        match page {
            Page::Metrics => self.metrics_page(asked).await,
            Page::Live => self.probe_page(Probe::Live, asked),
            Page::Ready => self.probe_page(Probe::Ready, asked),
            Page::Started => self.probe_page(Probe::Startup, asked),
            Page::Levels => self.levels_page(asked, body),
            Page::Requests => self.requests_page(),
            Page::Ledger => self.ledger_page(),
            Page::Cardinality => self.cardinality_page(),
            Page::Doctor => answer(StatusCode::OK, JSON, self.doctor.examine().await),
            Page::Config => self.config_page(),
            Page::Index => text(StatusCode::OK, index::page(&self.service.name)),
        }
    }
}

/// What `work` comes to; `None` if it panics.
async fn caught<T>(work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    poll_fn(|cx| {
        let polled = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx)));
        polled.map_or(Poll::Ready(None), |polled| polled.map(Some))
    })
    .await
}

/// For a page that panicked.
pub(super) fn failed() -> Response<Content> {
    text(StatusCode::INTERNAL_SERVER_ERROR, "the page failed\n")
}

/// An answer in words.
pub(super) fn text(status: StatusCode, body: impl Into<Bytes>) -> Response<Content> {
    answer(status, TEXT, body)
}

/// An answer of one type.
pub(super) fn answer(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> Response<Content> {
    let mut response = Response::new(Content::from(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

fn finish(mut response: Response<Content>, method: &Method) -> Response<Content> {
    let length = response.body().len();
    let headers = response.headers_mut();
    headers.extend(FIXED);
    headers.insert(CONTENT_LENGTH, length.into());
    if method == Method::HEAD {
        *response.body_mut() = Content::default();
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::access::Door;
    use std::io;
    use std::sync::{Arc, Mutex, PoisonError};

    const FILE: Origin = Origin { peer: None, door: Door::File, patience: None };
    const STRANGER: Origin = Origin { door: Door::Anyone, ..FILE };

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is logged at DEBUG of a request that came in some way.
    fn logged(request: http::request::Builder, origin: Origin) -> String {
        let (lines, admin) = (Lines::default(), Admin::of("a"));
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::DEBUG)
            .with_ansi(false)
            .without_time()
            .with_writer(move || writer.clone())
            .finish();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        tracing::subscriber::with_default(subscriber, || {
            let request = request.body(Content::default()).unwrap();
            runtime.block_on(admin.respond(request, origin));
        });
        let bytes = lines.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn each_request_is_one_event_without_its_path() {
        for (uri, endpoint, status) in [
            ("/livez?x=secret", "/livez", 200),
            ("/health/live", "/livez", 200),
            ("/secret", "unmatched", 404),
        ] {
            let logged = logged(Request::get(uri), FILE);
            let said = "DEBUG obskit::admin: operator's request method=\"GET\"";
            let expected = format!("{said} endpoint=\"{endpoint}\" status={status}\n");
            assert_eq!(logged.trim_start(), expected);
        }
    }

    #[test]
    fn a_refusal_is_a_warning_without_what_was_sent() {
        let request = Request::put("/loglevel?secret").header("authorization", "Bearer secret");
        let logged = logged(request, STRANGER);
        let request = "method=\"PUT\" endpoint=\"/loglevel\"";
        let said = format!("operator's request refused {request} reason=\"forbidden\"\n");
        assert!(logged.starts_with(&format!(" WARN obskit::admin: {said}")), "{logged}");
        assert!(!logged.contains("secret"), "{logged}");
    }
}
