//! A gRPC service written by hand, without protoc: `/numbers.Numbers/Count` streams numbers.

use http::{Request, Response};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_stream::{Stream, StreamExt, pending};
use tonic::body::Body;
use tonic::codegen::BoxFuture;
use tonic::server::{Grpc, NamedService, ServerStreamingService};
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Code, Status};
use tonic_prost::ProstCodec;
use tower::Service;

pub const COUNT: &str = "/numbers.Numbers/Count";

/// How far to count, and the status to end with.
#[derive(Clone, Copy, PartialEq, Eq, prost::Message)]
pub struct Ask {
    #[prost(uint32, tag = "1")]
    pub numbers: u32,
    #[prost(int32, tag = "2")]
    pub status: i32,
    /// Count no further, but stay.
    #[prost(bool, tag = "3")]
    pub stays: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, prost::Message)]
pub struct Number {
    #[prost(uint32, tag = "1")]
    pub value: u32,
}

/// The service; clones are the same.
#[derive(Clone, Copy, Debug)]
pub struct Numbers;

type Counted = Pin<Box<dyn Stream<Item = Result<Number, Status>> + Send>>;

impl NamedService for Numbers {
    const NAME: &'static str = "numbers.Numbers";
}

impl Service<Request<Body>> for Numbers {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Response<Body>, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let codec = ProstCodec::<Number, Ask>::default();
        Box::pin(async { Ok(Grpc::new(codec).server_streaming(Numbers, request).await) })
    }
}

impl ServerStreamingService<Ask> for Numbers {
    type Response = Number;
    type ResponseStream = Counted;
    type Future = BoxFuture<tonic::Response<Counted>, Status>;

    fn call(&mut self, request: tonic::Request<Ask>) -> Self::Future {
        let Ask { numbers, status, stays } = request.into_inner();
        let status = Status::new(Code::from(status), "as asked");
        Box::pin(async move {
            if numbers == 0 && !stays {
                // Before the first message, a status is the whole answer.
                return Err(status);
            }
            let counted = tokio_stream::iter((0..numbers).map(|value| Ok(Number { value })));
            let end = tokio_stream::iter((status.code() != Code::Ok).then_some(Err(status)));
            let rest: Counted = if stays { Box::pin(pending()) } else { Box::pin(end) };
            Ok(tonic::Response::new(Box::pin(counted.chain(rest)) as Counted))
        })
    }
}

/// Serves it by tonic's own server, behind `layer`, until the task is aborted.
pub async fn serve(layer: obskit::middleware::ServerLayer) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = Server::builder().layer(layer).add_service(Numbers);
    let serving = server.serve_with_incoming(TcpIncoming::from(listener));
    (address, tokio::spawn(async { serving.await.unwrap() }))
}

/// Asks it by `client`, as generated code does.
pub async fn count<S>(client: S, ask: Ask) -> Result<tonic::Streaming<Number>, Status>
where
    S: tonic::client::GrpcService<Body>,
    S::ResponseBody: Send + 'static,
    <S::ResponseBody as http_body::Body>::Error: Into<tonic::codegen::StdError>,
    <S::ResponseBody as http_body::Body>::Data: Into<bytes::Bytes> + Send,
{
    let mut grpc = tonic::client::Grpc::new(client);
    if grpc.ready().await.is_err() {
        return Err(Status::unavailable("not ready"));
    }
    let codec = ProstCodec::<Ask, Number>::default();
    let path = http::uri::PathAndQuery::from_static(COUNT);
    let answered = grpc.server_streaming(tonic::Request::new(ask), path, codec).await?;
    Ok(answered.into_inner())
}
