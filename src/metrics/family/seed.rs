//! The series that exist before their first update.

use crate::metrics::key::{self, Key};

/// Series made at registration for labels whose values are all known; past it, none are.
const MAX_SEEDED: usize = 256;

/// Every combination of the labels' values, when all of them are known and there are few.
pub(super) fn seed(domains: &[&[&'static str]], each: &mut dyn FnMut(&Key)) {
    let combinations = domains.iter().map(|domain| domain.len()).product::<usize>();
    if !domains.is_empty() && combinations <= MAX_SEEDED {
        combine(domains, &mut Key::default(), each);
    }
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
