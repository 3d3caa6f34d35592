//! Answers from the lines that `tuomin run -o` wrote: plain, gzip or zstd, on all cores.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use rayon::prelude::*;

use super::{
    filter::{Field, Query, Test},
    record::Record,
    source::{Order, Page, SourceError},
};
use crate::nearest::missing;
use crate::record::{Kind, RecordTable};

/// How much is read before the cores are set to work on it.
const CHUNK: usize = 8 << 20;
/// A line longer than this is no line.
const LONGEST_LINE: usize = 512 << 20;

/// Some files; `-` is standard input.
pub struct Files {
    paths: Vec<PathBuf>,
    table: RecordTable,
    kind: Option<Kind>,
}

impl Files {
    /// Checks that each can be opened before anything is read.
    pub fn new(paths: Vec<PathBuf>) -> Result<Self, SourceError> {
        for path in paths.iter().filter(|p| p.as_os_str() != "-") {
            let error = |error| SourceError::File {
                path: path.display().to_string(),
                error: missing(path, error),
            };
            if File::open(path)
                .and_then(|f| f.metadata())
                .map_err(error)?
                .is_dir()
            {
                return Err(error(io::Error::new(
                    io::ErrorKind::IsADirectory,
                    "is a directory: name the files in it",
                )));
            }
        }
        Ok(Self {
            paths,
            table: RecordTable::builtin(),
            kind: None,
        })
    }

    /// Reads records as the run that wrote them was told to.
    pub fn reading(mut self, table: RecordTable, kind: Option<Kind>) -> Self {
        (self.table, self.kind) = (table, kind);
        self
    }

    /// The facts of a line.
    pub fn head(&self, line: &[u8]) -> Record {
        Record::head_with(line, &self.table, self.kind)
    }

    /// The files' names.
    pub fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// `3 files` or the name of the one.
    pub fn describe(&self) -> String {
        match &*self.paths {
            [one] => one.display().to_string(),
            more => format!("{} files", more.len()),
        }
    }

    /// See [`super::source::Source::search`].
    pub fn search(
        &self,
        query: &Query,
        order: Order,
        offset: usize,
        limit: usize,
    ) -> Result<Page, SourceError> {
        let wanted = offset.saturating_add(limit);
        let mut total = 0;
        let mut best: Vec<(Record, Vec<u8>)> = Vec::new();
        self.chunks(query, |found| {
            total += found.len() as u64;
            best.extend(found);
            // Keep what may still be on the page: sorting twice as many now and then is cheaper than a heap's moves.
            if best.len() / 2 > wanted {
                best.par_sort_by(|a, b| order.compare(&a.0, &b.0));
                best.truncate(wanted);
            }
        })?;
        best.par_sort_by(|a, b| order.compare(&a.0, &b.0));
        let page = best.into_iter().skip(offset).take(limit);
        let records = page
            .map(|(mut record, line)| {
                record.open(&line);
                record
            })
            .collect();
        Ok(Page { total, records })
    }

    fn chunks(
        &self,
        query: &Query,
        mut take: impl FnMut(Vec<(Record, Vec<u8>)>),
    ) -> Result<(), SourceError> {
        self.lines(needle(query), |lines| {
            take(
                lines
                    .par_iter()
                    .filter_map(|line| {
                        let record = self.head(line);
                        query
                            .accepts(&record, line)
                            .then(|| (record, line.to_vec()))
                    })
                    .collect(),
            );
        })
    }

    /// Hands out the lines in bundles; those in which `needle` does not stand are left out.
    pub fn lines(
        &self,
        needle: Option<String>,
        mut take: impl FnMut(&[&[u8]]),
    ) -> Result<(), SourceError> {
        let finder = needle.map(|n| memchr::memmem::Finder::new(n.as_bytes()).into_owned());
        for path in &self.paths {
            let name = || path.display().to_string();
            let failed = |error| SourceError::File {
                path: name(),
                error,
            };
            let mut reader = open(path).map_err(failed)?;
            let mut buffer: Vec<u8> = Vec::with_capacity(CHUNK + (1 << 16));
            loop {
                let had = buffer.len();
                let read = reader
                    .by_ref()
                    .take(CHUNK as u64)
                    .read_to_end(&mut buffer)
                    .map_err(failed)?;
                let whole = if read == 0 {
                    buffer.len()
                } else {
                    memchr::memrchr(b'\n', &buffer[had..]).map_or(0, |i| had + i + 1)
                };
                if whole > 0 {
                    let text = &buffer[..whole];
                    let lines: Vec<&[u8]> = text
                        .split(|b| *b == b'\n')
                        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
                        .filter(|line| {
                            !line.is_empty()
                                && finder.as_ref().is_none_or(|f| f.find(line).is_some())
                        })
                        .collect();
                    take(&lines);
                    buffer.drain(..whole);
                }
                if read == 0 {
                    break;
                }
                if buffer.len() > LONGEST_LINE {
                    return Err(SourceError::Line {
                        path: name(),
                        limit: LONGEST_LINE >> 20,
                    });
                }
            }
        }
        Ok(())
    }
}

/// A text that stands in the line of every record that is asked for, as it is written there: lets most lines be dropped by one fast search.
fn needle(query: &Query) -> Option<String> {
    let plain = |s: &&String| {
        !s.is_empty()
            && s.bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    };
    let from_conditions =
        query
            .conditions
            .iter()
            .find_map(|c| match (&c.test, c.negated, c.field) {
                (_, true, _) => None,
                // An address and a number may be written in several ways; a kind is not written at all.
                (_, _, Field::ClientIp | Field::Cost | Field::Kind | Field::Tag) => None,
                (Test::Is(values), ..) if values.len() == 1 => {
                    values.first().filter(plain).cloned()
                }
                _ => None,
            });
    // Pseudonyms are written in one way only; they keep their case.
    from_conditions.or_else(|| match &*query.persons {
        [one] => Some(one).filter(plain).cloned(),
        _ => None,
    })
}

/// Opens a file, decoded where its first bytes say that it is compressed.
pub fn open(path: &Path) -> io::Result<Box<dyn BufRead>> {
    let raw: Box<dyn Read> = if path.as_os_str() == "-" {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path)?)
    };
    let mut reader = BufReader::with_capacity(1 << 18, raw);
    let magic = reader.fill_buf()?;
    if magic.starts_with(&[0x1f, 0x8b]) {
        return Ok(Box::new(BufReader::with_capacity(
            1 << 18,
            flate2::bufread::MultiGzDecoder::new(reader),
        )));
    }
    if magic.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        return Ok(Box::new(BufReader::with_capacity(
            1 << 18,
            zstd::Decoder::with_buffer(reader)?,
        )));
    }
    Ok(Box::new(reader))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::filter::Condition;
    use std::io::Write;

    fn lines() -> String {
        (0..1_000)
            .map(|i| {
                format!(
                    "{{\"RequestId\":\"r-{i}\",\"ts\":{},\"cost\":{},\"eCode\":\"{}\"}}\n",
                    1_795_500_000 + i,
                    i % 100,
                    i % 7
                )
            })
            .collect()
    }

    #[test]
    fn plain_gzip_and_zstd_answer_alike() {
        let dir = tempfile::tempdir().unwrap();
        let plain = dir.path().join("a.ndjson");
        let gz = dir.path().join("b");
        let zst = dir.path().join("c");
        std::fs::write(&plain, lines()).unwrap();
        let mut encoder =
            flate2::write::GzEncoder::new(File::create(&gz).unwrap(), flate2::Compression::fast());
        encoder.write_all(lines().as_bytes()).unwrap();
        encoder.finish().unwrap();
        std::fs::write(&zst, zstd::encode_all(lines().as_bytes(), 1).unwrap()).unwrap();
        let query = Query {
            conditions: vec![
                Condition::parse("code=3").unwrap(),
                Condition::parse("cost>=50").unwrap(),
            ],
            from: Some(1_795_500_100_000),
            ..Query::default()
        };
        for path in [plain, gz, zst] {
            let files = Files::new(vec![path]).unwrap();
            let page = files.search(&query, Order::default(), 5, 10).unwrap();
            assert_eq!((page.total, page.records.len()), (65, 10));
            assert!(page.records.windows(2).all(|w| w[0].time > w[1].time));
            let one = files
                .search(&Query::call("r-77"), Order::default(), 0, 10)
                .unwrap();
            assert_eq!(one.records[0].fields["cost"], 77);
        }
    }

    #[test]
    fn a_directory_and_a_missing_file_are_named() {
        let said = |p: &str| Files::new(vec![p.into()]).err().unwrap().to_string();
        assert!(said("/tmp").contains("is a directory"));
        assert!(said("/tmp/no/such/file").starts_with("/tmp/no/such/file: "));
    }

    #[test]
    fn lines_across_chunks_are_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("long");
        let long = format!(
            "{{\"RequestId\":\"long\",\"x\":\"{}\"}}",
            "y".repeat(CHUNK * 2 + 17)
        );
        std::fs::write(
            &path,
            format!("{}{long}\r\n{{\"RequestId\":\"last\"}}", lines()),
        )
        .unwrap();
        let files = Files::new(vec![path]).unwrap();
        let all = files
            .search(&Query::default(), Order::default(), 0, usize::MAX)
            .unwrap();
        assert_eq!(all.total, 1_002);
        assert_eq!(
            files
                .search(&Query::call("long"), Order::default(), 0, 1)
                .unwrap()
                .total,
            1
        );
        assert_eq!(
            files
                .search(&Query::call("last"), Order::default(), 0, 1)
                .unwrap()
                .total,
            1
        );
    }
}
