//! Two services of other teams, on a port of their own, and the clients that call them.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{Request, StatusCode};
use axum::routing::get;
use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use obskit::Telemetry;
use obskit::health::checks::Http;
use obskit::middleware::{ClientService, Operation};
use tokio::net::TcpListener;
use tower::{Layer, ServiceExt};

use crate::Failure;
use crate::dice::Dice;
use crate::workouts::DayType;

type Watched = ClientService<Client<HttpConnector, Empty<Bytes>>>;

/// How the service reaches its partners. What it asks of them is recorded by `ClientLayer`.
#[derive(Clone, Debug)]
pub(crate) struct Partners {
    coach: Watched,
    wearables: Watched,
    base: Arc<str>,
}

/// A partner is down, or out of its mind.
#[derive(Debug)]
pub(crate) struct CallError {
    partner: &'static str,
    cause: Failure,
}

#[derive(Debug)]
struct Answered(StatusCode);

impl Partners {
    /// Starts both on a free port.
    pub(crate) async fn start(telemetry: &Telemetry) -> Result<Self, Failure> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let base: Arc<str> = format!("http://{}", listener.local_addr()?).into();
        let router = Router::new()
            .route("/tips/{day}", get(tip))
            .route("/steps", get(steps))
            .with_state(Arc::new(Dice::default()));
        tokio::spawn(axum::serve(listener, router).into_future());
        // Each can be done without. The coach is asked whether it works; of the wearables the calls
        // that are made anyway tell enough.
        let coach = Http::get(&format!("{base}/tips/push"))?;
        telemetry.health().optional("coach", coach)?;
        telemetry.dependency("wearables").passive_check("wearables").register()?;
        let client = Client::builder(TokioExecutor::new()).build_http();
        Ok(Self {
            coach: telemetry.client_layer("coach").layer(client.clone()),
            wearables: telemetry.client_layer("wearables").layer(client),
            base,
        })
    }

    /// The coach's advice for a day.
    pub(crate) async fn tip(&self, day: DayType) -> Result<String, CallError> {
        let path = format!("/tips/{}", day.as_str());
        let answer = self.ask(&self.coach, &path, "GET /tips/{day}").await;
        answer.map_err(|cause| CallError { partner: "the coach", cause })
    }

    /// Steps that the wearables counted since the last call.
    pub(crate) async fn steps(&self) -> Result<u32, CallError> {
        let answer = self.ask(&self.wearables, "/steps", "GET /steps").await;
        let steps = answer.and_then(|text| Ok(text.parse()?));
        steps.map_err(|cause| CallError { partner: "the wearables", cause })
    }

    async fn ask(
        &self,
        client: &Watched,
        path: &str,
        operation: &'static str,
    ) -> Result<String, Failure> {
        let request = Request::get(format!("{}{path}", self.base)).extension(Operation(operation));
        let answer = client.clone().oneshot(request.body(Empty::new())?).await?;
        let status = answer.status();
        let body = answer.into_body().collect().await.map_err(Into::<Failure>::into)?.to_bytes();
        if status.is_success() {
            Ok(String::from_utf8(body.to_vec())?)
        } else {
            Err(Answered(status).into())
        }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "nothing of use from {}", self.partner)
    }
}

impl Error for CallError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.cause)
    }
}

impl fmt::Display for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "answered {}", self.0)
    }
}

impl Error for Answered {}

async fn tip(State(dice): State<Arc<Dice>>, Path(day): Path<String>) -> String {
    dice.work(Duration::from_millis(4)).await;
    format!("On a {day} day, warm up for ten minutes.")
}

/// One call in ten fails, as other people's services do.
async fn steps(State(dice): State<Arc<Dice>>) -> Result<String, StatusCode> {
    dice.work(Duration::from_millis(15)).await;
    match dice.roll(10) {
        0 => Err(StatusCode::SERVICE_UNAVAILABLE),
        _ => Ok(format!("{}", 100 + dice.roll(900))),
    }
}
