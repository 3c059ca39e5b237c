//! The layers of others that write `tracing` events as JSON.

use std::hint::black_box;
use std::io::{self, Write};

use tracing::Dispatch;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{fmt, registry};

use super::Logger;

/// `tracing_subscriber::fmt().json()`.
#[derive(Clone, Copy, Debug)]
pub struct TracingSubscriber;

/// json-subscriber.
#[derive(Clone, Copy, Debug)]
pub struct JsonSubscriber;

/// Takes lines, and keeps the compiler from leaving out what nobody reads.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Nowhere;

impl Write for Nowhere {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(black_box(bytes).len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Logger for TracingSubscriber {
    const NAME: &'static str = "tracing-subscriber";

    fn subscriber() -> Dispatch {
        let layer = fmt::layer().json().with_writer(Nowhere::default);
        Dispatch::new(registry().with(layer).with(LevelFilter::INFO))
    }
}

impl Logger for JsonSubscriber {
    const NAME: &'static str = "json-subscriber";

    fn subscriber() -> Dispatch {
        let layer = json_subscriber::layer().with_writer(Nowhere::default);
        Dispatch::new(registry().with(layer).with(LevelFilter::INFO))
    }
}
