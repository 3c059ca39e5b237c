//! What a request is: its IDs, its route, its user and, in the end, its outcome.

mod accept;
mod b3;
mod baggage;
mod byte_set;
mod call;
#[cfg(feature = "testing")]
mod captured;
mod classify;
mod current;
#[cfg_attr(not(feature = "sentry"), expect(dead_code, reason = "nothing is reported"))]
mod event_id;
#[cfg(feature = "sentry")]
mod evidence;
mod exchange;
#[cfg(feature = "hyper")]
mod executor;
#[cfg(feature = "sentry")]
mod failing;
mod gather;
mod hex;
mod home;
#[cfg(not(feature = "sentry"))]
#[path = "context/hub/disabled.rs"]
mod hub;
#[cfg(feature = "sentry")]
#[path = "context/hub/enabled.rs"]
mod hub;
mod in_flight;
mod kept;
mod method;
mod outcome;
mod propagate;
pub(crate) mod random;
#[cfg(not(feature = "sentry"))]
#[path = "context/reported/disabled.rs"]
mod reported;
#[cfg(feature = "sentry")]
#[path = "context/reported/enabled.rs"]
mod reported;
mod request;
mod request_id;
#[cfg_attr(not(feature = "otlp"), expect(dead_code, reason = "there are no spans"))]
mod root_span;
mod route;
mod sample;
#[cfg_attr(not(feature = "otlp"), expect(dead_code, reason = "there are no spans"))]
mod seen;
mod span;
mod span_ids;
#[cfg(feature = "tokio")]
mod spawn;
mod trace_id;
mod traceparent;
mod tracestate;
mod unsaid;
mod words;

pub use baggage::{Baggage, BaggageMember};
#[cfg(feature = "testing")]
#[doc(hidden)]
pub use captured::{Captured, Exchanges};
pub use classify::Classify;
pub use current::InContext;
pub use event_id::EventId;
pub use exchange::{Exchange, Shape};
#[cfg(feature = "hyper")]
pub use executor::ContextExecutor;
pub use home::InTelemetry;
#[cfg(feature = "macros")]
pub use obskit_macros::Classify;
pub use outcome::Outcome;
pub use request::RequestContext;
pub use request_id::{RequestId, X_REQUEST_ID};
#[cfg(feature = "tokio")]
pub use spawn::{spawn, spawn_blocking};
pub use trace_id::{SpanId, TraceFlags, TraceId};
pub use traceparent::SpanContext;
pub use tracestate::TraceState;

pub(crate) use accept::Acceptor;
pub(crate) use call::{
    Answered, Asked, Call, CallEnd, CallSpan, EndSpan, PlaceCalls, RecordCall, TracePlace,
};
pub(crate) use current::Entered;
#[cfg(feature = "sentry")]
pub(crate) use evidence::{Cause, Evidence, Weight};
pub(crate) use exchange::{Plan, Record, Run};
#[cfg(feature = "sentry")]
pub(crate) use failing::{Failing, Gathered};
pub(crate) use gather::Gathering;
#[cfg(feature = "sentry")]
pub(crate) use gather::TakeTransaction;
#[cfg(feature = "otlp")]
pub(crate) use gather::Transaction;
pub(crate) use home::{Home, install, within};
pub(crate) use hub::Hubs;
#[cfg(feature = "sentry")]
pub(crate) use hub::{capturing, current_hub, request_of, scope_of};
pub(crate) use in_flight::Place;
pub(crate) use kept::{Bounds, Kept, KeptLine, Lines};
pub(crate) use method::Verb;
pub(crate) use propagate::{Outgoing, extract, inject, withhold};
#[cfg(feature = "sentry")]
pub(crate) use reported::Head;
pub(crate) use request::MAX_USER_BYTES;
pub(crate) use root_span::Room;
#[cfg(feature = "otlp")]
pub(crate) use root_span::{Hold, Waiting};
pub(crate) use route::{Route, Routes, UNMATCHED};
pub(crate) use sample::Sampler;
#[cfg(feature = "otlp")]
pub(crate) use seen::Private;
pub(crate) use seen::{Seen, Wanted};
pub(crate) use span::REQUEST_SPAN;
pub(crate) use span_ids::SpanIds;
pub(crate) use unsaid::{Open, Settle};
pub(crate) use words::contains_words;
