//! What is sent to Sentry.

mod checkins;
mod feedback;
mod hub;
mod identity;
mod lab;
mod performed;
mod scope;
mod sessions;
mod transactions;
