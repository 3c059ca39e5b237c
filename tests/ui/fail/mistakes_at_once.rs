//! Every mistake is told in one build, and none besides: the function stays as it is.

use obskit::instrument_endpoint;

#[instrument_endpoint(
    colour = "red",
    slow = "soon",
    report = sometimes,
    counter(reps, ""),
)]
async fn complete(reps: u32) -> u32 {
    reps
}

pub async fn twice() -> u32 {
    complete(1).await + complete(2).await
}

fn main() {}
