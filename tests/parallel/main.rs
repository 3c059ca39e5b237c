//! Telemetries side by side and calls in every order, in a program with few attributes: each
//! telemetry makes the series of all, so here it is cheap to build a thousand.

mod in_flight;
mod lifetimes;
mod telemetries;
