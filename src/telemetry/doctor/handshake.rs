//! A first word to a server, to see whether it is there and speaks what it is taken for.
//!
//! It is said on a socket of its own and not through an exporter, so that nothing is sent that the
//! server would keep. Whatever comes back is read up to a bound and never shown.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant, SystemTime};

use http::{HeaderName, HeaderValue, Uri, header};

use crate::config::Secret;

/// The head of an answer in HTTP/1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// What time it is there, to the second.
    pub(super) date: Option<SystemTime>,
}

/// Why there was no handshake.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The URL names no host.
    NoHost,
    /// Its name leads to no address.
    Unknown,
    /// No connection came about.
    Unreachable(ErrorKind),
    /// The connection was ended without a word, or the time was over.
    Silent(ErrorKind),
    /// It answered in another protocol.
    Foreign,
}

/// Together they end before the examination's patience does.
const CONNECTING: Duration = Duration::from_millis(900);
const ANSWERING: Duration = Duration::from_millis(900);
/// Addresses of one name that are tried.
const ADDRESSES: usize = 4;
const LONGEST_HEAD: usize = 8 << 10;
/// The client's preface of HTTP/2 and its empty SETTINGS (RFC 9113, 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
const FRAME_HEAD: usize = 9;
const SETTINGS: u8 = 4;

/// A connection to whatever listens at the URL's host and port.
pub(super) fn connect(url: &Uri) -> Result<TcpStream, Refusal> {
    let host = url.host().filter(|host| !host.is_empty()).ok_or(Refusal::NoHost)?;
    // An IPv6 address stands in brackets.
    let name = host.trim_start_matches('[').trim_end_matches(']');
    let port = url.port_u16().unwrap_or(if is_tls(url) { 443 } else { 80 });
    let found = (name, port).to_socket_addrs().map_err(|_| Refusal::Unknown)?;
    let addresses: Vec<_> = found.take(ADDRESSES).collect();
    connect_to_any(&addresses)
}

pub(super) fn is_tls(url: &Uri) -> bool {
    url.scheme_str() == Some("https")
}

/// Posts nothing at all, which is an empty message in protobuf.
pub(super) fn post(
    url: &Uri,
    headers: &[(HeaderName, Secret<HeaderValue>)],
) -> Result<Answer, Refusal> {
    let mut stream = connect(url)?;
    let request = request(url, headers);
    let head = exchange(&mut stream, &request, |head| find(head, b"\r\n\r\n").is_some())?;
    read_head(&head).ok_or(Refusal::Foreign)
}

/// Says hello in HTTP/2 without TLS, as gRPC has it.
pub(super) fn greet(url: &Uri) -> Result<(), Refusal> {
    let mut stream = connect(url)?;
    let frame = exchange(&mut stream, PREFACE, |frame| frame.len() >= FRAME_HEAD)?;
    // The first frame of a server is its SETTINGS.
    let is_settings = frame.len() >= FRAME_HEAD && frame.get(3) == Some(&SETTINGS);
    is_settings.then_some(()).ok_or(Refusal::Foreign)
}

fn connect_to_any(addresses: &[SocketAddr]) -> Result<TcpStream, Refusal> {
    let deadline = Instant::now() + CONNECTING;
    let mut refusal = Refusal::Unknown;
    for (left, address) in (1..=addresses.len()).rev().zip(addresses) {
        let rest = deadline.saturating_duration_since(Instant::now());
        // One that never answers leaves time for the others.
        let within = rest.checked_div(u32::try_from(left).unwrap_or(1)).unwrap_or(rest);
        match TcpStream::connect_timeout(address, within.max(Duration::from_millis(1))) {
            Ok(stream) => return Ok(stream),
            Err(error) => refusal = Refusal::Unreachable(error.kind()),
        }
    }
    Err(refusal)
}

fn request(url: &Uri, headers: &[(HeaderName, Secret<HeaderValue>)]) -> Vec<u8> {
    let path = url.path_and_query().map_or("/", |path| path.as_str());
    let host = url.authority().map_or("", |authority| authority.as_str());
    // An HTTP library has checked all of these, so none ends a line.
    let mut request = format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\nuser-agent: obskit/{}\r\n\
         content-type: application/x-protobuf\r\ncontent-length: 0\r\nconnection: close\r\n",
        env!("CARGO_PKG_VERSION")
    )
    .into_bytes();
    let own = [header::HOST, header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CONNECTION];
    for (name, value) in headers.iter().filter(|(name, _)| !own.contains(name)) {
        request
            .extend([name.as_str().as_bytes(), b": ", value.expose().as_bytes(), b"\r\n"].concat());
    }
    request.extend(b"\r\n");
    request
}

/// Sends a text and reads until enough is there, the other side ends, or a bound is reached.
fn exchange(
    stream: &mut TcpStream,
    text: &[u8],
    is_enough: impl Fn(&[u8]) -> bool,
) -> Result<Vec<u8>, Refusal> {
    let deadline = Instant::now() + ANSWERING;
    let silent = |error: io::Error| Refusal::Silent(error.kind());
    stream.set_write_timeout(Some(ANSWERING)).map_err(silent)?;
    stream.write_all(text).map_err(silent)?;
    let (mut answer, mut chunk) = (Vec::new(), [0; 1_024]);
    while !is_enough(&answer) && answer.len() < LONGEST_HEAD {
        let left = deadline.saturating_duration_since(Instant::now());
        stream.set_read_timeout(Some(left.max(Duration::from_millis(1)))).map_err(silent)?;
        match stream.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => answer.extend_from_slice(chunk.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // What is there may do.
            Err(_) if !answer.is_empty() => break,
            Err(error) => return Err(silent(error)),
        }
        if left.is_zero() {
            break;
        }
    }
    if answer.is_empty() { Err(Refusal::Silent(ErrorKind::UnexpectedEof)) } else { Ok(answer) }
}

/// The status line and the date of an answer, which may be cut off after any line.
fn read_head(bytes: &[u8]) -> Option<Answer> {
    let head = bytes.get(..find(bytes, b"\r\n\r\n").unwrap_or(bytes.len()))?;
    let head = String::from_utf8_lossy(head);
    let mut lines = head.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let is_http = words.next()?.strip_prefix("HTTP/1.")?.parse::<u8>().is_ok();
    let status = words.next()?.parse().ok().filter(|status| (100..1_000).contains(status))?;
    let date = lines.filter_map(|line| line.split_once(':')).find_map(|(name, value)| {
        let is_date = name.eq_ignore_ascii_case("date");
        is_date.then(|| httpdate::parse_http_date(value.trim()).ok())?
    });
    is_http.then_some(Answer { status, date })
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoHost => f.write_str("the URL names no host"),
            Self::Unknown => f.write_str("its name leads to no address"),
            Self::Unreachable(kind) => write!(f, "it cannot be reached ({kind})"),
            Self::Silent(ErrorKind::TimedOut | ErrorKind::WouldBlock) => {
                f.write_str("it does not answer in time")
            }
            Self::Silent(_) => f.write_str("it ends the connection without an answer"),
            Self::Foreign => f.write_str("it answers in another protocol"),
        }
    }
}
