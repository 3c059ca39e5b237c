//! Every mistake is told in one build, and none besides: the enum stays a label.

use obskit::Label;

#[derive(Label)]
#[label(case = "lowercase")]
enum DayType {
    #[label(name = "push")]
    Push,
    #[label(rename = 1)]
    Pull,
}

pub fn values() -> &'static [&'static str] {
    DayType::VALUES
}

fn main() {}
