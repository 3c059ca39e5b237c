//! A struct that says nothing.

use obskit::Classify;

#[derive(Classify)]
struct ApiError;

fn main() {}
