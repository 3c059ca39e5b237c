//! Without the feature `otlp-grpc` there is HTTP alone.

use std::convert::Infallible;

use bytes::Bytes;
use http::Uri;

use crate::config::{Otlp, Proxy, Signal};
use crate::error::Error;

use super::answer::Answer;

#[derive(Debug)]
pub(super) struct Grpc(Infallible);

impl Grpc {
    pub(super) fn new(_: Uri, signal: Signal, _: &Otlp, _: &Proxy) -> Result<Self, Error> {
        let signal = signal.name();
        Err(Error::config(format!(
            "{signal}.otlp.protocol is grpc, for which obskit needs its feature \"otlp-grpc\"; \
             accepted: that feature, or http/protobuf"
        )))
    }

    pub(super) fn pack(&self, _: Vec<u8>) -> Bytes {
        match self.0 {}
    }

    #[expect(clippy::unused_async, reason = "the twin waits for its answer")]
    pub(super) async fn send(&self, _: Bytes) -> Answer {
        match self.0 {}
    }
}
