//! The attributes through the public API: a module per subject.
