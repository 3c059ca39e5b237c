//! The values that have a bound: the moment, the request's and the exchange's.

use std::time::Duration;

use crate::context::{Exchange, Outcome, RequestContext, Shape, SpanIds};
use crate::logging::encode::decimal;

use super::parts::Step;
use super::table::Slot;
use super::writer::Writer;

impl Writer<'_> {
    /// Writes what the request says, if there is one, and else what the span does.
    #[inline]
    pub(super) fn context(&mut self, of_request: &[Step], of_span: &[Step]) {
        let (context, span) = (self.line.context, self.line.span);
        let Some(ids) = span.or_else(|| context.map(RequestContext::ids)) else { return };
        for Step { text, fills, slot } in if context.is_some() { of_request } else { of_span } {
            let start = self.out.len();
            self.out.extend_from_slice(text);
            for (at, slot) in fills {
                self.fill_id(start + at, *slot, ids);
            }
            match slot {
                Some(Slot::Sampled) => {
                    self.schema.encoder.bool(ids.flags.is_sampled(), self.out);
                }
                Some(slot) => self.of_context(*slot),
                None => {}
            }
        }
    }

    #[inline]
    fn fill_id(&mut self, at: usize, slot: Slot, ids: SpanIds) {
        match slot {
            Slot::SpanId => {
                let mut digits = [0; 16];
                ids.span_id.write_hex(&mut digits);
                self.fill(at, &digits);
            }
            Slot::TraceFlags => {
                // The defined flags are below 4.
                let flags = ids.flags.to_byte();
                self.fill(at, &[b'0', b'0' + (flags & 0x07)]);
            }
            _ => {
                let mut digits = [0; 32];
                ids.trace_id.write_hex(&mut digits);
                self.fill(at, &digits);
            }
        }
    }

    #[inline]
    fn of_context(&mut self, slot: Slot) {
        let Some(context) = self.line.context else { return };
        let syntax = self.schema.table.syntax;
        match slot {
            // An ID has nothing to escape, but logfmt wants quotes around an equals sign.
            Slot::RequestId if syntax.is_json() => {
                self.out.extend_from_slice(context.request_id().as_header().as_bytes());
            }
            Slot::RequestId => syntax.text(context.request_id().as_str(), self.out),
            _ => syntax.text(context.endpoint(), self.out),
        }
    }

    /// Appends the slot's value, and says whether there is one.
    pub(super) fn bounded(&mut self, slot: Slot) -> bool {
        let line = self.line;
        match (slot, line.exchange) {
            (Slot::User, _) => {
                let user = line.context.and_then(RequestContext::user);
                user.map(|user| self.schema.encoder.text(user, self.out)).is_some()
            }
            (Slot::ReportId, _) => {
                let Some(id) = line.report else { return false };
                let mut digits = [0; 32];
                id.write_hex(&mut digits);
                self.out.extend_from_slice(&digits);
                true
            }
            (_, Some(exchange)) => self.of_exchange(slot, exchange).is_some(),
            _ => false,
        }
    }

    fn of_exchange(&mut self, slot: Slot, exchange: &Exchange<'_>) -> Option<()> {
        let (encoder, out) = (&self.schema.encoder, &mut *self.out);
        let head = exchange.time_to_head;
        match slot {
            Slot::Method => out.extend_from_slice(exchange.context.method().as_bytes()),
            Slot::Status => encoder.u64(exchange.status.into(), out),
            Slot::GrpcStatus => encoder.u64(exchange.grpc_status?.into(), out),
            Slot::Outcome => out.extend_from_slice(exchange.outcome.as_str().as_bytes()),
            Slot::EcsOutcome => out.extend_from_slice(ecs_outcome(exchange.outcome)),
            Slot::Shape => out.extend_from_slice(shape(exchange.shape)?),
            Slot::DurationMs => decimal::<3>(micros(exchange.duration), out),
            Slot::HeadMs => decimal::<3>(micros(head?), out),
            Slot::DurationSeconds => decimal::<6>(micros(exchange.duration), out),
            Slot::HeadSeconds => decimal::<6>(micros(head?), out),
            Slot::DurationNanos => encoder.u64(nanos(exchange.duration), out),
            Slot::HeadNanos => encoder.u64(nanos(head?), out),
            Slot::Latency => {
                decimal::<6>(micros(exchange.duration), out);
                out.push(b's');
            }
            Slot::RequestBytes | Slot::RequestSize => encoder.u64(exchange.request_bytes?, out),
            _ => encoder.u64(exchange.response_bytes, out),
        }
        Some(())
    }
}

/// What kind of response it was, if one that lasts as long as somebody listens.
pub(super) fn shape(shape: Shape) -> Option<&'static [u8]> {
    match shape {
        Shape::Unary => None,
        Shape::Stream => Some(b"stream"),
        Shape::Upgrade => Some(b"upgrade"),
    }
}

/// By ECS's definition for servers the caller's mistakes are no failures.
fn ecs_outcome(outcome: Outcome) -> &'static [u8] {
    match outcome {
        Outcome::Success | Outcome::ClientError => b"success",
        Outcome::Cancelled => b"unknown",
        Outcome::ServerError | Outcome::Panicked | Outcome::BodyError => b"failure",
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
