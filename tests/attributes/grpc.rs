//! gRPC handlers: a tonic `Status` says how the call went, over a real server and without one.

use http::{Method, Request, Response};
use obskit::context::Outcome;
use obskit::{Telemetry, instrument_endpoint};
use obskit_tests::settings;
use obskit_tests::wait::soon;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::net::TcpListener;
use tokio_stream::{Stream, StreamExt};
use tonic::body::Body;
use tonic::codegen::BoxFuture;
use tonic::server::{Grpc, NamedService, UnaryService};
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Endpoint, Server};
use tonic::{Code, Status};
use tonic_prost::ProstCodec;
use tower::Service;

use crate::read::{handler, series, telemetry};

const LIFT: &str = "/gym.Gym/Lift";

#[derive(Clone, Copy, PartialEq, Eq, prost::Message)]
struct Ask {
    #[prost(int32, tag = "1")]
    status: i32,
}

#[derive(Clone, Copy, PartialEq, Eq, prost::Message)]
struct Answer {
    #[prost(uint32, tag = "1")]
    reps: u32,
}

type Answers = Pin<Box<dyn Stream<Item = Result<Answer, Status>> + Send>>;

/// As tonic-build writes it.
#[tonic::async_trait]
trait Gym: Send + Sync + 'static {
    async fn lift(&self, request: tonic::Request<Ask>) -> Result<tonic::Response<Answer>, Status>;

    async fn watch(&self, request: tonic::Request<Ask>)
    -> Result<tonic::Response<Answers>, Status>;
}

#[derive(Debug)]
struct Hall {
    reps: u32,
}

#[tonic::async_trait]
impl Gym for Hall {
    #[instrument_endpoint(
        name = "gr_lift",
        fields(status = request.get_ref().status),
        counter(
            gr_reps_total,
            "Repetitions",
            by = result.as_ref().map_or(0, |answer| answer.get_ref().reps),
        ),
    )]
    async fn lift(&self, request: tonic::Request<Ask>) -> Result<tonic::Response<Answer>, Status> {
        tokio::task::yield_now().await;
        match Code::from(request.into_inner().status) {
            Code::Ok => Ok(tonic::Response::new(Answer { reps: self.reps })),
            code => Err(Status::new(code, "as asked")),
        }
    }

    #[instrument_endpoint(name = "gr_watch")]
    async fn watch(
        &self,
        request: tonic::Request<Ask>,
    ) -> Result<tonic::Response<Answers>, Status> {
        let reps = self.lift(request).await?.into_inner().reps;
        let answers = tokio_stream::iter((0..reps).map(|reps| Ok(Answer { reps })));
        Ok(tonic::Response::new(Box::pin(answers)))
    }
}

const CODES: [(Code, Outcome); 17] = [
    (Code::Ok, Outcome::Success),
    (Code::Cancelled, Outcome::ClientError),
    (Code::Unknown, Outcome::ServerError),
    (Code::InvalidArgument, Outcome::ClientError),
    (Code::DeadlineExceeded, Outcome::ServerError),
    (Code::NotFound, Outcome::ClientError),
    (Code::AlreadyExists, Outcome::ClientError),
    (Code::PermissionDenied, Outcome::ClientError),
    (Code::ResourceExhausted, Outcome::ClientError),
    (Code::FailedPrecondition, Outcome::ClientError),
    (Code::Aborted, Outcome::ClientError),
    (Code::OutOfRange, Outcome::ClientError),
    (Code::Unimplemented, Outcome::ServerError),
    (Code::Internal, Outcome::ServerError),
    (Code::Unavailable, Outcome::ServerError),
    (Code::DataLoss, Outcome::ServerError),
    (Code::Unauthenticated, Outcome::ClientError),
];

fn ask(code: Code) -> tonic::Request<Ask> {
    tonic::Request::new(Ask { status: code.into() })
}

fn one(outcome: Outcome) -> String {
    format!("{}=1", outcome.as_str())
}

#[tokio::test]
async fn every_status_of_a_method_called_directly() {
    let hall = Hall { reps: 5 };
    for (code, outcome) in CODES {
        let telemetry = telemetry();
        let answer = telemetry.scope(hall.lift(ask(code))).await;
        assert_eq!(answer.map_or_else(|status| status.code(), |_| Code::Ok), code);
        handler(&telemetry, "gr_lift", &one(outcome));
    }
    let telemetry = telemetry();
    let answers = telemetry.scope(hall.watch(ask(Code::Ok))).await.unwrap().into_inner();
    assert_eq!(answers.collect::<Vec<_>>().await.len(), 5);
    handler(&telemetry, "gr_watch", "success=1");
    assert_eq!(series(&telemetry, "gr_reps_total"), ["5"]);
}

/// What tonic-build makes around the trait, for the one method.
#[derive(Clone)]
struct Served(Arc<Hall>);

impl NamedService for Served {
    const NAME: &'static str = "gym.Gym";
}

impl Service<Request<Body>> for Served {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Response<Body>, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let method = self.clone();
        let codec = ProstCodec::<Answer, Ask>::default();
        Box::pin(async move { Ok(Grpc::new(codec).unary(method, request).await) })
    }
}

impl UnaryService<Ask> for Served {
    type Response = Answer;
    type Future = BoxFuture<tonic::Response<Answer>, Status>;

    fn call(&mut self, request: tonic::Request<Ask>) -> Self::Future {
        let hall = Arc::clone(&self.0);
        Box::pin(async move { <Hall as Gym>::lift(&hall, request).await })
    }
}

/// The handler's outcome is that of the exchange around it.
#[tokio::test]
async fn every_status_over_a_real_server() {
    let (telemetry, exchanges) = Telemetry::build_captured(settings::local()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let layer = telemetry.layer().route(&Method::POST, LIFT);
    let server = Server::builder().layer(layer).add_service(Served(Arc::new(Hall { reps: 2 })));
    let serving = tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
    let channel = Endpoint::new(format!("http://{address}")).unwrap().connect().await.unwrap();
    let mut calls = [0; 3];
    for (code, outcome) in CODES {
        let mut client = tonic::client::Grpc::new(channel.clone());
        client.ready().await.unwrap();
        let codec = ProstCodec::<Ask, Answer>::default();
        let path = http::uri::PathAndQuery::from_static(LIFT);
        let answer = soon("the answer", client.unary(ask(code), path, codec)).await;
        assert_eq!(answer.map_or_else(|status| status.code(), |_| Code::Ok), code);
        assert_eq!(soon("the exchange", exchanges.next()).await.outcome, outcome, "{code:?}");
        calls[outcome as usize] += 1;
    }
    let [success, client_error, server_error] = calls;
    let expected =
        format!("success={success} client_error={client_error} server_error={server_error}");
    handler(&telemetry, "gr_lift", &expected);
    assert_eq!(series(&telemetry, "gr_reps_total"), ["2"]);
    serving.abort();
}
