//! Structured logs: nothing here yet.
