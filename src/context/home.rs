//! Whose telemetry the running code belongs to.

use std::cell::Cell;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::RequestContext;
use super::accept::Acceptor;
use super::current::current;

/// The telemetry of the running code: its request's, else its scope's, else the process's.
#[derive(Clone, Debug)]
pub(crate) enum Home {
    Request(RequestContext),
    Scope(Arc<Scope>),
    Process(&'static Arc<Acceptor>),
    /// There is none.
    Nowhere,
}

/// One scope, which counts its own references, so that scopes of one telemetry share no count.
#[derive(Debug)]
pub(crate) struct Scope(Arc<Acceptor>);

pin_project! {
    /// A future that has a telemetry at every poll, and while it is dropped; made by
    /// [`Telemetry::scope`](crate::Telemetry::scope).
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct InTelemetry<F> {
        #[pin]
        future: Option<F>,
        scope: Option<Arc<Scope>>,
    }

    impl<F> PinnedDrop for InTelemetry<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let _entered = EnteredScope::new(this.scope);
            this.future.set(None);
        }
    }
}

/// While it lives, the scope from its slot is the current one, and the slot holds the one before.
struct EnteredScope<'a>(&'a mut Option<Arc<Scope>>);

/// Written by `telemetry/install.rs` alone.
static PROCESS: OnceLock<Arc<Acceptor>> = OnceLock::new();

thread_local! {
    static SCOPE: Cell<Option<Arc<Scope>>> = const { Cell::new(None) };
}

/// Makes `acceptor` the one of code that has no request and no scope; the first one stays.
pub(crate) fn install(acceptor: &Arc<Acceptor>) {
    PROCESS.get_or_init(|| Arc::clone(acceptor));
}

impl Home {
    #[inline]
    pub(crate) fn current() -> Self {
        match current() {
            Some(context) => Self::Request(context),
            None => Self::outside_requests(),
        }
    }

    #[inline]
    pub(crate) fn acceptor(&self) -> Option<&Arc<Acceptor>> {
        match self {
            Self::Request(context) => Some(context.acceptor()),
            Self::Scope(scope) => Some(&scope.0),
            Self::Process(acceptor) => Some(acceptor),
            Self::Nowhere => None,
        }
    }

    #[inline]
    pub(crate) fn context(&self) -> Option<&RequestContext> {
        match self {
            Self::Request(context) => Some(context),
            Self::Scope(_) | Self::Process(_) | Self::Nowhere => None,
        }
    }

    fn outside_requests() -> Self {
        let scope = SCOPE.try_with(|cell| {
            let scope = cell.take();
            let clone = scope.clone();
            cell.set(scope);
            clone
        });
        match scope.ok().flatten() {
            Some(scope) => Self::Scope(scope),
            None => PROCESS.get().map_or(Self::Nowhere, Self::Process),
        }
    }
}

impl<F> InTelemetry<F> {
    pub(crate) fn new(future: F, acceptor: &Arc<Acceptor>) -> Self {
        let scope = Some(Arc::new(Scope(Arc::clone(acceptor))));
        Self { future: Some(future), scope }
    }
}

/// Runs `work` in a scope of the telemetry.
pub(crate) fn within<T>(acceptor: &Arc<Acceptor>, work: impl FnOnce() -> T) -> T {
    let mut slot = Some(Arc::new(Scope(Arc::clone(acceptor))));
    let _entered = EnteredScope::new(&mut slot);
    work()
}

impl<F: Future> Future for InTelemetry<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _entered = EnteredScope::new(this.scope);
        match this.future.as_pin_mut() {
            Some(future) => future.poll(cx),
            None => Poll::Pending,
        }
    }
}

impl<'a> EnteredScope<'a> {
    fn new(slot: &'a mut Option<Arc<Scope>>) -> Self {
        swap(slot);
        Self(slot)
    }
}

impl Drop for EnteredScope<'_> {
    fn drop(&mut self) {
        swap(self.0);
    }
}

/// While a thread ends its scope may be gone; the slot then stays as it is.
fn swap(slot: &mut Option<Arc<Scope>>) {
    let _ = SCOPE.try_with(|cell| *slot = cell.replace(slot.take()));
}
