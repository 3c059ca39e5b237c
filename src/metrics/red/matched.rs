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

/// How a request ends that nobody deals with, or that nobody knows.
const UNSERVED: [Outcome; 2] = [Outcome::ClientError, Outcome::Cancelled];

impl Red {
    pub(crate) fn matched(&self) -> Matched {
        let mut matched = Matched::default();
        self.requests.family().for_each(|labels, counter| {
            let (mut values, count) = (labels.values(), counter.value());
            // Method, endpoint, status, outcome, gRPC status.
            let (endpoint, outcome) = (values.nth(1), values.nth(1));
            matched.requests += count;
            if endpoint == Some(UNMATCHED.as_bytes()) {
                matched.unmatched += count;
                let is = |unserved: Outcome| outcome == Some(unserved.as_str().as_bytes());
                matched.served += if UNSERVED.into_iter().any(is) { 0 } else { count };
            }
        });
        matched
    }
}
