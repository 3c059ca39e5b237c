//! The future behind the pointer gives another type.

use obskit::instrument_endpoint;
use std::pin::Pin;

#[instrument_endpoint]
fn complete(reps: u32) -> Pin<Box<dyn Future<Output = u32>>> {
    Box::pin(async move {
        std::future::ready(()).await;
        reps.to_string()
    })
}

fn main() {}
