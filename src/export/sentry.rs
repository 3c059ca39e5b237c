//! Sentry's protocol: envelopes, and how they get there.
//!
//! As <https://develop.sentry.dev/sdk/data-model/envelopes/> has them.

mod category;
mod envelope;
mod outbox;

pub(crate) use category::{Category, Discard};
pub(crate) use envelope::Envelope;
pub(crate) use outbox::{Outbox, Posting};
