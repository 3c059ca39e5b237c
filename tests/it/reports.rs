//! What is sent to Sentry.

mod checkins;
mod content;
mod feedback;
mod grouping;
mod hub;
mod identity;
mod lab;
mod performed;
mod redaction;
mod request;
mod scope;
mod sessions;
mod stack;
mod transactions;
