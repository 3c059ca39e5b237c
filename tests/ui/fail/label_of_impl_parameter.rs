//! A parameter of the `impl` means nothing where labels are declared: the label's type is to be
//! said, as by `labels(hard: bool = exercise.is_hard())`.

use obskit::instrument_endpoint;

trait Exercise {
    fn is_hard(&self) -> bool;
}

struct Plan<Kind>(Vec<Kind>);

impl<Kind: Exercise> Plan<Kind> {
    #[instrument_endpoint(counter(mo_adds_total, "Added", labels(hard = exercise.is_hard())))]
    fn add(&mut self, exercise: Kind) {
        self.0.push(exercise);
    }
}

fn main() {}
