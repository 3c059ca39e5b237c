//! What the enum does not take.

use obskit::Label;

#[derive(Label)]
#[label(rename = "day")]
enum DayType {
    Push,
}

fn main() {}
