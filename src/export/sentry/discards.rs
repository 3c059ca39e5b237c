//! What was not sent, for the server's statistics.
//!
//! As <https://develop.sentry.dev/sdk/telemetry/client-reports/> has it.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use super::{Category, Discard};

/// Counts by category and reason.
#[derive(Debug)]
pub(super) struct Discards([[AtomicU64; Discard::ALL.len()]; Category::ALL.len()]);

/// Counts that are on their way.
#[derive(Debug, Default)]
pub(super) struct Taken(Vec<(Category, Discard, u64)>);

/// Each count is for itself.
const ORDER: Ordering = Ordering::Relaxed;

impl Discards {
    pub(super) fn add(&self, category: Category, why: Discard, quantity: u64) {
        let cell = self.0.get(category as usize).and_then(|reasons| reasons.get(why as usize));
        if let Some(cell) = cell {
            cell.fetch_add(quantity, ORDER);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().flatten().all(|cell| cell.load(ORDER) == 0)
    }

    /// All of them, which are not counted here any more.
    pub(super) fn take(&self) -> Taken {
        let kinds = Category::ALL.into_iter().zip(&self.0).flat_map(|(category, reasons)| {
            Discard::ALL.into_iter().zip(reasons).map(move |(why, cell)| (category, why, cell))
        });
        let counts = kinds.map(|(category, why, cell)| (category, why, cell.swap(0, ORDER)));
        Taken(counts.filter(|(_, _, count)| *count > 0).collect())
    }

    /// They did not arrive.
    pub(super) fn put_back(&self, Taken(taken): Taken) {
        for (category, why, count) in taken {
            self.add(category, why, count);
        }
    }
}

impl Default for Discards {
    fn default() -> Self {
        Self([const { [const { AtomicU64::new(0) }; Discard::ALL.len()] }; Category::ALL.len()])
    }
}

impl Taken {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The payload of an item `client_report`, of a time in seconds.
    pub(super) fn report(&self, at: f64) -> Vec<u8> {
        let discarded = self.0.iter().map(|(category, why, count)| {
            json!({ "category": category.as_str(), "reason": why.as_str(), "quantity": count })
        });
        let discarded: Vec<Value> = discarded.collect();
        json!({ "timestamp": at, "discarded_events": discarded }).to_string().into_bytes()
    }
}
