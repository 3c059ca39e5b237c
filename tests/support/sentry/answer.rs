//! What Sentry answers.

use std::time::Duration;

use super::Item;

#[derive(Clone, Debug, Default, PartialEq)]
pub enum Answer {
    /// It is taken.
    #[default]
    Taken,
    /// It is taken, and these headers say something beside.
    TakenWith(&'static [(&'static str, &'static str)]),
    /// A status, with these headers, and a body.
    Status { code: u16, headers: &'static [(&'static str, &'static str)], body: &'static [u8] },
    /// 413 if it is larger than so many bytes, as it was sent; else taken.
    AtMost(usize),
    /// 400 if an item of that kind is in it; else taken.
    Without(&'static str),
    /// Taken, and answered by what is no JSON.
    Garbage(&'static [u8]),
    /// Taken, and answered by as many bytes.
    Flood(usize),
    /// Never answered.
    Hang,
    /// The connection is closed.
    Close,
    /// Taken after a time.
    Slow(Duration),
    /// Taken, and its head answered at once, but its end never.
    NoEnd,
}

impl Answer {
    pub fn status(code: u16) -> Self {
        Self::Status { code, headers: &[], body: b"" }
    }

    /// 429, with the value of `x-sentry-rate-limits`.
    pub fn limited(limits: &'static [(&'static str, &'static str)]) -> Self {
        Self::Status { code: 429, headers: limits, body: b"" }
    }

    pub(super) fn takes(&self, bytes: usize, items: &[Item]) -> bool {
        match self {
            Self::Taken
            | Self::TakenWith(_)
            | Self::Garbage(_)
            | Self::Flood(_)
            | Self::Slow(_)
            | Self::NoEnd => true,
            Self::AtMost(most) => bytes <= *most,
            Self::Without(kind) => items.iter().all(|item| item.kind != *kind),
            Self::Status { .. } | Self::Hang | Self::Close => false,
        }
    }
}
