//! Which of the three attributes it is.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Endpoint,
    Dependency,
    Job,
}

impl Role {
    /// The attribute, as the user wrote it.
    pub(crate) const fn attribute(self) -> &'static str {
        match self {
            Self::Endpoint => "`#[instrument_endpoint]`",
            Self::Dependency => "`#[instrument_dependency]`",
            Self::Job => "`#[instrument_job]`",
        }
    }

    /// What its first argument names, and an example, where it has one.
    pub(crate) const fn subject(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Endpoint => None,
            Self::Dependency => Some(("the dependency's name", "\"postgres\"")),
            Self::Job => Some(("the job's name", "\"nightly_backup\"")),
        }
    }
}
