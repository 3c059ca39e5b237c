//! The one layer of a `tracing` subscriber, for every signal that is made from spans and events.

use std::fmt;
use std::sync::OnceLock;

use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Dispatch, Event, Metadata, Span, Subscriber, dispatcher};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::{LookupSpan, SpanRef};

use super::Telemetry;
use super::local::{Local, Tracer};
use super::reports::Reports;
use crate::concurrent::is_own_noise;
use crate::context::{REQUEST_SPAN, RequestContext, SpanIds};
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
    tracer: Tracer,
    reports: Reports,
    /// Look spans up in the subscriber that the layer is in.
    find: OnceLock<Finders>,
}

/// What a span keeps for the signals, each under one box of the registry.
struct Kept {
    /// Whose it is, should there be layers of several telemetries.
    owner: usize,
    logged: LoggedSpan,
    /// Itself, where it is recorded; else what it is in, so that nobody looks further out.
    local: Option<Local>,
    is_recorded: bool,
}

/// What is known where a span is the innermost.
#[derive(Clone)]
struct Place {
    logged: LoggedSpan,
    local: Option<Local>,
}

#[derive(Clone, Copy)]
struct Finders {
    current: fn(&TracingLayer, &Dispatch) -> Option<Place>,
    recorded: fn(&TracingLayer, &Dispatch, &Id) -> Option<Local>,
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
        self.export();
        Ok(TracingLayer {
            logging: self.parts.logging.clone(),
            tracer: Tracer::new(&self.parts.spans),
            reports: self.parts.reports.clone(),
            find: OnceLock::new(),
        })
    }
}

/// Whether the subscriber of the calling thread has the layer of these logs.
pub(super) fn is_current(logging: &Logging) -> bool {
    dispatcher::get_default(|subscriber| {
        let layer = subscriber.downcast_ref::<TracingLayer>();
        layer.is_some_and(|layer| layer.logging.owner() == logging.owner())
    })
}

/// Where in its trace the calling code is, if that is within a recorded span of `tracing` that is
/// nearer than the current request, or where none is current, in one that was made in a request.
pub(super) fn innermost() -> Option<SpanIds> {
    dispatcher::get_default(|subscriber| {
        let layer = subscriber.downcast_ref::<TracingLayer>()?;
        let place = (layer.find.get()?.current)(layer, subscriber)?;
        let request = RequestContext::current();
        let of_request = || place.logged.context().filter(|_| request.is_none());
        let local = place.local_of(request.as_ref()).map(Local::ids);
        local.or_else(|| of_request().map(RequestContext::ids))
    })
}

/// The request that the innermost span was made in.
pub(super) fn request_around() -> Option<RequestContext> {
    dispatcher::get_default(|subscriber| {
        let layer = subscriber.downcast_ref::<TracingLayer>()?;
        (layer.find.get()?.current)(layer, subscriber)?.logged.context().cloned()
    })
}

/// The innermost recorded span that is nearer than the current request, and who records it.
#[cfg_attr(not(feature = "otlp"), expect(dead_code, reason = "there are no spans"))]
pub(super) fn innermost_recorded() -> Option<(Tracer, Local)> {
    dispatcher::get_default(|subscriber| {
        let layer = subscriber.downcast_ref::<TracingLayer>()?;
        let place = (layer.find.get()?.current)(layer, subscriber)?;
        let local = place.local_of(RequestContext::current().as_ref())?;
        Some((Tracer::clone(&layer.tracer), local.clone()))
    })
}

/// A span itself, if it is recorded.
#[cfg_attr(not(feature = "otlp"), expect(dead_code, reason = "there are no spans"))]
pub(super) fn recorded(span: &Span) -> Option<Local> {
    let found = span.with_subscriber(|(id, subscriber)| {
        let layer = subscriber.downcast_ref::<TracingLayer>()?;
        (layer.find.get()?.recorded)(layer, subscriber, id)
    });
    found.flatten()
}

impl TracingLayer {
    /// What is known within a span: by what it keeps itself, or the nearest around it does.
    fn place<'a, S: LookupSpan<'a>>(&self, span: &SpanRef<'a, S>) -> Option<Place> {
        self.kept(span).or_else(|| span.scope().skip(1).find_map(|span| self.kept(&span)))
    }

    fn kept<'a, S: LookupSpan<'a>>(&self, span: &SpanRef<'a, S>) -> Option<Place> {
        let extensions = span.extensions();
        let kept = extensions.get::<Kept>().filter(|kept| kept.owner == self.logging.owner());
        kept.map(|Kept { logged, local, .. }| Place {
            logged: logged.clone(),
            local: local.clone(),
        })
    }

    /// The span itself, if it is recorded.
    fn recorded<'a, S: LookupSpan<'a>>(&self, span: &SpanRef<'a, S>) -> Option<Local> {
        let extensions = span.extensions();
        let kept = extensions.get::<Kept>().filter(|kept| kept.owner == self.logging.owner());
        kept.filter(|kept| kept.is_recorded).and_then(|kept| kept.local.clone())
    }

    /// A recorded span that is to be told when it is entered and left.
    #[inline]
    fn timed<S>(&self, id: &Id, context: &Context<'_, S>) -> Option<Local>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        if !self.tracer.has_timings() {
            return None;
        }
        self.recorded(&context.span(id)?)
    }

    fn current<S>(&self, subscriber: &Dispatch) -> Option<Place>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let current = subscriber.current_span();
        let span = subscriber.downcast_ref::<S>()?.span(current.id()?)?;
        self.place(&span)
    }

    fn recorded_by_id<S>(&self, subscriber: &Dispatch, id: &Id) -> Option<Local>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let span = subscriber.downcast_ref::<S>()?.span(id)?;
        self.recorded(&span)
    }

    /// What a new span keeps, if that is anything but what the one around it does.
    fn keep(&self, new: &Attributes<'_>, around: Option<Place>) -> Option<Kept> {
        let (parent, around) = around.map(|place| (place.logged, place.local)).unzip();
        let around = around.flatten();
        let request = LoggedSpan::request_of(new, parent.as_ref());
        let opened = self.tracer.open(new, around.as_ref(), request.as_ref());
        let is_recorded = opened.is_some();
        if !is_recorded && parent.as_ref().is_some_and(|parent| parent.stands_for(new)) {
            return None;
        }
        let is_around = |around: &Local| new.parent().is_some() || around.is_of(request.as_ref());
        // The request's own span stands for the one that its trace has.
        let is_request = new.metadata().target() == REQUEST_SPAN;
        let local = opened.or_else(|| around.filter(is_around).filter(|_| !is_request));
        let logged = self.logging.span(new, parent, request);
        Some(Kept { owner: self.logging.owner(), logged, local, is_recorded })
    }
}

impl Place {
    /// The recorded span that an event in this request is in.
    fn local_at(&self, event: &Event<'_>, request: Option<&RequestContext>) -> Option<&Local> {
        if event.parent().is_some() { self.local.as_ref() } else { self.local_of(request) }
    }

    /// The recorded span of what runs in this request.
    fn local_of(&self, request: Option<&RequestContext>) -> Option<&Local> {
        self.local.as_ref().filter(|local| request.is_none() || local.is_of(request))
    }
}

impl<S> Layer<S> for TracingLayer
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_register_dispatch(&self, subscriber: &Dispatch) {
        self.logging.levels().serve(subscriber);
        self.find.get_or_init(|| Finders {
            current: Self::current::<S>,
            recorded: Self::recorded_by_id::<S>,
        });
    }

    /// Never `never`, which would take the call site from other layers.
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.logging.wants_always(metadata) { Interest::always() } else { Interest::sometimes() }
    }

    fn on_new_span(&self, new: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if is_own_noise(new.metadata().target()) {
            return;
        }
        let Some(span) = context.span(id) else { return };
        let parent = span.parent().and_then(|parent| self.place(&parent));
        let Some(kept) = self.keep(new, parent) else { return };
        let mut extensions = span.extensions_mut();
        if extensions.get_mut::<Kept>().is_none() {
            extensions.insert(kept);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(Place { logged, .. }) = self.kept(&span) {
            self.logging.record(span.metadata(), values, &logged);
        }
        if let Some(local) = self.recorded(&span) {
            self.tracer.record(span.metadata(), values, &local);
        }
    }

    fn on_follows_from(&self, id: &Id, follows: &Id, context: Context<'_, S>) {
        let Some((span, other)) = context.span(id).zip(context.span(follows)) else { return };
        if let Some((local, place)) = self.recorded(&span).zip(self.place(&other)) {
            let of_request = || place.logged.context().map(RequestContext::ids);
            self.tracer.follow(&local, place.local.as_ref().map(Local::ids).or_else(of_request));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if is_own_noise(event.metadata().target()) {
            return;
        }
        // A field's own code may use the span, so nothing of the registry's is held meanwhile.
        let place = context.event_span(event).and_then(|span| self.place(&span));
        let logged = place.as_ref().map(|place| &place.logged);
        let local = |request: Option<&RequestContext>| place.as_ref()?.local_at(event, request);
        let mut report = None;
        if self.reports.wants(event.metadata()) {
            let request = LoggedSpan::request_of_event(event, logged);
            let span = local(request.as_ref()).map(Local::ids);
            let around = |take: &mut dyn FnMut(&str, &[u8])| LoggedSpan::fields(logged, take);
            report = self.reports.event(event, request.as_ref(), span, &around);
        }
        self.logging.event(event, logged, report, |request| local(request).map(Local::ids));
        if self.tracer.wants(event.metadata()) {
            let request = LoggedSpan::request_of_event(event, logged);
            self.tracer.event(event, local(request.as_ref()), request.as_ref(), report);
        }
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        if let Some(local) = self.timed(id, &context) {
            self.tracer.enter(&local);
        }
    }

    fn on_exit(&self, id: &Id, context: Context<'_, S>) {
        if let Some(local) = self.timed(id, &context) {
            self.tracer.exit(&local);
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        let mut extensions = span.extensions_mut();
        let kept = extensions.get_mut::<Kept>().map(|kept| kept.owner == self.logging.owner());
        let kept = kept.filter(|ours| *ours).and_then(|_| extensions.remove::<Kept>());
        drop(extensions);
        let Some(Kept { logged, local, is_recorded, .. }) = kept else { return };
        if let Some(local) = local.filter(|_| is_recorded) {
            self.tracer.close(&local);
        }
        logged.close();
    }
}

impl fmt::Debug for TracingLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut layer = f.debug_struct("TracingLayer");
        layer.field("levels", self.logging.levels()).finish_non_exhaustive()
    }
}
