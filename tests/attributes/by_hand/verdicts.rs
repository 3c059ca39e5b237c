//! What returned values say of their calls.

use super::outcomes;
use http::{Response, StatusCode};
use obskit::__private as private;
use obskit::Classify;
use obskit::Telemetry;
use obskit::config::Config;
use obskit::context::Outcome;
use std::error::Error;
use std::fmt::{Debug, Display};
use std::io;
use tracing::Span;

static SITE: private::Site =
    private::Site::new(private::Declaration::endpoint("verdicts", private::here!("verdicts")));
private::submit!(SITE);

/// The outcome of a function outside of requests that returns this, and what is told of it.
macro_rules! check {
    ($returned:expr, $outcome:literal) => {
        check!($returned, $outcome, |verdict| verdict)
    };
    ($returned:expr, $outcome:literal, |$verdict:ident| $changed:expr) => {{
        let telemetry = Telemetry::build(Config::default()).unwrap();
        telemetry.sync_scope(|| {
            let mut call = private::Call::begin(&SITE, Span::none);
            let returned = call.run(|| $returned);
            let $verdict = private::verdict!(returned);
            call.end($changed, |_| ());
        });
        assert_eq!(outcomes(&telemetry, "verdicts"), [($outcome, 1)], stringify!($returned));
    }};
}

enum Refused {
    ByUs,
    ByYou,
}

impl Classify for Refused {
    fn classify(&self) -> Outcome {
        match self {
            Self::ByUs => Outcome::ServerError,
            Self::ByYou => Outcome::ClientError,
        }
    }
}

fn response(status: StatusCode) -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = status;
    response
}

#[test]
fn plain_values_are_successes() {
    check!((), "success");
    check!("text".to_owned(), "success");
    check!(None::<u32>, "success");
    check!([1, 2], "success");
    check!((1, StatusCode::BAD_REQUEST), "success");
    check!(Ok::<_, String>(7), "success");
    check!(Ok::<_, io::Error>(()), "success");
}

#[test]
fn responses_say_by_their_status() {
    check!(StatusCode::CREATED, "success");
    check!(StatusCode::NOT_FOUND, "client_error");
    check!(StatusCode::BAD_GATEWAY, "server_error");
    check!((StatusCode::NOT_FOUND, "no such workout"), "client_error");
    check!((StatusCode::BAD_GATEWAY, [("a", "b")], "body"), "server_error");
    check!(response(StatusCode::OK), "success");
    check!(response(StatusCode::CONFLICT), "client_error");
    check!(response(StatusCode::INTERNAL_SERVER_ERROR), "server_error");
}

#[test]
fn responses_in_results_do_too() {
    check!(Ok::<_, ()>(response(StatusCode::BAD_GATEWAY)), "server_error");
    check!(Err::<(), _>(Box::new(response(StatusCode::CONFLICT))), "client_error");
    check!(Err::<(), _>((StatusCode::CONFLICT, "text".to_owned())), "client_error");
    check!(Err::<(), _>(Box::new(StatusCode::CONFLICT)), "client_error");
}

#[test]
fn what_classifies_itself_is_believed() {
    check!(Refused::ByYou, "client_error");
    check!(Err::<(), _>(Refused::ByYou), "client_error");
    check!(Err::<(), _>(Refused::ByUs), "server_error");
    check!(Ok::<_, ()>(Refused::ByUs), "server_error");
}

#[test]
fn grpc_statuses_say_by_their_code() {
    let (not_found, internal) = (tonic::Code::NotFound, tonic::Code::Internal);
    check!(Ok::<_, tonic::Status>(tonic::Response::new(())), "success");
    check!(Err::<(), _>(tonic::Status::new(not_found, "")), "client_error");
    check!(Err::<(), _>(tonic::Status::new(internal, "")), "server_error");
    check!(Err::<(), _>(Box::new(tonic::Status::new(not_found, ""))), "client_error");
}

#[test]
fn other_errors_are_the_service_s_outside_of_requests() {
    check!(Err::<(), _>(()), "server_error");
    check!(Err::<(), _>("text"), "server_error");
    check!(Err::<(), _>(io::Error::other("text")), "server_error");
}

#[test]
fn a_condition_overrules_the_value() {
    check!(StatusCode::NOT_FOUND, "success", |verdict| verdict.ok_if(true));
    check!(StatusCode::NOT_FOUND, "client_error", |verdict| verdict.ok_if(false).error_if(false));
    check!(Err::<(), _>("text"), "success", |verdict| verdict.ok_if(true));
    check!(7, "server_error", |verdict| verdict.error_if(true));
}

fn generic<T: Debug, E: Debug + Display>(returned: Result<T, E>, telemetry: &Telemetry) {
    telemetry.sync_scope(|| {
        let mut call = private::Call::begin(&SITE, Span::none);
        let returned = call.run(|| returned);
        call.end(private::verdict!(returned), |_| ());
    });
}

/// An error that borrows, and one of any type.
fn borrowing<E: Error>(text: &str, error: E) -> (Result<(), Borrowing<'_>>, Result<(), E>) {
    let mut call = private::Call::begin(&SITE, Span::none);
    let returned: Result<(), _> = call.run(|| Err(Borrowing(text)));
    call.end(private::verdict!(returned), |_| ());
    let mut call = private::Call::begin(&SITE, Span::none);
    let other: Result<(), _> = call.run(|| Err(error));
    call.end(private::verdict!(other), |_| ());
    (returned, other)
}

#[derive(Debug)]
struct Borrowing<'a>(&'a str);

impl Display for Borrowing<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for Borrowing<'_> {}

#[test]
fn generic_and_borrowing_errors_are_errors() {
    let telemetry = Telemetry::build(Config::default()).unwrap();
    generic(Ok::<_, String>(7), &telemetry);
    generic(Err::<(), _>("text"), &telemetry);
    let text = "text".to_owned();
    let (one, other) = telemetry.sync_scope(|| borrowing(&text, io::Error::other("text")));
    assert!(one.is_err() && other.is_err());
    assert_eq!(outcomes(&telemetry, "verdicts"), [("success", 1), ("server_error", 3)]);
}
