//! The ways to a collector.

use std::sync::Arc;

use bytes::Bytes;

use crate::config::{Otlp, Protocol, Signal};
use crate::error::Error;

use super::answer::Answer;
use super::http::Http;
use super::parcel::Parcel;
use super::resource::Resource;

/// What takes requests and answers what became of them.
pub(crate) trait Transport: Send + Sync + 'static {
    /// A request, as it is sent however often.
    type Request: Clone + Send + Sync;

    fn request(&self, parcel: &Parcel) -> Self::Request;

    fn send(&self, request: Self::Request) -> impl Future<Output = Answer> + Send;
}

/// By what the settings say.
#[derive(Debug)]
pub(crate) struct Collector {
    way: Http,
    resource: Resource,
}

impl Collector {
    /// # Errors
    ///
    /// When the settings ask for what this build has not, or name files that are none.
    pub(crate) fn new(signal: Signal, otlp: &Otlp, resource: Resource) -> Result<Self, Error> {
        let url = otlp.url(signal);
        match otlp.protocol {
            Protocol::HttpProtobuf => Ok(Self { way: Http::new(url, otlp)?, resource }),
            Protocol::Grpc => Ok(Self { way: Http::new(url, otlp)?, resource }),
        }
    }
}

impl Transport for Collector {
    type Request = Bytes;

    fn request(&self, parcel: &Parcel) -> Bytes {
        self.way.pack(parcel.request(&self.resource))
    }

    fn send(&self, request: Bytes) -> impl Future<Output = Answer> + Send {
        self.way.send(request)
    }
}

impl<T: Transport> Transport for Arc<T> {
    type Request = T::Request;

    fn request(&self, parcel: &Parcel) -> T::Request {
        (**self).request(parcel)
    }

    fn send(&self, request: T::Request) -> impl Future<Output = Answer> + Send {
        (**self).send(request)
    }
}
