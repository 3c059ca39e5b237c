//! The wire format of Protocol Buffers: written into a vector, read from a slice.
//!
//! <https://protobuf.dev/programming-guides/encoding/>

mod read;
mod write;

pub(crate) use read::{Field, fields};
pub(crate) use write::Message;
