//! A union is no list of values.

use obskit::Label;

#[derive(Label)]
union DayType {
    name: u8,
}

fn main() {}
