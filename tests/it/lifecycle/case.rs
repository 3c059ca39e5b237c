//! One way for a request to end, and what is to be recorded of it.

use http::{Method, Version};
use obskit::context::{Outcome, Shape};
use obskit_tests::scripted::Step;

/// A row of the matrix: what is asked, what the service does, who stands around it, what the
/// client does, and what the one exchange says.
#[derive(Clone, Debug)]
pub struct Case {
    pub name: &'static str,
    pub versions: Vec<Version>,
    pub method: Method,
    pub headers: Vec<(&'static str, &'static str)>,
    pub act: Act,
    pub stack: Stack,
    pub client: Client,
    pub ends: Ends,
}

/// What the service does with the request.
#[derive(Clone, Debug)]
pub enum Act {
    Answer(Reply),
    /// In `call`, before there is a future.
    PanicInCall,
    /// In the future's second poll.
    PanicInPoll,
    /// An error in place of a response.
    Fail,
    Hang,
}

/// A response of the service.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, &'static str)>,
    pub steps: Vec<Step>,
    pub length: Option<u64>,
    pub knows_end: bool,
}

/// The layers around the service.
#[derive(Clone, Copy, Debug)]
pub enum Stack {
    Bare,
    /// A second layer of the same telemetry.
    Doubled,
    CatchPanicWithin,
    CatchPanicAround,
    TimeoutWithin,
    TimeoutAround,
}

/// What the client does.
#[derive(Clone, Copy, Debug)]
pub enum Client {
    /// Reads the answer to its end or its error, then closes the connection.
    Reads,
    GoesBeforeHead,
    GoesBeforeBody,
    GoesAfterFirstFrame,
    /// As the two above, but the connection stays: HTTP/2 resets the one stream.
    ResetsBeforeHead,
    ResetsAfterFirstFrame,
}

/// What the exchange says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    pub outcome: Outcome,
    pub status: u16,
    pub grpc_status: Option<u8>,
    pub shape: Shape,
    pub response_bytes: u64,
}

/// A GET over either version, answered by 200 without a body, which is read.
pub fn case(name: &'static str) -> Case {
    Case {
        name,
        versions: vec![Version::HTTP_11, Version::HTTP_2],
        method: Method::GET,
        headers: Vec::new(),
        act: Act::Answer(Reply { status: 200, ..Reply::default() }),
        stack: Stack::Bare,
        client: Client::Reads,
        ends: Ends {
            outcome: Outcome::Success,
            status: 200,
            grpc_status: None,
            shape: Shape::Unary,
            response_bytes: 0,
        },
    }
}

/// A gRPC call.
pub fn grpc(name: &'static str) -> Case {
    let content_type = ("content-type", "application/grpc");
    let case = case(name).over(Version::HTTP_2).method(Method::POST);
    let case = case.asks([content_type, ("te", "trailers")]);
    case.answers(200, []).header(content_type.0, "application/grpc+proto")
}

impl Case {
    pub fn over(self, version: Version) -> Self {
        Self { versions: vec![version], ..self }
    }

    pub fn method(self, method: Method) -> Self {
        Self { method, ..self }
    }

    pub fn asks<const N: usize>(self, headers: [(&'static str, &'static str); N]) -> Self {
        Self { headers: headers.to_vec(), ..self }
    }

    /// The service answers with these frames, not knowing which is the last.
    pub fn answers(self, status: u16, steps: impl Into<Vec<Step>>) -> Self {
        let reply = Reply { status, steps: steps.into(), ..Reply::default() };
        Self { act: Act::Answer(reply), ..self }
    }

    pub fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.reply().headers.push((name, value));
        self
    }

    /// The body's size hint is exact.
    pub fn length(mut self, length: u64) -> Self {
        self.reply().length = Some(length);
        self
    }

    /// The body says when it has ended.
    pub fn knowing_its_end(mut self) -> Self {
        self.reply().knows_end = true;
        self
    }

    pub fn acts(self, act: Act) -> Self {
        Self { act, ..self }
    }

    pub fn within(self, stack: Stack) -> Self {
        Self { stack, ..self }
    }

    pub fn client(self, client: Client) -> Self {
        Self { client, ..self }
    }

    pub fn ends(mut self, outcome: Outcome, status: u16) -> Self {
        (self.ends.outcome, self.ends.status) = (outcome, status);
        self
    }

    pub fn grpc_status(mut self, status: u8) -> Self {
        self.ends.grpc_status = Some(status);
        self
    }

    pub fn shape(mut self, shape: Shape) -> Self {
        self.ends.shape = shape;
        self
    }

    pub fn bytes(mut self, bytes: u64) -> Self {
        self.ends.response_bytes = bytes;
        self
    }

    fn reply(&mut self) -> &mut Reply {
        match &mut self.act {
            Act::Answer(reply) => reply,
            act => panic!("{act:?} is no answer"),
        }
    }
}
