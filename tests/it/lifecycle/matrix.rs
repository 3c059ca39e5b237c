//! The matrix: every way for a request to end, in one table.

use super::case::{Act, Case, Client, Stack, case, grpc};
use super::run;
use http::{Method, Version};
use obskit::context::Outcome::{BodyError, Cancelled, ClientError, Panicked, ServerError, Success};
use obskit::context::Shape::{Stream, Upgrade};
use obskit_tests::scripted::Step::{Data, Fail, Hang, Panic, Trailer, Yield};

fn complete() -> Vec<Case> {
    vec![
        case("plain").answers(200, [Data("hello")]).length(5).knowing_its_end().bytes(5),
        case("empty").answers(200, []).knowing_its_end(),
        case("empty, found out by a poll").answers(200, []),
        case("empty, by its size").answers(200, [Hang]).length(0).over(Version::HTTP_11),
        case("HEAD")
            .method(Method::HEAD)
            .answers(200, [])
            .header("content-length", "5")
            .knowing_its_end(),
        case("HEAD answered with a body")
            .method(Method::HEAD)
            .answers(200, [Hang])
            .header("content-length", "5")
            .over(Version::HTTP_11),
        case("204").answers(204, [Hang]).over(Version::HTTP_11).ends(Success, 204),
        case("204 with an end").answers(204, []).knowing_its_end().ends(Success, 204),
        case("304").answers(304, [Hang]).over(Version::HTTP_11).ends(Success, 304),
        case("304 with a length").answers(304, []).header("content-length", "5").ends(Success, 304),
        case("404").answers(404, [Data("no")]).length(2).ends(ClientError, 404).bytes(2),
        case("500").answers(500, [Data("no")]).ends(ServerError, 500).bytes(2),
        case("301").answers(301, []).ends(Success, 301),
    ]
}

fn bodies() -> Vec<Case> {
    let hello = [Data("hel"), Yield, Data("lo")];
    vec![
        // hyper asks no more of a body that has given what was announced.
        case("exact length by header")
            .answers(200, [Data("hel"), Data("lo"), Hang])
            .header("content-length", "5")
            .over(Version::HTTP_11)
            .bytes(5),
        case("exact length by size hint")
            .answers(200, [Data("hel"), Data("lo"), Hang])
            .length(5)
            .over(Version::HTTP_11)
            .bytes(5),
        case("exact length").answers(200, hello).header("content-length", "5").bytes(5),
        case("chunked").answers(200, hello).bytes(5),
        case("chunked, knowing its end").answers(200, hello).knowing_its_end().bytes(5),
        case("trailers").answers(200, [Data("hello"), Trailer("x-sum", "1"), Hang]).bytes(5),
        case("trailers after a length")
            .answers(200, [Data("hello"), Trailer("x-sum", "1")])
            .length(5)
            .bytes(5),
        case("an ID of the service's own")
            .answers(200, [])
            .header("x-request-id", "one")
            .header("x-request-id", "two"),
        case("an inner layer").answers(200, hello).within(Stack::Doubled).bytes(5),
        case("a timeout that is not reached")
            .answers(200, hello)
            .within(Stack::TimeoutWithin)
            .bytes(5),
    ]
}

fn streams() -> Vec<Case> {
    let events = "text/event-stream";
    let event = [Data("data: 1\n\n"), Data("data: 2\n\n")];
    let endless = [Data("data: 1\n\n"), Hang];
    vec![
        case("SSE").answers(200, event).header("content-type", events).shape(Stream).bytes(18),
        case("SSE with a charset")
            .answers(200, event)
            .header("content-type", "text/event-stream; charset=utf-8")
            .shape(Stream)
            .bytes(18),
        case("SSE until the client has enough")
            .answers(200, endless)
            .header("content-type", events)
            .client(Client::GoesAfterFirstFrame)
            .ends(Cancelled, 200)
            .shape(Stream)
            .bytes(9),
        case("upgrade")
            .over(Version::HTTP_11)
            .asks([("connection", "upgrade"), ("upgrade", "echo")])
            .answers(101, [Hang])
            .header("connection", "upgrade")
            .header("upgrade", "echo")
            .ends(Success, 101)
            .shape(Upgrade),
        case("upgrade refused")
            .over(Version::HTTP_11)
            .asks([("connection", "upgrade"), ("upgrade", "echo")])
            .answers(426, [])
            .ends(ClientError, 426),
    ]
}

fn client_gone() -> Vec<Case> {
    let cancelled = |name| case(name).ends(Cancelled, 200);
    let endless = [Data("hello"), Hang];
    vec![
        case("gone before the head")
            .acts(Act::Hang)
            .client(Client::GoesBeforeHead)
            .ends(Cancelled, 499),
        cancelled("gone before the body").answers(200, [Hang]).client(Client::GoesBeforeBody),
        cancelled("gone in the body")
            .answers(200, endless)
            .client(Client::GoesAfterFirstFrame)
            .bytes(5),
        cancelled("gone in a body of known length")
            .answers(200, endless)
            .header("content-length", "10")
            .client(Client::GoesAfterFirstFrame)
            .bytes(5),
        cancelled("gone in an error's body")
            .answers(503, endless)
            .client(Client::GoesAfterFirstFrame)
            .ends(Cancelled, 503)
            .bytes(5),
        case("reset before the head")
            .over(Version::HTTP_2)
            .acts(Act::Hang)
            .client(Client::ResetsBeforeHead)
            .ends(Cancelled, 499),
        cancelled("reset in the body")
            .over(Version::HTTP_2)
            .answers(200, endless)
            .client(Client::ResetsAfterFirstFrame)
            .bytes(5),
        case("gone under an inner layer")
            .acts(Act::Hang)
            .within(Stack::Doubled)
            .client(Client::GoesBeforeHead)
            .ends(Cancelled, 499),
    ]
}

fn failures() -> Vec<Case> {
    let broken = |name| case(name).ends(BodyError, 200).bytes(5);
    let panicked = |name| case(name).ends(Panicked, 500);
    let hello = Data("hello");
    vec![
        case("service error").acts(Act::Fail).ends(ServerError, 500),
        broken("body error").answers(200, [hello, Fail]),
        case("body error at once").answers(200, [Fail]).ends(BodyError, 200),
        broken("body shorter than announced").answers(200, [hello]).header("content-length", "10"),
        panicked("panic in call").acts(Act::PanicInCall),
        panicked("panic in poll").acts(Act::PanicInPoll),
        panicked("panic in the body").answers(200, [hello, Panic]).ends(Panicked, 200).bytes(5),
        panicked("panic in call, caught around")
            .acts(Act::PanicInCall)
            .within(Stack::CatchPanicAround),
        panicked("panic in poll, caught around")
            .acts(Act::PanicInPoll)
            .within(Stack::CatchPanicAround),
        panicked("panic in the body, with CatchPanic around")
            .answers(200, [hello, Panic])
            .within(Stack::CatchPanicAround)
            .ends(Panicked, 200)
            .bytes(5),
        panicked("panic in the body, with CatchPanic within")
            .answers(200, [hello, Panic])
            .within(Stack::CatchPanicWithin)
            .ends(Panicked, 200)
            .bytes(5),
        // What is turned into a 500 within is known for a panic by the hook of `obskit::init`
        // alone; `tests/install.rs` has it.
        case("panic in poll, caught within, no hook")
            .acts(Act::PanicInPoll)
            .within(Stack::CatchPanicWithin)
            .ends(ServerError, 500)
            .bytes(16),
        panicked("panic under an inner layer").acts(Act::PanicInPoll).within(Stack::Doubled),
        case("timeout within").acts(Act::Hang).within(Stack::TimeoutWithin).ends(ServerError, 504),
        // Seen from within, it is as a client that has gone.
        case("timeout around").acts(Act::Hang).within(Stack::TimeoutAround).ends(Cancelled, 499),
    ]
}

fn grpc_calls() -> Vec<Case> {
    let message = Data("\0\0\0\0\0");
    let status = |status| Trailer("grpc-status", status);
    let ok = |name| grpc(name).grpc_status(0);
    vec![
        ok("gRPC").answers(200, [message, status("0"), Hang]).grpc_answer().bytes(5),
        ok("gRPC with a length")
            .answers(200, [message, Yield, status("0")])
            .grpc_answer()
            .header("content-length", "5")
            .bytes(5),
        grpc("trailers only")
            .header("grpc-status", "5")
            .knowing_its_end()
            .ends(ClientError, 200)
            .grpc_status(5),
        ok("trailers only, OK").header("grpc-status", "0").knowing_its_end(),
        grpc("gRPC error after messages")
            .answers(200, [message, Yield, message, status("13")])
            .grpc_answer()
            .ends(ServerError, 200)
            .grpc_status(13)
            .bytes(10),
        grpc("gRPC, the caller's fault")
            .answers(200, [status("3")])
            .grpc_answer()
            .ends(ClientError, 200)
            .grpc_status(3),
    ]
}

fn odd_grpc_calls() -> Vec<Case> {
    let message = Data("\0\0\0\0\0");
    let status = |status| Trailer("grpc-status", status);
    vec![
        grpc("gRPC status absent")
            .answers(200, [message])
            .grpc_answer()
            .ends(ServerError, 200)
            .grpc_status(2)
            .bytes(5),
        grpc("gRPC status absent, no body").knowing_its_end().ends(ServerError, 200).grpc_status(2),
        grpc("gRPC status out of range")
            .answers(200, [status("77")])
            .grpc_answer()
            .ends(ServerError, 200)
            .grpc_status(2),
        grpc("gRPC refused by HTTP").answers(404, []).ends(ClientError, 404),
        grpc("gRPC cancelled before the head")
            .acts(Act::Hang)
            .client(Client::GoesBeforeHead)
            .ends(Cancelled, 499)
            .grpc_status(1),
        grpc("gRPC cancelled after a message")
            .answers(200, [message, Hang])
            .grpc_answer()
            .client(Client::GoesAfterFirstFrame)
            .ends(Cancelled, 200)
            .grpc_status(1)
            .bytes(5),
        grpc("gRPC body error")
            .answers(200, [message, Fail])
            .grpc_answer()
            .ends(BodyError, 200)
            .grpc_status(2)
            .bytes(5),
        grpc("gRPC panic").acts(Act::PanicInPoll).ends(Panicked, 500),
        case("gRPC's trailer in a plain answer").answers(200, [status("13")]),
        case("gRPC-web has no status we see")
            .method(Method::POST)
            .asks([("content-type", "application/grpc-web+proto")])
            .answers(200, [message])
            .bytes(5),
    ]
}

impl Case {
    fn grpc_answer(self) -> Self {
        self.header("content-type", "application/grpc")
    }
}

#[tokio::test]
async fn complete_responses() {
    run::all(complete()).await;
    run::all(bodies()).await;
}

#[tokio::test]
async fn streams_and_upgrades() {
    run::all(streams()).await;
}

#[tokio::test]
async fn clients_that_go() {
    run::all(client_gone()).await;
}

#[tokio::test]
async fn errors_panics_and_timeouts() {
    run::all(failures()).await;
}

#[tokio::test]
async fn grpc_over_http2() {
    run::all(grpc_calls()).await;
    run::all(odd_grpc_calls()).await;
}
