//! A label outlives every request.

use obskit::Label;

#[derive(Label)]
enum DayType<'a> {
    Push(&'a str),
}

fn main() {}
