//! `#[derive(Classify)]` on every kind of type.

use http::StatusCode;
use obskit::Classify;
use obskit::context::Outcome::{self, ClientError, ServerError, Success};

#[derive(Classify)]
#[classify(server_error)]
enum ApiError<'a, T: ?Sized> {
    #[classify(client_error)]
    Invalid {
        _field: &'a str,
    },
    #[classify(status = 404)]
    #[deprecated]
    #[expect(dead_code, reason = "it stands for one that is out of use")]
    Gone,
    #[classify(status = 503)]
    Busy,
    #[classify(grpc = 5)]
    NotFound,
    #[classify(grpc = 13)]
    Internal,
    #[classify(success)]
    NotModified,
    #[classify(transparent)]
    Upstream(StatusCode),
    #[classify(transparent)]
    Other {
        source: Box<T>,
    },
    Database,
}

#[derive(Classify)]
#[classify(transparent)]
struct Wrapper(StatusCode);

#[derive(Classify)]
#[classify(transparent)]
struct Generic<T> {
    inner: T,
}

#[derive(Classify)]
#[classify(client_error)]
struct Unit;

#[derive(Classify)]
enum Never {}

#[track_caller]
fn check(value: &dyn Classify, expected: Outcome) {
    assert_eq!(value.classify(), expected);
}

#[test]
fn variants_say_how_it_went() {
    type Error = ApiError<'static, StatusCode>;
    check(&Error::Invalid { _field: "name" }, ClientError);
    check(&Error::Busy, ServerError);
    check(&Error::NotFound, ClientError);
    check(&Error::Internal, ServerError);
    check(&Error::NotModified, Success);
    check(&Error::Upstream(StatusCode::BAD_GATEWAY), ServerError);
    check(&Error::Upstream(StatusCode::IM_A_TEAPOT), ClientError);
    check(&Error::Other { source: Box::new(StatusCode::GONE) }, ClientError);
    let other: ApiError<'_, dyn Classify> = ApiError::Other { source: Box::new(StatusCode::GONE) };
    check(&other, ClientError);
    check(&Error::Database, ServerError);
}

#[test]
fn structs_say_it_too() {
    check(&Wrapper(StatusCode::OK), Success);
    check(&Generic { inner: Wrapper(StatusCode::CONFLICT) }, ClientError);
    check(&Unit, ClientError);
    let never: Option<Never> = None;
    assert!(never.is_none_or(|never| never.classify() == Success));
}
