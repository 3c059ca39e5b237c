//! A service that has obskit as `watch`: every attribute and every derive is told so.

#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::time::Duration;
use watch::{Classify, Label, instrument_dependency, instrument_endpoint, instrument_job};

/// The library where a service may have put it, too.
pub mod vendored {
    pub use watch::*;
}

/// What is trained on a day.
#[derive(Clone, Copy, Debug, Label)]
#[label(crate = watch)]
pub enum DayType {
    /// Chest.
    Push,
    /// Back.
    Pull,
}

/// How hard it is.
#[derive(Clone, Copy, Debug, vendored::Label)]
#[label(rename_all = "UPPERCASE", crate = crate::vendored)]
pub enum Load {
    /// Not at all.
    Light,
    /// Very.
    Heavy,
}

/// What goes wrong.
#[derive(Classify, Debug)]
#[classify(crate = ::watch, server_error)]
pub enum ApiError {
    /// There is no such workout.
    #[classify(status = 404)]
    NoSuchWorkout,
    /// As an inner one says.
    #[classify(transparent)]
    Inner(Inner),
}

/// What goes wrong further inside.
#[derive(Debug, vendored::Classify)]
#[classify(client_error, crate = crate::vendored)]
pub struct Inner;

/// Completes a workout.
///
/// # Errors
///
/// It has no number, or one that is taken.
#[instrument_endpoint(
    crate = watch,
    fields(id),
    counter(
        renamed_workouts_total,
        "Workouts",
        labels(day_type = day_type, load = load),
        when = success,
    ),
    counter(renamed_notes_total, "Notes", labels(note = note, load: Load = load), limit = 3),
    histogram(
        renamed_rest_seconds,
        "Rest",
        value = Duration::from_secs(90),
        buckets = [60.0, 120.0],
    ),
    user = id,
    slo(availability = 99.9, latency = "250ms", target = 99.0),
    slow = "500ms",
    report = errors,
    ok_if = matches!(result, Err(ApiError::Inner(_))),
    error_if = result.as_ref().is_ok_and(|id| *id > 100),
)]
pub async fn complete(id: u32, day_type: DayType, load: Load, note: &str) -> Result<u32, ApiError> {
    let found = find(id, note).await;
    match found {
        Some(id) => Ok(id),
        None if id == 0 => Err(ApiError::NoSuchWorkout),
        None => Err(ApiError::Inner(Inner)),
    }
}

/// Looks one up.
#[instrument_dependency("postgres", slow = "1s", crate = crate::vendored)]
pub async fn find(id: u32, note: &str) -> Option<u32> {
    std::future::ready((id > 1 && !note.is_empty()).then_some(id)).await
}

/// Saves them.
///
/// # Errors
///
/// None.
#[vendored::instrument_job("backup", schedule = "@daily", max_runtime = "1h", crate = ::watch)]
pub fn back_up() -> Result<(), Infallible> {
    clean_up();
    Ok(())
}

/// Throws away what is old.
#[instrument_job("clean_up", crate = vendored)]
pub fn clean_up() {}
