//! `tuomin generate`: a workload of made-up records, of any size, with labels of what was planted.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;

use crate::generate::images::Images;
use crate::generate::{Generator, Kind, Settings};

/// Write made-up log records as JSON lines: the same seed gives the same bytes everywhere
///
/// All people, numbers and pictures are invented. Identity numbers are valid by their standards and pictures decode, so that a redactor
/// has to find them. With `--labels` a second file says for each line what was planted where, and what must survive.
///
/// Examples:
///   tuomin generate --records 1000 | tuomin run > /dev/null
///   tuomin generate --bytes 1GB --kind operation --images large -o operation.ndjson
///   tuomin generate --records 5000 --hard 0.5 -o hard.ndjson --labels hard.labels.ndjson
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub struct Args {
    /// How many records. 1000 if neither this nor `--bytes` is given.
    #[arg(long, value_name = "N", conflicts_with = "bytes")]
    records: Option<u64>,

    /// About how many bytes: stops with the record that reaches it. Units: KB, MB, GB (10^3), KiB, MiB, GiB (2^10).
    #[arg(long, value_name = "SIZE", value_parser = size)]
    bytes: Option<u64>,

    /// Where all randomness starts.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// Which records.
    #[arg(long, value_enum, default_value_t = Kind::Mixed)]
    kind: Kind,

    /// Size of the face images and other payloads.
    #[arg(long, value_enum, default_value_t = Images::Small)]
    images: Images,

    /// Share of records with unusual encodings and writings, 0 to 1.
    #[arg(long, value_name = "SHARE", default_value_t = 0.2, value_parser = share)]
    hard: f64,

    /// Write the labels here, one line a record.
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,

    /// Write the records here instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Parses a number of bytes with an optional unit.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let at = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let number: u64 = text[..at]
        .parse()
        .map_err(|_| "a whole number with an optional unit, such as 512MB".to_owned())?;
    let unit = match text[at..].trim() {
        "" | "B" => 1,
        "K" | "KB" => 1000,
        "M" | "MB" => 1_000_000,
        "G" | "GB" => 1_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        other => {
            return Err(format!(
                "unknown unit `{other}`; known are KB, MB, GB, KiB, MiB, GiB"
            ));
        }
    };
    number
        .checked_mul(unit)
        .ok_or_else(|| "too large".to_owned())
}

/// Parses a share.
pub(super) fn share(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|x| (0.0..=1.0).contains(x))
        .ok_or_else(|| "a number from 0 to 1".to_owned())
}

/// Runs the subcommand.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let create = |path: &PathBuf| {
        File::create(path).with_context(|| format!("cannot write {}", path.display()))
    };
    let mut labels = args
        .labels
        .as_ref()
        .map(create)
        .transpose()?
        .map(|f| BufWriter::with_capacity(1 << 18, f));
    let mut out: Box<dyn Write> = match &args.output {
        Some(path) => Box::new(BufWriter::with_capacity(1 << 18, create(path)?)),
        None => Box::new(BufWriter::with_capacity(1 << 18, io::stdout().lock())),
    };
    let mut generator = Generator::new(Settings {
        seed: args.seed,
        kind: args.kind,
        images: args.images,
        hard: args.hard,
    });
    let records = args
        .records
        .unwrap_or(if args.bytes.is_some() { u64::MAX } else { 1000 });
    let bytes = args.bytes.unwrap_or(u64::MAX);
    let (mut line, mut written, mut done) = (String::new(), 0, 0);
    let result = (|| {
        while done < records && written < bytes {
            line.clear();
            let planted = generator.record(&mut line);
            line.push('\n');
            out.write_all(line.as_bytes())?;
            if let Some(labels) = &mut labels {
                serde_json::to_writer(&mut *labels, &planted)?;
                labels.write_all(b"\n")?;
            }
            written += line.len() as u64;
            done += 1;
        }
        out.flush()?;
        labels.as_mut().map_or(Ok(()), Write::flush)
    })();
    match result {
        // Whoever reads our output has seen enough, as `head` has.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        result => {
            result.context("cannot write the records")?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_shares() {
        assert_eq!(size("12"), Ok(12));
        assert_eq!(size("3MB"), Ok(3_000_000));
        assert_eq!(size("2MiB"), Ok(2 << 20));
        assert!(size("2 parsecs").is_err() && size("").is_err() && size("99999999999GB").is_err());
        assert_eq!(share("0.5"), Ok(0.5));
        assert!(share("1.5").is_err() && share("x").is_err());
    }
}
