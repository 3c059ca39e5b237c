//! A case that is not known.

use obskit::Label;

#[derive(Label)]
#[label(rename_all = "snake")]
enum DayType {
    Push,
}

fn main() {}
