//! What is sent to Sentry.

mod checkins;
mod feedback;
mod performed;
mod sessions;
mod transactions;
