//! A union does not know what it holds.

use obskit::Classify;

#[derive(Classify)]
union ApiError {
    code: u8,
}

fn main() {}
