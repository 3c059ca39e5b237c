//! What a request is.

mod b3;
mod baggage;
mod byte_set;
mod hex;
mod propagate;
mod random;
mod request_id;
mod sample;
mod trace_id;
mod traceparent;
mod tracestate;

pub use baggage::{Baggage, BaggageMember};
pub use request_id::{RequestId, X_REQUEST_ID};
pub use trace_id::{SpanId, TraceFlags, TraceId};
pub use traceparent::SpanContext;
pub use tracestate::TraceState;
