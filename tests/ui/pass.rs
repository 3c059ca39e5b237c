//! Code that is odd and right, so no warning of it may speak of what was generated.

mod classify;
mod label;
