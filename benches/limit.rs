//! The same work written by hand, with nothing but the work in it: the limit of each budget.

use std::hint::black_box;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Instant;

use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use http_body::{Frame, SizeHint};
use pin_project_lite::pin_project;
use tower::{Layer, Service};

/// A histogram that is nothing but atomics.
#[derive(Debug, Default)]
pub struct Histogram {
    buckets: [AtomicU64; 12],
    sum: AtomicU64,
}

/// The bounds in use everywhere here.
pub const BOUNDS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

impl Histogram {
    /// Counts a value.
    #[inline]
    pub fn observe(&self, value: f64) {
        let bucket = BOUNDS.iter().position(|bound| value <= *bound).unwrap_or(BOUNDS.len());
        if let Some(bucket) = self.buckets.get(bucket) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        let mut old = self.sum.load(Ordering::Relaxed);
        loop {
            let new = (f64::from_bits(old) + value).to_bits();
            match self.sum.compare_exchange_weak(old, new, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return,
                Err(now) => old = now,
            }
        }
    }
}

/// Rate, errors and duration of one known route, by hand.
#[derive(Debug, Default)]
pub struct Red {
    in_flight: AtomicI64,
    requests: [AtomicU64; 5],
    duration: Histogram,
}

/// A layer that does RED and nothing else, without a request ID.
#[derive(Clone, Debug, Default)]
pub struct RedLayer(Arc<Red>);

/// Its service.
#[derive(Clone, Debug)]
pub struct RedService<S> {
    inner: S,
    red: Arc<Red>,
}

#[derive(Debug)]
struct Guard {
    red: Arc<Red>,
    began: Instant,
    status: u16,
}

pin_project! {
    /// Its future.
    #[derive(Debug)]
    pub struct RedFuture<F> {
        #[pin]
        future: F,
        guard: Option<Guard>,
    }
}

pin_project! {
    /// Its body.
    #[derive(Debug)]
    pub struct RedBody {
        #[pin]
        body: Body,
        guard: Option<Guard>,
    }
}

impl<S> Layer<S> for RedLayer {
    type Service = RedService<S>;

    fn layer(&self, inner: S) -> RedService<S> {
        RedService { inner, red: Arc::clone(&self.0) }
    }
}

impl<S: Service<Request, Response = Response>> Service<Request> for RedService<S> {
    type Response = axum::http::Response<RedBody>;
    type Error = S::Error;
    type Future = RedFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        black_box(request.extensions().get::<MatchedPath>().map(MatchedPath::as_str));
        self.red.in_flight.fetch_add(1, Ordering::Relaxed);
        let guard = Guard { red: Arc::clone(&self.red), began: Instant::now(), status: 499 };
        RedFuture { future: self.inner.call(request), guard: Some(guard) }
    }
}

impl<F: Future<Output = Result<Response, E>>, E> Future for RedFuture<F> {
    type Output = Result<axum::http::Response<RedBody>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let response = ready!(this.future.poll(cx))?;
        let mut guard = this.guard.take();
        if let Some(guard) = &mut guard {
            guard.status = response.status().as_u16();
        }
        Poll::Ready(Ok(response.map(|body| RedBody { body, guard })))
    }
}

impl http_body::Body for RedBody {
    type Data = axum::body::Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, axum::Error>>> {
        let mut this = self.project();
        let frame = ready!(this.body.as_mut().poll_frame(cx));
        if frame.is_none() || this.body.is_end_stream() {
            *this.guard = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.red.in_flight.fetch_sub(1, Ordering::Relaxed);
        let class = usize::from(self.status / 100).saturating_sub(1);
        if let Some(requests) = self.red.requests.get(class) {
            requests.fetch_add(1, Ordering::Relaxed);
        }
        self.red.duration.observe(self.began.elapsed().as_secs_f64());
    }
}
