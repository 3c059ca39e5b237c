//! `/metrics`: the form that is asked for.

use super::served;
use flate2::read::GzDecoder;
use http::StatusCode;
use obskit::Telemetry;
use obskit_tests::http as client;
use std::io::Read;

const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const PROTOBUF: &str = "application/vnd.google.protobuf; \
                        proto=io.prometheus.client.MetricFamily; encoding=delimited";
/// What Prometheus 2.42 sends with native histograms on.
const PROMETHEUS: &str = "application/vnd.google.protobuf;\
    proto=io.prometheus.client.MetricFamily;encoding=delimited,\
    application/openmetrics-text;version=1.0.0;q=0.8,\
    application/openmetrics-text;version=0.0.1;q=0.75,\
    text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

fn count_orders(telemetry: &Telemetry) {
    let orders = telemetry.metrics().counter("orders_total", "Orders taken.").register().unwrap();
    orders.add(7);
}

#[tokio::test]
async fn the_format_is_negotiated() {
    let (telemetry, addr) = served().await;
    count_orders(&telemetry);
    let check = async |accept: &[(&str, &str)], content_type: &str| {
        let url = format!("http://{addr}/metrics");
        let reply = client::try_get(&url, accept).await.unwrap();
        assert_eq!(reply.status, StatusCode::OK);
        assert_eq!(reply.header("content-type"), content_type, "{accept:?}");
        assert_eq!(reply.header("vary"), "accept, accept-encoding");
        reply.body
    };
    let text = check(&[], TEXT).await;
    assert!(String::from_utf8(text.to_vec()).unwrap().contains("\norders_total 7\n"));
    check(&[("accept", "*/*")], TEXT).await;
    check(&[("accept", "text/html")], TEXT).await;
    let accept = "application/openmetrics-text;version=1.0.0,*/*;q=0.1";
    let open_metrics = check(&[("accept", accept)], OPEN_METRICS).await;
    assert!(open_metrics.ends_with(b"# EOF\n"));
    check(&[("accept", PROMETHEUS)], PROTOBUF).await;
}

#[tokio::test]
async fn it_is_compressed_where_that_is_accepted() {
    let (telemetry, addr) = served().await;
    count_orders(&telemetry);
    let url = format!("http://{addr}/metrics");
    let plain = client::get(&url).await;
    assert_eq!(plain.header("content-encoding"), "");
    let packed = client::try_get(&url, &[("accept-encoding", "gzip")]).await.unwrap();
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(packed.body.len() < plain.body.len());
    let mut unpacked = String::new();
    GzDecoder::new(&*packed.body).read_to_string(&mut unpacked).unwrap();
    assert!(unpacked.contains("\norders_total 7\n"), "{unpacked}");
}

#[tokio::test]
async fn families_are_picked_by_name() {
    let (telemetry, addr) = served().await;
    count_orders(&telemetry);
    let picked = client::get(&format!("http://{addr}/metrics?name[]=orders_total")).await;
    let samples: Vec<_> = picked.text().lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(samples, ["orders_total 7"]);
}
