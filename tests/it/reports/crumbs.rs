//! Breadcrumbs: what happened in the request before.

use std::error::Error;

use http::{Request, Response, StatusCode};
use serde_json::{Value, json};
use std::convert::Infallible;
use tower::{Layer, ServiceExt, service_fn};
use tracing::level_filters::LevelFilter;
use tracing::{debug, error, info, trace, warn};

use super::lab::Reported;

/// Serves a request that fails behind `work`, and gives the breadcrumbs of its report.
async fn crumbs(lab: &Reported, work: impl AsyncFn()) -> Vec<Value> {
    let handler = async |_: Request<String>| {
        work().await;
        let response = Response::builder().status(StatusCode::BAD_GATEWAY);
        Ok::<_, Infallible>(response.body(String::new()).unwrap())
    };
    let service = lab.telemetry.layer().layer(service_fn(handler));
    drop(service.oneshot(Request::new(String::new())).await.unwrap());
    let event = lab.events().pop().unwrap();
    event["breadcrumbs"]["values"].as_array().cloned().unwrap_or_default()
}

fn messages(crumbs: &[Value]) -> Vec<&str> {
    crumbs.iter().map(|crumb| crumb["message"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn events_become_breadcrumbs_with_their_fields() {
    let lab = Reported::start().await;
    let _events = lab.enter();
    let found = crumbs(&lab, async || {
        info!(sets = 3, weight = 62.5, by = "ada", done = true, token = "hunter2", "workout \"A\"");
        let error: Box<dyn Error> = "no password=hunter2 here".into();
        warn!(target: "other", error, who = ?Some(1), "not saved");
        debug!("too fine");
        trace!("finer");
    })
    .await;
    let [first, second] = &*found else { panic!("{found:#?}") };
    assert!(first["timestamp"].is_number() || first["timestamp"].is_string(), "{first}");
    let data = json!({
        "sets": 3, "weight": 62.5, "by": "ada", "done": true, "token": "[redacted]",
    });
    assert_eq!(first["data"], data);
    assert_eq!(first["message"], "workout \"A\"");
    // What is not said is `info`.
    assert_eq!((&first["level"], &first["category"]), (&Value::Null, &json!(module_path!())));
    let data = json!({ "error": "no password=[redacted] here", "who": "Some(1)" });
    assert_eq!(second["data"], data);
    assert_eq!((&second["level"], &second["category"]), (&json!("warning"), &json!("other")));
    assert!(!lab.sentry.has_seen("hunter2"));
}

#[tokio::test]
async fn the_level_is_the_users_choice() {
    for (level, expected) in [
        (LevelFilter::OFF, &[][..]),
        (LevelFilter::WARN, &["warn"]),
        (LevelFilter::DEBUG, &["info", "warn", "debug"]),
    ] {
        let lab = Reported::with(|config| config.reports.breadcrumbs = level).await;
        let _events = lab.enter();
        let found = crumbs(&lab, async || {
            info!("info");
            warn!("warn");
            debug!("debug");
            trace!("trace");
        })
        .await;
        assert_eq!(messages(&found), expected, "{level}");
    }
}

#[tokio::test]
async fn the_reported_event_is_not_among_its_own_breadcrumbs() {
    let lab = Reported::start().await;
    let _events = lab.enter();
    let found = crumbs(&lab, async || {
        info!("before");
        error!("a message");
        error!(error = "an error", "with one");
        error!(error = "another error", "with another");
        info!("after");
    })
    .await;
    assert_eq!(messages(&found), ["before", "a message", "with another", "after"]);
}

#[tokio::test]
async fn requests_at_once_have_their_own() {
    let lab = Reported::start().await;
    let _events = lab.enter();
    let handler = async |request: Request<String>| {
        for step in 0..3 {
            info!("{} at {step}", request.uri().path());
            tokio::task::yield_now().await;
        }
        let response = Response::builder().status(StatusCode::BAD_GATEWAY);
        Ok::<_, Infallible>(response.body(String::new()).unwrap())
    };
    let service = lab.telemetry.layer().layer(service_fn(handler));
    info!("of nobody");
    let ask = |path: &'static str| {
        let request = Request::get(path).header("x-request-id", path.trim_start_matches('/'));
        let service = service.clone();
        async move { drop(service.oneshot(request.body(String::new()).unwrap()).await.unwrap()) }
    };
    tokio::join!(ask("/a"), ask("/b"));
    for event in lab.events() {
        let id = event["tags"]["request_id"].as_str().unwrap();
        let found = event["breadcrumbs"]["values"].as_array().unwrap();
        let expected: Vec<_> = (0..3).map(|step| format!("/{id} at {step}")).collect();
        assert_eq!(messages(found), expected);
    }
}

#[tokio::test]
async fn they_are_bounded_by_number_and_by_bytes() {
    let lab = Reported::start().await;
    let _events = lab.enter();
    let found = crumbs(&lab, async || (0..1_000).for_each(|number| info!("{number}"))).await;
    let expected: Vec<_> = (900..1_000).map(|number| number.to_string()).collect();
    assert_eq!(messages(&found), expected);
    let text = "x".repeat(2_000);
    let found = crumbs(&lab, async || {
        (0..200).for_each(|number| info!(text, "{number} {text}"));
    })
    .await;
    let bytes: usize = found.iter().map(|crumb| crumb.to_string().len()).sum();
    assert!((16 << 10..48 << 10).contains(&bytes), "{bytes}");
    assert!(messages(&found).last().unwrap().starts_with("199 "));
}

#[tokio::test]
async fn work_moved_to_other_tasks_leaves_its_own() {
    let lab = Reported::start().await;
    let _events = lab.enter();
    let found = crumbs(&lab, async || {
        info!("here");
        obskit::context::spawn(async { info!("there") }).await.unwrap();
    })
    .await;
    assert_eq!(messages(&found), ["here", "there"]);
}
