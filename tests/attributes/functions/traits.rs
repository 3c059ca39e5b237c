//! Methods of traits: native, by `async_trait`, with futures that are named or not.

use std::error::Error;
use std::fmt::Display;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use http::StatusCode;
use obskit::{Label, instrument_dependency, instrument_endpoint};

use super::{called, ran};
use crate::read::{dependency, handler, series, telemetry};

trait Native {
    fn name(&self) -> String;

    async fn load(&self, id: u32) -> Result<String, StatusCode>;

    #[instrument_endpoint(name = "native_provided")]
    async fn provided(&self, times: usize) -> String {
        self.name().repeat(times)
    }

    #[instrument_endpoint(name = "native_at_once")]
    fn at_once(&mut self) -> &mut Self {
        self
    }

    fn later(&self, id: u32) -> impl Future<Output = u32> + Send;
}

struct Table(&'static str);

impl Native for Table {
    fn name(&self) -> String {
        self.0.to_owned()
    }

    #[instrument_endpoint(name = "native_load")]
    async fn load(&self, id: u32) -> Result<String, StatusCode> {
        if id == 0 {
            return Err(StatusCode::NOT_FOUND);
        }
        Ok(format!("{}{id}", self.0))
    }

    #[instrument_endpoint(name = "native_later")]
    async fn later(&self, id: u32) -> u32 {
        tokio::task::yield_now().await;
        id
    }
}

#[tokio::test]
async fn native_traits() {
    let mut table = Table("t");
    assert_eq!(called("native_load", "success=1", table.load(1)).await.unwrap(), "t1");
    called("native_load", "client_error=1", table.load(0)).await.unwrap_err();
    assert_eq!(called("native_provided", "success=1", table.provided(2)).await, "tt");
    ran("native_at_once", "success=1", || table.at_once());
    assert_eq!(called("native_later", "success=1", table.later(4)).await, 4);
}

#[async_trait]
trait Store: Send + Sync {
    async fn get(&self, id: u32) -> Result<String, StatusCode>;

    async fn put(&mut self, id: u32, (text, times): (&str, usize)) -> usize;

    async fn shared(self: Arc<Self>) -> u32;

    async fn generic<T: Display + Send>(&self, value: T) -> String
    where
        Self: Sized;

    async fn made(at: u32) -> Self
    where
        Self: Sized;

    #[instrument_endpoint(name = "store_provided")]
    async fn provided(&self, id: u32) -> Result<usize, StatusCode> {
        let found = self.get(id).await?;
        Ok(found.len())
    }
}

#[derive(Clone, Copy, Label)]
enum Place {
    Memory,
    Disk,
}

struct Kept {
    all: Vec<(u32, String)>,
    place: Place,
}

#[async_trait]
impl Store for Kept {
    #[instrument_endpoint(
        name = "store_get",
        fields(id),
        counter(mo_gets_total, "Reads", labels(place: Place = self.place), when = success),
    )]
    async fn get(&self, id: u32) -> Result<String, StatusCode> {
        tokio::task::yield_now().await;
        let found = self.all.iter().find(|(known, _)| *known == id);
        let (_, text) = found.ok_or(StatusCode::NOT_FOUND)?;
        Ok(text.clone())
    }

    #[instrument_dependency("disk", counter(mo_put_bytes_total, "Bytes", by = times * text.len()))]
    async fn put(&mut self, id: u32, (text, times): (&str, usize)) -> usize {
        self.all.push((id, text.repeat(times)));
        self.place = Place::Disk;
        self.all.len()
    }

    #[instrument_endpoint(name = "store_shared")]
    async fn shared(self: Arc<Self>) -> u32 {
        self.all[0].0
    }

    #[instrument_endpoint(name = "store_generic")]
    async fn generic<T: Display + Send>(&self, value: T) -> String {
        format!("{value}{}", self.all.len())
    }

    #[instrument_endpoint(name = "store_made")]
    async fn made(at: u32) -> Self {
        Self { all: vec![(at, "made".to_owned())], place: Place::Memory }
    }
}

#[tokio::test]
async fn traits_by_async_trait() {
    let mut kept = called("store_made", "success=1", Kept::made(7)).await;
    let telemetry = telemetry();
    assert_eq!(series(&telemetry, "mo_gets_total"), ["memory=0", "disk=0"]);
    assert_eq!(telemetry.scope(kept.put(8, ("ab", 2))).await, 2);
    dependency(&telemetry, "disk", "put", "success=1");
    assert_eq!(series(&telemetry, "mo_put_bytes_total"), ["4"]);
    let store: &dyn Store = &Dynamic(kept);
    assert_eq!(telemetry.scope(store.get(8)).await.unwrap(), "abab");
    assert_eq!(telemetry.scope(store.provided(7)).await, Ok(4));
    assert_eq!(telemetry.scope(store.provided(9)).await, Err(StatusCode::NOT_FOUND));
    handler(&telemetry, "store_get", "success=2 client_error=1");
    handler(&telemetry, "store_provided", "success=1 client_error=1");
    assert_eq!(series(&telemetry, "mo_gets_total"), ["memory=0", "disk=2"]);
    let shared = Arc::new(Kept::made(1).await);
    let text = called("store_generic", "success=1", shared.generic('=')).await;
    assert_eq!(text, "=1");
    assert_eq!(called("store_shared", "success=1", shared.shared()).await, 1);
}

/// The part of a store that may be a trait object.
struct Dynamic(Kept);

#[async_trait]
impl Store for Dynamic {
    async fn get(&self, id: u32) -> Result<String, StatusCode> {
        self.0.get(id).await
    }

    async fn put(&mut self, id: u32, text: (&str, usize)) -> usize {
        self.0.put(id, text).await
    }

    async fn shared(self: Arc<Self>) -> u32 {
        0
    }

    async fn generic<T: Display + Send>(&self, value: T) -> String {
        value.to_string()
    }

    async fn made(at: u32) -> Self {
        Self(Kept::made(at).await)
    }
}

#[async_trait(?Send)]
trait Local {
    async fn count(&self) -> usize;
}

#[async_trait(?Send)]
impl Local for std::rc::Rc<Vec<u32>> {
    #[instrument_endpoint(name = "local_count")]
    async fn count(&self) -> usize {
        self.len()
    }
}

#[tokio::test]
async fn futures_that_stay_on_their_thread() {
    let local = std::rc::Rc::new(vec![1, 2]);
    assert_eq!(called("local_count", "success=1", local.count()).await, 2);
}

type Asked<'a> =
    Pin<Box<dyn Future<Output = Result<usize, Box<dyn Error + Send + Sync>>> + Send + 'a>>;

/// As `async_trait` would have it, written by hand.
trait ByHand {
    fn ask<'a>(&'a self, text: &'a str) -> Asked<'a>;
}

impl ByHand for Table {
    #[instrument_endpoint(name = "by_hand_ask")]
    fn ask<'a>(
        &'a self,
        text: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<usize, Box<dyn Error + Send + Sync>>> + Send + 'a>>
    {
        Box::pin(async move {
            let number: usize = text.parse()?;
            Ok(number + self.0.len())
        })
    }
}

#[tokio::test]
async fn boxed_futures_by_hand() {
    let table = Table("t");
    assert_eq!(called("by_hand_ask", "success=1", table.ask("2")).await.unwrap(), 3);
    called("by_hand_ask", "server_error=1", table.ask("two")).await.unwrap_err();
}
