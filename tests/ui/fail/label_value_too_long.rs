//! The exposition keeps 128 bytes of a value.

use obskit::Label;

#[derive(Label)]
enum DayType {
    #[label(rename = "a day of pushing, of more pushing, of pushing once more, \
                      and of all else there is to push in the gym before it closes for the night")]
    Push,
}

fn main() {}
