//! What the body leaves unused is told as in any function.

#![deny(unused)]

use obskit::instrument_endpoint;

#[instrument_endpoint]
pub async fn complete(reps: u32, mut sets: u32) -> u32 {
    "3".parse::<u32>();
    sets
}

fn main() {}
