//! What a user sets by `sentry`'s own means is in the reports that obskit makes.

use std::convert::Infallible;

use http::{Request, Response, StatusCode};
use obskit::context::RequestContext;
use sentry::protocol::Event;
use sentry::{Breadcrumb, User};
use serde_json::{Value, json};
use tower::{Layer, ServiceExt, service_fn};
use tracing::{error, info};

use super::lab::Reported;

/// One request that fails, having done `work`.
async fn fail(lab: &Reported, work: impl Fn()) {
    let handler = async |_: Request<String>| {
        work();
        tokio::task::yield_now().await;
        let mut response = Response::new(String::new());
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        Ok::<_, Infallible>(response)
    };
    let service = lab.telemetry.layer().layer(service_fn(handler));
    drop(service.oneshot(Request::new(String::new())).await.unwrap());
}

fn set_all() {
    sentry::configure_scope(|scope| {
        scope.set_tag("order", "7");
        scope.set_extra("items", json!([1, 2]));
        scope.set_user(Some(User { username: Some("ada".to_owned()), ..User::default() }));
        scope.set_transaction(Some("checkout"));
        scope.set_fingerprint(Some(&["checkout", "failed"]));
    });
    sentry::add_breadcrumb(Breadcrumb {
        message: Some("basket".to_owned()),
        ..Breadcrumb::default()
    });
}

fn check(event: &Value) {
    assert_eq!(event["tags"]["order"], "7", "{event:#}");
    assert_eq!(event["extra"]["items"], json!([1, 2]));
    assert_eq!(event["user"]["username"], "ada");
    assert_eq!(event["transaction"], "checkout");
    assert_eq!(event["fingerprint"], json!(["checkout", "failed"]));
    let crumbs = event["breadcrumbs"]["values"].as_array().unwrap();
    assert!(crumbs.iter().any(|crumb| crumb["message"] == "basket"), "{crumbs:#?}");
    assert!(event["tags"]["request_id"].is_string());
}

#[tokio::test]
async fn of_a_bare_status() {
    let lab = Reported::start().await;
    fail(&lab, set_all).await;
    check(&lab.event());
}

#[tokio::test]
async fn of_an_error_that_was_logged() {
    let lab = Reported::start().await;
    let _entered = lab.enter();
    fail(&lab, || {
        info!("begun");
        error!("no answer");
        // It need not come before.
        set_all();
    })
    .await;
    let event = lab.event();
    check(&event);
    let crumbs = event["breadcrumbs"]["values"].as_array().unwrap();
    let told: Vec<_> = crumbs.iter().map(|crumb| crumb["message"].as_str().unwrap()).collect();
    assert_eq!(told, ["begun", "basket"]);
}

#[tokio::test]
async fn of_an_error_outside_of_requests() {
    let lab = Reported::start().await;
    lab.run(|| {
        let hub = std::sync::Arc::new(sentry::Hub::new_from_top(sentry::Hub::current()));
        sentry::Hub::run(hub, || {
            sentry::Hub::current().configure_scope(|scope| scope.set_tag("job", "nightly"));
            error!("no leader");
        });
    });
    assert_eq!(lab.event()["tags"]["job"], "nightly");
}

#[tokio::test]
async fn an_event_processor_may_change_a_report_or_drop_it() {
    let lab = Reported::start().await;
    let process = |mut event: Event<'static>| {
        event.tags.insert("processed".to_owned(), "yes".to_owned());
        Some(event)
    };
    fail(&lab, || sentry::configure_scope(|scope| scope.add_event_processor(process))).await;
    assert_eq!(lab.event()["tags"]["processed"], "yes");
    fail(&lab, || sentry::configure_scope(|scope| scope.add_event_processor(|_| None))).await;
    assert_eq!(lab.events().len(), 1);
}

#[tokio::test]
async fn an_event_processor_that_panics_costs_nothing_but_itself() {
    let lab = Reported::start().await;
    fail(&lab, || {
        sentry::configure_scope(|scope| {
            scope.set_tag("order", "7");
            scope.add_event_processor(|_| panic!("in a processor"));
        });
    })
    .await;
    assert_eq!(lab.event()["tags"]["outcome"], "server_error");
    fail(&lab, || ()).await;
    assert_eq!(lab.events().len(), 2);
}

/// A breadcrumb's maker runs while `sentry` has its hub locked.
#[tokio::test]
async fn an_error_while_the_hub_is_locked_waits_for_nothing() {
    let lab = Reported::start().await;
    let _entered = lab.enter();
    fail(&lab, || {
        sentry::add_breadcrumb(|| {
            error!("within");
            Breadcrumb { message: Some("made".to_owned()), ..Breadcrumb::default() }
        });
    })
    .await;
    let event = lab.event();
    let crumbs = event["breadcrumbs"]["values"].as_array().unwrap();
    assert!(crumbs.iter().any(|crumb| crumb["message"] == "made"), "{event:#}");
}

#[tokio::test]
async fn what_the_context_knows_stands_where_the_user_has_set_nothing() {
    let lab = Reported::start().await;
    fail(&lab, || RequestContext::current().unwrap().set_user("u-7")).await;
    let event = lab.event();
    assert_eq!(event["user"]["id"], "u-7");
    assert_eq!(event["transaction"], "GET");
}

#[tokio::test]
async fn secrets_are_hidden_in_what_a_user_captures() {
    const SECRET: &str = "hunter2-5e7f00d5e7f00d";
    let lab = Reported::start().await;
    lab.request(|| {
        sentry::configure_scope(|scope| {
            scope.set_tag("password", SECRET);
            scope.set_extra("api_key", SECRET.into());
            scope.set_extra("url", format!("postgres://me:{SECRET}@db/x").into());
            scope.set_user(Some(User {
                other: [("token".to_owned(), SECRET.into())].into(),
                ..User::default()
            }));
        });
        sentry::add_breadcrumb(Breadcrumb {
            message: Some(format!("Authorization: Bearer {SECRET}")),
            ..Breadcrumb::default()
        });
        sentry::capture_message(&format!("password={SECRET}"), sentry::Level::Error);
    })
    .await;
    assert_eq!(lab.events().len(), 1);
    assert!(!lab.sentry.has_seen(SECRET), "{:#?}", lab.events());
}
