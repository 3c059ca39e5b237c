//! How many requests were told apart by their routes.

use crate::context::{Outcome, UNMATCHED};

use super::Red;

/// Requests since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Matched {
    pub(crate) requests: u64,
    /// Those among them that matched no route.
    pub(crate) unmatched: u64,
    /// Those among these that the service dealt with nevertheless: it knew a route and did not say.
    pub(crate) served: u64,
}

impl Red {
    pub(crate) fn matched(&self) -> Matched {
        let mut matched = Matched::default();
        self.requests.family().for_each(|labels, counter| {
            let (mut values, count) = (labels.values(), counter.value());
            // Method, endpoint, status, outcome, gRPC status.
            let (endpoint, outcome) = (values.nth(1), values.nth(1));
            matched.requests += count;
            let is_unmatched = endpoint == Some(UNMATCHED.as_bytes());
            matched.unmatched += if is_unmatched { count } else { 0 };
            matched.served += if is_unmatched && is_served(outcome) { count } else { 0 };
        });
        matched
    }
}

/// What nobody deals with blames the client. Of what was given up nothing is known.
fn is_served(outcome: Option<&[u8]>) -> bool {
    let is = |other: Outcome| outcome == Some(other.as_str().as_bytes());
    !is(Outcome::ClientError) && !is(Outcome::Cancelled)
}
