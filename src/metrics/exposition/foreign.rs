//! Registries of `prometheus-client`, served with ours.
//!
//! They give nothing but their own text, whose families are read back, mended and written again.

mod line;
mod parse;
mod series;

use std::collections::{BTreeMap, HashSet};
use std::fmt::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use prometheus_client::encoding::text::encode_registry;
use prometheus_client::registry::Registry;

use super::Head;
use super::own::{Own, Reason};
use super::owned::OwnedFamily;
use crate::metrics::family::Encode;
use crate::metrics::registry::lock;

/// A `prometheus-client` registry that can be read whenever a scrape comes.
///
/// A registry on which more will be registered is shared as `Arc<Mutex<Registry>>` or
/// `Arc<RwLock<Registry>>`; one that is complete as `Arc<Registry>`. Implement it for other locks.
pub trait ForeignRegistry: Send + Sync + 'static {
    /// Calls `read` with the registry.
    fn read(&self, read: &mut dyn FnMut(&Registry));
}

/// The foreign registries served.
#[derive(Default)]
pub(super) struct Foreigners {
    registries: Mutex<Vec<Arc<dyn ForeignRegistry>>>,
}

/// Text up to a length.
struct Bounded {
    text: String,
}

/// Most bytes read of one foreign registry.
const MAX_BYTES: usize = 64 << 20;

impl Foreigners {
    pub(super) fn add(&self, registry: impl ForeignRegistry) {
        lock(&self.registries).push(Arc::new(registry));
    }

    /// Their families by name, without those that clash with ours or with each other.
    pub(super) fn read(&self, ours: &[Arc<dyn Encode>], own: &Own) -> Vec<OwnedFamily> {
        let registries = lock(&self.registries).clone();
        if registries.is_empty() {
            return Vec::new();
        }
        let heads = ours.iter().map(|family| Head::from(family.descriptor()));
        let mut taken: HashSet<String> = heads.flat_map(Head::samples).collect();
        let mut families = BTreeMap::new();
        for family in registries.iter().flat_map(|registry| read_one(&**registry, own)) {
            let samples: Vec<String> = family.head().samples().collect();
            if samples.iter().any(|name| taken.contains(name)) {
                own.count(Reason::Conflict, 1);
                continue;
            }
            taken.extend(samples);
            families.insert(family.base.clone(), family);
        }
        families.into_values().collect()
    }
}

fn read_one(registry: &dyn ForeignRegistry, own: &Own) -> Vec<OwnedFamily> {
    let mut out = Bounded { text: String::new() };
    let mut complete = true;
    let read = AssertUnwindSafe(|| {
        registry.read(&mut |registry| complete &= encode_registry(&mut out, registry).is_ok());
    });
    if catch_unwind(read).is_err() {
        own.count(Reason::Panic, 1);
        return Vec::new();
    }
    let (families, malformed) = parse::families(&out.text, complete);
    own.count(Reason::Malformed, malformed);
    families
}

impl ForeignRegistry for Arc<Registry> {
    fn read(&self, read: &mut dyn FnMut(&Registry)) {
        read(self);
    }
}

impl ForeignRegistry for Arc<Mutex<Registry>> {
    fn read(&self, read: &mut dyn FnMut(&Registry)) {
        read(&lock(self));
    }
}

impl ForeignRegistry for Arc<RwLock<Registry>> {
    fn read(&self, read: &mut dyn FnMut(&Registry)) {
        // The same as `RwLock::read`, whose name the trait's method hides.
        read(&RwLock::read(self).unwrap_or_else(PoisonError::into_inner));
    }
}

impl Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.text.len() + text.len() > MAX_BYTES {
            return Err(fmt::Error);
        }
        self.text.push_str(text);
        Ok(())
    }
}
