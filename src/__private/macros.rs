//! What has to be expanded where the types of the user's expressions are known.

/// Where an instrumented function stands.
#[doc(hidden)]
#[macro_export]
macro_rules! __obskit_here {
    ($function:expr) => {
        $crate::__private::Source::new(
            $function,
            (::core::module_path!(), ::core::file!(), ::core::line!()),
        )
    };
}

/// Has a site collected at link time.
#[doc(hidden)]
#[macro_export]
macro_rules! __obskit_submit {
    ($site:expr) => {
        $crate::__private::inventory::submit! { $crate::__private::Collected(&$site) }
    };
}

/// How a returned value says that its call went.
#[doc(hidden)]
#[macro_export]
macro_rules! __obskit_verdict {
    ($returned:expr) => {
        match &$returned {
            returned => {
                use $crate::__private::probes::*;
                match $crate::__private::Probe(returned).split() {
                    ::core::result::Result::Ok(value) => {
                        let probe = $crate::__private::Probe(value);
                        $crate::__private::Verdict::of_value((&&probe).said(), (&&probe).shown())
                    }
                    ::core::result::Result::Err(error) => {
                        let probe = $crate::__private::Probe(error);
                        let (said, told) = ((&&probe).said(), (&&&&&&probe).told());
                        $crate::__private::Verdict::of_error(said, told)
                    }
                }
            }
        }
    };
}

/// Says who makes the request.
#[doc(hidden)]
#[macro_export]
macro_rules! __obskit_tell_user {
    ($call:expr, $user:expr) => {
        match (&$call, &$user) {
            (call, user) => {
                use $crate::__private::probes::*;
                (&&$crate::__private::Probe(user)).tell_user(call);
            }
        }
    };
}

/// The event of a call that failed, at the call site of the user's function.
#[doc(hidden)]
#[macro_export]
macro_rules! __obskit_tell_failure {
    ($name:expr, $failure:expr) => {
        match $failure {
            failure if failure.is_the_callers() => {
                $crate::__private::tracing::warn!(error = failure.error(), "{} failed", $name);
            }
            failure => {
                $crate::__private::tracing::error!(error = failure.error(), "{} failed", $name);
            }
        }
    };
}

/// The event of a call that took too long, at the call site of the user's function.
#[doc(hidden)]
#[macro_export]
macro_rules! __obskit_tell_slow {
    ($name:expr, $slow:expr) => {
        match $slow {
            slow => $crate::__private::tracing::warn!(
                durationMs = slow.duration_ms(),
                thresholdMs = slow.threshold_ms(),
                "{} is slow",
                $name
            ),
        }
    };
}

/// A label of a metric with a limit: bounded by its type, or a text.
#[doc(hidden)]
#[macro_export]
macro_rules! __obskit_label_or_text {
    ($label:expr) => {
        match &$label {
            label => {
                use $crate::__private::probes::*;
                (&&&&$crate::__private::Probe(label)).label()
            }
        }
    };
}

/// The type of such a label.
#[doc(hidden)]
#[macro_export]
macro_rules! __obskit_domain_or_text {
    ($label:expr) => {
        match &$label {
            label => {
                use $crate::__private::probes::*;
                (&&&&$crate::__private::Probe(label)).domain()
            }
        }
    };
}

pub use __obskit_domain_or_text as domain_or_text;
pub use __obskit_here as here;
pub use __obskit_label_or_text as label_or_text;
pub use __obskit_submit as submit;
pub use __obskit_tell_failure as tell_failure;
pub use __obskit_tell_slow as tell_slow;
pub use __obskit_tell_user as tell_user;
pub use __obskit_verdict as verdict;
