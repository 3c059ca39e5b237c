//! What requests have left in the metrics.

use super::{check, diagnose};
use http::{Request, Response, StatusCode};
use obskit::Telemetry;
use obskit::metrics::{Counter, Family, Text};
use obskit::telemetry::Severity::{self, Ok, Warning};
use obskit_tests::settings;
use std::borrow::Cow;
use std::convert::Infallible;
use std::future::ready;
use tower::{Layer, ServiceExt, service_fn};

/// Requests with a path each, of which those to `/known` match a route.
async fn serve(telemetry: &Telemetry, requests: &[(&'static str, u16, usize)]) {
    let layer = telemetry
        .layer()
        .matcher(|_, uri| (uri.path() == "/known").then_some(Cow::Borrowed("/known")));
    for (path, status, count) in requests {
        let status = StatusCode::from_u16(*status).unwrap();
        for _ in 0..*count {
            let response = Response::builder().status(status).body(String::new()).unwrap();
            let answer = move |_| ready(Result::<_, Infallible>::Ok(response.clone()));
            let service = layer.layer(service_fn(answer));
            let request = Request::get(*path).body(String::new()).unwrap();
            drop(service.oneshot(request).await.unwrap());
        }
    }
}

#[tokio::test]
async fn requests_are_told_apart_by_their_routes() {
    let found = async |requests: &[(&'static str, u16, usize)], severity: Severity, said: &str| {
        let telemetry = Telemetry::build(settings::local()).unwrap();
        serve(&telemetry, requests).await;
        check(&telemetry.doctor().await, "routes", severity, said);
    };
    found(&[], Ok, "too few").await;
    found(&[("/other", 200, 99)], Ok, "too few").await;
    found(&[("/known", 200, 100)], Ok, "0 of 100").await;
    found(&[("/known", 200, 90), ("/other", 200, 10)], Ok, "10 of 100").await;
    found(&[("/known", 200, 89), ("/other", 302, 11)], Warning, "11 of 100").await;
    found(&[("/known", 200, 89), ("/other", 500, 11)], Warning, "ServerLayer::matcher").await;
    found(&[("/known", 404, 50), ("/other", 404, 50)], Ok, "50 of 100").await;
    found(&[("/known", 404, 49), ("/other", 404, 51)], Warning, "51 of 100").await;
}

#[tokio::test]
async fn metrics_have_room() {
    let telemetry = Telemetry::build(settings::local()).unwrap();
    let family = telemetry.metrics().counter("mail_sent_total", "Mail.").label::<Text>("tenant");
    let family: Family<(Text,), Counter> = family.limit(10).register().unwrap();
    let use_up_to = |count: u32| (0..count).for_each(|n| family.get((&*n.to_string(),)).inc());
    use_up_to(7);
    check(&telemetry.doctor().await, "cardinality", Ok, "room");
    use_up_to(8);
    let said = "mail_sent_total has 8 of 10, and 0 updates found no place";
    check(&telemetry.doctor().await, "cardinality", Warning, said);
    use_up_to(13);
    check(&telemetry.doctor().await, "cardinality", Warning, "10 of 10, and 3 updates");
}

#[tokio::test]
async fn what_was_lost_is_told() {
    let telemetry = {
        let mut config = settings::local();
        config.metrics.endpoint_limit = 1;
        Telemetry::build(config).unwrap()
    };
    check(&telemetry.doctor().await, "losses", Ok, "no telemetry");
    let layer = telemetry.layer().matcher(|_, uri| Some(Cow::Borrowed(uri.path())));
    for path in ["/1", "/2", "/3"] {
        let answer = |_| ready(Result::<_, Infallible>::Ok(Response::new(String::new())));
        // What a caller sent wrongly is no loss of ours.
        let request = Request::get(path).header("baggage", "=").body(String::new()).unwrap();
        drop(layer.layer(service_fn(answer)).oneshot(request).await.unwrap());
    }
    let found = check(&telemetry.doctor().await, "losses", Warning, "endpoint/limit 2");
    assert!(!found.message.contains("baggage"), "{found:?}");
}

#[tokio::test]
async fn a_scrape_answers_and_descriptors_are_there() {
    let found = diagnose(|_| ()).await;
    check(&found, "exposition", Ok, "KiB");
    check(&found, "clock", Ok, "steady");
    if cfg!(target_os = "linux") {
        assert!(found.finding("descriptors").unwrap().message.contains("open"), "{found}");
    }
}
