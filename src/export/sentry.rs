//! Sentry's protocol: envelopes, and how they get there.
//!
//! As <https://develop.sentry.dev/sdk/data-model/envelopes/> has them.

mod answer;
mod category;
mod discards;
mod envelope;
mod exporter;
mod outbox;
mod parcel;
mod throttle;
mod transport;

pub(crate) use answer::Answer;
pub(crate) use category::{Category, Discard};
pub(crate) use envelope::Envelope;
pub(crate) use exporter::{Way, export};
pub(crate) use outbox::{Outbox, Posting};
pub(crate) use transport::Sentry;
