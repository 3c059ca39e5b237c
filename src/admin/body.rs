//! The body of a request, where a method has one.

use std::future::poll_fn;
use std::pin::pin;
use std::time::Duration;

use bytes::{Buf, Bytes};
use http::{Response, StatusCode};
use http_body::Body;
use tokio::time::timeout;

use super::content::Content;
use super::respond::text;

/// Why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is longer than it may be.
    TooLong,
    /// It did not come in time.
    TooSlow,
    /// It broke off.
    Broken,
}

const LONGEST: usize = 4 * 1_024;

/// Reads a body whole, for as long as there is patience.
pub(super) async fn read<B: Body>(body: B, patience: Option<Duration>) -> Result<Bytes, Unread> {
    let reading = read_whole(body);
    match patience {
        Some(patience) => timeout(patience, reading).await.unwrap_or(Err(Unread::TooSlow)),
        None => reading.await,
    }
}

async fn read_whole<B: Body>(body: B) -> Result<Bytes, Unread> {
    if body.size_hint().lower() > LONGEST as u64 {
        return Err(Unread::TooLong);
    }
    let (mut body, mut read) = (pin!(body), Vec::new());
    while let Some(frame) = poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
        let Ok(data) = frame.map_err(|_| Unread::Broken)?.into_data() else { continue };
        if data.remaining() > LONGEST - read.len() {
            return Err(Unread::TooLong);
        }
        append(&mut read, data);
    }
    Ok(read.into())
}

fn append(read: &mut Vec<u8>, mut data: impl Buf) {
    while data.has_remaining() {
        let chunk = data.chunk();
        let length = chunk.len();
        read.extend_from_slice(chunk);
        data.advance(length);
    }
}

impl Unread {
    pub(super) fn answer(self) -> Response<Content> {
        match self {
            Self::TooLong => text(StatusCode::PAYLOAD_TOO_LARGE, "the body is too long\n"),
            Self::TooSlow => text(StatusCode::REQUEST_TIMEOUT, "the body took too long\n"),
            Self::Broken => text(StatusCode::BAD_REQUEST, "the body broke off\n"),
        }
    }
}
