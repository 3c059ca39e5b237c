//! How a request ended.

/// How a request ended, in one word that metrics, logs, traces and reports share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// HTTP 1xx to 3xx; gRPC 0.
    Success,
    /// HTTP 4xx; a gRPC status that blames the caller.
    ClientError,
    /// HTTP 5xx; a gRPC status that blames the server.
    ServerError,
    /// The client was gone before the response was complete.
    Cancelled,
    /// The service panicked.
    Panicked,
    /// The response's body failed after its head was sent.
    BodyError,
}

impl Outcome {
    /// Every outcome as it stands in labels, in the order of the variants.
    pub const NAMES: [&'static str; 6] =
        ["success", "client_error", "server_error", "cancelled", "panic", "body_error"];

    /// The outcome as it stands in labels, log lines and attributes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::ClientError => "client_error",
            Self::ServerError => "server_error",
            Self::Cancelled => "cancelled",
            Self::Panicked => "panic",
            Self::BodyError => "body_error",
        }
    }

    /// Whether the service is to blame.
    pub const fn is_failure(self) -> bool {
        matches!(self, Self::ServerError | Self::Panicked | Self::BodyError)
    }

    /// The outcome of a complete response with this HTTP status.
    pub const fn of_http(status: u16) -> Self {
        match status {
            400..500 => Self::ClientError,
            500.. => Self::ServerError,
            _ => Self::Success,
        }
    }

    /// The outcome of a complete response with this gRPC status: unknown, deadline exceeded,
    /// unimplemented, internal, unavailable and data loss blame the server, as in the semantic
    /// conventions for gRPC servers.
    pub const fn of_grpc(status: u8) -> Self {
        match status {
            0 => Self::Success,
            2 | 4 | 12..=15 => Self::ServerError,
            _ => Self::ClientError,
        }
    }
}
