//! What a request is.
