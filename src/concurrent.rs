//! What threads share: lock-free building blocks for the request's path, and a way to wait for work
//! that blocks.

mod arena;
mod aside;
mod few;
mod own;
mod shard;
mod table;
mod tally;
mod together;

pub(crate) use aside::aside;
pub(crate) use few::Few;
pub(crate) use own::is_own_noise;
#[cfg(feature = "otlp")]
pub(crate) use own::is_own_thread;
#[cfg(feature = "tokio")]
pub(crate) use own::make_thread_own;
pub(crate) use shard::{Sharded, shard};
pub(crate) use table::{KeyHasher, Keyed, Query, Table};
pub(crate) use tally::Tally;
pub(crate) use together::together;
