//! Functions that are not `async` and return a future: the call is that future's life.

use std::pin::Pin;

use http::StatusCode;
use obskit::instrument_endpoint;

use super::{called, ran};

type Boxed = Pin<Box<dyn Future<Output = Result<u32, StatusCode>> + Send>>;

fn code(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap()
}

#[instrument_endpoint]
fn boxed_future(of: u16) -> Boxed {
    Box::pin(async move { if of == 200 { Ok(1) } else { Err(code(of)) } })
}

#[instrument_endpoint]
fn boxed_future_in_full(n: u32) -> Pin<Box<dyn Future<Output = u32> + Send + 'static>> {
    let twice = n * 2;
    Box::pin(async move {
        tokio::task::yield_now().await;
        twice
    })
}

#[instrument_endpoint]
fn opaque_future(of: u16) -> impl Future<Output = StatusCode> + Send {
    async move { code(of) }
}

#[instrument_endpoint]
fn opaque_future_of_another(of: u16) -> impl Future<Output = StatusCode> {
    later(of)
}

async fn later(of: u16) -> StatusCode {
    tokio::task::yield_now().await;
    code(of)
}

#[tokio::test]
async fn futures() {
    assert_eq!(called("boxed_future_in_full", "success=1", boxed_future_in_full(2)).await, 4);
    for (of, expected) in [(200, "success=1"), (404, "client_error=1"), (500, "server_error=1")] {
        let result = called("boxed_future", expected, boxed_future(of)).await;
        assert_eq!(result.is_ok(), of == 200);
        assert_eq!(called("opaque_future", expected, opaque_future(of)).await, of);
        let name = "opaque_future_of_another";
        // What makes the future runs when it is called, so that is when the call begins.
        let call = async { opaque_future_of_another(of).await };
        assert_eq!(called(name, expected, call).await, of);
    }
}

struct Bar {
    kg: u32,
}

impl Bar {
    /// Without `move` it borrows from behind `self` and `more`, not these.
    #[instrument_endpoint(fields(more = ?more), user = more.len())]
    fn loaded<'a>(&'a mut self, more: &'a [u32]) -> impl Future<Output = u32> + Send + 'a {
        async {
            tokio::task::yield_now().await;
            self.kg += more.iter().sum::<u32>();
            self.kg
        }
    }
}

#[tokio::test]
async fn borrowing_futures() {
    let mut bar = Bar { kg: 20 };
    assert_eq!(called("loaded", "success=1", bar.loaded(&[10, 10])).await, 40);
    assert_eq!(bar.kg, 40);
}

#[instrument_endpoint]
fn movable() -> impl Future<Output = StatusCode> + Unpin {
    std::future::ready(StatusCode::NOT_FOUND)
}

#[tokio::test]
async fn movable_futures() {
    let call = async {
        let mut future = movable();
        Pin::new(&mut future).await
    };
    assert_eq!(called("movable", "client_error=1", call).await, StatusCode::NOT_FOUND);
}

/// Anything else that is a future is a value, as far as one can see.
#[tokio::test]
async fn futures_by_other_names() {
    #[instrument_endpoint]
    fn named() -> std::future::Ready<StatusCode> {
        std::future::ready(StatusCode::NOT_FOUND)
    }

    assert_eq!(ran("named", "success=1", named).await, StatusCode::NOT_FOUND);
}
