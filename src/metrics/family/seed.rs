//! The series that exist before their first update.

use crate::metrics::key::{self, Key};

/// Series made at registration for labels whose values are all known; past it, none are.
const MAX_SEEDED: usize = 256;

/// Every combination of the labels' values, when all of them are known and there are few.
pub(super) fn seed(domains: &[&[&'static str]], each: &mut dyn FnMut(&Key)) {
    if !domains.is_empty() && combinations(domains) <= MAX_SEEDED {
        combine(domains, &mut Key::default(), each);
    }
}

/// How many there are of the labels' values, or as many as can be told.
pub(in crate::metrics) fn combinations(domains: &[&[&'static str]]) -> usize {
    domains.iter().fold(1, |all: usize, domain| all.saturating_mul(domain.len()))
}

fn combine(domains: &[&[&'static str]], key: &mut Key, each: &mut dyn FnMut(&Key)) {
    let Some((domain, rest)) = domains.split_first() else { return each(key) };
    let len = key.len();
    for value in *domain {
        key.push(key::text(value));
        combine(rest, key, each);
        key.truncate(len);
    }
}
