//! What the tests share.

pub mod blackbox;
pub mod bugsink;
pub mod certificates;
pub mod child;
pub mod collector;
pub mod connection;
pub mod conversation;
pub mod daemon;
pub mod exported;
pub mod exporter;
pub mod golden;
pub mod http;
pub mod jq;
pub mod lab;
pub mod lines;
pub mod lnav;
pub mod loki;
pub mod metric_family;
pub mod numbers;
pub mod oracle;
pub mod otelite;
pub mod postgres;
pub mod prometheus;
pub mod promtool;
pub mod proxy;
pub mod recorded;
pub mod redis;
pub mod relay;
pub mod rotel;
pub mod runtimes;
pub mod samples;
pub mod scripted;
pub mod sentry;
pub mod serve;
pub mod server;
pub mod settings;
pub mod tasks;
pub mod tools;
pub mod unique;
pub mod wait;
pub mod watched;

/// Its examples need frameworks that obskit itself does without.
#[cfg(doctest)]
#[doc = include_str!("../../docs/shutdown.md")]
struct Shutdown;
