//! Whether the time of day can be believed.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::config::Clock;

use super::diagnosis::Finding;

const CHECK: &str = "clock";

/// Both times when the telemetry was built.
#[derive(Clone, Copy, Debug)]
pub(super) struct Birth {
    instant: Instant,
    wall: SystemTime,
}

/// A time of day before this is a clock that was never set. 2025-01-01.
const SANE: Duration = Duration::from_hours(482_136);
/// What a clock may be corrected by and pass for steady.
const STEADY: Duration = Duration::from_secs(5);

impl Birth {
    pub(super) fn new(clock: &Clock) -> Self {
        Self { instant: clock.now(), wall: clock.wall() }
    }

    /// How far the time of day has gone from the monotonic one since, and whether ahead.
    fn jump(&self, now: Instant, wall: SystemTime) -> (Duration, bool) {
        let passed = now.saturating_duration_since(self.instant);
        let expected = self.wall.checked_add(passed).unwrap_or(wall);
        match wall.duration_since(expected) {
            Ok(ahead) => (ahead, true),
            Err(behind) => (behind.duration(), false),
        }
    }
}

pub(super) fn clock(born: &Birth, clock: &Clock) -> Finding {
    found(born, clock.now(), clock.wall())
}

fn found(born: &Birth, now: Instant, wall: SystemTime) -> Finding {
    if wall.duration_since(UNIX_EPOCH).is_ok_and(|since| since >= SANE) {
        let (jump, ahead) = born.jump(now, wall);
        if jump <= STEADY {
            return Finding::ok(CHECK, "the time of day is plausible, and steady since the start");
        }
        let direction = if ahead { "ahead" } else { "back" };
        return Finding::warning(
            CHECK,
            format!(
                "the time of day has jumped {direction} by {} s since the start",
                jump.as_secs()
            ),
            "The clock was set, or the machine was suspended: earlier timestamps do not line up.",
        );
    }
    Finding::failure(
        CHECK,
        "the time of day lies before 2025",
        "The machine's clock is not set: start NTP. Backends refuse telemetry of such an age.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::Severity;

    #[test]
    fn the_clock_is_set_and_steady() {
        let (instant, wall) = (Instant::now(), UNIX_EPOCH + SANE + Duration::from_hours(1));
        let born = Birth { instant, wall };
        let check = |passed: u64, shown: i64, severity, said: &str| {
            let seconds = Duration::from_secs(shown.unsigned_abs());
            let shown = if shown < 0 { wall - seconds } else { wall + seconds };
            let found = found(&born, instant + Duration::from_secs(passed), shown);
            assert_eq!(found.severity, severity, "{found:?}");
            assert!(found.message.contains(said), "{found:?}");
        };
        check(0, 0, Severity::Ok, "steady");
        check(86_400, 86_400, Severity::Ok, "steady");
        check(100, 105, Severity::Ok, "steady");
        check(100, 95, Severity::Ok, "steady");
        check(100, 106, Severity::Warning, "ahead by 6 s");
        check(100, 94, Severity::Warning, "back by 6 s");
        check(0, 3_600 * 24 * 365, Severity::Warning, "ahead by 31536000 s");
        check(0, -3_601, Severity::Failure, "before 2025");
    }

    #[test]
    fn a_manual_clock_is_steady() {
        let clock = Clock::manual();
        let born = Birth::new(&clock);
        clock.advance(Duration::from_hours(24));
        assert_eq!(super::clock(&born, &clock).severity, Severity::Ok);
    }
}
