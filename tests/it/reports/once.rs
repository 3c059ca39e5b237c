//! A failing request is one report, whatever mix of things tells of it.

use std::fmt;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use obskit::context::RequestContext;
use obskit::{instrument_dependency, instrument_endpoint};
use obskit_tests::exported::Sums;
use serde_json::Value;
use tower::ServiceExt;
use tracing::{error, info, warn};

use super::lab::Reported;

#[derive(Debug)]
struct DiskFull(u32);

impl fmt::Display for DiskFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "disk {} is full", self.0)
    }
}

impl std::error::Error for DiskFull {}

/// What a handler does before it answers, one bit for each.
const SAYS: u8 = 1;
const SAYS_ERROR: u8 = 2;
const CALLS: u8 = 4;
const RETURNS: u8 = 8;
const MIXES: u8 = 16;

#[instrument_dependency("ro_disk", report = server_errors)]
async fn save() -> Result<(), DiskFull> {
    tokio::task::yield_now().await;
    Err(DiskFull(1))
}

/// By its answer.
struct Refused(StatusCode);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("refused")
    }
}

impl fmt::Debug for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Refused")
    }
}

impl std::error::Error for Refused {}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, [("x-report", report_id())]).into_response()
    }
}

fn report_id() -> String {
    RequestContext::current().unwrap().report_id().to_string()
}

#[instrument_endpoint]
async fn returning(status: StatusCode) -> Result<(), Refused> {
    Err(Refused(status))
}

async fn mixed(Path((mix, status)): Path<(u8, u16)>) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    info!("begun");
    if mix & SAYS != 0 {
        error!(disk = 1, "something is wrong");
    }
    if mix & SAYS_ERROR != 0 {
        let error: &dyn std::error::Error = &DiskFull(2);
        error!(error, "not saved");
        error!(error, "not saved again");
    }
    if mix & CALLS != 0 {
        save().await.unwrap_err();
    }
    warn!("all but done");
    if mix & RETURNS != 0 {
        return returning(status).await.into_response();
    }
    (status, [("x-report", report_id())]).into_response()
}

fn app(lab: &Reported) -> Router {
    let router = Router::new().route("/mix/{mix}/{status}", get(mixed));
    router.layer(lab.telemetry.layer())
}

/// Asks, reads the answer to its end, and gives its report's ID.
async fn ask(app: &Router, mix: u8, status: u16) -> String {
    let request = Request::get(format!("/mix/{mix}/{status}"));
    let request = request.header("x-request-id", format!("mix-{mix}-{status}"));
    let response = app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let id = response.headers()["x-report"].to_str().unwrap().to_owned();
    response.into_body().collect().await.unwrap();
    id
}

fn of(events: &[Value], mix: u8, status: u16) -> Vec<&Value> {
    let id = format!("mix-{mix}-{status}");
    events.iter().filter(|event| event["tags"]["request_id"] == *id).collect()
}

/// The title: that of the outermost error, else the message.
fn title(event: &Value) -> String {
    let values = event["exception"]["values"].as_array();
    let message = &event["logentry"]["message"];
    let message = message.as_str().unwrap_or_default();
    values.and_then(|values| values.last()).map_or(message.to_owned(), |error| {
        format!("{}: {}", error["type"].as_str().unwrap(), error["value"].as_str().unwrap())
    })
}

/// The first of the heaviest.
fn expected_title(mix: u8, status: u16) -> String {
    match mix {
        _ if mix & SAYS_ERROR != 0 => "DiskFull: disk 2 is full".to_owned(),
        _ if mix & CALLS != 0 => "DiskFull: disk 1 is full".to_owned(),
        _ if mix & RETURNS != 0 => "Refused: refused".to_owned(),
        _ if mix & SAYS != 0 => "something is wrong".to_owned(),
        _ => format!("HTTP {status}: GET /mix/{{mix}}/{{status}}"),
    }
}

#[tokio::test]
async fn any_mix_is_one_report() {
    let lab =
        Reported::with(|config| (config.reports.limit, config.reports.queue_size) = (0, 500)).await;
    let _events = lab.enter();
    let app = app(&lab);
    let mut asked = Vec::new();
    for status in [200, 302, 404, 422, 500, 503] {
        for mix in 0..MIXES {
            asked.push((mix, status, ask(&app, mix, status).await));
        }
    }
    let events = lab.events();
    let mut reported = 0;
    for (mix, status, id) in asked {
        let found = of(&events, mix, status);
        // What an endpoint returns is told where its answer is a failure.
        let returned = if status < 500 { 0 } else { RETURNS };
        let told = mix & (SAYS | SAYS_ERROR | CALLS | returned);
        let expected = match status {
            400..500 => 0,
            500.. => 1,
            _ => usize::from(told != 0),
        };
        assert_eq!(found.len(), expected, "{mix:04b} {status}: {found:#?}");
        for event in found {
            assert_eq!(title(event), expected_title(told, status), "{mix:04b} {status}");
            assert_eq!(event["event_id"], *id, "{mix:04b} {status}");
            assert_eq!(event["level"], "error");
            assert_eq!(event["transaction"], "GET /mix/{mix}/{status}");
        }
        reported += expected;
    }
    assert_eq!(events.len(), reported);
}

#[tokio::test]
async fn without_a_dsn_there_is_nothing() {
    let lab = Reported::with(|config| config.reports.dsn = None).await;
    let _events = lab.enter();
    let app = app(&lab);
    ask(&app, MIXES - 1, 500).await;
    assert_eq!(lab.events().len(), 0);
    let disabled = Reported::with(|config| config.disabled = true).await;
    let _events = disabled.enter();
    ask(&self::app(&disabled), MIXES - 1, 500).await;
    assert_eq!(disabled.events().len(), 0);
    // It is the settings that make the difference.
    for lab in [&lab, &disabled] {
        assert_eq!(Sums::of(&lab.telemetry, "report"), Sums::default());
    }
}

#[tokio::test]
async fn levels_of_the_log_leave_reports_whole() {
    let lab = Reported::with(|config| config.logs.directives = Some("off".to_owned())).await;
    let subscriber = {
        use tracing_subscriber::layer::SubscriberExt;
        let layer = lab.telemetry.tracing_layer().unwrap();
        tracing_subscriber::registry().with(layer).with(lab.telemetry.levels().clone())
    };
    let dispatch = obskit_tests::lab::dispatch(subscriber);
    let _events = tracing::dispatcher::set_default(&dispatch);
    let id = ask(&app(&lab), SAYS_ERROR, 500).await;
    let event = lab.event();
    assert_eq!((&event["event_id"], &*title(&event)), (&id.into(), "DiskFull: disk 2 is full"));
    let crumbs = event["breadcrumbs"]["values"].as_array().unwrap();
    let told: Vec<_> = crumbs.iter().map(|crumb| crumb["message"].as_str().unwrap()).collect();
    assert_eq!(told, ["begun", "not saved again", "all but done"]);
    assert_eq!(lab.lines(), Vec::<Value>::new());
}
