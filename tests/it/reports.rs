//! What is sent to Sentry.

mod checkins;
mod content;
mod crumbs;
mod ends;
mod feedback;
mod grouping;
mod hub;
mod identity;
mod lab;
mod late;
mod limit;
mod once;
mod performed;
mod redaction;
mod request;
mod rules;
mod scope;
mod sessions;
mod stack;
mod transactions;
