//! L7: what was logged before the end is written, whatever the end.

use super::lab::Lab;
use obskit::config::{LogOutput, LogWriter};
use std::io::{self, Write};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tracing::info;

const LINES: usize = 50;
const ROUNDS: usize = 1_000;

fn log(lab: &Lab) {
    lab.run(|| (0..LINES).for_each(|n| info!(n, "line")));
}

#[tokio::test]
async fn a_shutdown_writes_every_line() {
    for round in 0..ROUNDS {
        let lab = Lab::new(|_| {});
        log(&lab);
        let report = lab.telemetry.shutdown(Duration::from_secs(20)).await.unwrap();
        assert_eq!((report.lost_lines, report.dropped), (0, 0), "round {round}");
        assert_eq!(lab.written().len(), LINES, "round {round}");
        // A service's last words.
        log(&lab);
        assert_eq!(lab.end().len(), LINES, "round {round}");
    }
}

#[test]
fn dropping_the_last_handle_writes_every_line() {
    for round in 0..ROUNDS {
        let lab = Lab::new(|_| {});
        log(&lab);
        let lines = lab.end();
        assert_eq!(lines.len(), LINES, "round {round}");
        assert!(lines.iter().enumerate().all(|(n, line)| line["metadata"]["n"] == n));
    }
}

/// Takes bytes once a task has agreed, as a writer to a socket does.
struct Asks(mpsc::UnboundedSender<oneshot::Sender<()>>);

impl Write for Asks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (agree, agreed) = oneshot::channel();
        self.0.send(agree).map_err(io::Error::other)?;
        agreed.blocking_recv().map_err(io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The end leaves the runtime to whatever the output needs it for.
#[tokio::test]
async fn a_shutdown_holds_no_runtime() {
    let (asks, mut asked) = mpsc::unbounded_channel::<oneshot::Sender<()>>();
    let lab = Lab::new(|config| config.logs.output = LogOutput::Writer(LogWriter::new(Asks(asks))));
    log(&lab);
    let agrees = tokio::spawn(async move {
        let mut writes = 0;
        while let Some(agree) = asked.recv().await {
            writes += usize::from(agree.send(()).is_ok());
        }
        writes
    });
    let report = lab.telemetry.shutdown(Duration::from_secs(20)).await.unwrap();
    assert_eq!(report.lost_lines, 0);
    drop(lab);
    assert!(agrees.await.unwrap() > 0);
}
