//! A body that does what it is told, frame by frame.

use bytes::Bytes;
use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};
use http_body::{Body, Frame, SizeHint};
use std::collections::VecDeque;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::task::{Context, Poll};
use tower::BoxError;

/// What a body does at a poll.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    Data(&'static str),
    Trailer(&'static str, &'static str),
    /// Pending once, ready to be polled again.
    Yield,
    /// Pending for ever.
    Hang,
    Fail,
    Panic,
}

/// A body of steps; when they are done it has ended.
#[derive(Debug, Default)]
pub struct Scripted {
    steps: VecDeque<Step>,
    /// What its size hint says, less what has passed.
    length: Option<u64>,
    knows_end: bool,
}

impl Scripted {
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self { steps: steps.into_iter().collect(), ..Self::default() }
    }

    /// Its size hint is exact.
    #[must_use]
    pub fn with_length(self, length: Option<u64>) -> Self {
        Self { length, ..self }
    }

    /// It says so when it has ended, before it is polled once more.
    #[must_use]
    pub fn knowing_its_end(self, knows_end: bool) -> Self {
        Self { knows_end, ..self }
    }
}

impl Body for Scripted {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Some(step) = self.steps.pop_front() else { return Poll::Ready(None) };
        match step {
            Step::Data(text) => {
                let bytes = text.len() as u64;
                self.length = self.length.map(|length| length.saturating_sub(bytes));
                Poll::Ready(Some(Ok(Frame::data(text.into()))))
            }
            Step::Trailer(name, value) => {
                let field = (HeaderName::from_static(name), HeaderValue::from_static(value));
                Poll::Ready(Some(Ok(Frame::trailers(HeaderMap::from_iter([field])))))
            }
            Step::Yield => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Step::Hang => {
                self.steps.push_front(Step::Hang);
                Poll::Pending
            }
            Step::Fail => Poll::Ready(Some(Err("the script says so".into()))),
            // Unwinds without the hook, which would print.
            Step::Panic => resume_unwind(Box::new("the script says so")),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.knows_end && self.steps.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
