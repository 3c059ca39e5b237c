//! An HTTP/1.1 client for one request on one connection.

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::time::Duration;
use tokio::time::timeout;

const DEADLINE: Duration = Duration::from_secs(10);

/// A whole answer.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Reply {
    /// The body, which must be UTF-8.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The body, which must be JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// A header that stands once and is text; empty where it is absent.
    pub fn header(&self, name: &str) -> &str {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next().map_or("", |value| value.to_str().unwrap());
        assert!(values.next().is_none(), "{name} stands twice");
        value
    }
}

/// A GET that must be answered within 10 s, whatever the status.
pub async fn get(url: &str) -> Reply {
    send(Method::GET, url, &[], "").await.unwrap_or_else(|error| panic!("GET {url}: {error}"))
}

/// A GET with headers, which may fail.
pub async fn try_get(url: &str, headers: &[(&str, &str)]) -> Result<Reply, String> {
    send(Method::GET, url, headers, "").await
}

/// Any request, answered within 10 s or an error.
pub async fn send(
    method: Method,
    url: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Result<Reply, String> {
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(Bytes::from(body.to_owned()))).unwrap();
    let answered = timeout(DEADLINE, exchange(request)).await;
    answered.unwrap_or_else(|_| Err(format!("no answer in {DEADLINE:?}")))
}

/// The parameters of a URL, without the `?` before them.
pub fn query(parameters: &[(&str, &str)]) -> String {
    let encoded = parameters
        .iter()
        .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
    encoded.collect::<Vec<_>>().join("&")
}

async fn exchange(request: Request<Full<Bytes>>) -> Result<Reply, String> {
    let client = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build_http();
    let response = client.request(request).await.map_err(|error| format!("{error:?}"))?;
    let (head, body) = response.into_parts();
    let body = body.collect().await.map_err(|error| format!("{error:?}"))?.to_bytes();
    Ok(Reply { status: head.status, headers: head.headers, body })
}
