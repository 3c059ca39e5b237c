//! How a returned value says that its call went.

use crate::context::Outcome;

use super::failure::What;

/// What is known of a call by the value it returned.
#[derive(Clone, Copy, Debug)]
pub struct Verdict<'a> {
    /// None where an error does not tell whose fault it is.
    pub(super) said: Option<Outcome>,
    pub(super) what: What<'a>,
    pub(super) report: Report,
}

/// Which failures are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    /// Those that are the service's fault.
    ServerErrors,
    /// The caller's, too.
    Errors,
    /// None.
    Never,
}

impl<'a> Verdict<'a> {
    /// That of a value which is no error, or of the one in `Ok`.
    #[inline]
    pub fn of_value(said: Option<Outcome>, what: What<'a>) -> Self {
        Self { said: said.or(Some(Outcome::Success)), what, report: Report::ServerErrors }
    }

    /// That of the value in `Err`.
    #[inline]
    pub fn of_error(said: Option<Outcome>, what: What<'a>) -> Self {
        Self { said, what, report: Report::ServerErrors }
    }

    /// Takes the call for a success.
    #[inline]
    #[must_use]
    pub fn ok_if(mut self, holds: bool) -> Self {
        if holds {
            self.said = Some(Outcome::Success);
        }
        self
    }

    /// Takes the call for the service's failure.
    #[inline]
    #[must_use]
    pub fn error_if(mut self, holds: bool) -> Self {
        if holds {
            self.said = Some(Outcome::ServerError);
        }
        self
    }

    /// Which failures are told.
    #[inline]
    #[must_use]
    pub fn report(mut self, report: Report) -> Self {
        self.report = report;
        self
    }

    pub(super) fn reports(&self, outcome: Outcome) -> bool {
        self.report.tells(outcome)
    }
}

impl Report {
    pub(super) fn tells(self, outcome: Outcome) -> bool {
        match self {
            Self::ServerErrors => outcome.is_failure(),
            Self::Errors => outcome.is_failure() || outcome == Outcome::ClientError,
            Self::Never => false,
        }
    }

    pub(super) fn tells_anything(self) -> bool {
        self != Self::Never
    }
}
