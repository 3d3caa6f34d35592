//! Compressed texts within base64: gzip (RFC 1952) and zlib (RFC 1950), and deflate by itself.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

/// What of a packed text is unpacked at most; more is replaced unseen.
const LIMIT: u64 = 64 << 20;

#[derive(Clone, Copy)]
pub(crate) enum Packing {
    Gzip,
    Zlib,
    /// Deflate (RFC 1951) without a sign of it.
    Raw,
}

impl Packing {
    /// Which one the first bytes tell of.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => Some(Self::Zlib),
            _ => None,
        }
    }

    /// `None` if it is damaged or longer than what is inspected.
    pub fn unpack(self, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        match self {
            Self::Gzip => MultiGzDecoder::new(bytes).take(LIMIT).read_to_end(&mut out),
            Self::Zlib => ZlibDecoder::new(bytes).take(LIMIT).read_to_end(&mut out),
            Self::Raw => DeflateDecoder::new(bytes).take(LIMIT).read_to_end(&mut out),
        }
        .ok()?;
        ((out.len() as u64) < LIMIT).then_some(out)
    }

    pub fn pack(self, text: &[u8]) -> Vec<u8> {
        // writing into a vector can't fail
        match self {
            Self::Gzip => {
                let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
                let _ = packer.write_all(text);
                packer.finish()
            }
            Self::Raw => {
                let mut packer = DeflateEncoder::new(Vec::new(), Compression::fast());
                let _ = packer.write_all(text);
                packer.finish()
            }
            Self::Zlib => {
                let mut packer = ZlibEncoder::new(Vec::new(), Compression::fast());
                let _ = packer.write_all(text);
                packer.finish()
            }
        }
        .unwrap_or_default()
    }
}
