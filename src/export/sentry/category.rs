//! What Sentry's server limits apart from one another, and why something is not sent.

use crate::ledger::Signal;

/// A kind of data, as <https://develop.sentry.dev/sdk/expected-features/rate-limiting/> names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Category {
    Error,
    Transaction,
    Session,
    Monitor,
    Feedback,
}

/// Why something is not sent, as
/// <https://develop.sentry.dev/sdk/telemetry/client-reports/> names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Discard {
    QueueOverflow,
    RatelimitBackoff,
    NetworkError,
    SendError,
    SampleRate,
    BeforeSend,
    EventProcessor,
    /// By obskit's own limit of reports alike.
    Backpressure,
    InternalSdkError,
}

impl Category {
    pub(crate) const ALL: [Self; 5] =
        [Self::Error, Self::Transaction, Self::Session, Self::Monitor, Self::Feedback];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Transaction => "transaction",
            Self::Session => "session",
            Self::Monitor => "monitor",
            Self::Feedback => "feedback",
        }
    }

    /// What it is in the ledger.
    pub(crate) fn signal(self) -> Signal {
        match self {
            Self::Error => Signal::Report,
            Self::Transaction => Signal::Transaction,
            Self::Session => Signal::Session,
            Self::Monitor => Signal::CheckIn,
            Self::Feedback => Signal::Feedback,
        }
    }
}

impl Discard {
    pub(crate) const ALL: [Self; 9] = [
        Self::QueueOverflow,
        Self::RatelimitBackoff,
        Self::NetworkError,
        Self::SendError,
        Self::SampleRate,
        Self::BeforeSend,
        Self::EventProcessor,
        Self::Backpressure,
        Self::InternalSdkError,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::QueueOverflow => "queue_overflow",
            Self::RatelimitBackoff => "ratelimit_backoff",
            Self::NetworkError => "network_error",
            Self::SendError => "send_error",
            Self::SampleRate => "sample_rate",
            Self::BeforeSend => "before_send",
            Self::EventProcessor => "event_processor",
            Self::Backpressure => "backpressure",
            Self::InternalSdkError => "internal_sdk_error",
        }
    }
}
