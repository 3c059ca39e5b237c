//! What a struct holds has no bound.

use obskit::Label;

#[derive(Label)]
struct DayType(u8);

fn main() {}
