//! Error reports: nothing here yet.
