//! Trace context and baggage, by the tables of the W3C test suite.

mod baggage;
mod traceparent;
mod tracestate;

use http::{HeaderMap, HeaderName, HeaderValue};

/// The values that can be sent at all, each in a header of this name.
fn headers<V: AsRef<[u8]>>(name: &'static str, values: &[V]) -> HeaderMap {
    let values = values.iter().filter_map(|value| HeaderValue::from_bytes(value.as_ref()).ok());
    let mut headers = HeaderMap::new();
    for value in values {
        headers.append(HeaderName::from_static(name), value);
    }
    headers
}
