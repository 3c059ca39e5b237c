//! An empty value is no label.

use obskit::Label;

#[derive(Label)]
enum DayType {
    #[label(rename = "")]
    Push,
}

fn main() {}
