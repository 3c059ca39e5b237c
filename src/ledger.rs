//! What was lost.
