//! `?` finds no conversion of the error.

use obskit::instrument_endpoint;

#[derive(Debug)]
struct ApiError;

#[instrument_endpoint]
async fn complete(text: &str) -> Result<u32, ApiError> {
    let reps = text.parse::<u32>()?;
    Ok(reps)
}

fn main() {}
