//! No variant, no value.

use obskit::Label;

#[derive(Label)]
enum DayType {}

fn main() {}
