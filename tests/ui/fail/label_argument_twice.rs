//! One name, one value.

use obskit::Label;

#[derive(Label)]
enum DayType {
    #[label(rename = "push")]
    #[label(rename = "pull")]
    Push,
}

fn main() {}
