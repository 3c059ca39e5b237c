//! The request's context: what every request carries, wherever it goes.

mod carried;
mod current;
mod echo;
mod egress;
mod endpoint;
mod executor;
pub mod lab;
mod marks;
mod position;
mod route;
mod several;
mod trust;
