//! Checks that are ready-made, with the feature `checks`.
//!
//! None brings a driver. What they read is bounded in bytes, what they say is for the operator
//! alone, and none shows a password. How often they run, how long they may take and what their
//! failure means is said where they are registered.
//!
//! | check | passes where |
//! |---|---|
//! | [`Postgres`] | PostgreSQL takes connections, as `pg_isready` tells it |
//! | [`Redis`] | Redis answers `PING` |
//! | [`Pool`] | a pool of the service's own gives a connection, and that answers |
//! | [`Http`] | a URL is answered with a status of a range |
//! | [`Tcp`] | a connection is made |
//! | [`Dns`] | a name has an address |
//! | [`DiskSpace`] | a file system has room and can be written to |
//! | [`Memory`] | the machine and the control group have memory left |
//! | [`FileDescriptors`] | the process may open more files and connections |
//!
//! ```
//! use obskit::Telemetry;
//! use obskit::config::Config;
//! use obskit::health::checks::{DiskSpace, Postgres, Redis};
//! use std::time::Duration;
//!
//! let telemetry = Telemetry::build(Config::default())?;
//! let health = telemetry.health();
//! health.critical("postgres", Postgres::new("db.internal:5432")?.user("app"))?;
//! health.optional("cache", Redis::new("cache.internal:6379")?)?;
//! let spool = DiskSpace::new("/var/spool/app").min_free_percent(10);
//! health.check("spool", spool).interval(Duration::from_secs(60)).optional().register()?;
//! # Ok::<(), obskit::Error>(())
//! ```
//!
//! They run on a tokio runtime with I/O and timers (`enable_all`, which `#[tokio::main]` has).
//! Names are looked up anew for each run by the system's resolver. Of several addresses each gets a
//! head start of 250 ms before the next is tried as well (RFC 8305), eight at most.

mod address;
mod connect;
mod disk_space;
mod dns;
mod failure;
mod file_descriptors;
mod http;
mod memory;
mod pool;
mod postgres;
mod redis;
mod single;
mod tcp;
mod text;

pub use disk_space::DiskSpace;
pub use dns::Dns;
pub use file_descriptors::FileDescriptors;
pub use http::Http;
pub use memory::Memory;
pub use pool::{Pool, Unasked};
pub use postgres::Postgres;
pub use redis::Redis;
pub use tcp::Tcp;
