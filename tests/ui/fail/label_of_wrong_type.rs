//! The label is not of the type that it is said to be.

use obskit::{Label, instrument_endpoint};

#[derive(Label)]
enum DayType {
    Push,
}

#[instrument_endpoint(counter(mo_days_total, "Days", labels(day_type: DayType = hard)))]
async fn complete(hard: bool) -> bool {
    hard
}

fn main() {}
