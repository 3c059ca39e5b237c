//! `sentry`'s hub of a request, which its own calls go to.

use std::sync::Arc;

use sentry::{Client, Hub, HubSwitchGuard, Scope};

/// Makes the hubs of one telemetry's requests; none where nothing is reported.
#[derive(Debug, Default)]
pub(crate) struct Hubs(Option<Base>);

/// What every hub begins with.
#[derive(Debug)]
struct Base {
    client: Arc<Client>,
    scope: Arc<Scope>,
}

/// Of one request.
#[derive(Debug)]
pub(super) struct RequestHub(Option<Arc<Hub>>);

/// While it lives, the request's hub is the current one; its end gives the thread back the one it
/// had. Without a hub that stays all along.
pub(super) struct EnteredHub {
    _guard: Option<HubSwitchGuard>,
}

/// Whether the thread's hub can be changed.
struct Alive;

thread_local! {
    /// Made after the thread's hub, and so gone before it: `sentry` panics once that is.
    static ALIVE: Alive = {
        drop(Hub::current());
        Alive
    };
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

impl Hubs {
    /// Hubs that send by `client`.
    pub(crate) fn new(client: Arc<Client>) -> Self {
        Self(Some(Base { client, scope: Arc::default() }))
    }

    /// What they send by.
    pub(crate) fn client(&self) -> Option<&Arc<Client>> {
        self.0.as_ref().map(|base| &base.client)
    }

    /// One for a request, which nothing has been set on.
    #[inline]
    pub(super) fn begin(&self) -> RequestHub {
        RequestHub(self.0.as_ref().map(Base::hub))
    }
}

impl Base {
    fn hub(&self) -> Arc<Hub> {
        let (client, scope) = (Arc::clone(&self.client), Arc::clone(&self.scope));
        Arc::new(Hub::new(Some(client), scope))
    }
}

impl RequestHub {
    #[inline]
    pub(super) fn enter(&self) -> EnteredHub {
        EnteredHub { _guard: self.0.as_ref().and_then(switch) }
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
