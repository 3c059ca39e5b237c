//! Where the running code is, for carriers of one's own; and who sent what it works on.

use super::{Rig, named, server};
use crate::context::lab::within;
use http::HeaderMap;
use obskit::config::Sampler;
use obskit::context::{RequestContext, SpanContext};
use obskit::telemetry::{current_span, link_span};
use tracing::{Instrument, info_span};

const CALLER: [(&str, &str); 2] = [
    ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    ("tracestate", "vendor=1"),
];

fn span_id() -> String {
    current_span().unwrap().span_id.to_string()
}

#[tokio::test]
async fn the_current_span_is_the_innermost() {
    let rig = Rig::new().await;
    let _entered = rig.lab.enter();
    assert_eq!(current_span(), None);
    let (ids, headers, task) = within(rig.telemetry(), &CALLER, |_| async {
        let in_request = span_id();
        let span = info_span!("work");
        let mut headers = HeaderMap::new();
        let in_span = span.in_scope(|| {
            let _skipped = tracing::trace_span!("skipped", a = 1).entered();
            current_span().unwrap().to_headers(&mut headers);
            span_id()
        });
        let task = tokio::spawn(async { span_id() }.in_current_span()).await.unwrap();
        (([in_request, in_span]), headers, task)
    })
    .await;
    let alone = info_span!("alone").in_scope(span_id);
    let spans = rig.spans();
    let expected = [server(&spans), named(&spans, "work")].map(|span| span.span_id.clone());
    assert_eq!((&ids, &task), (&expected, &expected[0]));
    assert_eq!(alone, named(&spans, "alone").span_id);
    assert_eq!(headers["tracestate"], "vendor=1");
    let handed_on = format!("00-4bf92f3577b34da6a3ce929d0e0e4736-{}-01", ids[1]);
    assert_eq!(headers["traceparent"], handed_on);
}

#[tokio::test]
async fn without_sampling_it_is_the_request() {
    let rig = Rig::with(|config| config.traces.sampler = Sampler::AlwaysOff).await;
    let _entered = rig.lab.enter();
    rig.lab
        .request(|| {
            let _span = info_span!("work").entered();
            let (span, request) = (current_span().unwrap(), RequestContext::current().unwrap());
            assert_eq!((span.span_id, span.trace_id), (request.span_id(), request.trace_id()));
            assert!(!span.flags.is_sampled());
            link_span(&span);
        })
        .await;
    assert_eq!(rig.spans(), []);
}

#[tokio::test]
async fn a_span_points_at_who_sent_what_it_works_on() {
    let rig = Rig::with(|config| config.traces.limits.links = 150).await;
    let _entered = rig.lab.enter();
    let mut headers = HeaderMap::new();
    for (name, value) in CALLER {
        headers.insert(name, value.parse().unwrap());
    }
    let sender = SpanContext::from_headers(&headers).unwrap();
    link_span(&sender);
    info_span!("job").in_scope(|| link_span(&sender));
    rig.lab.request(|| (0..200).for_each(|_| link_span(&sender))).await;
    let spans = rig.spans();
    for (span, count) in [(named(&spans, "job"), 1), (server(&spans), 150)] {
        assert_eq!(span.links.len(), count, "{span:#?}");
        let link = &span.links[0];
        assert_eq!(link.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!((&*link.span_id, &*link.tracestate), ("00f067aa0ba902b7", "vendor=1"));
    }
    assert_eq!(server(&spans).dropped_links, 50);
}
