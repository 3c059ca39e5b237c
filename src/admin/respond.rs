//! From a request's head to the answer, the same on the operator's server and in a router.

use std::panic::{AssertUnwindSafe, catch_unwind};

use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri};

use crate::context::{UNMATCHED, Verb};

use super::Admin;
use super::content::Content;
use super::index;
use super::probe;
use super::routes::{Page, Route};

/// The head of a request; its body is never read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) method: &'a Method,
    pub(crate) uri: &'a Uri,
    pub(crate) headers: &'a HeaderMap,
}

const TEXT: &str = "text/plain; charset=utf-8";
pub(super) const JSON: &str = "application/json";
/// On every answer: it is of this moment, and nothing but what its type says.
const FIXED: [(HeaderName, HeaderValue); 2] = [
    (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
];

impl Admin {
    /// Answers a request by its path, with an event that is silent unless it is asked for.
    pub(crate) fn respond(&self, asked: Asked<'_>) -> Response<Content> {
        let route = Route::find(asked.uri.path());
        let response = match route {
            Some(route) => self.respond_as(route, asked),
            None => finish(text(StatusCode::NOT_FOUND, "not found; / lists what is here\n"), asked),
        };
        tracing::debug!(
            target: "obskit::admin",
            method = Verb::of(asked.method).as_str(),
            endpoint = route.map_or(UNMATCHED, |route| route.path),
            status = response.status().as_u16(),
            "operator's request"
        );
        response
    }

    /// Answers a request for a route, wherever that is mounted.
    pub(super) fn respond_as(&self, route: &Route, asked: Asked<'_>) -> Response<Content> {
        if !route.allows(asked.method.as_str()) {
            let mut refused = text(StatusCode::METHOD_NOT_ALLOWED, "method not allowed\n");
            refused.headers_mut().insert(ALLOW, HeaderValue::from_static(route.methods));
            return finish(refused, asked);
        }
        // A scrape runs what others have registered.
        let page = catch_unwind(AssertUnwindSafe(|| self.page(route.page, asked)));
        let failed = |_| text(StatusCode::INTERNAL_SERVER_ERROR, "a collector panicked\n");
        finish(page.unwrap_or_else(failed), asked)
    }

    fn page(&self, page: Page, asked: Asked<'_>) -> Response<Content> {
        match page {
            Page::Metrics => self.metrics_page(asked),
            Page::Live => probe::verdict(true),
            Page::Ready => probe::verdict(self.health.is_ready()),
            Page::Started => probe::verdict(self.health.has_started()),
            Page::Levels => self.levels_page(asked, &[]),
            Page::Requests => self.requests_page(),
            Page::Ledger => self.ledger_page(),
            Page::Cardinality => self.cardinality_page(),
            Page::Doctor => text(StatusCode::OK, ""),
            Page::Config => text(StatusCode::OK, self.settings.as_bytes().to_vec()),
            Page::Index => text(StatusCode::OK, index::page(&self.service)),
        }
    }
}

fn text(status: StatusCode, body: impl Into<bytes::Bytes>) -> Response<Content> {
    answer(status, TEXT, body)
}

/// An answer of one type.
pub(super) fn answer(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<bytes::Bytes>,
) -> Response<Content> {
    let mut response = Response::new(Content::from(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

fn finish(mut response: Response<Content>, asked: Asked<'_>) -> Response<Content> {
    let length = response.body().len();
    let headers = response.headers_mut();
    headers.extend(FIXED);
    headers.insert(CONTENT_LENGTH, length.into());
    if asked.method == Method::HEAD {
        *response.body_mut() = Content::default();
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;
    use std::sync::{Arc, Mutex, PoisonError};

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

    /// What is logged at DEBUG of a GET.
    fn logged(uri: &'static str) -> String {
        let (lines, admin) = (Lines::default(), Admin::of("a"));
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::DEBUG)
            .with_ansi(false)
            .without_time()
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            let (method, uri) = (&Method::GET, &Uri::from_static(uri));
            admin.respond(Asked { method, uri, headers: &HeaderMap::new() });
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
            let logged = logged(uri);
            let said = "DEBUG obskit::admin: operator's request method=\"GET\"";
            let expected = format!("{said} endpoint=\"{endpoint}\" status={status}\n");
            assert_eq!(logged.trim_start(), expected);
        }
    }
}
