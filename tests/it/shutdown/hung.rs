//! Whatever hangs, the deadline holds, and the rest is delivered.

use obskit::config::{AdminAddr, LogOutput, LogWriter};
use obskit_tests::lab::Lab;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};
use tracing::info;

const DEADLINE: Duration = Duration::from_secs(20);
const BRIEF: Duration = Duration::from_millis(300);

/// Says that it was reached, and does not return before it is let go.
struct Hangs(Sender<()>, Mutex<Receiver<()>>);

impl Write for Hangs {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.0.send(());
        let _ = self.1.lock().unwrap().recv();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn an_output_that_hangs_holds_nobody_and_is_told_of() {
    let (reached, is_reached) = channel();
    let (let_go, held) = channel();
    let writer = LogWriter::new(Hangs(reached, Mutex::new(held)));
    let lab = Lab::new(|config| config.logs.output = LogOutput::Writer(writer));
    lab.run(|| info!("first"));
    is_reached.recv_timeout(DEADLINE).unwrap();
    lab.run(|| (0..99).for_each(|n| info!(n, "line")));
    let begun = Instant::now();
    let report = lab.telemetry.shutdown(BRIEF).await.unwrap();
    let took = begun.elapsed();
    assert!((BRIEF..Duration::from_secs(3)).contains(&took), "{took:?}");
    assert_eq!((report.written_lines, report.lost_lines, report.dropped), (0, 100, 100));
    assert!(!report.is_complete());
    // Nor does the last handle wait.
    let begun = Instant::now();
    drop(lab);
    assert!(begun.elapsed() < Duration::from_millis(900), "{:?}", begun.elapsed());
    drop(let_go);
}

#[tokio::test]
async fn a_scrape_that_hangs_takes_no_line_along() {
    let lab = Lab::new(|config| config.admin.addr = AdminAddr::from(([127, 0, 0, 1], 0)));
    let addr = lab.telemetry.serve_admin().await.unwrap().tcp().unwrap();
    let (reached, is_reached) = channel();
    let (let_go, held) = channel::<()>();
    let held = Mutex::new(held);
    lab.telemetry.metrics().before_scrape(move || {
        let _ = reached.send(());
        let _ = held.lock().unwrap().recv();
    });
    let scrape = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(addr).unwrap();
        stream.write_all(b"GET /metrics HTTP/1.1\r\nconnection: close\r\n\r\n").unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
    });
    tokio::task::spawn_blocking(move || is_reached.recv_timeout(DEADLINE)).await.unwrap().unwrap();
    lab.run(|| (0..100).for_each(|n| info!(n, "line")));
    lab.telemetry.shutdown(BRIEF).await.unwrap();
    assert_eq!(lab.written().len(), 100);
    drop(let_go);
    scrape.await.unwrap();
}

/// Neither the rest of a head nor that of a body is waited for.
#[tokio::test]
async fn a_caller_who_falls_silent_holds_nobody() {
    for silent in
        ["GET /metr", "PUT /loglevel HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nwa"]
    {
        let lab = Lab::new(|config| config.admin.addr = AdminAddr::from(([127, 0, 0, 1], 0)));
        let addr = lab.telemetry.serve_admin().await.unwrap().tcp().unwrap();
        let mut stream = TcpStream::connect(addr).unwrap();
        // With a request before it, whose answer says that both have come.
        write!(stream, "GET /livez HTTP/1.1\r\n\r\n{silent}").unwrap();
        let answered = tokio::task::spawn_blocking(move || {
            stream.read_exact(&mut [0; 12]).unwrap();
            stream
        });
        let _held = answered.await.unwrap();
        let begun = Instant::now();
        lab.telemetry.shutdown(DEADLINE).await.unwrap();
        assert!(begun.elapsed() < Duration::from_secs(3), "{silent}: {:?}", begun.elapsed());
    }
}
