//! The ways to a collector.

use bytes::Bytes;

use crate::config::{Otlp, Protocol, Proxy, Signal};
use crate::error::Error;

use super::answer::Answer;
use super::console::Console;
use super::grpc::Grpc;
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
    way: Way,
    resource: Resource,
}

#[derive(Debug)]
enum Way {
    Http(Box<Http>),
    Grpc(Box<Grpc>),
    Console(Console),
}

impl Collector {
    /// # Errors
    ///
    /// When the settings ask for what this build has not, or name files that are none.
    pub(crate) fn new(
        signal: Signal,
        otlp: &Otlp,
        proxy: &Proxy,
        resource: Resource,
    ) -> Result<Self, Error> {
        let url = otlp.url(signal);
        let way = match otlp.protocol {
            Protocol::HttpProtobuf => Way::Http(Http::new(url, otlp, proxy)?.into()),
            Protocol::Grpc => Way::Grpc(Grpc::new(url, signal, otlp, proxy)?.into()),
        };
        Ok(Self { way, resource })
    }

    /// Standard output, in place of a collector.
    pub(crate) fn console() -> Self {
        Self { way: Way::Console(Console::stdout()), resource: Resource::default() }
    }

    /// Exports nothing, which collectors take as they would something.
    pub(crate) async fn greet(&self) -> Answer {
        self.post(self.pack(Vec::new())).await
    }

    fn pack(&self, request: Vec<u8>) -> Bytes {
        match &self.way {
            Way::Http(http) => http.pack(request),
            Way::Grpc(grpc) => grpc.pack(request),
            Way::Console(_) => request.into(),
        }
    }

    async fn post(&self, request: Bytes) -> Answer {
        match &self.way {
            Way::Http(http) => http.send(request).await,
            Way::Grpc(grpc) => grpc.send(request).await,
            Way::Console(console) => console.write(request).await,
        }
    }
}

impl Transport for Collector {
    type Request = Bytes;

    fn request(&self, parcel: &Parcel) -> Bytes {
        match &self.way {
            Way::Console(_) => Console::lines(parcel),
            Way::Http(_) | Way::Grpc(_) => self.pack(parcel.request(&self.resource)),
        }
    }

    fn send(&self, request: Bytes) -> impl Future<Output = Answer> + Send {
        self.post(request)
    }
}
