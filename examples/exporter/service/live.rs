//! `/api/live`: server-sent events for as long as somebody listens.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::Event;
use obskit::instrument_endpoint;
use tokio::time::interval;
use tokio_stream::wrappers::IntervalStream;
use tokio_stream::{Stream, StreamExt};

use super::App;

const EVERY: Duration = Duration::from_millis(500);

/// How many workouts were completed, twice a second; measured is the time to the first.
#[instrument_endpoint(name = "live")]
pub(crate) async fn events(
    State(app): State<App>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let leave = app.leave.clone();
    let ticks = IntervalStream::new(interval(EVERY)).take_while(move |_| !leave.is_requested());
    Sse::new(ticks.map(move |_| Ok(Event::default().event("completed").data(counts(&app)))))
}

fn counts(app: &App) -> String {
    let [push, pull, legs] = app.store.completed();
    format!(r#"{{"push":{push},"pull":{pull},"legs":{legs}}}"#)
}
