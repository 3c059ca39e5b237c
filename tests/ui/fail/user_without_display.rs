//! A user is told as a text.

use obskit::instrument_endpoint;

struct Session {
    user_id: u32,
}

#[instrument_endpoint(user = session)]
async fn complete(session: Session) -> u32 {
    session.user_id
}

fn main() {}
