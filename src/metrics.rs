//! Counters, gauges and histograms for Prometheus.

mod builder;
mod cardinality;
pub mod catalog;
pub(crate) mod collect;
mod counter;
mod declaration;
mod dependency;
mod descriptor;
pub(crate) mod events;
mod exemplar;
mod exposition;
mod family;
mod gauge;
mod given;
mod health;
mod histogram;
mod instruments;
mod key;
mod label;
pub(crate) mod losses;
mod metric;
mod pool;
mod red;
#[cfg(feature = "admin")]
pub(crate) mod refusals;
mod registry;
mod users;

pub use builder::Builder;
pub use cardinality::Cardinality;
pub use counter::{Counter, FloatCounter};
#[doc(hidden)]
pub use declaration::{Collected, Site};
pub use declaration::{
    Declaration, DeclaredMetric, Domains, LatencyObjective, Objectives, Role, Source, declarations,
};
pub use descriptor::Kind;
pub use exemplar::Exemplar;
pub use exposition::{ForeignRegistry, Format, MetricsCollector, Scrape, Scraped};
pub use family::Family;
pub use gauge::{FloatGauge, Gauge};
#[doc(hidden)]
pub use given::{Bounded, Free, Given, GivenLabel};
pub use histogram::{Bounds, Histogram};
#[doc(hidden)]
pub use instruments::Series;
pub use key::LabelValue;
pub use label::{Append, Declared, Fits, Label, LabelSet, Text, Values};
pub use metric::Metric;
#[cfg(feature = "macros")]
pub use obskit_macros::Label;
pub use pool::PoolStatus;
pub use registry::Metrics;

pub(crate) use dependency::Dependencies;
#[cfg(feature = "tokio")]
pub(crate) use dependency::Tally;
pub(crate) use family::Room;
pub(crate) use health::HealthFamilies;
pub(crate) use instruments::{Instrument, Instruments};
pub(crate) use red::{Matched, Red};
pub(crate) use users::ActiveUsers;

/// The crate whose registries [`Metrics::serve_foreign`] takes, in the version it takes.
pub use prometheus_client;
