//! Biometric payloads: real JPEGs that decode, the heads of other formats before random bytes, and the ways in which logs write them.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use super::rng::Rng;

/// How large payloads are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Images {
    /// No payloads at all.
    None,
    /// One or two kilobytes each: for samples and tests.
    Small,
    /// 20 to 150 kilobytes each, as cameras of phones make them.
    Large,
}

/// A payload and what it is.
pub struct Payload {
    /// `biometric.jpeg`, `biometric.video` …
    pub class: &'static str,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Makes payloads. Keeps a few encoded pictures, since encoding one afresh for every record would take most of the time.
pub struct Camera {
    size: Images,
    pictures: Vec<Vec<u8>>,
}

impl Camera {
    /// Takes its pictures.
    pub fn new(size: Images, r: &mut Rng) -> Self {
        let dimensions: &[(u16, u16)] = match size {
            Images::None => &[],
            Images::Small => &[(16, 16), (32, 24), (48, 32), (24, 40)],
            Images::Large => &[(480, 640), (640, 480), (320, 240), (360, 480)],
        };
        Self {
            size,
            pictures: dimensions
                .iter()
                .filter_map(|(w, h)| picture(*w, *h, r))
                .collect(),
        }
    }

    /// Whether there are any payloads.
    pub fn is_on(&self) -> bool {
        self.size != Images::None
    }

    fn length(&self, r: &mut Rng) -> usize {
        match self.size {
            Images::Large => r.range(15_000, 110_000) as usize,
            _ => r.range(300, 1400) as usize,
        }
    }

    /// A JPEG that decodes and that no other record has: random bytes stand in a comment segment.
    pub fn jpeg(&self, r: &mut Rng) -> Payload {
        let base = &self.pictures[r.below(self.pictures.len())];
        let want = self.length(r).max(64);
        let mut bytes = Vec::with_capacity(base.len() + want + 64);
        // SOI, then the APP0 segment that the encoder wrote, then comments, then the rest of the picture.
        let app0 = 4 + usize::from(base[4]) * 256 + usize::from(base[5]);
        bytes.extend_from_slice(&base[..app0]);
        let mut left = want.saturating_sub(base.len()).max(40);
        while left > 0 {
            let n = left.min(60_000);
            bytes.extend_from_slice(&[0xff, 0xfe]);
            bytes.extend_from_slice(&((n + 2) as u16).to_be_bytes());
            bytes.extend(r.bytes(n));
            left -= n;
        }
        bytes.extend_from_slice(&base[app0..]);
        Payload {
            class: "biometric.jpeg",
            bytes,
        }
    }

    /// Any format: mostly JPEG.
    pub fn any(&self, r: &mut Rng) -> Payload {
        if r.chance(0.6) {
            return self.jpeg(r);
        }
        const HEADS: [(&str, &[u8]); 11] = [
            ("biometric.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\x40\0\0\x00\xf0\x08\x02\0\0\0"),
            ("biometric.webp", b"RIFF\x24\x10\0\0WEBPVP8 \x18\x10\0\0\x30\x01\0\x9d\x01\x2a\x40\x01\xf0\0"),
            ("biometric.gif", b"GIF89a\x40\x01\xf0\0\xf7\0\0"),
            ("biometric.bmp", b"BM\x36\x84\x03\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x40\x01\0\0\xf0\0\0\0\x01\0\x18\0"),
            ("biometric.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"),
            ("biometric.tiff", b"II*\0\x08\0\0\0\x0e\0"),
            ("biometric.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"),
            ("biometric.mp4", b"\0\0\0\x1cftypmp42\0\0\0\x01isommp41mp42\0\0\x0dsmoov"),
            ("biometric.webm", b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm"),
            ("biometric.wav", b"RIFF\x24\x7d\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0"),
            ("biometric.amr", b"#!AMR\n\x3c"),
        ];
        let (class, head) = if r.chance(0.1) {
            ("biometric.mp3", &b"ID3\x04\0\0\0\0\0\x23TSSE"[..])
        } else {
            r.one(&HEADS)
        };
        let mut bytes = head.to_vec();
        let n = self.length(r);
        bytes.extend(r.bytes(n));
        Payload { class, bytes }
    }

    /// An opaque payload: encrypted picture or algorithm package. Recognised by its key alone.
    pub fn opaque(&self, r: &mut Rng) -> Payload {
        let n = self.length(r);
        Payload {
            class: "biometric.opaque",
            bytes: r.bytes(n),
        }
    }
}

/// A picture that resembles nothing: smooth colours with noise, so that it compresses as photographs do.
fn picture(width: u16, height: u16, r: &mut Rng) -> Option<Vec<u8>> {
    let mut pixels = Vec::with_capacity(usize::from(width) * usize::from(height) * 3);
    let (a, b) = (r.below(200), r.below(200));
    for y in 0..usize::from(height) {
        for x in 0..usize::from(width) {
            let noise = r.below(24);
            pixels.extend([
                ((x + a + noise) % 256) as u8,
                ((y + b + noise) % 256) as u8,
                ((x + y + noise) % 256) as u8,
            ]);
        }
    }
    let mut out = Vec::new();
    jpeg_encoder::Encoder::new(&mut out, 80)
        .encode(&pixels, width, height, jpeg_encoder::ColorType::Rgb)
        .ok()?;
    Some(out)
}

/// How a payload is written as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Writing {
    Base64,
    NoPadding,
    UrlSafe,
    UrlSafeNoPadding,
    /// A line break every 76 characters, as MIME has it.
    Lines,
    DataUri,
    /// The head, `...`, and perhaps the tail, as loggers cut.
    Cut,
    Hex,
}

impl Writing {
    /// One of the plain ways mostly.
    pub fn any(r: &mut Rng, hard: bool) -> Self {
        use Writing::*;
        if hard {
            r.one(&[
                NoPadding,
                UrlSafe,
                UrlSafeNoPadding,
                Lines,
                DataUri,
                Cut,
                Hex,
            ])
        } else {
            r.one(&[Base64, Base64, Base64, DataUri, Cut])
        }
    }

    /// For the `encoding` of labels.
    pub fn name(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::NoPadding => "base64_no_padding",
            Self::UrlSafe => "base64_url_safe",
            Self::UrlSafeNoPadding => "base64_url_safe_no_padding",
            Self::Lines => "base64_lines",
            Self::DataUri => "data_uri",
            Self::Cut => "base64_cut",
            Self::Hex => "hex_dump",
        }
    }

    /// The text.
    pub fn write(self, payload: &Payload, r: &mut Rng) -> String {
        match self {
            Self::Base64 => STANDARD.encode(&payload.bytes),
            Self::NoPadding => STANDARD_NO_PAD.encode(&payload.bytes),
            Self::UrlSafe => URL_SAFE.encode(&payload.bytes),
            Self::UrlSafeNoPadding => URL_SAFE_NO_PAD.encode(&payload.bytes),
            Self::Lines => {
                let whole = STANDARD.encode(&payload.bytes);
                let mut out = String::with_capacity(whole.len() + whole.len() / 70);
                for (i, line) in whole.as_bytes().chunks(76).enumerate() {
                    if i > 0 {
                        out.push_str(if payload.bytes.len().is_multiple_of(2) {
                            "\n"
                        } else {
                            "\r\n"
                        });
                    }
                    out.extend(line.iter().map(|b| *b as char));
                }
                out
            }
            Self::DataUri => {
                let mime = match payload.class.strip_prefix("biometric.").unwrap_or_default() {
                    kind @ ("mp4" | "webm") => format!("video/{kind}"),
                    kind @ ("wav" | "mp3" | "amr") => format!("audio/{kind}"),
                    "pdf" => "application/pdf".to_owned(),
                    "opaque" => "application/octet-stream".to_owned(),
                    kind => format!("image/{kind}"),
                };
                format!("data:{mime};base64,{}", STANDARD.encode(&payload.bytes))
            }
            Self::Cut => {
                let whole = STANDARD.encode(&payload.bytes);
                let head = r.range(200, 320) as usize;
                match r.below(3) {
                    0 => format!("{}...", &whole[..head]),
                    1 => format!("{}...{}", &whole[..head], &whole[whole.len() - 72..]),
                    _ => whole[..head].to_owned(),
                }
            }
            Self::Hex => payload.bytes.iter().map(|b| format!("{b:02x}")).collect(),
        }
    }
}

/// A face feature vector as text of a JSON array, `n` components.
pub fn vector(r: &mut Rng, n: usize) -> Vec<String> {
    (0..n).map(|_| r.decimal(-1.0, 1.0, 6)).collect()
}

/// A feature vector as base64 of little-endian floats.
pub fn vector_base64(r: &mut Rng, n: usize) -> String {
    let bytes: Vec<u8> = (0..n)
        .flat_map(|_| ((r.below(2_000_000) as f32) / 1e6 - 1.0).to_le_bytes())
        .collect();
    STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jpegs_are_whole() {
        let mut r = Rng::new(9);
        let camera = Camera::new(Images::Small, &mut r);
        for _ in 0..20 {
            let p = camera.jpeg(&mut r);
            assert!(p.bytes.starts_with(b"\xff\xd8\xff\xe0") && p.bytes.ends_with(b"\xff\xd9"));
            let size = imagesize::blob_size(&p.bytes).unwrap();
            assert!(size.width >= 16 && size.height >= 16);
        }
    }
}
