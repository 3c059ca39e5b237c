//! What lines have of the spans and the request around them.

use super::lab::{Lab, field};
use obskit::context::{self, RequestContext};
use serde_json::{Value, json};
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use tracing::field::Empty;
use tracing::{Instrument, Metadata, Span, info, info_span};

/// L4: the last value alone, in flat memory.
#[test]
fn a_field_recorded_again_and_again_has_its_last_value() {
    let lab = Lab::new(|_| {});
    lab.run(|| {
        let outer = info_span!("outer", round = Empty, fixed = "f").entered();
        let inner = info_span!("inner", round = "inner").entered();
        let record = |from: u64| {
            for n in from..from + 10_000 {
                outer.record("round", n);
            }
        };
        record(10_000);
        let again = allocation_counter::measure(|| record(20_000));
        assert_eq!((again.count_total, again.bytes_current), (0, 0), "{again:?}");
        info!("hidden by the inner span");
        drop(inner);
        info!("seen");
        outer.record("fixed", "g");
        let _inner = info_span!("inner").entered();
        info!("seen from within");
    });
    let lines = lab.lines();
    let metadata = |line: usize| lines[line]["metadata"].clone();
    assert_eq!(metadata(0), json!({ "round": "inner", "fixed": "f" }));
    assert_eq!(metadata(1), json!({ "round": 29_999, "fixed": "f" }));
    assert_eq!(metadata(2), json!({ "round": 29_999, "fixed": "g" }));
}

/// L5: the request's IDs, in spans of any depth.
#[tokio::test]
async fn lines_are_correlated_at_any_depth() {
    let lab = Lab::new(|_| {});
    let _entered = lab.enter();
    let id = lab
        .request(|| {
            let spans: Vec<_> = (0..100).map(|depth| info_span!("deep", depth).entered()).collect();
            info!("within");
            spans.into_iter().rev().for_each(drop);
            RequestContext::current().unwrap().request_id().to_string()
        })
        .await;
    let line = lab.lines().swap_remove(0);
    assert_eq!(field(&line, "requestId"), id);
    assert_eq!((field(&line, "traceId").len(), field(&line, "spanId").len()), (32, 16));
    assert_eq!(line["endpoint"], "unmatched", "{line}");
    assert_eq!(line["metadata"], json!({ "depth": 99 }), "{line}");
}

/// L5: a span is of the request that it was made in, wherever it is used.
#[tokio::test]
async fn lines_follow_their_spans_into_tasks_and_threads() {
    let lab = Lab::new(|_| {});
    let _entered = lab.enter();
    let (id, span) = lab
        .request(|| {
            let span = info_span!("work", set = 1);
            (RequestContext::current().unwrap().request_id().to_string(), span)
        })
        .await;
    assert!(RequestContext::current().is_none());
    info!("outside");
    info!(parent: &span, "by its parent");
    let inner = info_span!(parent: &span, "inner");
    info!(parent: &inner, "by its parent's parent");
    tokio::spawn(async { info!("in a task") }.instrument(span.clone())).await.unwrap();
    let other = lab
        .request(|| {
            info!(parent: &span, "of the one, in another");
            info!(parent: None, "in another");
            RequestContext::current().unwrap().request_id().to_string()
        })
        .await;
    let lines: Vec<_> =
        lab.lines().into_iter().filter(|line| line["target"] != "obskit::access").collect();
    let ids: Vec<_> = lines.iter().map(|line| line["requestId"].as_str()).collect();
    let (id, other) = (Some(&*id), Some(&*other));
    assert_eq!(ids, [None, id, id, id, id, other], "{lines:#?}");
    assert_eq!(lines[3]["metadata"], json!({ "set": 1 }));
}

/// L5: so is one without fields, though it shows what the span around it does.
#[tokio::test]
async fn spans_without_fields_are_of_the_request_they_were_made_in() {
    let lab = Lab::new(|_| {});
    let _entered = lab.enter();
    let outer = lab.request(|| info_span!("work", set = 1)).await;
    let (id, bare, within) = lab
        .request(|| {
            let _outer = outer.enter();
            let bare = info_span!("bare");
            let within = bare.in_scope(|| info_span!("within"));
            (RequestContext::current().unwrap().request_id().to_string(), bare, within)
        })
        .await;
    drop(outer);
    info!(parent: &bare, "by the one");
    info!(parent: &within, "by the one within");
    let lines = lab.lines();
    let lines: Vec<_> = lines.iter().filter(|line| line["target"] != "obskit::access").collect();
    assert_eq!(lines.len(), 2);
    for line in lines {
        assert_eq!((field(line, "requestId"), &line["metadata"]), (&*id, &json!({ "set": 1 })));
    }
}

/// L5: `in_current_span` carries the request through the layer's own span.
#[tokio::test]
async fn the_requests_own_span_carries_it_into_tasks() {
    let lab = Lab::new(|_| {});
    let _entered = lab.enter();
    let (id, task, spawned) = lab
        .request(|| {
            let task = tokio::spawn(async { info!("in a task") }.in_current_span());
            let spawned = context::spawn(async { info!("in a task of the request") });
            (RequestContext::current().unwrap().request_id().to_string(), task, spawned)
        })
        .await;
    task.await.unwrap();
    spawned.await.unwrap();
    let lines: Vec<_> =
        lab.lines().into_iter().filter(|line| line["target"] != "obskit::access").collect();
    assert_eq!(lines.len(), 2);
    for line in lines {
        assert_eq!((field(&line, "requestId"), line.get("metadata")), (&*id, None), "{line}");
    }
}

/// Logs when it is dropped.
struct Farewell;

impl Drop for Farewell {
    fn drop(&mut self) {
        info!(in_span = Span::current().metadata().map(Metadata::name), "farewell");
    }
}

/// R5: what a cancelled handler's values log while they are dropped is the request's.
#[tokio::test]
async fn lines_of_a_cancelled_request_are_correlated() {
    let lab = Lab::new(|_| {});
    let _entered = lab.enter();
    let handler = || async {
        let _farewell = Farewell;
        std::future::pending::<()>().await;
    };
    {
        let mut call = pin!(lab.call(handler));
        let is_pending = poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx).is_pending())).await;
        assert!(is_pending);
    }
    let lines = lab.lines();
    let [farewell, access] = <[Value; 2]>::try_from(lines).unwrap();
    assert_eq!(
        (&farewell["message"], &farewell["metadata"]["in_span"]),
        (&json!("farewell"), &json!("request"))
    );
    assert_eq!(access["target"], "obskit::access", "{access}");
    assert_eq!(field(&farewell, "requestId"), field(&access, "requestId"));
}
