//! What a variant does not take.

use obskit::Label;

#[derive(Label)]
enum DayType {
    #[label(skip)]
    Push,
}

fn main() {}
