//! Two variants would share a series.

use obskit::Label;

#[derive(Label)]
enum DayType {
    LegDay,
    #[label(rename = "leg_day")]
    Legs,
}

fn main() {}
