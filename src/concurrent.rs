//! Lock-free building blocks: what the request's path shares between threads.

mod arena;
mod shard;
mod table;
mod tally;

pub(crate) use shard::{Sharded, shard};
pub(crate) use table::{KeyHasher, Keyed, Query, Table};
pub(crate) use tally::Tally;
