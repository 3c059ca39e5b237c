//! L7: what was logged before the end is written, whatever the end.

use super::lab::Lab;
use std::time::Duration;
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
        log(&lab);
        assert_eq!(lab.dropped("closed"), LINES as u64);
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
