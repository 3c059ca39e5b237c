//! The one layer of a `tracing` subscriber, for every signal that is made from spans and events.

use std::fmt;

use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Dispatch, Event, Metadata, Subscriber, dispatcher};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::{LookupSpan, SpanRef};

use super::Telemetry;
use crate::error::Error;
use crate::logging::{LoggedSpan, Logging};

/// Makes log lines of `tracing`'s events; made by [`Telemetry::tracing_layer`].
///
/// It goes on a registry, in any order with other layers, and takes nothing from them: what it
/// does not want itself, they still get. One telemetry's layer fits on one registry.
///
/// ```
/// use obskit::Telemetry;
/// use obskit::config::{Config, LogOutput, LogWriter};
/// use tracing_subscriber::layer::SubscriberExt;
///
/// let mut config = Config::default();
/// config.logs.output = LogOutput::Writer(LogWriter::new(std::io::sink()));
/// let telemetry = Telemetry::build(config)?;
/// let subscriber = tracing_subscriber::registry().with(telemetry.tracing_layer()?);
/// tracing::subscriber::with_default(subscriber, || tracing::info!(sets = 3, "workout done"));
/// # Ok::<(), obskit::Error>(())
/// ```
pub struct TracingLayer {
    logging: Logging,
}

/// What a span keeps for the signals, each under one box of the registry.
struct Kept {
    /// Whose it is, should there be layers of several telemetries.
    owner: usize,
    logged: LoggedSpan,
}

impl Telemetry {
    /// The layer that makes log lines, for a subscriber of one's own; [`init`](crate::init) and
    /// [`init_with`](crate::init_with) install it themselves. From here on lines are written, those
    /// of requests, too.
    ///
    /// # Errors
    ///
    /// When the output of logs cannot be opened, or the thread that writes not be started.
    pub fn tracing_layer(&self) -> Result<TracingLayer, Error> {
        self.parts.logging.start()?;
        Ok(TracingLayer { logging: self.parts.logging.clone() })
    }
}

/// Whether the subscriber of the calling thread has the layer of these logs.
pub(super) fn is_current(logging: &Logging) -> bool {
    dispatcher::get_default(|subscriber| {
        let layer = subscriber.downcast_ref::<TracingLayer>();
        layer.is_some_and(|layer| layer.logging.owner() == logging.owner())
    })
}

impl TracingLayer {
    /// What lines show of a span: what it keeps itself, or the nearest around it does.
    fn logged<'a, S: LookupSpan<'a>>(&self, span: &SpanRef<'a, S>) -> Option<LoggedSpan> {
        self.kept(span).or_else(|| span.scope().skip(1).find_map(|span| self.kept(&span)))
    }

    fn kept<'a, S: LookupSpan<'a>>(&self, span: &SpanRef<'a, S>) -> Option<LoggedSpan> {
        let extensions = span.extensions();
        let kept = extensions.get::<Kept>().filter(|kept| kept.owner == self.logging.owner());
        kept.map(|kept| kept.logged.clone())
    }
}

impl<S> Layer<S> for TracingLayer
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_register_dispatch(&self, subscriber: &Dispatch) {
        self.logging.levels().serve(subscriber);
    }

    /// Never `never`, which would take the call site from other layers.
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.logging.wants_always(metadata) { Interest::always() } else { Interest::sometimes() }
    }

    fn on_new_span(&self, new: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let parent = span.parent().and_then(|parent| self.logged(&parent));
        if parent.as_ref().is_some_and(|parent| parent.stands_for(new)) {
            return;
        }
        let logged = self.logging.span(new, parent);
        let mut extensions = span.extensions_mut();
        if extensions.get_mut::<Kept>().is_none() {
            extensions.insert(Kept { owner: self.logging.owner(), logged });
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(logged) = self.kept(&span) {
            self.logging.record(span.metadata(), values, &logged);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        // A field's own code may use the span, so nothing of the registry's is held meanwhile.
        let logged = context.event_span(event).and_then(|span| self.logged(&span));
        self.logging.event(event, logged.as_ref());
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        let mut extensions = span.extensions_mut();
        let kept = extensions.get_mut::<Kept>().map(|kept| kept.owner == self.logging.owner());
        let kept = kept.filter(|ours| *ours).and_then(|_| extensions.remove::<Kept>());
        drop(extensions);
        if let Some(kept) = kept {
            kept.logged.close();
        }
    }
}

impl fmt::Debug for TracingLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TracingLayer").field("levels", self.logging.levels()).finish()
    }
}
