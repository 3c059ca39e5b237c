//! Two services of other teams, on a port of their own unless one is elsewhere, and the clients
//! that call them.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{Request, StatusCode, Uri};
use axum::routing::get;
use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use obskit::Telemetry;
use obskit::health::checks::Http;
use obskit::middleware::{ClientService, Operation, UrlTemplate};
use tokio::net::TcpListener;
use tower::{Layer, ServiceExt};

use crate::Failure;
use crate::dice::Dice;
use crate::workouts::DayType;

type Watched = ClientService<Client<HttpConnector, Empty<Bytes>>>;

/// How the service reaches its partners. What it asks of them is recorded by `ClientLayer`.
#[derive(Clone, Debug)]
pub(crate) struct Partners {
    coach: Partner,
    wearables: Partner,
}

#[derive(Clone, Debug)]
struct Partner {
    client: Watched,
    /// As `http://127.0.0.1:8081`.
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
    /// Starts both on a free port; the coach may be elsewhere.
    pub(crate) async fn start(telemetry: &Telemetry, coach: Option<Uri>) -> Result<Self, Failure> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let here: Arc<str> = format!("http://{}", listener.local_addr()?).into();
        let router = Router::new()
            .route("/api/tips/{day}", get(tip))
            .route("/steps", get(steps))
            .with_state(Arc::new(Dice::default()));
        tokio::spawn(axum::serve(listener, router).into_future());
        let there = coach.map(|uri| uri.to_string().trim_end_matches('/').into());
        let there = there.unwrap_or_else(|| Arc::clone(&here));
        // Each can be done without. The coach is asked whether it works; of the wearables the calls
        // that are made anyway tell enough.
        telemetry.health().optional("coach", Http::get(&format!("{there}/api/tips/push"))?)?;
        telemetry.dependency("wearables").passive_check("wearables").register()?;
        let client = Client::builder(TokioExecutor::new()).build_http();
        let partner = |name, client, base| Partner {
            client: telemetry.client_layer(name).layer(client),
            base,
        };
        Ok(Self {
            coach: partner("coach", client.clone(), there),
            wearables: partner("wearables", client, here),
        })
    }

    /// The coach's advice for a day.
    pub(crate) async fn tip(&self, day: DayType) -> Result<String, CallError> {
        let path = format!("/api/tips/{}", day.as_str());
        let answer = self.coach.ask(&path, "GET /api/tips/{day}", "/api/tips/{day}").await;
        answer.map_err(|cause| CallError { partner: "the coach", cause })
    }

    /// Steps that the wearables counted since the last call.
    pub(crate) async fn steps(&self) -> Result<u32, CallError> {
        let answer = self.wearables.ask("/steps", "GET /steps", "/steps").await;
        let steps = answer.and_then(|text| Ok(text.parse()?));
        steps.map_err(|cause| CallError { partner: "the wearables", cause })
    }
}

impl Partner {
    /// What it answers. Metrics know the call by its operation, traces by its template.
    async fn ask(
        &self,
        path: &str,
        operation: &'static str,
        template: &'static str,
    ) -> Result<String, Failure> {
        let request = Request::get(format!("{}{path}", self.base))
            .extension(Operation(operation))
            .extension(UrlTemplate(template));
        let answer = self.client.clone().oneshot(request.body(Empty::new())?).await?;
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
