//! Spans on standard output, of a process of its own.

use obskit_tests::http::get;
use serde_json::Value;

use crate::shutdown::child::Leaving;

#[tokio::test]
async fn each_span_is_a_line() {
    let variables = [("OTEL_TRACES_EXPORTER", "console"), ("OBSKIT_DRAIN_DELAY", "0s")];
    let mut leaving = Leaving::start_with("axum", &variables);
    let service = leaving.told("service").await;
    for _ in 0..3 {
        get(&format!("http://{service}/")).await;
    }
    leaving.signal("TERM");
    let ended = leaving.end().await;
    assert!(ended.status.success(), "{ended:?}");
    let spans: Vec<_> = ended.lines.iter().filter(|line| line["kind"] == "server").collect();
    assert_eq!(spans.len(), 3, "the last one, too: {ended:#?}");
    for span in spans {
        assert_eq!(span["attributes"]["http.request.method"], "GET", "{span}");
        let id = span["traceId"].as_str().unwrap();
        let has_line = |line: &&Value| line["traceId"] == id && line["level"] == "info";
        assert!(ended.lines.iter().any(|line| has_line(&line)), "its line has its trace: {span}");
    }
    let told = &ended.line("everything is delivered")["metadata"];
    assert_eq!(told["deliveredSpans"], 3, "{told}");
}
