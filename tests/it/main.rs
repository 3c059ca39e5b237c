//! Tests through the public API: a module per feature.

mod admin;
mod architecture;
mod cardinality;
mod checks;
mod client;
mod collect;
mod config;
mod context;
mod doctor;
mod export;
mod exposition;
mod families;
mod health;
mod histogram;
mod lifecycle;
mod logging;
mod pools;
mod propagation;
mod reference;
mod reports;
mod request_id;
mod shutdown;
mod traces;
