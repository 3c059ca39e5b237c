//! Examinations that may have to be waited for: all at once, on threads of their own, each for a
//! time at most.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Instant;

use super::PATIENCE;
use super::diagnosis::Finding;
use super::ward::Ward;

/// Something to be found out, which may block. It holds no handle of the telemetry.
pub(super) struct Examination {
    check: &'static str,
    examine: Box<dyn FnOnce() -> Finding + Send>,
}

/// One that was begun, or why it was not.
type Begun = Result<Receiver<Finding>, Finding>;

impl Examination {
    pub(super) fn new(
        check: &'static str,
        examine: impl FnOnce() -> Finding + Send + 'static,
    ) -> Self {
        Self { check, examine: Box::new(examine) }
    }

    fn begin(self, ward: &Arc<Ward>, deadline: Instant) -> Begun {
        let Self { check, examine } = self;
        let within = deadline.saturating_duration_since(Instant::now());
        let Some(stay) = ward.begin(check, within) else {
            return Err(Finding::failure(
                check,
                "an earlier examination of it has not ended",
                "Something it waits for hangs; what that is an earlier finding may say.",
            ));
        };
        let (answer, answers) = sync_channel(1);
        let run = move || {
            let _stay = stay;
            // Nobody may wait any more.
            let _ = answer.send(examine());
        };
        let thread = thread::Builder::new().name("obskit-doctor".into()).spawn(run);
        thread.map(|_| answers).map_err(|_| not_started(check))
    }
}

/// What is found, in the same order. It takes twice the patience at most: once for earlier
/// examinations to end, and once for these.
pub(super) fn run(ward: &Arc<Ward>, examinations: Vec<Examination>) -> Vec<Finding> {
    let deadline = Instant::now() + PATIENCE;
    let begin = |examination: Examination| (examination.check, examination.begin(ward, deadline));
    let begun: Vec<_> = examinations.into_iter().map(begin).collect();
    let deadline = Instant::now() + PATIENCE;
    let found = begun.into_iter().map(|(check, begun)| match begun {
        Ok(answers) => wait(check, &answers, deadline),
        Err(finding) => finding,
    });
    found.collect()
}

/// What is found where no thread was to be had.
pub(super) fn not_started(check: &'static str) -> Finding {
    Finding::failure(
        check,
        "no thread could be started to examine it",
        "The process is at its limit of threads: look at RLIMIT_NPROC and the cgroup's pids.max.",
    )
}

fn wait(check: &'static str, answers: &Receiver<Finding>, deadline: Instant) -> Finding {
    let within = deadline.saturating_duration_since(Instant::now());
    answers.recv_timeout(within).unwrap_or_else(|gone| match gone {
        RecvTimeoutError::Timeout => Finding::failure(
            check,
            format!("the examination did not end within {PATIENCE:?}"),
            "What it asks does not answer.",
        ),
        RecvTimeoutError::Disconnected => Finding::failure(
            check,
            "the examination panicked",
            "Code of the service that it runs has panicked; the log has it with target `panic`.",
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::Severity;
    use std::sync::mpsc::channel;

    fn run_one(ward: &Arc<Ward>, examination: Examination) -> Finding {
        let [found] = <[Finding; 1]>::try_from(run(ward, vec![examination])).unwrap();
        found
    }

    #[test]
    fn one_that_hangs_is_given_up_and_not_begun_again_before_its_end() {
        let (ward, (release, released)) = (Arc::default(), channel::<()>());
        let hang = Examination::new("hung", move || {
            let _ = released.recv();
            Finding::ok("hung", "over")
        });
        let fine = Examination::new("fine", || Finding::ok("fine", "fine"));
        let start = Instant::now();
        let [hung, fine] = <[Finding; 2]>::try_from(run(&ward, vec![hang, fine])).unwrap();
        assert_eq!((hung.severity, fine.severity), (Severity::Failure, Severity::Ok));
        assert!(hung.message.contains("did not end within 2s"), "{hung:?}");
        assert!((PATIENCE..PATIENCE * 5).contains(&start.elapsed()), "{:?}", start.elapsed());

        let again = || Examination::new("hung", || Finding::ok("hung", "works again"));
        let found = run_one(&ward, again());
        assert!(found.message.contains("earlier examination"), "{found:?}");
        drop(release);
        assert_eq!(run_one(&ward, again()).message, "works again");
    }

    #[test]
    fn a_panic_is_a_finding() {
        let panics = || std::panic::resume_unwind(Box::new("secret"));
        let found = run_one(&Arc::default(), Examination::new("a", panics));
        assert_eq!(
            (found.severity, &*found.message),
            (Severity::Failure, "the examination panicked")
        );
    }
}
