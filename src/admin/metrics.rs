//! `/metrics`: the exposition, in the form the scraper asks for.

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, RETRY_AFTER, VARY};
use http::{HeaderValue, Response, StatusCode};

use super::Admin;
use super::content::Content;
use super::respond::{Asked, answer, failed, text};
use super::turns::Unscraped;
use crate::ledger::Signal;
use crate::metrics::Scrape;

impl Admin {
    pub(super) async fn metrics_page(&self, asked: Asked<'_>) -> Response<Content> {
        let scrape = Scrape::from_request(asked.headers, asked.uri.query());
        let (metrics, ledger) = (self.metrics.clone(), self.ledger.clone());
        // Those that get no turn are none, and who has gone meanwhile is still answered.
        let scrape = move || {
            ledger.accept(Signal::Scrape, 1);
            let scraped = metrics.scrape(&scrape);
            ledger.deliver(Signal::Scrape, 1);
            scraped
        };
        let scraped = match self.turns.take(asked.neighbour, scrape).await {
            Ok(scraped) => scraped,
            Err(Unscraped::Busy) => return busy(),
            Err(Unscraped::Failed) => return failed(),
        };
        let (content_type, encoding) = (scraped.content_type(), scraped.content_encoding());
        let mut page = answer(StatusCode::OK, content_type, Bytes::from_owner(scraped));
        let headers = page.headers_mut();
        headers.insert(VARY, HeaderValue::from_static("accept, accept-encoding"));
        if let Some(encoding) = encoding {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        page
    }
}

/// For a scrape past those that may wait.
fn busy() -> Response<Content> {
    let mut busy = text(StatusCode::SERVICE_UNAVAILABLE, "too many scrapes at once\n");
    busy.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    busy
}
