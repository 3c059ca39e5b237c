//! What another thread may not have is held at an `.await`.

use obskit::instrument_endpoint;
use std::rc::Rc;

#[instrument_endpoint]
async fn complete(reps: u32) -> u32 {
    let reps = Rc::new(reps);
    std::future::ready(()).await;
    *reps
}

fn send(_: impl Send) {}

fn main() {
    send(complete(1));
}
