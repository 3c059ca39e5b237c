//! What values of every type say of the functions that return them.

use http::{Response, StatusCode};
use obskit::context::Outcome;
use obskit::{Classify, instrument_endpoint};
use std::error::Error;
use std::fmt::{self, Debug, Display};
use std::io;
use std::sync::Arc;

use crate::read::{handler, telemetry};

/// The outcome of a function that returns this outside of any request.
macro_rules! check {
    ($type:ty, $returned:expr, $outcome:literal) => {
        check!(($type) (name = "verdicts") $returned, $outcome)
    };
    ($type:ty, $returned:expr, $outcome:literal, $argument:ident = $condition:expr) => {
        check!(($type) (name = "verdicts", $argument = $condition) $returned, $outcome)
    };
    (($type:ty) ($($arguments:tt)*) $returned:expr, $outcome:literal) => {{
        #[instrument_endpoint($($arguments)*)]
        fn returns() -> $type {
            $returned
        }
        let telemetry = telemetry();
        let _returned = telemetry.sync_scope(returns);
        handler(&telemetry, "verdicts", concat!($outcome, "=1"));
    }};
}

type Failed<E> = Result<(), E>;
type Fine<T> = Result<T, String>;

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
    check!(String, "text".to_owned(), "success");
    check!(Option<u32>, None, "success");
    check!([u8; 2], [1, 2], "success");
    check!((u32, StatusCode), (1, StatusCode::BAD_REQUEST), "success");
    check!(Result<u32, String>, Ok(7), "success");
    check!(Failed<io::Error>, Ok(()), "success");
}

#[test]
fn responses_say_by_their_status() {
    check!(StatusCode, StatusCode::CREATED, "success");
    check!(StatusCode, StatusCode::NOT_FOUND, "client_error");
    check!((StatusCode, &'static str), (StatusCode::NOT_FOUND, "none"), "client_error");
    check!((StatusCode, u8, u8), (StatusCode::BAD_GATEWAY, 1, 2), "server_error");
    check!(Response<Vec<u8>>, response(StatusCode::OK), "success");
    check!(Response<Vec<u8>>, response(StatusCode::CONFLICT), "client_error");
    check!(Response<Vec<u8>>, response(StatusCode::INTERNAL_SERVER_ERROR), "server_error");
}

#[test]
fn responses_within_results_do_too() {
    check!(Fine<Response<Vec<u8>>>, Ok(response(StatusCode::BAD_GATEWAY)), "server_error");
    check!(
        Failed<Box<Response<Vec<u8>>>>,
        Err(response(StatusCode::CONFLICT).into()),
        "client_error"
    );
    check!(
        Failed<(StatusCode, String)>,
        Err((StatusCode::CONFLICT, "text".into())),
        "client_error"
    );
}

#[test]
fn what_classifies_itself_is_believed() {
    check!(Refused, Refused::ByYou, "client_error");
    check!(Failed<Refused>, Err(Refused::ByYou), "client_error");
    check!(Failed<Refused>, Err(Refused::ByUs), "server_error");
    check!(Fine<Refused>, Ok(Refused::ByUs), "server_error");
}

#[test]
fn grpc_statuses_say_by_their_code() {
    type Status = Box<tonic::Status>;
    check!(Result<tonic::Response<()>, Status>, Ok(tonic::Response::new(())), "success");
    check!(Failed<Status>, Err(tonic::Status::not_found("").into()), "client_error");
    check!(Failed<Status>, Err(tonic::Status::internal("").into()), "server_error");
}

#[test]
fn other_errors_are_the_service_s() {
    check!(Failed<()>, Err(()), "server_error");
    check!(Failed<&'static str>, Err("text"), "server_error");
    check!(Failed<io::Error>, Err(io::Error::other("text")), "server_error");
    check!(Failed<Arc<io::Error>>, Err(io::Error::other("text").into()), "server_error");
    check!(Failed<Box<dyn Error>>, Err("text".into()), "server_error");
}

#[test]
fn a_condition_overrules_the_value() {
    check!(StatusCode, StatusCode::NOT_FOUND, "success", ok_if = result.as_u16() == 404);
    check!(StatusCode, StatusCode::NOT_FOUND, "client_error", ok_if = result.as_u16() == 405);
    check!(Failed<&'static str>, Err("text"), "success", ok_if = result.is_err());
    check!(u32, 7, "server_error", error_if = *result == 7);
}

#[instrument_endpoint]
fn generic<T: Debug, E: Debug + Display>(returned: Result<T, E>) -> Result<T, E> {
    returned
}

/// Whatever its error borrows.
#[instrument_endpoint]
fn borrowing<E: Error>(text: &str, error: Option<E>) -> Result<Option<E>, Borrowing<'_>> {
    if text.is_empty() { Ok(error) } else { Err(Borrowing(text)) }
}

#[instrument_endpoint]
fn generic_error<E: Error>(error: E) -> Result<(), E> {
    Err(error)
}

#[derive(Debug)]
struct Borrowing<'a>(&'a str);

impl Display for Borrowing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for Borrowing<'_> {}

#[test]
fn errors_may_be_generic_and_may_borrow() {
    let (telemetry, text) = (telemetry(), "text".to_owned());
    telemetry.sync_scope(|| {
        assert!(generic(Ok::<_, String>(7)).is_ok());
        assert!(generic(Err::<(), _>("text")).is_err());
        assert!(borrowing::<io::Error>("", None).is_ok());
        assert!(borrowing(&text, Some(Borrowing(&text))).is_err());
        assert!(generic_error(Borrowing(&text)).is_err());
    });
    handler(&telemetry, "generic", "success=1 server_error=1");
    handler(&telemetry, "borrowing", "success=1 server_error=1");
    handler(&telemetry, "generic_error", "server_error=1");
}
