//! Requests with their spans, as transactions.

use crate::context::{TakeTransaction, Transaction};
use crate::export::sentry::Category;

use super::Reports;

impl TakeTransaction for Reports {
    fn is_open(&self) -> bool {
        !self.shared.outbox.is_throttled(Category::Transaction)
    }

    fn take(&self, _transaction: Transaction) {}
}
