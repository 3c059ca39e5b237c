//! Observations kept as examples, so that a graph leads to a trace.

use arrayvec::{ArrayString, ArrayVec};

/// The labels of an exemplar: at most 128 characters of names and values together, by OpenMetrics.
pub(crate) type ExemplarLabels = ArrayVec<(ArrayString<32>, ArrayString<128>), 4>;
