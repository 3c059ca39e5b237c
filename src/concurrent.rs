//! Lock-free building blocks.
