//! `sentry`'s hub of a request, which its own calls go to.

#[path = "pool.rs"]
mod pool;

use std::cell::Cell;
use std::sync::{Arc, Weak};

use sentry::types::Uuid;
use sentry::{Client, Hub, HubSwitchGuard, Scope};

use self::pool::Pooled;
use super::RequestContext;
use super::request::Inner;

/// Makes the hubs of one telemetry's requests; none where nothing is reported.
#[derive(Debug, Default)]
pub(crate) struct Hubs(Option<Arc<Client>>);

/// Of one request.
#[derive(Debug)]
pub(super) struct RequestHub(Option<Pooled>);

/// While it lives, the request's hub is the current one; its end gives the thread back the one it
/// had. Without a hub that stays all along.
pub(super) struct EnteredHub {
    _guard: Option<HubSwitchGuard>,
}

/// Whether the thread's hub can be changed.
struct Alive;

/// Which request an event is of that is being captured.
struct Capturing {
    event: Uuid,
    request: Weak<Inner>,
}

thread_local! {
    /// Made after the thread's hub, and so gone before it: `sentry` panics once that is.
    static ALIVE: Alive = {
        drop(Hub::current());
        Alive
    };
    /// Between the steps of a capture, which are all on one thread.
    static CAPTURING: Cell<Option<Capturing>> = const { Cell::new(None) };
}

/// The hub that `sentry`'s own calls go to where the calling code is.
pub(crate) fn current_hub() -> Option<Arc<Hub>> {
    is_alive().then(Hub::current)
}

/// What was set on a hub. It may wait for whoever sets something just now.
pub(crate) fn scope_of(hub: &Arc<Hub>) -> Scope {
    // Of a copy, for it is written back.
    Hub::new_from_top(hub).configure_scope(|scope| scope.clone())
}

/// The request that an event is of which is being captured: by the hub that it is captured through,
/// which may have been taken to another task, else by where that happens.
pub(crate) fn request_of(event: Uuid) -> Option<RequestContext> {
    let capturing = CAPTURING.try_with(Cell::take).ok().flatten();
    let of_hub = capturing.filter(|capturing| capturing.event == event);
    let of_hub =
        of_hub.and_then(|capturing| Some(RequestContext { inner: capturing.request.upgrade()? }));
    of_hub.or_else(RequestContext::current)
}

/// Says of which request an event is that is being captured.
pub(crate) fn capturing(event: Uuid, request: Option<&RequestContext>) {
    say_capturing(event, request.map(|request| Arc::downgrade(&request.inner)).unwrap_or_default());
}

fn say_capturing(event: Uuid, request: Weak<Inner>) {
    let _ = CAPTURING.try_with(|cell| cell.set(Some(Capturing { event, request })));
}

impl Hubs {
    /// Hubs that send by `client`.
    pub(crate) fn new(client: Arc<Client>) -> Self {
        Self(Some(client))
    }

    /// What they send by.
    pub(crate) fn client(&self) -> Option<&Arc<Client>> {
        self.0.as_ref()
    }

    /// One for a request, which nothing has been set on.
    #[inline]
    pub(super) fn begin(&self) -> RequestHub {
        RequestHub(self.0.as_ref().map(Pooled::take))
    }

    /// Takes one back from a request that is gone.
    #[inline]
    pub(super) fn end(&self, hub: &mut RequestHub) {
        if let Some((pooled, client)) = hub.0.take().zip(self.0.as_ref()) {
            pooled.recycle(client);
        }
    }
}

impl RequestHub {
    /// Says whose it is.
    #[inline]
    pub(super) fn attach(&self, request: &Arc<Inner>) {
        if let Some(pooled) = &self.0 {
            pooled.attach(Arc::downgrade(request));
        }
    }

    #[inline]
    pub(super) fn enter(&self) -> EnteredHub {
        EnteredHub { _guard: self.0.as_ref().and_then(|pooled| switch(pooled.hub())) }
    }
}

fn switch(hub: &Arc<Hub>) -> Option<HubSwitchGuard> {
    is_alive().then(|| HubSwitchGuard::new(Arc::clone(hub)))
}

fn is_alive() -> bool {
    ALIVE.try_with(|_| ()).is_ok()
}

/// Its end is what matters.
impl Drop for Alive {
    fn drop(&mut self) {}
}
