//! A client's connection, which may be closed at any moment.

use bytes::Bytes;
use http::{Request, Response, Version};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper::rt::Executor;
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use tokio::net::TcpStream;

use crate::tasks::Tasks;

/// One connection of one HTTP version.
#[derive(Debug)]
pub struct Connection {
    sender: Sender,
    tasks: Tasks,
    address: SocketAddr,
}

#[derive(Debug)]
enum Sender {
    One(http1::SendRequest<Full<Bytes>>),
    Two(http2::SendRequest<Full<Bytes>>),
}

impl Connection {
    /// Connects, speaking `HTTP_11` or `HTTP_2`.
    pub async fn open(address: SocketAddr, version: Version) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let stream = TokioIo::new(stream);
        let tasks = Tasks::default();
        let sender = if version == Version::HTTP_2 {
            let (sender, driver) = http2::handshake(tasks.clone(), stream).await.unwrap();
            tasks.execute(async { drop(driver.await) });
            Sender::Two(sender)
        } else {
            let (sender, driver) = http1::handshake(stream).await.unwrap();
            tasks.execute(async { drop(driver.with_upgrades().await) });
            Sender::One(sender)
        };
        Self { sender, tasks, address }
    }

    /// Sends a request whose target is a path, or an authority for CONNECT.
    pub async fn send(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, hyper::Error> {
        match &mut self.sender {
            Sender::One(sender) => {
                let mut request = request;
                let host = self.address.to_string().parse().unwrap();
                request.headers_mut().entry("host").or_insert(host);
                sender.ready().await?;
                sender.send_request(request).await
            }
            Sender::Two(sender) => {
                let request = with_authority(request, self.address);
                sender.ready().await?;
                sender.send_request(request).await
            }
        }
    }

    /// A GET of `path`.
    pub async fn get(&mut self, path: &str) -> Result<Response<Incoming>, hyper::Error> {
        self.send(Request::get(path).body(Full::default()).unwrap()).await
    }

    /// Several requests at once, where the version can; HTTP/1.1 sends one after another.
    pub async fn get_all(&mut self, paths: Vec<String>) -> Vec<Response<Incoming>> {
        let mut responses = Vec::new();
        let Sender::Two(sender) = &mut self.sender else { panic!("HTTP/2 alone can") };
        sender.ready().await.unwrap();
        let sent: Vec<_> = paths
            .into_iter()
            .map(|path| Request::get(path).body(Full::default()).unwrap())
            .map(|request| sender.send_request(with_authority(request, self.address)))
            .collect();
        for response in sent {
            responses.push(response.await.unwrap());
        }
        responses
    }

    /// Closes the socket at once, whatever is under way.
    pub async fn vanish(self) {
        self.tasks.stop().await;
    }
}

fn with_authority(request: Request<Full<Bytes>>, address: SocketAddr) -> Request<Full<Bytes>> {
    let (mut head, body) = request.into_parts();
    if head.uri.authority().is_none() {
        head.uri = format!("http://{address}{}", head.uri).parse().unwrap();
    }
    Request::from_parts(head, body)
}
