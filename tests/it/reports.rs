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
mod limits;
mod once;
mod performed;
mod proxy;
mod redaction;
mod request;
mod rules;
mod scope;
mod sending;
mod sessions;
mod shutdown;
mod stack;
mod tls;
mod transactions;
mod transport;
