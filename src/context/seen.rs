//! What only spans say of a request, taken from its head where it is traced.

use std::net::IpAddr;

use crate::config::Capture;

/// What a head has told beside what every signal says.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) is_https: bool,
    /// Only what was asked for; apart, because few want any of it.
    pub(crate) private: Option<Box<Private>>,
}

/// What may be private or of unbounded variety.
#[derive(Debug, Default)]
pub(crate) struct Private {
    pub(crate) path: Option<Box<str>>,
    pub(crate) client: Option<IpAddr>,
    pub(crate) user_agent: Option<Box<str>>,
    pub(crate) server: Option<Box<str>>,
    pub(crate) port: Option<u16>,
}

/// Which of it is wanted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted(u8);

impl Wanted {
    pub(crate) fn new(captures: &[Capture]) -> Self {
        Self(captures.iter().fold(0, |all, capture| all | bit(*capture)))
    }

    pub(crate) fn any(self) -> bool {
        self.0 & !bit(Capture::UrlFull) != 0
    }

    pub(crate) fn has(self, capture: Capture) -> bool {
        self.0 & bit(capture) != 0
    }
}

fn bit(capture: Capture) -> u8 {
    1 << capture as u8
}
