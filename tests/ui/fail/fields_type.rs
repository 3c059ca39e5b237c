//! A field of a span is a value that `tracing` knows, or is said to be shown.

use obskit::instrument_endpoint;

struct Session {
    user_id: u32,
}

#[instrument_endpoint(fields(session))]
async fn complete(session: Session) -> u32 {
    session.user_id
}

fn main() {}
