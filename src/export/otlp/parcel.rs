//! What is sent at once, and what becomes of it.

use crate::ledger::Reason;
use crate::protobuf::Message;

use super::outlet::Outlet;
use super::resource::Resource;

/// Items that go together. Each is delivered or lost, and counted as that: what is dropped with
/// the parcel has failed.
#[derive(Debug)]
pub(crate) struct Parcel {
    outlet: Outlet,
    items: Vec<Box<[u8]>>,
    bytes: usize,
}

/// `ExportTraceServiceRequest` and `ExportLogsServiceRequest` have the same numbers.
const RESOURCE_ITEMS: u32 = 1;
const RESOURCE: u32 = 1;
const SCOPE_ITEMS: u32 = 2;
const SCOPE: u32 = 1;
const ITEM: u32 = 2;
const SCHEMA_URL: u32 = 3;
const SCHEMA: &str = "https://opentelemetry.io/schemas/1.43.0";
/// What surrounds the items, but for the resource.
const SURROUNDINGS: usize = 256;

impl Parcel {
    pub(super) fn new(outlet: Outlet) -> Self {
        Self { outlet, items: Vec::new(), bytes: 0 }
    }

    pub(super) fn add(&mut self, item: Box<[u8]>) {
        self.bytes += item.len();
        self.items.push(item);
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    pub(super) fn items(&self) -> impl Iterator<Item = &[u8]> {
        self.items.iter().map(AsRef::as_ref)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// It has arrived, but for so many that were not taken.
    pub(super) fn delivered(mut self, rejected: u64) {
        let count = self.forget();
        let rejected = rejected.min(count);
        self.outlet.ledger().deliver(self.outlet.signal(), count - rejected);
        self.count_lost(Reason::Rejected, rejected);
    }

    /// It was not taken, and will not be.
    pub(super) fn rejected(mut self) {
        let count = self.forget();
        self.count_lost(Reason::Rejected, count);
    }

    /// Its latter half, unless there is but one item.
    pub(super) fn halve(&mut self) -> Option<Self> {
        let rest = self.items.split_off(self.items.len().div_ceil(2));
        let bytes = rest.iter().map(|item| item.len()).sum();
        self.bytes -= bytes;
        let half = Self { outlet: self.outlet.clone(), items: rest, bytes };
        (half.len() > 0).then_some(half)
    }

    /// The request that carries it.
    pub(crate) fn request(&self, resource: &Resource) -> Vec<u8> {
        let mut request = Vec::with_capacity(self.bytes + 6 * self.len() + SURROUNDINGS);
        Message::new(&mut request).message(RESOURCE_ITEMS, |all| {
            all.bytes(RESOURCE, resource.as_bytes());
            all.message(SCOPE_ITEMS, |of_scope| self.write(of_scope));
            all.bytes(SCHEMA_URL, SCHEMA.as_bytes());
        });
        request
    }

    /// The items, and who made them.
    fn write(&self, of_scope: &mut Message<'_>) {
        of_scope.message(SCOPE, |scope| {
            scope.bytes(1, b"obskit");
            scope.bytes(2, env!("CARGO_PKG_VERSION").as_bytes());
        });
        self.items.iter().for_each(|item| of_scope.bytes(ITEM, item));
        of_scope.bytes(SCHEMA_URL, SCHEMA.as_bytes());
    }

    fn forget(&mut self) -> u64 {
        std::mem::take(&mut self.items).len() as u64
    }

    fn count_lost(&self, reason: Reason, count: u64) {
        if count > 0 {
            self.outlet.ledger().drop(self.outlet.signal(), reason, count);
        }
    }
}

impl Drop for Parcel {
    fn drop(&mut self) {
        let count = self.forget();
        self.count_lost(Reason::Failed, count);
    }
}
