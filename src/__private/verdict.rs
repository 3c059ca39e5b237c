//! How a returned value says that its call went.

use crate::context::Outcome;

use super::failure::{Failure, What};

/// What is known of a call by the value it returned.
#[derive(Debug)]
pub struct Verdict<'a> {
    /// None where an error does not tell whose fault it is.
    pub(super) said: Option<Outcome>,
    pub(super) what: What<'a>,
    report: Report,
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
    pub fn of_value(said: Option<Outcome>, what: What<'a>) -> Self {
        Self { said: Some(said.unwrap_or(Outcome::Success)), what, report: Report::ServerErrors }
    }

    /// That of the value in `Err`.
    pub fn of_error(said: Option<Outcome>, what: What<'a>) -> Self {
        Self { said, what, report: Report::ServerErrors }
    }

    /// Takes the call for a success.
    #[must_use]
    pub fn ok_if(mut self, holds: bool) -> Self {
        if holds {
            self.said = Some(Outcome::Success);
        }
        self
    }

    /// Takes the call for the service's failure.
    #[must_use]
    pub fn error_if(mut self, holds: bool) -> Self {
        if holds {
            self.said = Some(Outcome::ServerError);
        }
        self
    }

    /// Which failures are told.
    #[must_use]
    pub fn report(mut self, report: Report) -> Self {
        self.report = report;
        self
    }

    /// What is to be told of a call that ended so.
    pub(super) fn failure(&self, outcome: Outcome) -> Option<Failure<'a>> {
        let is_the_callers = outcome == Outcome::ClientError;
        let is_told = match self.report {
            Report::ServerErrors => outcome.is_failure(),
            Report::Errors => outcome.is_failure() || is_the_callers,
            Report::Never => false,
        };
        is_told.then(|| Failure::new(self.what, is_the_callers))
    }
}
