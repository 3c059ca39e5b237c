//! The attributes through the public API: a module per subject.

mod answers;
mod business;
mod cancelled;
mod cost;
mod declared;
mod dependencies;
mod extractors;
mod failures;
mod functions;
mod given_up;
mod grpc;
mod jobs;
mod lines;
mod outcomes;
mod panics;
mod race;
mod spans;
mod told;
mod told_once;
mod traces;
mod verdicts;

use obskit_tests::recorded as read;
