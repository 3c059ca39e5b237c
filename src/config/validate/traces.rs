//! The bounds of what is traced.

use tracing::level_filters::LevelFilter;

use super::{Problems, is_share};
use crate::config::{Keep, RootSampler, Sampler, Traces, directives};

impl Traces {
    pub(super) fn check(&self, problems: &mut Problems) {
        if let Sampler::Ratio(ratio) | Sampler::ParentBased(RootSampler::Ratio(ratio)) =
            self.sampler
        {
            problems.unless(is_share(ratio), "traces.sampler", ratio, "a ratio of 0 to 1");
        }
        for (template, share) in &self.routes {
            let field = format!("traces.routes, for {template:?},");
            problems.unless(is_share(*share), &field, share, "0 to 1");
        }
        if let Err(flaw) = directives::parse(&self.directives, LevelFilter::OFF) {
            problems.push(format!("traces.directives: {flaw}"));
        }
        if let Some(Keep { slow: Some(slow), .. }) = self.keep {
            let longest = format!("at most {:?}", Keep::SLOWEST);
            let holds = slow <= Keep::SLOWEST;
            problems.unless(holds, "traces.keep.slow", format!("{slow:?}"), longest);
        }
    }
}
