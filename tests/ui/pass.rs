//! Code that is odd and right, so no warning of it may speak of what was generated.

mod attribute;
mod classify;
mod label;
