//! Content codings (RFC 9110, section 8.4): undone within a limit, so that a small body cannot become an endless one.
//!
//! With the feature `compression`; without it every coding but `identity` is unknown.

use crate::message::Bytes;

/// Why a coding was not undone.
#[cfg_attr(not(feature = "compression"), allow(dead_code, reason = "nothing is undone, so nothing is malformed or too large"))]
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Undecoded {
    Unknown(String),
    Malformed(String),
    TooLarge,
}

/// The codings that are understood.
pub(crate) const SUPPORTED: &[&str] =
    if cfg!(feature = "compression") { &["gzip", "deflate", "br", "zstd", "identity"] } else { &["identity"] };

/// Undoes the codings of a `Content-Encoding`, the last first.
pub(crate) fn decode(body: &Bytes, content_encoding: &str, limit: usize) -> Result<Bytes, Undecoded> {
    let mut body = body.clone();
    for coding in content_encoding.split(',').rev().map(str::trim).filter(|coding| !coding.is_empty()) {
        body = undo(&body, &coding.to_ascii_lowercase(), limit)?;
    }
    Ok(body)
}

#[cfg(not(feature = "compression"))]
fn undo(body: &Bytes, coding: &str, _limit: usize) -> Result<Bytes, Undecoded> {
    if coding == "identity" { Ok(body.clone()) } else { Err(Undecoded::Unknown(coding.to_owned())) }
}

#[cfg(feature = "compression")]
fn undo(body: &Bytes, coding: &str, limit: usize) -> Result<Bytes, Undecoded> {
    use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

    let bytes: &[u8] = body;
    match coding {
        "identity" => Ok(body.clone()),
        "gzip" | "x-gzip" => limited(MultiGzDecoder::new(bytes), limit),
        // Named after the format that it should not be: zlib is what the specification means, raw is what some send.
        "deflate" if bytes.first().is_some_and(|first| first & 0x0F == 8) => limited(ZlibDecoder::new(bytes), limit),
        "deflate" => limited(DeflateDecoder::new(bytes), limit),
        "br" => limited(brotli_decompressor::Decompressor::new(bytes, 4096), limit),
        "zstd" => {
            let decoder = ruzstd::decoding::StreamingDecoder::new(bytes).map_err(|error| Undecoded::Malformed(error.to_string()))?;
            limited(decoder, limit)
        }
        other => Err(Undecoded::Unknown(other.to_owned())),
    }
}

#[cfg(feature = "compression")]
fn limited(reader: impl std::io::Read, limit: usize) -> Result<Bytes, Undecoded> {
    use std::io::Read;

    let mut decoded = Vec::new();
    reader.take(limit as u64 + 1).read_to_end(&mut decoded).map_err(|error| Undecoded::Malformed(error.to_string()))?;
    if decoded.len() > limit { Err(Undecoded::TooLarge) } else { Ok(decoded.into()) }
}

#[cfg(all(test, feature = "compression"))]
mod tests {
    use super::*;

    /// "hello hello hello", as zlib writes it.
    const GZIP: &[u8] = &[31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 203, 72, 205, 201, 201, 87, 200, 64, 144, 0, 128, 136, 249, 229, 17, 0, 0, 0];

    #[test]
    fn codings_are_undone_within_a_limit() {
        let read = |body: &[u8], coding: &str| decode(&Bytes::copy_from_slice(body), coding, 1000);
        let raw = &GZIP[10..GZIP.len() - 8];
        assert_eq!(read(b"x", "identity"), Ok(Bytes::from_static(b"x")));
        assert_eq!(read(GZIP, "gzip").as_deref(), Ok(&b"hello hello hello"[..]));
        assert_eq!(read(raw, "deflate").as_deref(), Ok(&b"hello hello hello"[..]));
        assert_eq!(read(b"x", "compress"), Err(Undecoded::Unknown("compress".into())));
        assert!(matches!(read(b"not gzip", "gzip"), Err(Undecoded::Malformed(_))));
        assert!(matches!(read(b"\xff\xff", "br"), Err(Undecoded::Malformed(_))));
        assert!(matches!(read(b"nope", "zstd"), Err(Undecoded::Malformed(_))));
        assert_eq!(decode(&Bytes::copy_from_slice(raw), "deflate", 5), Err(Undecoded::TooLarge));
    }
}
