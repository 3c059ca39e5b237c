//! `sentry`'s hub of a request, which its own calls go to.

use std::sync::Arc;

use sentry::{Client, Hub, HubSwitchGuard, Scope};

use super::RequestContext;

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

impl Hubs {
    /// Hubs that send by `client`.
    pub(crate) fn new(client: Arc<Client>) -> Self {
        Self(Some(Base { client, scope: Arc::default() }))
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

impl RequestContext {
    /// What its own calls of `sentry` go to, where anything is reported.
    pub(crate) fn hub(&self) -> Option<&Arc<Hub>> {
        self.request_hub().0.as_ref()
    }
}

impl RequestHub {
    #[inline]
    pub(super) fn enter(&self) -> EnteredHub {
        EnteredHub { _guard: self.0.as_ref().and_then(switch) }
    }
}

fn switch(hub: &Arc<Hub>) -> Option<HubSwitchGuard> {
    let is_alive = ALIVE.try_with(|_| ()).is_ok();
    is_alive.then(|| HubSwitchGuard::new(Arc::clone(hub)))
}

/// Its end is what matters.
impl Drop for Alive {
    fn drop(&mut self) {}
}
