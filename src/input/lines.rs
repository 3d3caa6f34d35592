//! Bytes to blocks that end at a line end. Only the last line end of a block is looked for; the lines within are found by
//! the worker that redacts them, when they are in its cache.

use std::{
    io,
    time::{Duration, Instant},
};

use memchr::{memchr, memrchr};

use crate::{
    input::source::ByteSource,
    pipeline::{
        buffers::{cut, wipe},
        shutdown::Shutdown,
    },
};

/// UTF-8's byte-order mark. Some Windows programs begin every file with it, so in joined files it can stand anywhere.
pub const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// The least that is asked for at once.
const LEAST: usize = 64 << 10;

/// How lines are cut into blocks.
#[derive(Clone, Copy, Debug)]
pub struct LineLimits {
    /// Bytes of a block; a longer line makes a longer block.
    pub block: usize,
    /// Bytes of the longest line that is kept in memory. A longer one is replaced by a record that says so.
    pub line: usize,
    /// How long a whole line may wait for more to come.
    pub flush: Duration,
}

/// Cuts a source into blocks.
pub struct Lines {
    source: Box<dyn ByteSource>,
    limits: LineLimits,
    shutdown: Shutdown,
    /// What follows the last line end of the block before.
    carry: Vec<u8>,
    /// Bytes read so far.
    offset: u64,
    ended: bool,
    /// When reading is stopped, a line that is only half read is left to whoever reads the source again (a file), or
    /// is delivered as it is (a stream, where nobody else can have it).
    keep_torn: bool,
}

impl Lines {
    /// Reads `source`; `keep_torn` says whether half a line is delivered when reading is stopped.
    pub fn new(
        source: Box<dyn ByteSource>,
        limits: LineLimits,
        shutdown: Shutdown,
        keep_torn: bool,
    ) -> Self {
        Self {
            source,
            limits,
            shutdown,
            carry: Vec::new(),
            offset: 0,
            ended: false,
            keep_torn,
        }
    }

    /// Fills `block`, which must be empty. False at the end.
    ///
    /// After an error, one more call gives what was read before it.
    pub fn fill(&mut self, block: &mut Vec<u8>) -> io::Result<bool> {
        debug_assert!(block.is_empty());
        // The block starts with the carried bytes: no second copy of them.
        std::mem::swap(block, &mut self.carry);
        // Since when there is a whole line in the block, which must not wait longer than `flush`.
        let mut until = None;
        while !self.ended {
            let old = block.len();
            let most = self.limits.block.saturating_sub(old).max(LEAST);
            match self.source.read_some(block, most, until) {
                Ok(0) => self.ended = true,
                Ok(count) => {
                    self.offset += count as u64;
                    let last_end = memrchr(b'\n', &block[old..]).map(|at| old + at + 1);
                    if last_end.is_none() && until.is_none() && block.len() > self.limits.line {
                        self.skip_line(block)?;
                        return Ok(true);
                    }
                    if last_end.is_some() && until.is_none() {
                        until = Some(Instant::now() + self.limits.flush);
                    }
                    if until.is_some() && block.len() >= self.limits.block {
                        self.cut(block);
                        return Ok(true);
                    }
                }
                // Nothing came for a while. The deadline is only set when there is a whole line.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.cut(block);
                    return Ok(true);
                }
                Err(error) => {
                    self.ended = true;
                    std::mem::swap(block, &mut self.carry);
                    return Err(error);
                }
            }
        }
        if self.shutdown.is_set() && !self.keep_torn {
            self.cut(block);
        }
        Ok(!block.is_empty())
    }

    /// Bytes read from the source so far.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Leaves whole lines in the block and carries the rest.
    fn cut(&mut self, block: &mut Vec<u8>) {
        let end = memrchr(b'\n', block).map_or(0, |at| at + 1);
        self.carry.clear();
        self.carry.extend_from_slice(&block[end..]);
        cut(block, end);
    }

    /// The block is the beginning of a line longer than the limit: reads on to its end without keeping it and
    /// leaves a record that says so in its place.
    fn skip_line(&mut self, block: &mut Vec<u8>) -> io::Result<()> {
        let start = self.offset - block.len() as u64;
        let mut length = block.len() as u64;
        // Given back rather than used again: it is larger than any other block will be.
        wipe(std::mem::take(block));
        let mut piece = Vec::with_capacity(self.limits.block.max(LEAST));
        let mut ended_by = &b""[..];
        loop {
            piece.clear();
            let room = piece.capacity();
            let count = match self.source.read_some(&mut piece, room, None) {
                Ok(count) => count,
                Err(error) => {
                    self.ended = true;
                    self.carry = too_long(length, Some(start), b"");
                    return Err(error);
                }
            };
            self.offset += count as u64;
            if count == 0 {
                self.ended = true;
                break;
            }
            if let Some(at) = memchr(b'\n', &piece) {
                length += at as u64;
                ended_by = b"\n";
                self.carry.clear();
                self.carry.extend_from_slice(&piece[at + 1..]);
                break;
            }
            length += count as u64;
        }
        wipe(piece);
        *block = too_long(length, Some(start), ended_by);
        Ok(())
    }
}

/// Whether a line (without byte-order mark and line end) is no record.
#[inline]
pub fn is_empty(line: &[u8]) -> bool {
    line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'))
}

/// How many lines of a block are records.
pub fn count_records(block: &[u8]) -> usize {
    let is_record = |line: &&[u8]| !is_empty(line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line));
    block.split(|byte| *byte == b'\n').filter(is_record).count()
}

/// Makes one line of a record that came by itself. Within JSON a line end can only stand between values.
pub fn join_lines(record: &mut [u8]) {
    record
        .iter_mut()
        .filter(|byte| matches!(byte, b'\n' | b'\r'))
        .for_each(|byte| *byte = b' ');
}

/// What stands in the place of a line that is too long to be looked at.
pub fn too_long(length: u64, offset: Option<u64>, line_end: &[u8]) -> Vec<u8> {
    let offset = offset
        .map(|offset| format!(r#","offset":{offset}"#))
        .unwrap_or_default();
    let mut line = format!(
        r#"{{"message":"[LINE_TOO_LONG]","line_bytes":{length}{offset},"tags":["line_too_long"]}}"#
    )
    .into_bytes();
    line.extend_from_slice(line_end);
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives the bytes in pieces of the given sizes.
    struct Pieces(Vec<u8>, usize);

    impl ByteSource for Pieces {
        fn read_some(
            &mut self,
            into: &mut Vec<u8>,
            most: usize,
            _: Option<Instant>,
        ) -> io::Result<usize> {
            let count = self.1.min(most).min(self.0.len());
            into.extend(self.0.drain(..count));
            Ok(count)
        }
    }

    fn blocks(bytes: &[u8], piece: usize, block: usize, line: usize) -> Vec<Vec<u8>> {
        let limits = LineLimits {
            block,
            line,
            flush: Duration::from_secs(1),
        };
        let mut lines = Lines::new(
            Box::new(Pieces(bytes.to_vec(), piece)),
            limits,
            Shutdown::new().unwrap(),
            true,
        );
        let mut blocks = Vec::new();
        loop {
            let mut block = Vec::new();
            if !lines.fill(&mut block).unwrap() {
                return blocks;
            }
            blocks.push(block);
        }
    }

    #[test]
    fn empty_lines_are_no_records() {
        let block = b"{}\n\n \t\r\n\xef\xbb\xbf\r\n\xef\xbb\xbf{}\r\nlast";
        assert_eq!(count_records(block), 3);
        assert_eq!(count_records(b""), 0);
    }

    #[test]
    fn every_piece_and_block_size_gives_the_same_bytes_in_whole_lines() {
        let text = b"{\"a\":1}\n\n{\"bb\":\"ccccccccccccccc\"}\r\nplain\n{\"last\":true}";
        for piece in 1..text.len() + 1 {
            for block in 1..text.len() + 1 {
                let blocks = blocks(text, piece, block, 1000);
                assert_eq!(blocks.concat(), text);
                assert!(
                    blocks[..blocks.len() - 1]
                        .iter()
                        .all(|block| block.ends_with(b"\n"))
                );
            }
        }
    }

    #[test]
    fn a_line_over_the_limit_leaves_a_record_in_its_place() {
        let mut text = b"one\n".to_vec();
        text.extend_from_slice(&[b'x'; 500]);
        text.extend_from_slice(b"\ntwo\n");
        let out = blocks(&text, 16, 32, 100).concat();
        let expected = [b"one\n", &too_long(500, Some(4), b"\n")[..], b"two\n"].concat();
        assert_eq!(
            String::from_utf8_lossy(&out),
            String::from_utf8_lossy(&expected)
        );
    }

    #[test]
    fn the_last_line_may_be_too_long_and_have_no_end() {
        let out = blocks(&[b'x'; 500], 16, 32, 100).concat();
        assert_eq!(out, too_long(500, Some(0), b""));
    }

    #[test]
    fn what_was_read_before_an_error_is_delivered() {
        struct Failing(bool);
        impl ByteSource for Failing {
            fn read_some(
                &mut self,
                into: &mut Vec<u8>,
                _: usize,
                _: Option<Instant>,
            ) -> io::Result<usize> {
                if std::mem::replace(&mut self.0, true) {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                into.extend_from_slice(b"whole\nhalf");
                Ok(10)
            }
        }
        let limits = LineLimits {
            block: 100,
            line: 100,
            flush: Duration::from_secs(1),
        };
        let mut lines = Lines::new(
            Box::new(Failing(false)),
            limits,
            Shutdown::new().unwrap(),
            true,
        );
        let mut block = Vec::new();
        assert!(lines.fill(&mut block).is_err());
        assert!(block.is_empty());
        assert!(lines.fill(&mut block).unwrap());
        assert_eq!(block, b"whole\nhalf");
        block.clear();
        assert!(!lines.fill(&mut block).unwrap());
    }
}
