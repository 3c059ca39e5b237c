//! The body of a request, where a route takes one.

use std::future::poll_fn;
use std::pin::pin;

use bytes::{Buf, Bytes};
use http_body::Body;

/// Why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is longer than it may be.
    TooLong,
    /// It broke off.
    Broken,
}

/// The longest that is taken.
const LONGEST: usize = 4 * 1_024;

/// Reads a body whole.
pub(super) async fn read<B: Body>(body: B) -> Result<Bytes, Unread> {
    if body.size_hint().lower() > LONGEST as u64 {
        return Err(Unread::TooLong);
    }
    let (mut body, mut read) = (pin!(body), Vec::new());
    while let Some(frame) = poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
        let Ok(mut data) = frame.map_err(|_| Unread::Broken)?.into_data() else { continue };
        if read.len() + data.remaining() > LONGEST {
            return Err(Unread::TooLong);
        }
        while data.has_remaining() {
            let chunk = data.chunk();
            read.extend_from_slice(chunk);
            let length = chunk.len();
            data.advance(length);
        }
    }
    Ok(read.into())
}
