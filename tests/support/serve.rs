//! A service on a real socket, HTTP/1.1 and HTTP/2 alike.

use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper::rt::Executor;
use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use std::net::SocketAddr;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tower::{BoxError, Service};

use crate::tasks::Tasks;

/// A server that runs until it is stopped or dropped.
#[derive(Debug)]
pub struct Server {
    pub address: SocketAddr,
    accepting: JoinHandle<()>,
    tasks: Tasks,
}

impl Server {
    /// Serves `service` on a free port of 127.0.0.1.
    pub async fn start<S, B>(service: S) -> Self
    where
        S: Service<Request<Incoming>, Response = Response<B>> + Clone + Send + Sync + 'static,
        S::Future: Send,
        S::Error: Into<BoxError>,
        B: Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let tasks = Tasks::default();
        let accepting = tokio::spawn(accept(listener, service, tasks.clone()));
        Self { address, accepting, tasks }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Ends everything under way, and returns when it has ended.
    pub async fn stop(mut self) {
        self.accepting.abort();
        let _ = (&mut self.accepting).await;
        self.tasks.stop().await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept<S, B>(listener: TcpListener, service: S, tasks: Tasks)
where
    S: Service<Request<Incoming>, Response = Response<B>> + Clone + Send + Sync + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        tasks.execute(serve(stream, service.clone(), tasks.clone()));
    }
}

/// A connection that breaks is the client's affair, or was meant.
async fn serve<S, B>(stream: TcpStream, service: S, tasks: Tasks)
where
    S: Service<Request<Incoming>, Response = Response<B>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    stream.set_nodelay(true).unwrap();
    let service = TowerToHyperService::new(service);
    let builder = Builder::new(tasks);
    let _ = builder.serve_connection_with_upgrades(TokioIo::new(stream), service).await;
}
