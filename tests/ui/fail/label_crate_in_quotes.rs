//! The crate is a path, not a text.

use obskit::Label;

#[derive(Label)]
#[label(crate = "obskit")]
enum DayType {
    Push,
}

fn main() {}
