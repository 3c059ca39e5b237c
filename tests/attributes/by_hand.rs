//! What the attributes expand to, written by hand: the runtime without the macros.

use obskit::__private as private;
use obskit::metrics::{Label, LabelValue};
use std::fmt;

#[derive(Clone, Copy)]
enum DayType {
    Push,
    Pull,
}

struct Workout {
    id: u32,
    day_type: DayType,
    note: String,
}

struct Summary {
    reps: i32,
}

#[derive(Debug)]
struct ApiError;

impl Label for DayType {
    const VALUES: &'static [&'static str] = &["push", "pull"];

    fn write(&self, value: &mut LabelValue<'_>) {
        value.push_str(match self {
            Self::Push => "push",
            Self::Pull => "pull",
        });
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no such workout")
    }
}

impl std::error::Error for ApiError {}

async fn complete_workout(workout: Workout, user: u64) -> Result<Summary, ApiError> {
    static OBSKIT_SITE: private::Site = private::Site::new(
        private::Declaration::endpoint("complete_workout", private::here!("complete_workout"))
            .metrics(&[
                private::DeclaredMetric::counter(
                    "mo_workouts_completed_total",
                    "Workouts completed",
                )
                .labels(&["day_type"], || {
                    private::domains(|| {
                        let workout: Workout = private::never();
                        (private::domain(&(workout.day_type)),)
                    })
                }),
                private::DeclaredMetric::counter("mo_notes_total", "Notes")
                    .labels(&["note"], || {
                        private::domains(|| {
                            let workout: Workout = private::never();
                            (private::domain_or_text!(workout.note),)
                        })
                    })
                    .limit(10),
                private::DeclaredMetric::histogram("mo_reps", "Repetitions")
                    .buckets(&[20.0, 40.0, 60.0]),
            ])
            .availability(99.9)
            .slow(private::Duration::from_nanos(500_000_000)),
    );
    private::submit!(OBSKIT_SITE);
    let mut call = private::Call::begin(&OBSKIT_SITE, || {
        private::tracing::info_span!("complete_workout", workout.id)
    });
    private::tell_user!(call, user);
    let series0 = call.series(0, &(private::label(&(workout.day_type)),));
    let series1 = call.series(1, &(private::label_or_text!(workout.note),));
    let returned = call
        .watch(async move {
            if false {
                return private::never::<Result<Summary, ApiError>>();
            }
            if workout.id == 0 { Err(ApiError) } else { Ok(Summary { reps: 7 }) }
        })
        .await;
    {
        let result = &returned;
        let verdict = private::verdict!(returned).report(private::Report::Errors);
        let ending =
            call.end(verdict, |failure| private::tell_failure!("complete_workout", failure));
        ending.tell_slow(|slow| private::tell_slow!("complete_workout", slow));
        if ending.is_success() {
            ending.count(0, &series0, 1_u64);
        }
        ending.count(1, &series1, 1_u64);
        ending.observe(2, &private::Series::NONE, result.as_ref().map_or(0, |s| s.reps));
    }
    returned
}

#[tokio::test]
async fn it_runs() {
    let workout = |id| Workout { id, day_type: DayType::Push, note: "hard".to_owned() };
    assert!(complete_workout(workout(1), 3).await.is_ok());
    assert!(complete_workout(workout(0), 3).await.is_err());
    assert!(obskit::metrics::declarations().len() > 0);
    let _ = DayType::Pull;
}
