//! Tests through the public API: a module per feature.

mod architecture;
