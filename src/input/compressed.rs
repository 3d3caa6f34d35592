//! gzip and zstd, recognised by their first bytes whatever the file is called, decoded on a thread of their own.

use std::{
    io::{self, Read},
    sync::Arc,
    thread,
    time::Instant,
};

use crossbeam_channel::{Receiver, bounded};
use flate2::bufread::MultiGzDecoder;

use crate::{
    input::{
        lines::Lines,
        source::{Buffered, ByteSource, FdSource},
    },
    pipeline::buffers::{Buffers, cut, reserve},
};

/// Bytes that are enough to tell every form.
pub const MAGIC_BYTES: usize = 6;
/// Blocks that a decoder may be ahead of the workers.
const AHEAD: usize = 3;

/// What the first bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Text, as it is.
    Plain,
    /// RFC 1952, also several members one after the other.
    Gzip,
    /// RFC 8878, also several frames one after the other.
    Zstd,
    /// Something known that is not read: what it is and what to do.
    Foreign(&'static str, &'static str),
}

/// First bytes and what they mean.
const MAGICS: &[(&[u8], Form)] = &[
    (b"\x1f\x8b", Form::Gzip),
    (b"\x28\xb5\x2f\xfd", Form::Zstd),
    (
        b"BZh",
        Form::Foreign("bzip2", "pipe it through `bzip2 -dc`"),
    ),
    (
        b"\xfd7zXZ\0",
        Form::Foreign("xz", "pipe it through `xz -dc`"),
    ),
    (
        b"PK\x03\x04",
        Form::Foreign("a zip archive", "pipe it through `unzip -p`"),
    ),
    (
        b"\x04\x22\x4d\x18",
        Form::Foreign("lz4", "pipe it through `lz4 -dc`"),
    ),
    // Patterns are looked for in UTF-8; in UTF-16 every second byte of a number is a zero and nothing would be found.
    (
        b"\xff\xfe",
        Form::Foreign("UTF-16", "convert it first: `iconv -f UTF-16 -t UTF-8`"),
    ),
    (
        b"\xfe\xff",
        Form::Foreign("UTF-16", "convert it first: `iconv -f UTF-16 -t UTF-8`"),
    ),
];

/// What `head`, the beginning of a source, says.
pub fn form(head: &[u8]) -> Form {
    MAGICS
        .iter()
        .find(|(magic, _)| head.starts_with(magic))
        .map_or(Form::Plain, |(_, form)| *form)
}

/// Whether `head` is long enough to tell: no more bytes could make it another form.
pub fn is_decided(head: &[u8]) -> bool {
    !head.is_empty()
        && !MAGICS
            .iter()
            .any(|(magic, _)| head.len() < magic.len() && magic.starts_with(head))
}

/// Wraps a source in the decoder for its form.
pub fn decoder(form: Form, source: FdSource) -> io::Result<Box<dyn ByteSource>> {
    let buffered = Buffered::new(source);
    Ok(match form {
        Form::Gzip => Box::new(Decoded::Gzip(MultiGzDecoder::new(buffered))),
        _ => Box::new(Decoded::Zstd(zstd::stream::read::Decoder::with_buffer(
            buffered,
        )?)),
    })
}

#[expect(
    clippy::large_enum_variant,
    reason = "one for each open file, always boxed"
)]
enum Decoded {
    Gzip(MultiGzDecoder<Buffered>),
    Zstd(zstd::stream::read::Decoder<'static, Buffered>),
}

impl Decoded {
    fn input(&mut self) -> &mut Buffered {
        match self {
            Self::Gzip(decoder) => decoder.get_mut(),
            Self::Zstd(decoder) => decoder.get_mut(),
        }
    }
}

impl ByteSource for Decoded {
    fn read_some(
        &mut self,
        into: &mut Vec<u8>,
        most: usize,
        until: Option<Instant>,
    ) -> io::Result<usize> {
        self.input().set_until(until);
        reserve(into, most);
        let old = into.len();
        // Decoders want initialised memory; beside the decoding this costs nothing.
        into.resize(old + most, 0);
        let result = match self {
            Self::Gzip(decoder) => decoder.read(&mut into[old..]),
            Self::Zstd(decoder) => decoder.read(&mut into[old..]),
        };
        match &result {
            Ok(count) => into.truncate(old + count),
            // whatever was decoded before
            Err(_) => cut(into, old),
        }
        match result {
            // Being told to stop looks like a cut file to a decoder.
            Err(error)
                if error.kind() == io::ErrorKind::UnexpectedEof && self.input().is_stopped() =>
            {
                Ok(0)
            }
            result => result,
        }
    }
}

/// A decoder that runs ahead on its own thread.
pub struct DecodeAhead {
    blocks: Receiver<io::Result<Vec<u8>>>,
}

impl DecodeAhead {
    /// Starts decoding.
    pub fn start(mut lines: Lines, buffers: Arc<Buffers>) -> io::Result<Self> {
        let (sender, blocks) = bounded(AHEAD);
        thread::Builder::new()
            .name("decode".into())
            .spawn(move || {
                loop {
                    let mut block = buffers.take();
                    // After an error it is called once more, for what was decoded before.
                    let message = match lines.fill(&mut block) {
                        Ok(true) => Ok(block),
                        Ok(false) => return buffers.put(block),
                        Err(error) => Err(error),
                    };
                    // Nobody listens any more: the pipeline has ended.
                    if sender.send(message).is_err() {
                        return;
                    }
                }
            })?;
        Ok(Self { blocks })
    }

    /// The next block, if there is one.
    pub fn next_block(&mut self) -> io::Result<Option<Vec<u8>>> {
        self.blocks.recv().ok().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_told_by_their_first_bytes() {
        assert_eq!(form(b"\x1f\x8b\x08"), Form::Gzip);
        assert_eq!(form(b"\x28\xb5\x2f\xfd"), Form::Zstd);
        assert_eq!(form(b"{\"a\":1}"), Form::Plain);
        assert_eq!(form(b""), Form::Plain);
        assert!(matches!(form(b"\xff\xfe{\0"), Form::Foreign("UTF-16", _)));
    }

    #[test]
    fn a_slow_stream_of_text_is_told_by_its_first_byte() {
        assert!(is_decided(b"{"));
        assert!(!is_decided(b""));
        assert!(!is_decided(b"\x1f"));
        assert!(!is_decided(b"B"));
        assert!(is_decided(b"BA"));
        assert!(is_decided(b"\x1f\x8b"));
    }
}
