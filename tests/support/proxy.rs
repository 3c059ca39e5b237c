//! An HTTP proxy that hands everything on to one address, whatever it is asked for.
//!
//! It has a thread of its own, so that a test may block its own meanwhile.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// Stops when it is dropped.
#[derive(Debug)]
pub struct Proxy {
    addr: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// The head of the first request on a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// As `CONNECT sentry.test:443 HTTP/1.1`.
    pub line: String,
    /// Of `proxy-authorization`.
    pub credentials: Option<String>,
}

impl Proxy {
    /// Before that server.
    pub async fn start(server: SocketAddr) -> Self {
        Self::serve(Some(server)).await
    }

    /// One that hands on nothing, and wants other credentials.
    pub async fn that_refuses() -> Self {
        Self::serve(None).await
    }

    async fn serve(server: Option<SocketAddr>) -> Self {
        let asked = Arc::<Mutex<Vec<Asked>>>::default();
        let (stop, stopping) = oneshot::channel();
        let (bound, listening) = oneshot::channel();
        let shared = Arc::clone(&asked);
        let thread = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                tokio::select! {
                    _ = stopping => {}
                    () = accept(bound, server, shared) => {}
                }
            });
        });
        let addr = listening.await.expect("the proxy listens");
        Self { addr, asked, stop: Some(stop), thread: Some(thread) }
    }

    /// As in `HTTPS_PROXY`, with these credentials.
    pub fn url(&self, user: &str) -> String {
        format!("http://{user}@{}", self.addr)
    }

    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// What it was asked for.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

async fn accept(
    bound: oneshot::Sender<SocketAddr>,
    server: Option<SocketAddr>,
    asked: Arc<Mutex<Vec<Asked>>>,
) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    bound.send(listener.local_addr().unwrap()).unwrap();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        tokio::spawn(hand_on(stream, server, Arc::clone(&asked)));
    }
}

/// An error closes the connection.
async fn hand_on(
    mut stream: TcpStream,
    server: Option<SocketAddr>,
    told: Arc<Mutex<Vec<Asked>>>,
) -> io::Result<()> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|end| end == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(());
        }
    };
    let asked = read(&bytes[..end]);
    let is_tunnel = asked.line.starts_with("CONNECT ");
    told.lock().unwrap().push(asked);
    let Some(server) = server else {
        let refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n";
        return stream.write_all(refusal).await;
    };
    let mut server = TcpStream::connect(server).await?;
    if is_tunnel {
        stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
        server.write_all(&bytes[end..]).await?;
    } else {
        server.write_all(&bytes).await?;
    }
    copy_bidirectional(&mut stream, &mut server).await.map(|_| ())
}

fn read(head: &[u8]) -> Asked {
    let head = std::str::from_utf8(head).expect("text");
    let mut lines = head.lines();
    let line = lines.next().expect("a line").to_owned();
    let mut headers = lines.filter_map(|line| line.split_once(": "));
    let credentials = headers.find(|(name, _)| name.eq_ignore_ascii_case("proxy-authorization"));
    Asked { line, credentials: credentials.map(|(_, value)| value.to_owned()) }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        drop(self.stop.take());
        let thread = self.thread.take().map(JoinHandle::join);
        if !std::thread::panicking() {
            thread.expect("there was a thread").expect("the proxy did not panic");
        }
    }
}
