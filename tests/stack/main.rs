//! Tests against real servers and parsers that others wrote. `tests/tools` installs them; where
//! one is missing, its tests fail.

mod attributes;
mod cardinality;
mod clients;
mod exporter;
mod exposition;
mod health;
mod logs;
mod oracle;
mod prometheus;
mod reports;
mod shutdown;
mod slow;
mod traces;
