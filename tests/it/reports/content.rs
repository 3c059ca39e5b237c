//! What a report says of a failure and of the program.

use std::error::Error;
use std::fmt;
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use http::{Request, StatusCode};
use obskit::context::RequestContext;
use obskit::instrument_job;
use sentry::protocol::{Context, User};
use serde_json::{Value, json};
use tower::ServiceExt;
use tracing::{error, info, info_span, warn};

use super::lab::Reported;

/// An error and what it is caused by.
#[derive(Debug)]
pub struct SaveFailed(DiskFull);

#[derive(Debug)]
pub struct DiskFull {
    #[expect(dead_code, reason = "it is shown by Debug")]
    disk: u32,
}

impl fmt::Display for SaveFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the order was not saved")
    }
}

impl Error for SaveFailed {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

impl fmt::Display for DiskFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the disk is full")
    }
}

impl Error for DiskFull {}

fn say(what: &str) {
    let error: &(dyn Error + 'static) = &SaveFailed(DiskFull { disk: 3 });
    error!(error, order = 7, "cannot {what}");
}

async fn save() -> StatusCode {
    let request = RequestContext::current().unwrap();
    request.set_user("u-1");
    request.set_tag("tenant", "acme");
    request.set_feature("new-checkout", true);
    request.set_feature("theme", "dark");
    info!(step = 1, "looking");
    let _entered = info_span!("saving", shelf = "b").entered();
    warn!("slow");
    say("save");
    StatusCode::SERVICE_UNAVAILABLE
}

fn app(lab: &Reported) -> Router {
    let bare = || async { StatusCode::BAD_GATEWAY };
    let router = Router::new().route("/orders/{id}", get(save)).route("/bare/{id}", get(bare));
    router.layer(lab.telemetry.layer())
}

async fn ask(lab: &Reported, path: &str) {
    let _entered = lab.enter();
    let request = Request::get(path).header("x-request-id", "r-1").body(Body::empty()).unwrap();
    app(lab).oneshot(request).await.unwrap();
}

fn pick(of: &Value, pointers: &[&str]) -> Vec<Value> {
    let found = pointers.iter().map(|pointer| of.pointer(pointer).cloned());
    found.map(Option::unwrap_or_default).collect()
}

#[tokio::test]
async fn a_failure_is_told_with_its_causes_and_its_request() {
    let lab = Reported::start().await;
    ask(&lab, "/orders/7").await;
    let event = lab.event();
    assert_eq!(event["level"], "error");
    assert_eq!(event["logentry"]["message"], "cannot save");
    assert_eq!(event["logger"], module_path!());
    assert_eq!(event["transaction"], "GET /orders/{id}");
    assert_eq!(event["user"], json!({ "id": "u-1" }));
    let errors = pick(
        &event["exception"]["values"],
        &["/0/type", "/0/value", "/1/type", "/1/value", "/1/mechanism", "/2"],
    );
    let mechanism = json!({ "type": "generic", "handled": true });
    let expected = json!([
        "DiskFull",
        "the disk is full",
        "SaveFailed",
        "the order was not saved",
        mechanism,
        null
    ]);
    assert_eq!(Value::from(errors), expected);
    assert_eq!(event["exception"]["values"][0]["stacktrace"], Value::Null, "of the title alone");
    let tags = json!({
        "outcome": "server_error", "request_id": "r-1", "status": "503", "tenant": "acme",
    });
    assert_eq!(event["tags"], tags);
    let extra = event["extra"].as_object().unwrap();
    assert_eq!((&extra["order"], &extra["shelf"]), (&json!(7), &json!("b")));
    assert!(extra["duration_seconds"].is_f64() && extra["code.line.number"].is_u64());
    assert!(extra["code.file.path"].as_str().unwrap().ends_with("content.rs"));
    assert!(!extra.contains_key("suppressed"));
    let flags = json!([
        { "flag": "new-checkout", "result": true }, { "flag": "theme", "result": "dark" },
    ]);
    assert_eq!(event["contexts"]["flags"], json!({ "values": flags }));
    assert_eq!(event["contexts"]["response"]["status_code"], 503);
}

#[tokio::test]
async fn it_is_within_the_trace_of_its_request() {
    let lab = Reported::start().await;
    let _entered = lab.enter();
    let own = lab
        .call(|| async {
            let request = RequestContext::current().unwrap();
            say("save");
            (request.trace_id().to_string(), request.span_id().to_string())
        })
        .await;
    let event = lab.event();
    let told = &event["contexts"]["trace"];
    assert_eq!((&told["trace_id"], &told["span_id"]), (&json!(own.0), &json!(own.1)));
    assert_eq!(told["type"], "trace");
    let envelope = lab.sentry.envelopes().remove(0);
    assert_eq!(envelope.header["trace"]["trace_id"], own.0);
    assert_eq!(envelope.header["trace"]["public_key"], obskit_tests::sentry::KEY);
    assert_eq!(envelope.header["event_id"], event["event_id"]);
}

#[tokio::test]
async fn breadcrumbs_lead_to_the_failure() {
    let lab = Reported::start().await;
    ask(&lab, "/orders/7").await;
    let crumbs = lab.event()["breadcrumbs"]["values"].as_array().unwrap().clone();
    let told: Vec<_> = crumbs.iter().map(|crumb| pick(crumb, &["/level", "/message"])).collect();
    // What is at info is so without being said.
    assert_eq!(told, [[Value::Null, json!("looking")], [json!("warning"), json!("slow")]]);
    assert_eq!(crumbs[0]["data"], json!({ "step": 1 }));
    assert_eq!(crumbs[0]["category"], module_path!());
    assert!(crumbs[0]["timestamp"].as_f64() <= crumbs[1]["timestamp"].as_f64());
}

fn kernel(name: &str) -> String {
    let path = format!("/proc/sys/kernel/{name}");
    std::fs::read_to_string(path).unwrap().trim_end().to_owned()
}

#[tokio::test]
async fn the_program_is_told() {
    let before = SystemTime::now();
    let lab = Reported::with(|config| {
        config.service.name = "shop/orders".into();
        config.service.version = Some("1.2.3".into());
        config.service.environment = Some("staging".into());
    })
    .await;
    lab.run(|| say("save"));
    let event = lab.event();
    // The server takes no slash in a release.
    assert_eq!(event["release"], "shop-orders@1.2.3");
    assert_eq!(event["environment"], "staging");
    assert_eq!(event["platform"], "native");
    assert_eq!(event["server_name"], kernel("hostname"));
    let contexts = &event["contexts"];
    assert_eq!(contexts["os"]["name"], kernel("ostype"));
    assert_eq!(contexts["os"]["kernel_version"], kernel("osrelease"));
    assert_eq!(contexts["runtime"]["name"], "rustc");
    assert!(contexts["runtime"]["version"].as_str().unwrap().starts_with("1."));
    assert_eq!(contexts["app"]["app_name"], "shop/orders");
    assert_eq!(contexts["device"]["arch"], std::env::consts::ARCH);
    assert_eq!(event["sdk"]["name"], "obskit");
    assert_eq!(event["sdk"]["packages"][0]["name"], "cargo:obskit");
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs_f64(event["timestamp"].as_f64().unwrap());
    assert!(at + Duration::from_millis(1) >= before && at <= SystemTime::now());
}

#[tokio::test]
async fn what_is_set_goes_before() {
    let lab = Reported::with(|config| {
        config.service.environment = Some("staging".into());
        config.reports.release = Some("orders@7".into());
        config.reports.environment = Some("canary".into());
        config.reports.server_name = Some("a-1".into());
    })
    .await;
    lab.run(|| say("save"));
    let event = lab.event();
    let told = pick(&event, &["/release", "/environment", "/server_name"]);
    assert_eq!(told, ["orders@7", "canary", "a-1"]);
    let header = &lab.sentry.envelopes()[0].header["trace"];
    let told = pick(header, &["/release", "/environment"]);
    assert_eq!(told, ["orders@7", "canary"]);
}

#[tokio::test]
async fn outside_of_requests_there_is_none_to_tell_of() {
    let lab = Reported::start().await;
    lab.run(|| say("save"));
    let event = lab.event();
    let none = ["/request", "/user", "/transaction", "/breadcrumbs", "/contexts/response", "/tags"];
    assert_eq!(pick(&event, &none), vec![Value::Null; none.len()]);
    assert_eq!(event["exception"]["values"][1]["type"], "SaveFailed");
}

#[tokio::test]
async fn an_event_without_an_error_is_a_message() {
    let lab = Reported::start().await;
    lab.run(|| error!(order = 7, "nothing works"));
    let event = lab.event();
    assert_eq!(event["logentry"]["message"], "nothing works");
    assert_eq!(event["exception"], Value::Null);
    let thread = &event["threads"]["values"][0];
    assert_eq!((&thread["current"], thread.get("crashed")), (&json!(true), None));
    assert!(thread["stacktrace"]["frames"].is_array(), "{thread}");
}

#[tokio::test]
async fn a_status_alone_is_told_by_its_request() {
    let lab = Reported::start().await;
    ask(&lab, "/bare/7").await;
    let event = lab.event();
    let exception = &event["exception"]["values"][0];
    assert_eq!(
        (&exception["type"], &exception["value"]),
        (&json!("HTTP 502"), &json!("GET /bare/{id}"),)
    );
    assert_eq!(exception["stacktrace"], Value::Null, "nobody knows where");
    assert_eq!(event["logentry"]["message"], Value::Null);
    assert_eq!(event["tags"]["status"], "502");
}

#[instrument_job("rc_nightly")]
async fn nightly() -> Result<(), SaveFailed> {
    tokio::task::yield_now().await;
    Err(SaveFailed(DiskFull { disk: 1 }))
}

#[tokio::test]
async fn a_run_is_told_by_its_job() {
    let lab = Reported::start().await;
    let _entered = lab.enter();
    lab.telemetry.scope(nightly()).await.unwrap_err();
    let event = lab.event();
    assert_eq!(event["transaction"], "rc_nightly");
    assert_eq!(event["tags"]["job"], "rc_nightly");
    assert_eq!(event["request"], Value::Null);
    assert_eq!(event["exception"]["values"][1]["type"], "SaveFailed");
}

#[tokio::test]
async fn tags_and_features_are_bounded() {
    let lab = Reported::start().await;
    let _entered = lab.enter();
    lab.call(|| async {
        let request = RequestContext::current().unwrap();
        for number in 0..1_000 {
            request.set_tag(&format!("tag {number}"), number);
            request.set_feature(&format!("feature {number}"), "x".repeat(1_000));
        }
        request.set_tag("tag 0", format_args!("{}\nlast", "ä".repeat(1_000)));
        say("save");
    })
    .await;
    let event = lab.event();
    let tags = event["tags"].as_object().unwrap();
    let own = tags.iter().filter(|(name, _)| name.starts_with("tag-")).count();
    assert_eq!(own, 32, "{tags:?}");
    assert_eq!((&tags["tag-31"], &tags["tag-0"]), (&json!("31"), &json!("ä".repeat(100))));
    let flags = event["contexts"]["flags"]["values"].as_array().unwrap();
    assert_eq!(flags.len(), 100);
    assert_eq!(flags[0], json!({ "flag": "feature-900", "result": "x".repeat(200) }));
}

#[tokio::test]
async fn where_nothing_is_reported_nothing_is_kept() {
    let lab = Reported::with(|config| config.disabled = true).await;
    let _entered = lab.enter();
    lab.call(|| async {
        RequestContext::current().unwrap().set_tag("tenant", "acme");
        say("save");
    })
    .await;
    assert_eq!(lab.events(), Vec::<Value>::new());
}

fn overfill(scope: &mut sentry::Scope) {
    for number in 0..200 {
        let texts = vec!["x".repeat(8_000); 20];
        let context = [("texts".to_owned(), json!(texts))].into();
        scope.set_context(&format!("c{number}"), Context::Other(context));
        scope.set_extra(&format!("e{number}"), "y".repeat(100_000).into());
        scope.set_tag(&format!("t{number}"), "z".repeat(1_000));
    }
    // Deeper than anybody reads.
    scope.set_extra("deep", (0..100).fold(json!(1), |value, _| json!([value])));
}

#[tokio::test]
async fn what_is_too_large_for_the_server_gives_way() {
    let lab = Reported::start().await;
    let _entered = lab.enter();
    lab.request(|| {
        sentry::configure_scope(overfill);
        say("save");
    })
    .await;
    let event = lab.event();
    assert_eq!(event["exception"]["values"][1]["type"], "SaveFailed");
    assert_eq!(event["tags"]["t7"].as_str().unwrap().chars().count(), 200);
    let bytes = event.to_string().len();
    assert!((1..1 << 20).contains(&bytes), "{bytes}");
}

#[tokio::test]
async fn a_user_of_ones_own_is_the_requests_too() {
    let lab = Reported::start().await;
    let _entered = lab.enter();
    lab.call(|| async {
        RequestContext::current().unwrap().set_user("u-1");
        let user = User { username: Some("ada".into()), ..User::default() };
        sentry::configure_scope(|scope| scope.set_user(Some(user)));
        say("save");
    })
    .await;
    assert_eq!(lab.event()["user"], json!({ "id": "u-1", "username": "ada" }));
}

/// A span that is recorded is nearer to the failure than its request.
#[tokio::test]
async fn the_innermost_span_is_told() {
    let lab = Reported::with(|config| config.reports.traces_sample_rate = 1.0).await;
    let _entered = lab.enter();
    lab.request(|| {
        let _span = info_span!("saving").entered();
        say("save");
    })
    .await;
    let trace = lab.event()["contexts"]["trace"].clone();
    let transaction = lab.sentry.transactions().remove(0);
    assert_eq!(trace["span_id"], transaction["spans"][0]["span_id"], "{transaction:#}");
    assert_eq!(trace["trace_id"], transaction["contexts"]["trace"]["trace_id"]);
}
