//! Clients that keep their connections and count what they get.

use bytes::Bytes;
use http::{Request, Uri};
use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;

use obskit_tests::wait::wait_until;

const DEADLINE: Duration = Duration::from_secs(30);
const AT_ONCE: usize = 16;
const PATHS: [&str; 4] =
    ["/api/workouts", "/api/workouts/3", "/api/ppl/today", "/api/reports/weekly"];
const UPLOADED: &str = r#"{"user":"ann"}"#;

/// The status of each answer by the ID of its request, or how it failed.
pub type Answers = BTreeMap<String, Result<u16, String>>;

/// Who sends one request after the other, all by one client with one pool of connections.
pub struct Clients {
    shared: Arc<Shared>,
    sending: JoinSet<Answers>,
}

struct Shared {
    client: Client<HttpConnector, Empty<Bytes>>,
    service: SocketAddr,
    is_over: AtomicBool,
    answered: AtomicUsize,
}

impl Clients {
    pub fn start(service: SocketAddr) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        let (is_over, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
        let shared = Arc::new(Shared { client, service, is_over, answered });
        let mut sending = JoinSet::new();
        (0..AT_ONCE).for_each(|client| drop(sending.spawn(Arc::clone(&shared).send_all(client))));
        Self { shared, sending }
    }

    /// Waits for so many answers.
    pub async fn answered(&self, count: usize) {
        wait_until("the answers", DEADLINE, async || {
            let answered = self.shared.answered.load(Ordering::Relaxed);
            if answered < count { Err(answered) } else { Ok(()) }
        })
        .await;
    }

    /// Begins no further request, and hands on what all have come to.
    pub async fn stop(self) -> Answers {
        self.shared.is_over.store(true, Ordering::Relaxed);
        self.sending.join_all().await.into_iter().flatten().collect()
    }
}

impl Shared {
    async fn send_all(self: Arc<Self>, client: usize) -> Answers {
        let mut answers = Answers::new();
        for (number, path) in (0..).zip(PATHS.iter().cycle().skip(client)) {
            if self.is_over.load(Ordering::Relaxed) {
                break;
            }
            let id = format!("client-{client}-{number}");
            answers.insert(id.clone(), self.send(path, &id).await);
            self.answered.fetch_add(1, Ordering::Relaxed);
        }
        answers
    }

    async fn send(&self, path: &str, id: &str) -> Result<u16, String> {
        let uri: Uri = format!("http://{}{path}", self.service).parse().unwrap();
        let request = Request::get(uri).header("x-request-id", id).body(Empty::new()).unwrap();
        let answer = self.client.request(request).await.map_err(|error| format!("{error:?}"))?;
        let status = answer.status().as_u16();
        answer.into_body().collect().await.map_err(|error| format!("{error:?}"))?;
        Ok(status)
    }
}

/// A request whose body is not there yet, so that it is under way for as long as is wanted.
pub struct Upload {
    id: String,
    stream: TcpStream,
}

impl Upload {
    pub fn begin(service: SocketAddr, number: usize) -> Self {
        let id = format!("upload-{number}");
        let mut stream = TcpStream::connect(service).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        write!(
            stream,
            "POST /api/login HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n\
             x-request-id: {id}\r\ncontent-length: {}\r\n\r\n",
            UPLOADED.len()
        )
        .unwrap();
        Self { id, stream }
    }

    /// Sends the body, and hands on the answer, after which the connection is closed.
    pub fn finish(mut self) -> (String, Result<u16, String>) {
        self.stream.write_all(UPLOADED.as_bytes()).unwrap();
        let mut answer = String::new();
        self.stream.read_to_string(&mut answer).unwrap();
        let is_whole = answer.ends_with(r#"{"token":"ann"}"#);
        let status = answer.split_whitespace().nth(1).and_then(|status| status.parse().ok());
        (self.id, status.filter(|_| is_whole).ok_or(answer))
    }
}
