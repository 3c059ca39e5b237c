//! Whole functions.

use proc_macro2::TokenStream;
use quote::quote;

use super::check;
use crate::role::Role;

#[test]
fn an_endpoint_is_wrapped_around_its_body() {
    let doc = "\n\nMetrics: `handler_calls_total{handler=\"complete\"}`, \
        `handler_duration_seconds{handler=\"complete\"}`, \
        `handler_in_flight{handler=\"complete\"}`, \
        `slo_objective_ratio{slo=\"complete\"}`, \
        `slo_latency_threshold_seconds{slo=\"complete\"}`, \
        `mo_workouts_completed_total{day_type}`, `mo_reps_total`, `mo_set_weight_kg`.\n\n\
        ```promql\n\
        sum by (outcome) (rate(handler_calls_total{handler=\"complete\"}[5m]))\n\
        histogram_quantile(0.99, sum by (le) \
        (rate(handler_duration_seconds_bucket{handler=\"complete\"}[5m])))\n\
        sum by (day_type) (rate(mo_workouts_completed_total[5m]))\n\
        sum (rate(mo_reps_total[5m]))\n\
        histogram_quantile(0.99, sum by (le) (rate(mo_set_weight_kg_bucket[5m])))\n\
        ```";
    let (site, run) = (site_of_complete(), run_of_complete());
    check(
        Role::Endpoint,
        &arguments_of_complete(),
        &quote! {
            /// Completes.
            #[must_use]
            pub(crate) async fn complete(
                Json(workout): Json<Workout>, session: Session, set: &Set,
            ) -> Result<Json<Summary>, ApiError> {
                #![expect(lint)]
                Ok(Json(workout.end(session, set).await?))
            }
        },
        &quote! {
            /// Completes.
            #[must_use]
            #[expect(lint)]
            #[doc = #doc]
            pub(crate) async fn complete(
                Json(workout): Json<Workout>, session: Session, set: &Set,
            ) -> Result<Json<Summary>, ApiError> {
                #site
                #run
            }
        },
    );
}

fn arguments_of_complete() -> TokenStream {
    quote! {
        fields(workout.id, plan = %plan),
        counter(
            mo_workouts_completed_total, "Workouts completed",
            labels(day_type = workout.day_type), when = success,
        ),
        counter(mo_reps_total, "Repetitions", by = result.as_ref().map_or(0, |s| s.reps)),
        histogram(mo_set_weight_kg, "Weight", value = set.kg, buckets = [-1.5e1, 20.0, 40]),
        user = session.user_id,
        slo(availability = 99.9, latency = "250ms", target = 99),
        slow = "1.5s", report = server_errors,
    }
}

fn site_of_complete() -> TokenStream {
    quote! {
        static OBSKIT_SITE: ::obskit::__private::Site = ::obskit::__private::Site::new(
            ::obskit::__private::Declaration::endpoint(
                "complete",
                ::obskit::__private::here!("complete")
            )
            .metrics(&[
                ::obskit::__private::DeclaredMetric::counter(
                    "mo_workouts_completed_total", "Workouts completed"
                )
                .labels(&["day_type"], || ::obskit::__private::domains(|| {
                    let Json(workout): Json<Workout> = ::obskit::__private::never();
                    let _ = (&workout,);
                    (::obskit::__private::domain_or_text!(workout.day_type),)
                })),
                ::obskit::__private::DeclaredMetric::counter("mo_reps_total", "Repetitions"),
                ::obskit::__private::DeclaredMetric::histogram("mo_set_weight_kg", "Weight")
                    .buckets(&[-15.0, 20.0, 40.0])
            ])
            .availability(99.9)
            .latency(::obskit::__private::Duration::from_nanos(250000000), 99.0)
            .slow(::obskit::__private::Duration::from_nanos(1500000000))
        );
    }
}

fn run_of_complete() -> TokenStream {
    quote! {
        ::obskit::__private::submit!(OBSKIT_SITE);
        let mut call = ::obskit::__private::Call::begin(&OBSKIT_SITE, || {
            ::obskit::__private::tracing::info_span!("complete", workout.id, plan = %plan)
        });
        ::obskit::__private::tell_user!(call, session.user_id);
        let labelling = call.labelling();
        let series0 =
            labelling.series(0usize, &(::obskit::__private::label(&(workout.day_type)),));
        let given2 = ::obskit::__private::Measure::measure(set.kg);
        let returned = call.watch(async move {
            if false {
                return ::obskit::__private::never::<Result<Json<Summary>, ApiError>>();
            }
            Ok(Json(workout.end(session, set).await?))
        }).await;
        {
            let result = &returned;
            let verdict = ::obskit::__private::verdict!(returned);
            let ending = call.end(verdict, |failure|
                ::obskit::__private::tell_failure!("complete", failure));
            ending.tell_slow(|slow| ::obskit::__private::tell_slow!("complete", slow));
            if ending.is_success() {
                ending.count(0usize, &series0, 1u64);
            }
            ending.count(
                1usize,
                &::obskit::__private::Series::NONE,
                result.as_ref().map_or(0, |s| s.reps)
            );
            ending.observe(2usize, &::obskit::__private::Series::NONE, given2);
        }
        returned
    }
}

#[test]
fn a_dependency_that_is_no_future_runs_in_a_closure() {
    let doc = "\n\nMetrics: \
        `dependency_requests_total{dependency=\"memory\",operation=\"get\"}`, \
        `dependency_request_duration_seconds{dependency=\"memory\",operation=\"get\"}`, \
        `dependency_slow_total{dependency=\"memory\",operation=\"get\"}`.\n\n\
        ```promql\n\
        sum by (outcome) \
        (rate(dependency_requests_total{dependency=\"memory\",operation=\"get\"}[5m]))\n\
        histogram_quantile(0.99, sum by (le) (rate(\
        dependency_request_duration_seconds_bucket{dependency=\"memory\",operation=\"get\"}\
        [5m])))\n\
        ```";
    check(
        Role::Dependency,
        &quote!("memory", ok_if = result.is_empty(), error_if = strict, crate = renamed::obskit),
        &quote! {
            unsafe fn get<'a>(&'a mut self, strict: bool) -> &'a mut str {
                &mut self.text
            }
        },
        &quote! {
            #[doc = #doc]
            unsafe fn get<'a>(&'a mut self, strict: bool) -> &'a mut str {
                static OBSKIT_SITE: renamed::obskit::__private::Site =
                    renamed::obskit::__private::Site::new(
                        renamed::obskit::__private::Declaration::dependency(
                            "memory", "get", renamed::obskit::__private::here!("get")
                        )
                    );
                renamed::obskit::__private::submit!(OBSKIT_SITE);
                let mut call = renamed::obskit::__private::Call::begin(&OBSKIT_SITE, || {
                    renamed::obskit::__private::tracing::info_span!("memory get")
                });
                let failed: bool = strict;
                let returned = call.run(move || -> &'a mut str { &mut self.text });
                {
                    let result = &returned;
                    let verdict = renamed::obskit::__private::verdict!(returned)
                        .ok_if(result.is_empty())
                        .error_if(failed)
                        .report(renamed::obskit::__private::Report::Never);
                    call.end(verdict, |failure|
                        renamed::obskit::__private::tell_failure!("memory get", failure));
                }
                returned
            }
        },
    );
}

#[test]
fn a_job_that_never_ends_has_no_ending() {
    let doc = "\n\nMetrics: `job_runs_total{job=\"sweep\"}`, \
        `job_duration_seconds{job=\"sweep\"}`, \
        `job_last_success_timestamp_seconds{job=\"sweep\"}`, \
        `job_in_progress{job=\"sweep\"}`, `job_max_runtime_seconds{job=\"sweep\"}`.\n\n\
        ```promql\n\
        time() - job_last_success_timestamp_seconds{exported_job=\"sweep\"}\n\
        sum by (outcome) (increase(job_runs_total{exported_job=\"sweep\"}[1d]))\n\
        ```";
    check(
        Role::Job,
        &quote!("sweep", schedule = "*/5 * * * *", max_runtime = "1h 30m"),
        &quote! {
            async fn sweep() -> ! {
                loop { once().await }
            }
        },
        &quote! {
            #[doc = #doc]
            async fn sweep() -> ! {
                static OBSKIT_SITE: ::obskit::__private::Site = ::obskit::__private::Site::new(
                    ::obskit::__private::Declaration::job(
                        "sweep", ::obskit::__private::here!("sweep")
                    )
                    .schedule("*/5 * * * *")
                    .max_runtime(::obskit::__private::Duration::from_nanos(5400000000000))
                );
                ::obskit::__private::submit!(OBSKIT_SITE);
                let mut call = ::obskit::__private::Call::begin(&OBSKIT_SITE, || {
                    ::obskit::__private::tracing::info_span!("sweep")
                });
                call.watch(async move { loop { once().await } }).await
            }
        },
    );
}
