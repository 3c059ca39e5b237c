//! `/metrics`: the exposition, in the form the scraper asks for.

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, VARY};
use http::{HeaderValue, Response, StatusCode};

use super::Admin;
use super::content::Content;
use super::respond::{Asked, answer};
use crate::ledger::Signal;
use crate::metrics::Scrape;

impl Admin {
    pub(super) fn metrics_page(&self, asked: Asked<'_>) -> Response<Content> {
        self.ledger.accept(Signal::Scrape, 1);
        let scraped = self.metrics.scrape(&Scrape::from_request(asked.headers, asked.uri.query()));
        let (content_type, encoding) = (scraped.content_type(), scraped.content_encoding());
        let mut page = answer(StatusCode::OK, content_type, Bytes::from_owner(scraped));
        let headers = page.headers_mut();
        headers.insert(VARY, HeaderValue::from_static("accept, accept-encoding"));
        if let Some(encoding) = encoding {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        self.ledger.deliver(Signal::Scrape, 1);
        page
    }
}
