//! Objectives as data, so that rules and dashboards need no constants.

use crate::error::Error;
use crate::metrics::catalog;
use crate::metrics::declaration::{Declaration, Objectives, Role};
use crate::metrics::family::Family;
use crate::metrics::gauge::FloatGauge;
use crate::metrics::registry::Metrics;

use super::agreement::Agreement;

const SLO: Agreement<Objectives> = Agreement {
    role: Role::Endpoint,
    what: "SLO",
    of: |declaration| {
        let objectives = declaration.objectives;
        (objectives != Objectives::default()).then_some(objectives)
    },
    text,
};

pub(super) fn register(
    metrics: &Metrics,
    declarations: &[&'static Declaration],
) -> Result<(), Error> {
    let (objective, threshold) = (&catalog::SLO_OBJECTIVE, &catalog::SLO_THRESHOLD);
    let objectives: Family<(&'static str, &'static str), FloatGauge> =
        metrics.float_gauge(objective.name, objective.help).labels(objective.labels).register()?;
    let thresholds: Family<(&'static str,), FloatGauge> =
        metrics.float_gauge(threshold.name, threshold.help).labels(threshold.labels).register()?;
    for (handler, Objectives { availability, latency }) in SLO.reach(declarations)? {
        if let Some(percent) = availability {
            objectives.reserve((handler, "availability")).set(ratio(percent));
        }
        if let Some(latency) = latency {
            objectives.reserve((handler, "latency")).set(ratio(latency.target));
            thresholds.reserve((handler,)).set(latency.within.as_secs_f64());
        }
    }
    Ok(())
}

/// A percentage as the ratio nearest to what was written: 99.9 as 0.999.
fn ratio(percent: f64) -> f64 {
    (percent * 1e10).round() / 1e12
}

fn text(objectives: &Objectives) -> String {
    let availability = objectives.availability.map(|percent| format!("availability {percent} %"));
    let latency = objectives
        .latency
        .map(|latency| format!("latency {:?} for {} %", latency.within, latency.target));
    let parts: Vec<_> = availability.into_iter().chain(latency).collect();
    format!("({})", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_becomes_the_ratio_a_person_would_write() {
        for (percent, expected) in
            [(99.9, "0.999"), (99.0, "0.99"), (99.995, "0.99995"), (95.5, "0.955")]
        {
            assert_eq!(ratio(percent).to_string(), expected);
        }
    }
}
