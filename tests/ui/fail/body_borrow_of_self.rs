//! What is borrowed is not changed.

use obskit::instrument_endpoint;

struct Gym {
    visits: u32,
}

impl Gym {
    #[instrument_endpoint(counter(mo_visits_total, "Visits", by = self.visits))]
    async fn visit(&self) -> u32 {
        self.visits += 1;
        self.visits
    }
}

fn main() {}
