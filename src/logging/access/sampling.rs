//! Which healthy requests have a line.

use std::collections::HashMap;

use crate::config;
use crate::context::{RequestContext, Sampler};

/// Decides by the trace ID, so that every service of a trace with the same share decides alike.
#[derive(Debug)]
pub(super) struct Sampling {
    rest: Sampler,
    routes: HashMap<Box<str>, Sampler, foldhash::fast::RandomState>,
}

impl Sampling {
    pub(super) fn new(settings: &config::AccessLines) -> Self {
        let share = |share: f64| Sampler::new(config::Sampler::Ratio(share));
        let routes = settings.routes.iter();
        let routes = routes.map(|(template, of)| (template.as_str().into(), share(*of)));
        Self { rest: share(settings.sample), routes: routes.collect() }
    }

    #[inline]
    pub(super) fn takes(&self, context: &RequestContext) -> bool {
        let of_route = || self.routes.get(context.endpoint());
        let known = if self.routes.is_empty() { None } else { of_route() };
        known.unwrap_or(&self.rest).sample(None, context.trace_id())
    }
}
