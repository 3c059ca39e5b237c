//! A server that says the same to each caller, byte by byte as it is told.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinHandle;

/// What is done once the answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Closes.
    Close,
    /// Waits for the caller to close.
    Wait,
    /// Writes this again and again, until the caller closes.
    Repeat(&'static [u8]),
}

/// Answers whatever it is asked first. Stopped on drop.
#[derive(Debug)]
pub struct Conversation {
    pub address: SocketAddr,
    heard: Arc<Mutex<Vec<u8>>>,
    ended: UnboundedReceiver<usize>,
    accepting: JoinHandle<()>,
}

impl Conversation {
    /// Listens on a free port of 127.0.0.1.
    pub async fn start(answer: impl Into<Vec<u8>>, then: Then) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (end, ended) = unbounded_channel();
        let (hearing, answer) = (Arc::clone(&heard), answer.into());
        let accepting = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let written = talk(stream, &hearing, &answer, then).await;
                // The test may have ended.
                let _ = end.send(written);
            }
        });
        Self { address, heard, ended, accepting }
    }

    /// All that callers have said.
    pub fn heard(&self) -> Vec<u8> {
        self.heard.lock().unwrap().clone()
    }

    /// Waits for the end of the next conversation and answers how many bytes were written in it.
    pub async fn ended(&mut self) -> usize {
        self.ended.recv().await.unwrap()
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn talk(mut stream: TcpStream, heard: &Mutex<Vec<u8>>, answer: &[u8], then: Then) -> usize {
    if !listen(&mut stream, heard).await || stream.write_all(answer).await.is_err() {
        return 0;
    }
    let mut written = answer.len();
    match then {
        Then::Close => {}
        Then::Wait => while listen(&mut stream, heard).await {},
        Then::Repeat(bytes) => {
            while stream.write_all(bytes).await.is_ok() {
                written += bytes.len();
            }
        }
    }
    written
}

/// False where nothing more comes.
async fn listen(stream: &mut TcpStream, heard: &Mutex<Vec<u8>>) -> bool {
    let mut bytes = [0; 4096];
    let read = stream.read(&mut bytes).await.unwrap_or(0);
    heard.lock().unwrap().extend_from_slice(&bytes[..read]);
    read > 0
}
