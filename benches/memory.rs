//! Memory of a series.
