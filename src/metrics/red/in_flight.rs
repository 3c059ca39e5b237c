//! The gauges of requests under way, read off the routes at each scrape.

use std::sync::Arc;

use crate::context::Routes;
use crate::error::Error;
use crate::metrics::catalog;
use crate::metrics::family::Family;
use crate::metrics::gauge::{FloatGauge, Gauge};
use crate::metrics::label::Text;
use crate::metrics::registry::Metrics;

struct InFlight {
    routes: Arc<Routes>,
    count: Family<(Text,), Gauge>,
    oldest: Family<(Text,), FloatGauge>,
}

pub(super) fn register(metrics: &Metrics, routes: &Arc<Routes>) -> Result<(), Error> {
    let naming = metrics.config().naming;
    let (count, count_labels) = catalog::HTTP_REQUESTS_IN_FLIGHT.named(naming);
    let (oldest, oldest_labels) = catalog::HTTP_OLDEST_REQUEST.named(naming);
    let count = metrics.gauge(count, catalog::HTTP_REQUESTS_IN_FLIGHT.help);
    let oldest = metrics.float_gauge(oldest, catalog::HTTP_OLDEST_REQUEST.help);
    let gauges = InFlight {
        routes: Arc::clone(routes),
        count: count.labels(count_labels).register()?,
        oldest: oldest.labels(oldest_labels).register()?,
    };
    let clock = metrics.clock().clone();
    metrics.before_scrape(move || gauges.set(clock.now()));
    Ok(())
}

impl InFlight {
    fn set(&self, now: std::time::Instant) {
        let now = self.routes.age(now);
        for route in self.routes.iter() {
            let oldest = route.in_flight.oldest().map(|start| now.saturating_sub(start));
            // Nobody wants a series for the scrape itself, which is under way right now.
            if route.is_worth_showing(oldest) {
                let age = oldest.unwrap_or_default().as_secs_f64();
                // The routes have a limit of their own.
                self.count.reserve((route.template(),)).set(route.in_flight.count());
                self.oldest.reserve((route.template(),)).set(age);
            }
        }
    }
}
