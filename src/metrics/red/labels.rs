//! The labels of the HTTP families.

use crate::context::Outcome;
use crate::metrics::key::LabelValue;
use crate::metrics::label::Label;

/// A gRPC status; nothing for a plain HTTP request.
#[derive(Clone, Copy, Debug)]
pub(super) struct GrpcStatus(pub(super) Option<u8>);

/// A status as the duration has it: the class, or the code by the semantic conventions.
#[derive(Clone, Copy, Debug)]
pub(super) enum Status {
    Class(u16),
    Code(u16),
}

impl Status {
    /// A number that two statuses share if they are one label value.
    #[inline]
    pub(super) fn number(self) -> u16 {
        match self {
            Self::Class(code) => class(code),
            Self::Code(code) => code,
        }
    }
}

impl Label for Outcome {
    const VALUES: &'static [&'static str] = &Self::NAMES;

    fn write(&self, value: &mut LabelValue<'_>) {
        value.push_str(self.as_str());
    }
}

impl Label for GrpcStatus {
    fn write(&self, value: &mut LabelValue<'_>) {
        if let Some(status) = &self.0 {
            Label::write(status, value);
        }
    }
}

impl Label for Status {
    fn write(&self, value: &mut LabelValue<'_>) {
        match self {
            Self::Code(code) => Label::write(code, value),
            Self::Class(code) => value.push_str(match class(*code) {
                1 => "1xx",
                2 => "2xx",
                3 => "3xx",
                4 => "4xx",
                _ => "5xx",
            }),
        }
    }
}

/// What lies outside the classes blames the server, who made it up.
fn class(code: u16) -> u16 {
    match code / 100 {
        class @ 1..=4 => class,
        _ => 5,
    }
}
