//! How much one span or log record may hold; the rest is cut and counted.

/// The limits of one span, by the OpenTelemetry specification.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SpanLimits {
    /// Characters of one attribute's text. Default: no limit but that of a line, 16 KiB.
    pub attribute_value_length: Option<u32>,
    /// Attributes of a span. Default: 128.
    pub attributes: u32,
    /// Events of a span. Default: 128.
    pub events: u32,
    /// Links of a span. Default: 128.
    pub links: u32,
    /// Attributes of one event. Default: 128.
    pub event_attributes: u32,
    /// Attributes of one link. Default: 128.
    pub link_attributes: u32,
}

/// The limits of one exported log record, by the OpenTelemetry specification.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogLimits {
    /// Characters of one attribute's text. Default: no limit but that of a line, 16 KiB.
    pub attribute_value_length: Option<u32>,
    /// Attributes of a record. Default: 128.
    pub attributes: u32,
}

const COUNT: u32 = 128;

impl Default for SpanLimits {
    fn default() -> Self {
        Self {
            attribute_value_length: None,
            attributes: COUNT,
            events: COUNT,
            links: COUNT,
            event_attributes: COUNT,
            link_attributes: COUNT,
        }
    }
}

impl Default for LogLimits {
    fn default() -> Self {
        Self { attribute_value_length: None, attributes: COUNT }
    }
}
