//! The way down: signals, the order of things, one deadline, and what is told at the end.

pub mod child;
mod connections;
mod frameworks;
mod hung;
mod program;
mod report;
mod runtimes;
mod signals;
