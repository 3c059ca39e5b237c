//! What is returned is no response.

use obskit::instrument_endpoint;

trait IntoResponse: Sized {
    fn into_response(self) -> http::Response<()>;
}

impl IntoResponse for http::Response<()> {
    fn into_response(self) -> Self {
        self
    }
}

#[instrument_endpoint]
async fn complete(reps: u32) -> impl IntoResponse {
    reps
}

#[instrument_endpoint]
async fn start(reps: u32) -> Result<impl IntoResponse, u8> {
    Ok(reps)
}

fn main() {}
