//! What the attributes of `obskit-macros` expand to. Nobody writes it by hand, and it changes
//! without notice.

mod call;
mod ending;
mod failure;
mod job;
mod labels;
mod macros;
mod nested;
mod probe;
mod report;
mod span;
mod user;
mod value;
mod verdict;
mod watched;

pub use call::{Call, Labelling};
pub use ending::{Ending, Slow};
pub use failure::{Failure, What};
pub use labels::{Domain, DomainSet, NoDomain, domains, label};
pub use macros::{
    domain_or_text, here, label_or_text, submit, tell_failure, tell_slow, tell_user, verdict,
};
pub use probe::{Probe, probes};
pub use user::User;
pub use value::{Amount, Measure};
pub use verdict::{Report, Verdict};
pub use watched::Watched;

pub use crate::metrics::{Collected, Declaration, DeclaredMetric, Domains, Series, Site, Source};
pub use inventory;
pub use std::time::Duration;
pub use tracing;

/// Stands for a value in code that only the compiler reads.
pub fn never<T>() -> T {
    unreachable!("it is never called")
}
