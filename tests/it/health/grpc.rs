//! `grpc.health.v1`, by tonic's own server and client (H9, H10).

use super::script::{Script, Then};
use super::{seconds, telemetry};
use bytes::Bytes;
use http::uri::PathAndQuery;
use http_body_util::Full;
use obskit::Telemetry;
use obskit::health::GrpcHealth;
use obskit_tests::numbers::Numbers;
use obskit_tests::samples;
use obskit_tests::wait::{soon, wait_until};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tonic::client::Grpc;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Endpoint, Server};
use tonic::{Code, Request, Status, Streaming};
use tonic_prost::ProstCodec;
use tower::Service;

#[derive(Clone, PartialEq, Eq, prost::Message)]
struct Ask {
    #[prost(string, tag = "1")]
    service: String,
}

#[derive(Clone, Copy, PartialEq, Eq, prost::Message)]
struct Answer {
    #[prost(int32, tag = "1")]
    status: i32,
}

#[derive(Clone, PartialEq, Eq, prost::Message)]
struct Listed {
    #[prost(btree_map = "string, message", tag = "1")]
    statuses: BTreeMap<String, Answer>,
}

const SERVING: i32 = 1;
const NOT_SERVING: i32 = 2;
const UNKNOWN: i32 = 3;

/// A server with nothing but health, and a client of it.
struct Lab {
    telemetry: Telemetry,
    health: GrpcHealth,
    client: Grpc<Channel>,
    serving: JoinHandle<()>,
}

impl Lab {
    async fn new() -> Self {
        let telemetry = telemetry();
        let health = telemetry.grpc_health().service("orders.v1.Orders");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = Server::builder().layer(telemetry.layer()).add_service(health.clone());
        let incoming = TcpIncoming::from(listener);
        let serving = tokio::spawn(async { server.serve_with_incoming(incoming).await.unwrap() });
        let endpoint = Endpoint::new(format!("http://{address}")).unwrap();
        let client = Grpc::new(endpoint.connect().await.unwrap());
        Self { telemetry, health, client, serving }
    }

    async fn unary<A>(&mut self, method: &'static str, service: &str) -> Result<A, Status>
    where
        A: prost::Message + Default + 'static,
    {
        self.client.ready().await.unwrap();
        let path = PathAndQuery::from_static(method);
        let ask = Request::new(Ask { service: service.to_owned() });
        let codec = ProstCodec::<Ask, A>::default();
        soon("the answer", self.client.unary(ask, path, codec))
            .await
            .map(tonic::Response::into_inner)
    }

    async fn check(&mut self, service: &str) -> Result<i32, Code> {
        let answer = self.unary::<Answer>("/grpc.health.v1.Health/Check", service).await;
        answer.map(|answer| answer.status).map_err(|status| status.code())
    }

    async fn watch(&mut self, service: &str) -> Streaming<Answer> {
        self.client.ready().await.unwrap();
        let path = PathAndQuery::from_static("/grpc.health.v1.Health/Watch");
        let ask = Request::new(Ask { service: service.to_owned() });
        let codec = ProstCodec::<Ask, Answer>::default();
        soon("the stream", self.client.server_streaming(ask, path, codec))
            .await
            .unwrap()
            .into_inner()
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// The next status; nothing once the stream has ended well.
async fn next(watch: &mut Streaming<Answer>) -> Option<i32> {
    soon("a message", watch.message()).await.unwrap().map(|answer| answer.status)
}

#[tokio::test]
async fn check_answers_for_what_is_known() {
    let mut lab = Lab::new().await;
    for service in ["", "readiness", "liveness", "startup", "orders.v1.Orders"] {
        assert_eq!(lab.check(service).await, Ok(SERVING), "{service}");
    }
    assert_eq!(lab.check("payments").await, Err(Code::NotFound));
    assert_eq!(lab.check("numbers.Numbers").await, Err(Code::NotFound));
    let _ = lab.health.clone().service_of::<Numbers>();
    assert_eq!(lab.check("numbers.Numbers").await, Ok(SERVING));
    let check = Script::new(Then::Fail("down"));
    lab.telemetry.health().critical("db", check).unwrap();
    for (service, expected) in [
        ("", NOT_SERVING),
        ("readiness", NOT_SERVING),
        ("orders.v1.Orders", NOT_SERVING),
        ("liveness", SERVING),
        ("startup", SERVING),
    ] {
        assert_eq!(lab.check(service).await, Ok(expected), "{service}");
    }
}

#[tokio::test]
async fn list_answers_for_all() {
    let mut lab = Lab::new().await;
    lab.telemetry.health().gate("schema", Script::new(Then::Hang)).unwrap();
    let listed: Listed = lab.unary("/grpc.health.v1.Health/List", "").await.unwrap();
    let statuses: Vec<_> =
        listed.statuses.iter().map(|(name, answer)| (name.as_str(), answer.status)).collect();
    let expected = [
        ("", NOT_SERVING),
        ("liveness", SERVING),
        ("orders.v1.Orders", NOT_SERVING),
        ("readiness", NOT_SERVING),
        ("startup", NOT_SERVING),
    ];
    assert_eq!(statuses, expected);
}

/// Who reads the names twice at once would wait for who waits to write them.
#[test]
fn a_service_may_be_added_while_all_are_listed() {
    let telemetry = telemetry();
    let health = telemetry.grpc_health().service("orders.v1.Orders");
    let (adds, (listed, lists)) = (health.clone(), channel());
    let adding = Arc::new(AtomicBool::new(true));
    let is_adding = Arc::clone(&adding);
    thread::spawn(move || {
        while is_adding.load(Ordering::Relaxed) {
            drop(adds.clone().service("payments"));
        }
    });
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for _ in 0..1_000 {
            let ask = Full::new(Bytes::from_static(&[0; 5]));
            let ask = http::Request::post("/grpc.health.v1.Health/List").body(ask).unwrap();
            assert_eq!(runtime.block_on(health.clone().call(ask)).unwrap().status(), 200);
        }
        listed.send(()).unwrap();
    });
    let end = lists.recv_timeout(seconds(20));
    adding.store(false, Ordering::Relaxed);
    end.unwrap();
}

/// H10: not before the first full pass.
#[tokio::test]
async fn watch_tells_each_change() {
    let mut lab = Lab::new().await;
    let latch = lab.telemetry.latch();
    let mut watch = lab.watch("").await;
    assert_eq!(next(&mut watch).await, Some(NOT_SERVING));
    drop(latch);
    assert_eq!(next(&mut watch).await, Some(SERVING));
    let queue = lab.telemetry.health().passive("queue").register().unwrap();
    assert_eq!(next(&mut watch).await, Some(NOT_SERVING));
    queue.pass();
    assert_eq!(next(&mut watch).await, Some(SERVING));
}

/// H9: it stays open, and tells when the service is known after all.
#[tokio::test]
async fn watch_of_an_unknown_service_stays_open() {
    let mut lab = Lab::new().await;
    let mut watch = lab.watch("payments").await;
    assert_eq!(next(&mut watch).await, Some(UNKNOWN));
    let _ = lab.health.clone().service("payments");
    assert_eq!(next(&mut watch).await, Some(SERVING));
}

/// H9: who watches is told, and let go.
#[tokio::test]
async fn the_way_down_ends_every_watch() {
    let mut lab = Lab::new().await;
    let (mut ready, mut unknown) = (lab.watch("").await, lab.watch("payments").await);
    assert_eq!((next(&mut ready).await, next(&mut unknown).await), (Some(SERVING), Some(UNKNOWN)));
    lab.telemetry.shutdown_signal().unwrap().trigger();
    assert_eq!((next(&mut ready).await, next(&mut ready).await), (Some(NOT_SERVING), None));
    assert_eq!(next(&mut unknown).await, None);
    let mut late = lab.watch("").await;
    assert_eq!((next(&mut late).await, next(&mut late).await), (Some(NOT_SERVING), None));
}

#[tokio::test]
async fn what_is_no_method_or_no_message_is_refused() {
    let mut lab = Lab::new().await;
    let unknown = lab.unary::<Answer>("/grpc.health.v1.Health/Delete", "").await.unwrap_err();
    assert_eq!(unknown.code(), Code::Unimplemented);
    let long = "a".repeat(2_000);
    assert_eq!(lab.check(&long).await, Err(Code::OutOfRange));
}

#[tokio::test]
async fn watches_are_bounded_and_give_their_place_back() {
    let mut lab = Lab::new().await;
    let mut watches = Vec::new();
    for _ in 0..1_024 {
        watches.push(lab.watch("").await);
    }
    let path = PathAndQuery::from_static("/grpc.health.v1.Health/Watch");
    let codec = || ProstCodec::<Ask, Answer>::default();
    let ask = || Request::new(Ask::default());
    lab.client.ready().await.unwrap();
    let refused = lab.client.server_streaming(ask(), path, codec()).await.unwrap_err();
    assert_eq!(refused.code(), Code::ResourceExhausted);
    drop(watches);
    let client = lab.client.clone();
    wait_until("a place", seconds(20), async || {
        let mut client = client.clone();
        client.ready().await.unwrap();
        let path = PathAndQuery::from_static("/grpc.health.v1.Health/Watch");
        client
            .server_streaming(ask(), path, codec())
            .await
            .map(drop)
            .map_err(|status| status.code())
    })
    .await;
}

/// Probes are no traffic.
#[tokio::test]
async fn its_requests_are_left_out_of_the_metrics() {
    let mut lab = Lab::new().await;
    assert_eq!(lab.check("").await, Ok(SERVING));
    let mut watch = lab.watch("").await;
    assert_eq!(next(&mut watch).await, Some(SERVING));
    drop(watch);
    let counted = samples::count(&lab.telemetry, "http_requests_total", &[]);
    assert_eq!(counted, 0, "{}", lab.telemetry.metrics().text());
}
