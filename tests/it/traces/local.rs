//! Spans of `tracing`: where they are, what they say, and what lines say of them.

mod details;
mod fields;
mod here;
mod lines;
mod outside;
mod parents;

use super::client::Rig;
use obskit_tests::collector::Span;

/// The only span of that name.
#[track_caller]
fn named<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    let mut named = spans.iter().filter(|span| span.name == name);
    match (named.next(), named.next()) {
        (Some(span), None) => span,
        _ => panic!("not one span is called {name}: {spans:#?}"),
    }
}

/// The span of the only request.
#[track_caller]
fn server(spans: &[Span]) -> &Span {
    let mut servers = spans.iter().filter(|span| span.kind == "server");
    match (servers.next(), servers.next()) {
        (Some(span), None) => span,
        _ => panic!("not one server span: {spans:#?}"),
    }
}

/// Asserts that a span is a child of another.
#[track_caller]
fn check_child(span: &Span, parent: &Span) {
    assert_eq!((&span.trace_id, &span.parent), (&parent.trace_id, &parent.span_id), "{span:#?}");
}
