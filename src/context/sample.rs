//! Whether a trace is sampled, by the built-in samplers of the OpenTelemetry specification.

use super::trace_id::{TraceFlags, TraceId};
use crate::config;

/// A sampler: what decides for a trace that starts here, and whether a caller's decision stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sampler {
    /// A trace is sampled when the number in its ID is below this.
    bound: u64,
    parent_based: bool,
}

/// Trace IDs are compared by the upper 63 of their last 64 bits, as the SDKs in Go and Rust do, so
/// that services in several languages decide alike.
const EVERYTHING: u64 = 1 << 63;

impl Sampler {
    pub(crate) fn new(sampler: config::Sampler) -> Self {
        let parent_based = matches!(sampler, config::Sampler::ParentBased(_));
        Self { bound: bound(sampler.root_ratio()), parent_based }
    }

    /// The same with another share of the traces that begin here. With 0 nothing is sampled,
    /// whatever a caller says.
    pub(crate) fn with_share(self, share: f64) -> Self {
        Self { bound: bound(share), parent_based: self.parent_based && share > 0.0 }
    }

    /// Whether a trace goes on, or starts, sampled; `caller` is what a parent said. A parent-based
    /// sampler decides itself only where there is no parent, or one that left the decision open.
    pub(crate) fn sample(&self, caller: Option<TraceFlags>, trace_id: TraceId) -> bool {
        match caller {
            Some(flags) if self.parent_based && !flags.is_deferred() => flags.is_sampled(),
            _ => trace_id.low() >> 1 < self.bound,
        }
    }
}

fn bound(share: f64) -> u64 {
    #[expect(clippy::cast_precision_loss, reason = "a power of two is exact")]
    let bound = share.clamp(0.0, 1.0) * EVERYTHING as f64;
    #[expect(clippy::cast_possible_truncation, reason = "at most 2^63")]
    #[expect(clippy::cast_sign_loss, reason = "at least 0")]
    let bound = bound as u64;
    bound
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{RootSampler, Sampler as Config};

    const PARENTS: [Option<TraceFlags>; 4] =
        [None, Some(TraceFlags::NONE), Some(TraceFlags::SAMPLED), Some(TraceFlags::DEFERRED)];

    /// Expects the decisions without a parent and under those of `PARENTS`, for a trace ID with
    /// this number at its end.
    #[track_caller]
    fn check(sampler: Config, low: u64, expected: [bool; 4]) {
        let trace_id = TraceId::from_bytes((1 << 64 | u128::from(low)).to_be_bytes()).unwrap();
        let decide = |flags| Sampler::new(sampler).sample(flags, trace_id);
        assert_eq!(PARENTS.map(decide), expected, "{sampler:?} {low:#x}");
    }

    #[test]
    fn constant_samplers_ask_nobody() {
        for low in [0, 1 << 63, u64::MAX] {
            check(Config::AlwaysOn, low, [true; 4]);
            check(Config::Ratio(1.0), low, [true; 4]);
            check(Config::AlwaysOff, low, [false; 4]);
            check(Config::Ratio(0.0), low, [false; 4]);
        }
    }

    #[test]
    fn a_ratio_compares_the_upper_63_of_the_last_64_bits() {
        let half = 1 << 63;
        check(Config::Ratio(0.5), half - 1, [true; 4]);
        check(Config::Ratio(0.5), half, [false; 4]);
        check(Config::Ratio(0.25), half / 2 - 1, [true; 4]);
        check(Config::Ratio(0.25), half / 2, [false; 4]);
        check(Config::Ratio(f64::NAN), 0, [false; 4]);
        check(Config::Ratio(7.0), u64::MAX, [true; 4]);
        check(Config::Ratio(-1.0), 0, [false; 4]);
    }

    #[test]
    fn a_parent_decides_unless_it_left_that_open() {
        check(Config::ParentBased(RootSampler::AlwaysOn), 0, [true, false, true, true]);
        check(Config::ParentBased(RootSampler::AlwaysOff), 0, [false, false, true, false]);
        check(Config::ParentBased(RootSampler::Ratio(0.5)), 0, [true, false, true, true]);
        check(Config::ParentBased(RootSampler::Ratio(0.5)), u64::MAX, [false, false, true, false]);
    }

    #[test]
    fn a_tenth_of_the_traces_made_here_is_about_a_tenth() {
        let sampler = Sampler::new(Config::Ratio(0.1));
        let kept = (0..100_000).filter(|_| sampler.sample(None, TraceId::generate())).count();
        // Ten standard deviations either way.
        assert!((9_050..=10_950).contains(&kept), "{kept}");
    }
}
