//! Who gets which format and which encoding.

use http::header::{ACCEPT, ACCEPT_ENCODING, HeaderName};
use http::{HeaderMap, HeaderValue};
use obskit::metrics::{Format, Scrape};
use proptest::prelude::*;

/// Prometheus 2.42 with native histograms on.
const PROMETHEUS_2: &str = "application/vnd.google.protobuf;\
    proto=io.prometheus.client.MetricFamily;encoding=delimited,\
    application/openmetrics-text;version=1.0.0;q=0.8,\
    application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

/// Prometheus 3, whose first choice for text is a version with names of any characters.
const PROMETHEUS_3: &str = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
    application/openmetrics-text;version=0.0.1;q=0.5,\
    text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

#[track_caller]
fn check(accept: &[&str], expected: Format) {
    assert_eq!(Format::negotiate(accept), expected, "{accept:?}");
}

/// R30.
#[test]
fn formats() {
    use Format::{OpenMetrics, OpenMetrics001, Protobuf, Text};
    check(&[], Text);
    check(&[""], Text);
    check(&["*/*"], Text);
    check(&[BROWSER], Text);
    check(&[PROMETHEUS_2], Protobuf);
    check(&[PROMETHEUS_3], OpenMetrics);
    check(&["text/plain;version=0.0.4"], Text);
    check(&["text/plain"], Text);
    check(&["text/*"], Text);
    check(&["application/json"], Text);
    check(&["application/openmetrics-text"], OpenMetrics);
    check(&["application/openmetrics-text; version=1.0.0; charset=utf-8"], OpenMetrics);
    check(&["application/openmetrics-text;version=\"0.0.1\""], OpenMetrics001);
    check(&["application/openmetrics-text;version=2.0.0"], Text);
    check(&["APPLICATION/OpenMetrics-Text;Version=1.0.0;Q=0.5,text/plain;q=0.4"], OpenMetrics);
    check(&["application/vnd.google.protobuf;encoding=text"], Text);
    check(&["application/vnd.google.protobuf;proto=other.Message"], Text);
}

#[test]
fn weights() {
    use Format::{OpenMetrics, Protobuf, Text};
    check(&["application/openmetrics-text;q=0.1", "text/plain"], Text);
    check(&["application/openmetrics-text", "text/plain;q=0.1"], OpenMetrics);
    check(&["application/openmetrics-text,text/plain,application/vnd.google.protobuf"], Protobuf);
    check(&["text/plain;q=0, application/openmetrics-text;q=0.001"], OpenMetrics);
    check(&["application/openmetrics-text;q=0, */*"], Text);
    check(&["text/plain;q=0, */*"], Format::OpenMetrics001);
    check(&["text/plain;q=0"], Text);
    check(&["application/openmetrics-text;q=0.5, */*;q=0.9"], Text);
    // A weight that is none takes its choice out.
    for weight in ["2", "-1", "0.1234", "1.001", "x", "", "0,5", "NaN", "1e-1"] {
        check(&[&format!("application/openmetrics-text;q={weight},text/plain;q=0.1")], Text);
    }
    check(
        &["application/openmetrics-text;a=\",text/plain;q=0\\\",\";q=1, text/plain"],
        OpenMetrics,
    );
}

#[test]
fn content_types() {
    let text = Format::Text.content_type();
    assert_eq!(text, "text/plain; version=0.0.4; charset=utf-8");
    for format in [Format::Text, Format::OpenMetrics, Format::OpenMetrics001, Format::Protobuf] {
        check(&[format.content_type()], format);
    }
}

/// What is past the bounds is not read.
#[test]
fn hostile_headers_are_bounded() {
    check(&[&format!("{}application/openmetrics-text", "text/html,".repeat(20_000))], Format::Text);
    let many: Vec<_> = (0..100_000).map(|n| format!("application/x-{n}")).collect();
    assert_eq!(Format::negotiate(&many), Format::Text);
    check(&["application/openmetrics-text", &"x".repeat(1 << 20)], Format::OpenMetrics);
}

proptest! {
    #[test]
    fn any_bytes_get_a_format(headers: Vec<Vec<u8>>) {
        Format::negotiate(headers);
    }

    #[test]
    fn any_text_like_a_header_gets_a_format(
        accept in "([a-z*]{0,4}/[a-z*]{0,4}(;[a-zq]=\"?[0-9.,\\\\;]{0,5}\"?)?,? ?){0,6}",
    ) {
        Format::negotiate([accept]);
    }
}

fn request(name: &HeaderName, values: &[&str]) -> HeaderMap {
    let values = values.iter().map(|value| HeaderValue::from_str(value).unwrap());
    values.map(|value| (name.clone(), value)).collect()
}

#[test]
fn encodings() {
    let check = |accept: &[&str], expected| {
        let scrape = Scrape::from_request(&request(&ACCEPT_ENCODING, accept), None);
        assert_eq!(scrape.gzip, expected, "{accept:?}");
    };
    check(&[], false);
    check(&[""], false);
    check(&["gzip"], true);
    check(&["GZIP"], true);
    check(&["x-gzip"], true);
    check(&["br, gzip;q=0.5"], true);
    check(&["br", "gzip"], true);
    check(&["br, zstd"], false);
    check(&["*"], true);
    check(&["*;q=0"], false);
    check(&["gzip;q=0"], false);
    check(&["gzip;q=0, *"], false);
    check(&["identity"], false);
    check(&["identity;q=0.5, gzip;q=0.4"], false);
    check(&["identity;q=0.5, gzip;q=0.5"], true);
    check(&["gzip;q=nonsense"], false);
}

#[test]
fn requests() {
    let headers = request(&ACCEPT, &[PROMETHEUS_2]);
    let check = |query: Option<&str>, names: &[&str]| {
        let scrape = Scrape::from_request(&headers, query);
        assert_eq!(scrape.format, Format::Protobuf);
        assert_eq!(scrape.names, names, "{query:?}");
    };
    check(None, &[]);
    check(Some(""), &[]);
    check(Some("name[]=up"), &["up"]);
    check(Some("name%5B%5D=up&x=1&name[]=b&name[]=b"), &["b", "up"]);
    check(Some("name[]=a%20b+c"), &["a b c"]);
    check(Some("name[]=%ff"), &["\u{fffd}"]);
    check(Some("name=up&name[]=&name[]"), &[]);
    let long = format!("name[]={}&name[]=up", "x".repeat(300));
    check(Some(&long), &["up"]);
    let many = (0..10_000).map(|n| format!("name[]=n{n}")).collect::<Vec<_>>().join("&");
    assert_eq!(Scrape::from_request(&headers, Some(&many)).names.len(), 100);
}
