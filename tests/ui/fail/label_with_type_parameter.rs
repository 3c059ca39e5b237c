//! A type parameter would make one label many.

use obskit::Label;

#[derive(Label)]
enum DayType<T> {
    Push(T),
}

fn main() {}
