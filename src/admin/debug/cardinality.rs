//! `/debug/cardinality`: which metrics have most series, and what was refused one.

use http::Response;
use serde_json::{Map, Value, json};

use crate::admin::Admin;
use crate::admin::content::Content;
use crate::metrics::{Cardinality, Kind};
use crate::redaction::{HIDDEN, Redactor};

use super::page;

/// Metrics that are shown for their many series, and for their overflow.
const SHOWN: usize = 20;

impl Admin {
    /// The metrics with most series, those that overflowed, and the endpoints.
    pub(in crate::admin) fn cardinality_page(&self) -> Response<Content> {
        let mut all = self.metrics.cardinality();
        let (families, series) = (all.len(), all.iter().map(|family| family.series).sum::<usize>());
        all.sort_by_key(|family| std::cmp::Reverse(family.series));
        let redactor = &self.internals.redactor;
        let rest = all.split_off(SHOWN.min(all.len()));
        let overflowed = rest.into_iter().filter(|family| family.overflowed > 0).take(SHOWN);
        let shown = all.into_iter().chain(overflowed).map(|family| shown(&family, redactor));
        page(&json!({
            "families": families,
            "series": series,
            "metrics": shown.collect::<Vec<_>>(),
            "endpoints": self.endpoints(),
        }))
    }

    fn endpoints(&self) -> Value {
        let routes = &self.internals.routes;
        let (taken, limit) = routes.room();
        let refused = routes.refused();
        let refused = refused.iter().map(|template| self.internals.redactor.clean(template));
        json!({
            "known": routes.iter().count(),
            "undeclared": taken,
            "limit": limit,
            "overflowed": routes.overflowed(),
            "refused": refused.collect::<Vec<_>>(),
        })
    }
}

fn shown(family: &Cardinality, redactor: &Redactor) -> Value {
    let labels = family.labels.iter().map(|(name, values)| (name.clone(), json!(values)));
    let refused = family.refused.iter().map(|values| hidden(family, values, redactor));
    json!({
        "metric": family.name,
        "kind": match family.kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        },
        "series": family.series,
        "taken": family.taken,
        "limit": family.limit,
        "overflowed": family.overflowed,
        "labels": labels.collect::<Map<_, _>>(),
        "refused": refused.collect::<Vec<_>>(),
    })
}

/// A refused set of label values, which nobody has looked at: hidden by name and by shape, as in
/// every signal.
fn hidden(family: &Cardinality, values: &[String], redactor: &Redactor) -> Value {
    let labels = family.labels.iter().zip(values).map(|((name, _), value)| {
        let value =
            if redactor.hides(name) { HIDDEN.into() } else { redactor.clean(value).into_owned() };
        (name.clone(), Value::String(value))
    });
    Value::Object(labels.collect())
}
