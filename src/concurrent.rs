//! Lock-free building blocks: what the request's path shares between threads.

mod arena;
mod shard;
mod table;

pub(crate) use shard::{Sharded, shard};
pub(crate) use table::{KeyHasher, Keyed, Query, Table};
