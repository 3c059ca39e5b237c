//! Whose children spans are.

use super::{Rig, check_child, named, server};
use crate::context::lab::within;
use obskit::config::{RootSampler, Sampler};
use obskit::context::{self, RequestContext};
use tracing::{Instrument, Span, info_span, instrument, trace_span};

const SAMPLED: [(&str, &str); 2] = [
    ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    ("tracestate", "vendor=1"),
];
const UNSAMPLED: [(&str, &str); 1] =
    [("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00")];

#[instrument]
async fn fetch(id: u64) -> u64 {
    tokio::task::yield_now().await;
    info_span!("decode").in_scope(|| id + 1)
}

#[tokio::test]
async fn spans_of_a_request_are_its_children() {
    let rig = Rig::new().await;
    let _entered = rig.lab.enter();
    within(rig.telemetry(), &SAMPLED, |_| async { fetch(7).await }).await;
    let spans = rig.spans();
    let [server, fetch, decode] = [server(&spans), named(&spans, "fetch"), named(&spans, "decode")];
    assert_eq!(spans.len(), 3, "{spans:#?}");
    check_child(fetch, server);
    check_child(decode, fetch);
    assert_eq!(fetch.attributes["id"], 7);
    for span in [fetch, decode] {
        assert_eq!((span.kind, &*span.tracestate, span.flags), ("internal", "vendor=1", 0x101));
        assert!(server.start <= span.start && span.start <= span.end && span.end <= server.end);
        assert_eq!((span.status, span.events.len(), span.links.len()), ("unset", 0, 0));
    }
}

/// What is less severe than asked for is left out, and its children are those of what it is in.
#[tokio::test]
async fn a_span_that_is_not_wanted_is_passed_over() {
    let rig = Rig::new().await;
    let _entered = rig.lab.enter();
    rig.lab
        .request(|| {
            let _outer = info_span!("outer").entered();
            let _skipped = trace_span!("skipped", field = 1).entered();
            let _bare = trace_span!("bare").entered();
            info_span!("inner").in_scope(|| ());
        })
        .await;
    let spans = rig.spans();
    assert_eq!(spans.len(), 3, "{spans:#?}");
    check_child(named(&spans, "inner"), named(&spans, "outer"));
}

#[tokio::test]
async fn spans_follow_a_request_into_tasks() {
    let rig = Rig::new().await;
    let _entered = rig.lab.enter();
    let tasks = rig
        .lab
        .request(|| {
            let outer = info_span!("outer");
            let in_outer = async { info_span!("of the span").in_scope(|| ()) };
            let of_request = async { info_span!("of the request").in_scope(|| ()) };
            let current = async { info_span!("of the current").in_scope(|| ()) };
            let lost = async { info_span!("of nothing").in_scope(|| ()) };
            [
                tokio::spawn(in_outer.instrument(outer)),
                context::spawn(of_request),
                tokio::spawn(current.in_current_span()),
                tokio::spawn(lost),
            ]
        })
        .await;
    for task in tasks {
        task.await.unwrap();
    }
    let spans = rig.spans();
    let server = server(&spans);
    check_child(named(&spans, "of the span"), named(&spans, "outer"));
    check_child(named(&spans, "of the request"), server);
    check_child(named(&spans, "of the current"), server);
    let lost = named(&spans, "of nothing");
    assert_eq!(lost.parent, "");
    assert_ne!(lost.trace_id, server.trace_id);
}

/// A named parent counts before the request that is current; without one a trace begins, which
/// points at where it comes from.
#[tokio::test]
async fn a_named_parent_is_the_parent() {
    let rig = Rig::new().await;
    let _entered = rig.lab.enter();
    let one = rig.lab.request(|| info_span!("one")).await;
    rig.lab
        .request(|| {
            let _outer = info_span!("outer").entered();
            let named = info_span!(parent: &one, "named").entered();
            info_span!("within the named").in_scope(|| ());
            drop(named);
            let detached = info_span!(parent: None, "detached").entered();
            info_span!("within the detached").in_scope(|| ());
            drop(detached);
            // Entered, and not named: the request that runs counts.
            one.in_scope(|| info_span!("in passing").in_scope(|| ()));
        })
        .await;
    drop(one);
    let spans = rig.spans();
    let (one, outer) = (named(&spans, "one"), named(&spans, "outer"));
    check_child(named(&spans, "named"), one);
    let [detached, passing] = ["detached", "in passing"].map(|name| named(&spans, name));
    assert_eq!((&passing.trace_id, passing.kind), (&outer.trace_id, "internal"));
    assert_ne!(passing.parent, one.span_id);
    assert_eq!(detached.parent, "");
    assert!(spans.iter().all(|span| span == detached
        || span.name == "within the detached"
        || span.trace_id != detached.trace_id));
    let [link] = &*detached.links else { panic!("{detached:#?}") };
    assert_eq!((&link.trace_id, &link.span_id), (&outer.trace_id, &outer.parent));
    check_child(named(&spans, "within the detached"), detached);
    // The current request's, for the named one is not the one that it was entered in.
    assert_eq!(named(&spans, "within the named").trace_id, outer.trace_id);
}

#[tokio::test]
async fn what_a_span_follows_is_a_link() {
    let rig = Rig::new().await;
    let _entered = rig.lab.enter();
    let (first, request) = rig.lab.request(|| (info_span!("first"), Span::current())).await;
    rig.lab
        .request(|| {
            let second = info_span!("second");
            second.follows_from(&first);
            second.follows_from(&request);
            second.follows_from(None::<tracing::Id>);
        })
        .await;
    drop((first, request));
    let spans = rig.spans();
    let (first, second) = (named(&spans, "first"), named(&spans, "second"));
    let linked: Vec<_> = second.links.iter().map(|link| (&link.trace_id, &link.span_id)).collect();
    let server = spans.iter().find(|span| span.span_id == first.parent).unwrap();
    let of =
        |span: &'_ obskit_tests::collector::Span| (span.trace_id.clone(), span.span_id.clone());
    let linked: Vec<_> = linked.into_iter().map(|(t, s)| (t.clone(), s.clone())).collect();
    assert_eq!(linked, [of(first), of(server)]);
}

#[tokio::test]
async fn a_child_may_outlive_its_request() {
    let rig = Rig::new().await;
    let _entered = rig.lab.enter();
    let late = rig.lab.request(|| info_span!("late")).await;
    let before = rig.spans();
    assert_eq!(before.len(), 1, "{before:#?}");
    late.in_scope(|| info_span!("later").in_scope(|| ()));
    drop(late);
    let spans = rig.spans();
    check_child(named(&spans, "late"), server(&spans));
    check_child(named(&spans, "later"), named(&spans, "late"));
    assert!(named(&spans, "late").end >= server(&spans).end);
}

#[tokio::test]
async fn a_request_that_is_not_sampled_has_no_spans() {
    let rig = Rig::new().await;
    let _entered = rig.lab.enter();
    within(rig.telemetry(), &UNSAMPLED, |_| async { fetch(7).await }).await;
    rig.lab
        .request(|| {
            let _span = info_span!("made before").entered();
            RequestContext::current().unwrap().exclude();
            info_span!("made after").in_scope(|| ());
        })
        .await;
    assert_eq!(rig.spans(), []);
}

#[tokio::test]
async fn without_sampling_nothing_is_recorded_anywhere() {
    let never = |config: &mut obskit::config::Config| {
        config.traces.sampler = Sampler::ParentBased(RootSampler::AlwaysOff);
    };
    let rig = Rig::with(never).await;
    let _entered = rig.lab.enter();
    rig.lab.call(|| fetch(7)).await;
    fetch(8).await;
    assert_eq!(rig.spans(), []);
}
