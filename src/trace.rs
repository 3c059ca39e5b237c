//! Spans and their way out: nothing here yet.
