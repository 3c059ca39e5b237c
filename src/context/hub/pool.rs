//! Hubs that are used again, where nobody has touched them.
//!
//! Most requests never call `sentry`, so their hubs are as good as new: a request that fails no
//! more than others takes no memory for one. What somebody has touched is not used again.

use std::cell::Cell;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use sentry::{Client, Hub, Scope};

use super::{say_capturing, scope_of};
use crate::context::request::Inner;

/// A hub, and what it was made with.
#[derive(Debug)]
pub(super) struct Pooled {
    hub: Arc<Hub>,
    /// Its own. While this and the hub alone hold it, nothing was set.
    scope: Arc<Scope>,
    /// Known to an event processor of the scope.
    owner: Arc<Mutex<Weak<Inner>>>,
    /// Tells the hubs of one telemetry from those of another.
    client: Weak<Client>,
}

/// How many a thread keeps for use again.
const MAX_POOLED: usize = 64;
/// Who holds the scope of one that nobody has touched.
const UNTOUCHED: usize = 2;

thread_local! {
    static POOL: Cell<Vec<Pooled>> = const { Cell::new(Vec::new()) };
}

impl Pooled {
    /// One that nothing has been set on.
    pub(super) fn take(client: &Arc<Client>) -> Self {
        let pooled = POOL.try_with(|pool| {
            let mut hubs = pool.take();
            let hub = hubs.pop();
            pool.set(hubs);
            hub
        });
        let is_of = |pooled: &Self| std::ptr::eq(pooled.client.as_ptr(), Arc::as_ptr(client));
        pooled.ok().flatten().filter(is_of).unwrap_or_else(|| Self::new(client))
    }

    /// Says whose it is from here on.
    pub(super) fn attach(&self, request: Weak<Inner>) {
        *self.owner.lock().unwrap_or_else(PoisonError::into_inner) = request;
    }

    pub(super) fn hub(&self) -> &Arc<Hub> {
        &self.hub
    }

    /// Keeps it for use again, unless somebody has touched it or holds it.
    pub(super) fn recycle(mut self, client: &Arc<Client>) {
        if !self.is_untouched(client) {
            return;
        }
        self.attach(Weak::new());
        let _ = POOL.try_with(|pool| {
            let mut hubs = pool.take();
            if hubs.len() < MAX_POOLED {
                hubs.push(self);
            }
            pool.set(hubs);
        });
    }

    #[cold]
    fn new(client: &Arc<Client>) -> Self {
        let owner = Arc::<Mutex<Weak<Inner>>>::default();
        // What the program set for all of itself.
        let (mut scope, known) = (scope_of(&Hub::main()), Arc::clone(&owner));
        scope.add_event_processor(move |event| {
            let request = known.lock().unwrap_or_else(PoisonError::into_inner).clone();
            say_capturing(event.event_id, request);
            Some(event)
        });
        let scope = Arc::new(scope);
        let hub = Arc::new(Hub::new(Some(Arc::clone(client)), Arc::clone(&scope)));
        Self { hub, scope, owner, client: Arc::downgrade(client) }
    }

    fn is_untouched(&mut self, client: &Arc<Client>) -> bool {
        let is_ours = |client_now: &Arc<Client>| Arc::ptr_eq(client_now, client);
        Arc::get_mut(&mut self.hub).is_some()
            && Arc::strong_count(&self.scope) == UNTOUCHED
            && self.hub.last_event_id().is_none()
            && self.hub.client().as_ref().is_some_and(is_ours)
            && self.has_its_scope()
    }

    /// Whether the scope is on top: then one that is pushed is that, too.
    fn has_its_scope(&self) -> bool {
        let pushed = self.hub.push_scope();
        let is_on_top = Arc::strong_count(&self.scope) == UNTOUCHED + 1;
        drop(pushed);
        is_on_top
    }
}
