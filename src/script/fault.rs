//! What can go wrong with an answer on its way. Which bytes that means is for `server`.

use std::fmt;

use crate::text::nearest;

/// How an answer fails.
///
/// All but [`DeclaredError`](Self::DeclaredError) are faults of the connection, below HTTP: the call is judged, answered and
/// remembered as any other, and then something else than the answer is sent. They need a socket, so
/// [`MockServer::handle`](crate::MockServer::handle) gives the answer as it would have been. They are those of HTTP/1.1; a
/// connection of HTTP/2 is reset, whichever fault it is.
///
/// A server that is not there at all is [`MockServer::pause`](crate::MockServer::pause).
///
/// ```
/// use std::io::{Read, Write};
/// use standin::{Fault, kayle};
///
/// let api = kayle::start();
/// api.on("listWebhookEndpoints").fault(Fault::EndBeforeHeaders);
/// let mut client = std::net::TcpStream::connect(api.addr())?;
/// client.write_all(b"GET /v1/webhooks/endpoints HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer any\r\n\r\n")?;
/// let mut answer = String::new();
/// client.read_to_string(&mut answer)?;
/// assert_eq!(answer, "");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The connection is reset before anything is sent: the client sees `ECONNRESET`.
    ResetBeforeHeaders,
    /// The connection is reset in the middle of the headers.
    ResetInHeaders,
    /// The connection is reset in the middle of the body; without a body, after the headers.
    ResetInBody,
    /// The connection is closed before anything is sent, as a server does that has lost interest.
    EndBeforeHeaders,
    /// The connection is closed in the middle of the body; without a body, in the middle of the headers.
    EndInBody,
    /// The body comes in chunks, and the second chunk's size is no number.
    MalformedChunk,
    /// The headers come so many bytes in a second.
    SlowHeaders(u32),
    /// The body comes so many bytes in a second.
    SlowBody(u32),
    /// Nothing is sent until the client gives up, or the server stops.
    Hang,
    /// `Content-Length` is ten more than there are bytes, and then the connection is closed.
    LengthTooLong,
    /// `Content-Length` is half of the bytes that are sent.
    LengthTooShort,
    /// One of the errors that the contract declares for the operation, drawn by the server's seed. The answer arrives whole.
    DeclaredError,
}

/// The names, each with its fault; of those that are slow, with the speed where none is given.
const NAMES: [(&str, Fault); 12] = [
    ("reset-before-headers", Fault::ResetBeforeHeaders),
    ("reset-in-headers", Fault::ResetInHeaders),
    ("reset-in-body", Fault::ResetInBody),
    ("end-before-headers", Fault::EndBeforeHeaders),
    ("end-in-body", Fault::EndInBody),
    ("malformed-chunk", Fault::MalformedChunk),
    ("slow-headers", Fault::SlowHeaders(SPEED)),
    ("slow-body", Fault::SlowBody(SPEED)),
    ("hang", Fault::Hang),
    ("length-too-long", Fault::LengthTooLong),
    ("length-too-short", Fault::LengthTooShort),
    ("declared-error", Fault::DeclaredError),
];

/// Bytes in a second.
const SPEED: u32 = 100;

impl Fault {
    /// A fault by its name, as a request's header or a command line gives it: `reset-in-body`, `slow-body=50`. `None` if there
    /// is no such fault.
    ///
    /// ```
    /// use standin::Fault;
    ///
    /// assert_eq!(Fault::named("slow-body=50"), Some(Fault::SlowBody(50)));
    /// assert_eq!(Fault::named("reset-in-body").unwrap().to_string(), "reset-in-body");
    /// assert_eq!(Fault::named("fire"), None);
    /// ```
    pub fn named(text: &str) -> Option<Self> {
        let (name, speed) = match text.trim().split_once('=') {
            Some((name, speed)) => (name, Some(speed.parse().ok().filter(|speed| *speed > 0)?)),
            None => (text.trim(), None),
        };
        let (_, fault) = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        match (*fault, speed) {
            (Self::SlowHeaders(_), Some(speed)) => Some(Self::SlowHeaders(speed)),
            (Self::SlowBody(_), Some(speed)) => Some(Self::SlowBody(speed)),
            (fault, None) => Some(fault),
            (_, Some(_)) => None,
        }
    }

    /// The names of all faults.
    pub fn names() -> impl ExactSizeIterator<Item = &'static str> {
        NAMES.iter().map(|(name, _)| *name)
    }

    /// The name that is most like a text that is none.
    pub(crate) fn meant(text: &str) -> Option<&'static str> {
        nearest(text.split('=').next().unwrap_or_default().trim(), Self::names())
    }

    /// Whether the answer does not arrive as it was made.
    pub(crate) fn is_of_connection(self) -> bool {
        self != Self::DeclaredError
    }

    /// Those that a server's chaos draws from: a client without a timeout of its own would wait for ever for one that hangs.
    pub(super) fn sudden() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|(_, fault)| *fault).filter(|fault| !matches!(fault, Self::Hang | Self::DeclaredError))
    }
}

/// Its name: `reset-in-body`, `slow-body=50`.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let same = |known: &Self| std::mem::discriminant(known) == std::mem::discriminant(self);
        let (name, _) = NAMES.iter().find(|(_, known)| same(known)).copied().unwrap_or(("", *self));
        match self {
            Self::SlowHeaders(speed) | Self::SlowBody(speed) => write!(f, "{name}={speed}"),
            _ => f.write_str(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for (name, fault) in NAMES {
            assert_eq!(Fault::named(name), Some(fault));
            assert_eq!(Fault::named(&fault.to_string()), Some(fault));
        }
        for wrong in ["", "hang=5", "slow-body=0", "slow-body=x", "slow-body=", "resets"] {
            assert_eq!(Fault::named(wrong), None, "{wrong}");
        }
        assert_eq!(Fault::named(" Slow-Headers=7 "), Some(Fault::SlowHeaders(7)));
        assert_eq!(Fault::meant("reset-in-bdy"), Some("reset-in-body"));
        assert!(Fault::sudden().count() == NAMES.len() - 2);
    }
}
