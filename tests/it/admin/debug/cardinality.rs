//! `/debug/cardinality`.

use super::{Rig, finish};
use axum::Router;
use axum::routing::get;
use obskit::metrics::Text;
use serde_json::{Value, json};
use std::borrow::Cow;

const PAGE: &str = "/debug/cardinality";

/// A counter by tenant and plan that has room for two series.
fn mails(rig: &Rig, count: usize) {
    let sent = rig.telemetry.metrics().counter("mails_total", "Messages sent.");
    let sent = sent.label::<Text>("tenant").label::<Text>("plan").limit(2).register().unwrap();
    for number in 0..count {
        sent.get((&*format!("tenant-{number}"), "basic")).inc();
    }
}

fn metric<'a>(page: &'a Value, name: &str) -> &'a Value {
    let metrics = page["metrics"].as_array().unwrap();
    let found = metrics.iter().find(|metric| metric["metric"] == name);
    found.unwrap_or_else(|| panic!("{name} is not in {page}"))
}

#[tokio::test]
async fn a_metric_that_overflowed_shows_its_labels_and_what_it_refused() {
    let rig = Rig::new(|_| {}).await;
    mails(&rig, 100_000);
    let page = rig.page(PAGE).await;
    let mails = metric(&page, "mails_total");
    assert_eq!((&mails["kind"], &mails["series"]), (&json!("counter"), &json!(3)));
    assert_eq!((&mails["taken"], &mails["limit"]), (&json!(2), &json!(2)));
    assert_eq!(mails["overflowed"], 99_998);
    assert_eq!(mails["labels"], json!({ "tenant": 2, "plan": 1 }));
    let refused = mails["refused"].as_array().unwrap();
    assert_eq!(refused.len(), 8, "{refused:?}");
    assert_eq!(refused[0], json!({ "tenant": "tenant-2", "plan": "basic" }));
    let number = |row: &Value| row["tenant"].as_str().unwrap()[7..].parse::<u32>().unwrap();
    assert!(number(refused.last().unwrap()) > 90_000, "the late ones are seen, too");
}

#[tokio::test]
async fn the_metrics_with_most_series_come_first() {
    let rig = Rig::new(|_| {}).await;
    for (name, count) in [("few_total", 3), ("many_total", 1_000), ("some_total", 300)] {
        let family = rig.telemetry.metrics().counter(name, "Things.");
        let family = family.label::<Text>("thing").register().unwrap();
        (0..count).for_each(|number| family.get((&*number.to_string(),)).inc());
    }
    let page = rig.page(PAGE).await;
    let metrics = page["metrics"].as_array().unwrap();
    let names: Vec<_> = metrics.iter().map(|metric| metric["metric"].as_str().unwrap()).collect();
    assert_eq!(names[..2], ["many_total", "some_total"], "{names:?}");
    assert_eq!(names.len(), 20);
    assert_eq!(metric(&page, "many_total")["labels"], json!({ "thing": 1_000 }));
    let known = rig.telemetry.metrics().cardinality();
    assert_eq!(page["families"], known.len());
    assert_eq!(page["series"], known.iter().map(|family| family.series).sum::<usize>());
}

#[tokio::test]
async fn a_small_metric_that_overflowed_is_shown_among_the_large() {
    let rig = Rig::new(|_| {}).await;
    for number in 0..30 {
        let family = rig.telemetry.metrics().counter(format!("large_{number}_total"), "Things.");
        let family = family.label::<Text>("thing").register().unwrap();
        (0..10).for_each(|number| family.get((&*number.to_string(),)).inc());
    }
    mails(&rig, 5);
    assert_eq!(metric(&rig.page(PAGE).await, "mails_total")["overflowed"], 3);
}

/// Nobody has looked at them, so they may be anything.
#[tokio::test]
async fn refused_values_are_bounded_and_hidden_like_any_other() {
    let rig = Rig::new(|_| {}).await;
    let logins = rig.telemetry.metrics().counter("logins_total", "Logins.");
    let logins = logins.label::<Text>("password").label::<Text>("client").limit(1);
    let logins = logins.register().unwrap();
    logins.get(("first", "first")).inc();
    logins.get(("hunter2", "ghp_0123456789abcdefghij")).inc();
    logins.get(("hunter3", &*"x".repeat(5_000))).inc();
    let page = rig.page(PAGE).await;
    let refused = &metric(&page, "logins_total")["refused"];
    let hidden = "[redacted]";
    assert_eq!(refused[0], json!({ "password": hidden, "client": hidden }));
    assert_eq!(refused[1], json!({ "password": hidden, "client": "x".repeat(128) }));
}

#[tokio::test]
async fn endpoints_that_found_no_place_are_shown() {
    let rig = Rig::new(|config| config.metrics.endpoint_limit = 2).await;
    // A matcher that does what it must not: answers with paths.
    let layer = rig.telemetry.layer().matcher(|_, uri| Some(Cow::Borrowed(uri.path())));
    let app = Router::new().fallback(get(async || "")).layer(layer);
    for number in 0..5 {
        finish(&app, &format!("/orders/{number}")).await;
        finish(&app, &format!("/orders/{number}")).await;
    }
    let endpoints = &rig.page(PAGE).await["endpoints"];
    let refused = ["/orders/2", "/orders/3", "/orders/4"];
    let expected =
        json!({ "known": 4, "undeclared": 2, "limit": 2, "overflowed": 6, "refused": refused });
    assert_eq!(*endpoints, expected);
}
