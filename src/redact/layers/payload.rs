//! Payloads: face images, card photos, liveness video and audio in base64, hexadecimal or data URIs.
//!
//! A payload is recognised by the magic bytes at its start, never by decoding all of it: its header is decoded for the format and the
//! pixels, its length gives the bytes, and its pseudonym is taken from its two ends and its length.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::hexed;

/// What a payload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Media {
    Image,
    Video,
    Audio,
    Document,
    /// Big and opaque.
    Data,
}

struct Format {
    name: &'static str,
    media: Media,
    offset: usize,
    magic: &'static [u8],
}

const fn format(name: &'static str, media: Media, offset: usize, magic: &'static [u8]) -> Format {
    Format {
        name,
        media,
        offset,
        magic,
    }
}

/// Magic bytes as the formats' own specifications give them.
const FORMATS: &[Format] = &[
    format("jpeg", Media::Image, 0, b"\xff\xd8\xff"),
    // where the bytes before it are lost
    format("jpeg", Media::Image, 6, b"JFIF\0"),
    format("jpeg", Media::Image, 6, b"Exif\0"),
    format("png", Media::Image, 0, b"\x89PNG\r\n\x1a\n"),
    format("gif", Media::Image, 0, b"GIF8"),
    format("webp", Media::Image, 8, b"WEBP"),
    // reserved zeros, the pixels behind a header of 40 bytes
    format("bmp", Media::Image, 6, b"\0\0\0\0\x36\0\0\0\x28\0\0\0"),
    format("tiff", Media::Image, 0, b"II*\0"),
    format("tiff", Media::Image, 0, b"MM\0*"),
    format("heic", Media::Image, 4, b"ftypheic"),
    format("heic", Media::Image, 4, b"ftypheix"),
    format("heic", Media::Image, 4, b"ftypmif1"),
    format("heic", Media::Image, 4, b"ftypmsf1"),
    format("avif", Media::Image, 4, b"ftypavif"),
    format("jp2", Media::Image, 0, b"\0\0\0\x0cjP  \r\n\x87\n"),
    format("jp2", Media::Image, 0, b"\xff\x4f\xff\x51"),
    format("mp4", Media::Video, 4, b"ftyp"),
    format("mov", Media::Video, 4, b"moov"),
    format("mov", Media::Video, 4, b"mdat"),
    format("webm", Media::Video, 0, b"\x1a\x45\xdf\xa3"),
    format("avi", Media::Video, 8, b"AVI "),
    format("flv", Media::Video, 0, b"FLV\x01"),
    format("wav", Media::Audio, 8, b"WAVE"),
    format("amr", Media::Audio, 0, b"#!AMR"),
    format("mp3", Media::Audio, 0, b"ID3"),
    format("ogg", Media::Audio, 0, b"OggS"),
    format("flac", Media::Audio, 0, b"fLaC"),
    format("silk", Media::Audio, 0, b"#!SILK"),
    format("silk", Media::Audio, 0, b"\x02#!SILK"),
    format("pdf", Media::Document, 0, b"%PDF-"),
    format("zip", Media::Document, 0, b"PK\x03\x04"),
    format(
        "ole",
        Media::Document,
        0,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    ),
    // fingerprints (FBI's WSQ), and what ISO/IEC 19794 lays down for faces, fingers and irises
    format("wsq", Media::Image, 0, b"\xff\xa0\xff"),
    format("iso19794", Media::Image, 0, b"FAC\0"),
    format("iso19794", Media::Image, 0, b"FIR\0"),
    format("iso19794", Media::Image, 0, b"IIR\0"),
    format("iso19794", Media::Image, 0, b"FMR\0"),
];

/// Formats whose magic is too short to be believed without so many digits behind it: one token in a thousand begins like a BMP.
const WEAK_FORMATS: &[(usize, Format)] = &[
    (256, format("bmp", Media::Image, 0, b"BM")),
    (96, format("mp3", Media::Audio, 0, b"\xff\xfb")),
    (96, format("mp3", Media::Audio, 0, b"\xff\xf3")),
    (96, format("aac", Media::Audio, 0, b"\xff\xf1")),
];

/// The part of a payload that is decoded to find the pixels, of formats that say them early.
const HEADER: usize = 4 << 10;

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Decodes base64 of either alphabet, with line breaks, with or without padding. False if it isn't base64.
pub(crate) fn decode_base64(text: &[u8], out: &mut Vec<u8>) -> bool {
    out.clear();
    let clean: Vec<u8>;
    let text = if text.iter().any(|c| matches!(c, b'\r' | b'\n' | b' ')) {
        clean = text
            .iter()
            .copied()
            .filter(|c| !matches!(c, b'\r' | b'\n' | b' '))
            .collect();
        &clean
    } else {
        text
    };
    // a digit by itself is what a cut left of the next three bytes
    let text = &text[..text.len() - usize::from(text.len() % 4 == 1)];
    let engine = if text.iter().any(|c| matches!(c, b'-' | b'_')) {
        &URL_SAFE
    } else {
        &STANDARD
    };
    engine.decode_vec(text, out).is_ok()
}

/// Encodes as [`decode_base64`] found it: same alphabet, padded if it was, in lines as long.
pub(crate) fn encode_base64(data: &[u8], like: &[u8]) -> Vec<u8> {
    let url = like.iter().any(|c| matches!(c, b'-' | b'_'));
    let digits = like.iter().filter(|c| is_base64(**c)).count();
    let padded = like.ends_with(b"=") || digits.is_multiple_of(4);
    let config = GeneralPurposeConfig::new().with_encode_padding(padded);
    let alphabet = if url {
        &alphabet::URL_SAFE
    } else {
        &alphabet::STANDARD
    };
    let encoded = GeneralPurpose::new(alphabet, config).encode(data);
    let line = like.iter().take_while(|c| is_base64(**c)).count();
    let between = like[line..].iter().take_while(|c| !is_base64(**c)).count();
    if between == 0 {
        return encoded.into_bytes();
    }
    let lines: Vec<&[u8]> = encoded.as_bytes().chunks(line.max(1)).collect();
    lines.join(&like[line..line + between])
}

pub(crate) const fn is_base64(c: u8) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, b'+' | b'/' | b'=' | b'-' | b'_')
}

/// What a text that is base64 or hexadecimal from its first byte on holds, by its magic bytes.
pub(crate) fn media(text: &[u8]) -> Option<(&'static str, Media)> {
    let text = text.strip_prefix(b"0x").unwrap_or(text);
    let mut head = Vec::with_capacity(32);
    decode_head(text, 24, &mut head)?;
    begun(&head, text.len())
}

/// The same of bytes themselves.
pub(super) fn media_of(bytes: &[u8]) -> Option<(&'static str, Media)> {
    begun(bytes, 2 * bytes.len())
}

/// The format that bytes begin with, of which there are so many digits.
fn begun(bytes: &[u8], digits: usize) -> Option<(&'static str, Media)> {
    let begins = |f: &&Format| bytes.get(f.offset..f.offset + f.magic.len()) == Some(f.magic);
    let weak = WEAK_FORMATS.iter();
    let weak = weak.filter_map(|(least, format)| (digits >= *least).then_some(format));
    let format = FORMATS.iter().chain(weak).find(begins)?;
    Some((format.name, format.media))
}

/// So many bytes tell the format.
pub(super) const MAGIC: usize = 18;

/// The same of bytes of which some are lost. One that is told by those alone is none.
pub(super) fn media_of_lossy(head: &[Option<u8>; MAGIC]) -> Option<(&'static str, Media)> {
    let begins = |format: &&Format| {
        let bytes = head.get(format.offset..format.offset + format.magic.len());
        bytes.is_some_and(|bytes| {
            let mut pairs = bytes.iter().zip(format.magic);
            let told = bytes.iter().flatten().count() >= 2;
            // no byte of ASCII is ever lost
            told && pairs.all(|(byte, magic)| byte.map_or(*magic >= 0x80, |byte| byte == *magic))
        })
    };
    let format = FORMATS.iter().find(begins)?;
    Some((format.name, format.media))
}

/// Does a string of JSON, which may hold escapes, begin with a payload?
pub(crate) fn is_media(text: &[u8]) -> bool {
    let mut head = text[..text.len().min(64)].to_vec();
    head.retain(|c| *c != b'\\');
    head.starts_with(b"data:") || media(&head).is_some()
}

/// Is a text hexadecimal? No base64 has so many digits of these alone in a row.
fn is_hexadecimal(text: &[u8]) -> bool {
    let digits = text.first_chunk::<32>();
    digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
}

/// Decodes the first bytes of base64 or, where the text says so, hexadecimal.
fn decode_head(text: &[u8], bytes: usize, out: &mut Vec<u8>) -> Option<()> {
    out.clear();
    if is_hexadecimal(text) {
        let digits = text.iter().take(2 * bytes);
        let count = digits.take_while(|c| c.is_ascii_hexdigit()).count();
        out.extend(hexed::bytes(&text[..count]));
        return Some(());
    }
    let window = &text[..text.len().min(bytes / 3 * 4)];
    let folded: Vec<u8>;
    let mut clean = match memchr::memchr2(b'\r', b'\n', window) {
        None => window,
        Some(_) => {
            folded = text
                .iter()
                .copied()
                .take(bytes / 3 * 4 + bytes / 16)
                .filter(|c| !matches!(c, b'\r' | b'\n'))
                .collect();
            &folded
        }
    };
    let digits = clean
        .iter()
        .position(|c| !is_base64(*c) || *c == b'=')
        .unwrap_or(clean.len());
    clean = &clean[..digits];
    let clean = &clean[..clean.len() / 4 * 4];
    let engine = if clean.iter().any(|c| matches!(c, b'-' | b'_')) {
        &URL_SAFE
    } else {
        &STANDARD
    };
    engine.decode_vec(clean, out).ok()?;
    (out.len() >= 3).then_some(())
}

/// `jpeg_48213B_640x480`: format, bytes, pixels. Appended to `out`.
pub(crate) fn describe(text: &[u8], name: &str, media: Media, out: &mut Vec<u8>) {
    use std::io::Write;
    let text = data_uri_body(text);
    let hex = is_hexadecimal(text);
    let cut = memchr::memmem::find(&text[..text.len().min(4096)], b"..").is_some()
        || text.ends_with(b"\xe2\x80\xa6");
    let padding = text.iter().rev().take_while(|c| **c == b'=').count();
    let bytes = if hex {
        text.len() / 2
    } else {
        (text.len() - padding) * 3 / 4
    };
    out.extend_from_slice(name.as_bytes());
    if cut {
        out.extend_from_slice(b"_cut");
    } else {
        let _ = write!(out, "_{bytes}B");
    }
    if media == Media::Image {
        let mut head = Vec::new();
        // a long JPEG in one piece whose segments don't lead to its size is damaged: no other reader would find it
        let damaged = name == "jpeg"
            && text.len() > HEADER
            && memchr::memchr2(b'\r', b'\n', &text[..256]).is_none();
        let size = match jpeg_size(text) {
            Some(size) => Some(size),
            None if damaged && !hex => None,
            None => decode_head(text, HEADER.min(text.len()), &mut head)
                .and_then(|()| imagesize::blob_size(&head).ok())
                .map(|size| (size.width, size.height)),
        };
        if let Some((width, height)) = size {
            let _ = write!(out, "_{width}x{height}");
        }
    }
}

/// Width and height of a JPEG in unbroken base64, by hopping from segment to segment (ISO/IEC 10918-1, annex B): each segment says its length,
/// and base64 can be entered at every fourth digit, so that 60 KB of EXIF data before the size cost nothing.
fn jpeg_size(text: &[u8]) -> Option<(usize, usize)> {
    let mut at = 2;
    for _ in 0..64 {
        let mut bytes = [0; 12];
        let group = text.get(at / 3 * 4..at / 3 * 4 + 16)?;
        let url = group.iter().any(|c| matches!(c, b'-' | b'_'));
        let engine = if url { &URL_SAFE } else { &STANDARD };
        let n = engine.decode_slice(group, &mut bytes).ok()?;
        let segment = bytes.get(at % 3..n)?;
        if segment.len() < 9 || segment[0] != 0xff || (at == 2 && media(text)?.0 != "jpeg") {
            return None;
        }
        let number = |i: usize| usize::from(segment[i]) << 8 | usize::from(segment[i + 1]);
        match segment[1] {
            0xff => at += 1,
            0xc4 | 0xc8 | 0xcc => at += 2 + number(2),
            0xc0..=0xcf => return Some((number(7), number(5))),
            0xd9 | 0xda => return None,
            _ => at += 2 + number(2),
        }
    }
    None
}

/// What a payload's pseudonym is made of: its ends and its length. Equal images have equal pseudonyms, and 100 KB need not be hashed.
pub(crate) fn fingerprint(text: &[u8], out: &mut Vec<u8>) {
    const END: usize = 1024;
    let text = data_uri_body(text);
    out.clear();
    if text.len() <= 2 * END {
        out.extend_from_slice(text);
    } else {
        out.extend_from_slice(&text[..END]);
        out.extend_from_slice(&text[text.len() - END..]);
    }
    out.extend_from_slice(&(text.len() as u64).to_le_bytes());
}

/// The part behind `data:image/jpeg;base64,`.
pub(crate) fn data_uri_body(text: &[u8]) -> &[u8] {
    if text.len() > 5
        && text[..5].eq_ignore_ascii_case(b"data:")
        && let Some(comma) = memchr::memchr(b',', &text[..text.len().min(160)])
    {
        return &text[comma + 1..];
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip_keeps_the_alphabet() {
        for text in [
            "aGVsbG8gd29ybGQ=",
            "aGVsbG8gd29ybGQ",
            "_-_-",
            "aGVsbG8g\r\nd29ybGQ=",
        ] {
            let mut out = Vec::new();
            assert!(decode_base64(text.as_bytes(), &mut out));
            assert_eq!(encode_base64(&out, text.as_bytes()), text.as_bytes());
        }
    }

    #[test]
    fn pixels_behind_a_long_comment() {
        // start of image, 30,000 bytes of comment, start of frame: 8 bits, 240 lines of 320 samples
        let mut jpeg = b"\xff\xd8\xff\xfe\x75\x32".to_vec();
        jpeg.resize(jpeg.len() + 30_000, b'x');
        jpeg.extend(
            b"\xff\xc0\x00\x11\x08\x00\xf0\x01\x40\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01",
        );
        let mut out = Vec::new();
        describe(
            STANDARD.encode(&jpeg).as_bytes(),
            "jpeg",
            Media::Image,
            &mut out,
        );
        assert_eq!(
            String::from_utf8_lossy(&out),
            format!("jpeg_{}B_320x240", jpeg.len())
        );
    }
}
