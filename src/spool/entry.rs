//! One batch on disk.
//!
//! ```text
//! offset  bytes
//!      0      4  "TMe1": where to look for the next entry when something in between is broken
//!      4      4  bytes of the payload
//!      8      4  records
//!     12      4  bytes of the payload once it is decompressed
//!     16      4  CRC32C over the three numbers before and the payload
//!     20      …  payload: zstd of the length of each record (4 bytes each), then the records
//! ```
//! All numbers are little endian.

use std::{io, time::Instant};

use crate::batch::{ReadyBatch, Receipt};

/// Bytes before the payload.
pub const HEADER: usize = 20;
const MAGIC: &[u8; 4] = b"TMe1";
/// No payload is larger: what says so is broken.
const LARGEST: usize = 2 << 30;

/// What stands before a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Bytes of the payload.
    pub length: usize,
    /// Records in it.
    pub records: u32,
    /// Bytes it decompresses to.
    pub decoded: usize,
    crc: u32,
}

impl Header {
    /// Reads a header; `None` if it can't be one.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let number = |at: usize| {
            bytes
                .get(at..at + 4)?
                .try_into()
                .ok()
                .map(u32::from_le_bytes)
        };
        let header = Self {
            length: number(4)? as usize,
            records: number(8)?,
            decoded: number(12)? as usize,
            crc: number(16)?,
        };
        (bytes.starts_with(MAGIC) && header.length <= LARGEST && header.decoded <= LARGEST)
            .then_some(header)
    }

    fn checksum(&self, payload: &[u8]) -> u32 {
        let mut numbers = [0; 12];
        numbers[..4].copy_from_slice(&(self.length as u32).to_le_bytes());
        numbers[4..8].copy_from_slice(&self.records.to_le_bytes());
        numbers[8..].copy_from_slice(&(self.decoded as u32).to_le_bytes());
        crc32c::crc32c_append(crc32c::crc32c(&numbers), payload)
    }

    /// Whether this is the payload that was written behind this header.
    pub fn fits(&self, payload: &[u8]) -> bool {
        payload.len() == self.length && self.checksum(payload) == self.crc
    }
}

/// Puts a batch into an entry.
pub fn encode(batch: &ReadyBatch, level: i32) -> io::Result<Vec<u8>> {
    let mut plain = Vec::with_capacity(batch.ends.len() * 4 + batch.body.len());
    let mut start = 0;
    for end in &batch.ends {
        plain.extend_from_slice(&((end - start) as u32).to_le_bytes());
        start = *end;
    }
    plain.extend_from_slice(&batch.body);
    if plain.len() > LARGEST {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "a batch of more than 2 GiB",
        ));
    }
    let payload = zstd::bulk::compress(&plain, level)?;
    let mut header = Header {
        length: payload.len(),
        records: batch.ends.len() as u32,
        decoded: plain.len(),
        crc: 0,
    };
    header.crc = header.checksum(&payload);
    let mut entry = Vec::with_capacity(HEADER + payload.len());
    entry.extend_from_slice(MAGIC);
    for number in [
        header.length as u32,
        header.records,
        header.decoded as u32,
        header.crc,
    ] {
        entry.extend_from_slice(&number.to_le_bytes());
    }
    entry.extend_from_slice(&payload);
    Ok(entry)
}

/// Gets the batch out of a payload that fits its header.
pub fn decode(header: &Header, payload: &[u8], read: Instant) -> Option<ReadyBatch> {
    let mut plain = zstd::bulk::decompress(payload, header.decoded).ok()?;
    let lengths = header.records as usize * 4;
    let mut ends = Vec::with_capacity(header.records as usize);
    let mut end = 0usize;
    for length in plain.get(..lengths)?.chunks_exact(4) {
        end += u32::from_le_bytes(length.try_into().ok()?) as usize;
        ends.push(end);
    }
    let body = plain.split_off(lengths);
    let is_whole = ends.last().copied().unwrap_or(0) == body.len();
    is_whole.then(|| ReadyBatch {
        sequence: 0,
        body,
        ends,
        read,
        receipt: Receipt::none(),
    })
}

/// Where the next entry may begin in `bytes`.
pub fn find(bytes: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, MAGIC)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch() -> ReadyBatch {
        ReadyBatch {
            sequence: 7,
            body: b"aaabbc".to_vec(),
            ends: vec![3, 5, 6],
            read: Instant::now(),
            receipt: Receipt::none(),
        }
    }

    #[test]
    fn a_batch_comes_back() {
        let entry = encode(&batch(), 1).unwrap();
        let header = Header::read(&entry).unwrap();
        let payload = &entry[HEADER..];
        assert!(header.fits(payload) && header.records == 3);
        let back = decode(&header, payload, Instant::now()).unwrap();
        assert_eq!((back.body, back.ends), (batch().body, batch().ends));
    }

    #[test]
    fn every_flipped_bit_is_noticed() {
        let entry = encode(&batch(), 1).unwrap();
        for bit in 0..entry.len() * 8 {
            let mut broken = entry.clone();
            broken[bit / 8] ^= 1 << (bit % 8);
            let sound = Header::read(&broken).is_some_and(|header| header.fits(&broken[HEADER..]));
            assert!(!sound, "bit {bit}");
        }
    }
}
