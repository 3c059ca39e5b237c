//! What a collector answers.

use std::time::Duration;

/// Over gRPC, a status of HTTP is answered as that.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Answer {
    /// It is taken.
    #[default]
    Taken,
    /// It is taken, but for so many items.
    Partial { rejected: i64, message: &'static str },
    /// A status of HTTP, with a header of that value if one is given, and a body.
    Status { code: u16, retry_after: Option<&'static str>, body: &'static [u8] },
    /// A status of gRPC, with a `RetryInfo` if a time is given.
    Grpc { code: i32, message: &'static str, retry: Option<Duration> },
    /// Taken, and answered by what is no message.
    Garbage(&'static [u8]),
    /// Taken, and answered by as many bytes.
    Flood(usize),
    /// Never answered.
    Hang,
    /// The connection is closed.
    Close,
    /// Taken after a time.
    Slow(Duration),
    /// Taken, and its head answered at once, but its end after a time.
    LateEnd(Duration),
    /// Taken up to so many items, else 413, or `RESOURCE_EXHAUSTED` over gRPC.
    AtMost(usize),
}

impl Answer {
    pub fn status(code: u16) -> Self {
        Self::Status { code, retry_after: None, body: b"" }
    }

    pub(super) fn takes(&self, items: usize) -> bool {
        match self {
            Self::Taken
            | Self::Partial { .. }
            | Self::Garbage(_)
            | Self::Flood(_)
            | Self::Slow(_)
            | Self::LateEnd(_) => true,
            Self::AtMost(count) => items <= *count,
            Self::Status { .. } | Self::Grpc { .. } | Self::Hang | Self::Close => false,
        }
    }
}
