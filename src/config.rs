//! What is set: one plain struct per signal.
