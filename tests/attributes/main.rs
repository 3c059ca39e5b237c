//! The attributes through the public API: a module per subject.

mod business;
mod by_hand;
mod cancelled;
mod cost;
mod declared;
mod dependencies;
mod extractors;
mod failures;
mod functions;
mod grpc;
mod jobs;
mod lines;
mod outcomes;
mod panics;
mod spans;

use obskit_tests::recorded as read;
