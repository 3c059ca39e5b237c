//! A body that says how it ended.

use std::pin::Pin;
use std::task::{Context, Poll};

use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use bytes::Buf;

pin_project! {
    /// A body that is watched to its end by `W`.
    ///
    /// Whoever reads it sees the same frames, size and end as without.
    #[derive(Debug)]
    pub struct WatchedBody<B, W: Watch> {
        // None only while it is dropped.
        #[pin]
        body: Option<B>,
        watch: Option<W>,
        // Bytes still to come of those announced, if any were.
        left: Option<u64>,
    }

    impl<B, W: Watch> PinnedDrop for WatchedBody<B, W> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if let Some(watch) = this.watch {
                watch.enter(|| this.body.set(None));
            }
        }
    }
}

/// What watches a body, until that is dropped. Without an [`end`](Self::end) before, its reader has
/// given it up.
pub trait Watch {
    /// Runs `work` with what is watched as the current request.
    fn enter<T>(&mut self, work: impl FnOnce() -> T) -> T;

    /// The same for a poll: a panic in it is the body's.
    fn run<T>(&mut self, work: impl FnOnce() -> T) -> T;

    /// So many bytes have passed.
    fn data(&mut self, bytes: u64);

    /// The trailers have.
    fn trailers(&mut self, trailers: &HeaderMap);

    /// The body is complete, or has failed. What follows is of no account.
    fn end(&mut self, complete: bool);
}

impl<B: Body, W: Watch> WatchedBody<B, W> {
    /// Watches `body`, of which `left` bytes are to come if that is known.
    pub(super) fn new(body: B, left: Option<u64>, watch: W) -> Self {
        Self { body: Some(body), watch: Some(watch), left }
    }

    pub(super) fn unwatched(body: B) -> Self {
        Self { body: Some(body), watch: None, left: None }
    }
}

impl<B: Body, W: Watch> Body for WatchedBody<B, W> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let mut this = self.project();
        let Some(mut body) = this.body.as_mut().as_pin_mut() else { return Poll::Ready(None) };
        let Some(watch) = this.watch else { return body.poll_frame(cx) };
        let polled = watch.run(|| body.as_mut().poll_frame(cx));
        // Fewer bytes than announced are an error to the client.
        let complete = |left: &Option<u64>| left.is_none_or(|left| left == 0);
        match &polled {
            Poll::Pending => {}
            // A server stops polling when the length is reached or the body says it is done.
            Poll::Ready(Some(Ok(frame))) => {
                if seen(frame, watch, this.left) || body.is_end_stream() {
                    watch.end(complete(this.left));
                }
            }
            Poll::Ready(Some(Err(_))) => watch.end(false),
            Poll::Ready(None) => watch.end(complete(this.left)),
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(SizeHint::default, Body::size_hint)
    }
}

impl<B: Default, W: Watch> Default for WatchedBody<B, W> {
    fn default() -> Self {
        Self { body: Some(B::default()), watch: None, left: None }
    }
}

/// Whether this frame is the last.
fn seen<D: Buf>(frame: &Frame<D>, watch: &mut impl Watch, left: &mut Option<u64>) -> bool {
    if let Some(trailers) = frame.trailers_ref() {
        watch.trailers(trailers);
        return true;
    }
    let bytes = frame.data_ref().map_or(0, |data| data.remaining() as u64);
    watch.data(bytes);
    *left = left.map(|left| left.saturating_sub(bytes));
    *left == Some(0)
}
