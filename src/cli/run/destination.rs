//! Where a run's records go: a file, standard output or Elasticsearch.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::Context;
use tokio::runtime::{Builder, Runtime};
use zeroize::Zeroizing;

use super::super::usage;
use crate::{
    config::Config,
    output::{elasticsearch::Elasticsearch, file::FileOutput},
    pipeline::{
        Sink,
        deliver::{Collect, Delivery, DeliveryStats},
        order::InOrder,
        work::Shape,
    },
    record::{Kind, RecordTable},
    redact::PseudonymKey,
};

/// What document identifiers are derived for. Changing it would store every replayed record twice.
const IDENTIFIERS: &str = "tuomin 2026-11 document identifiers";
/// Threads that talk to the server. They compress; everything heavier is done by the workers.
const NETWORK_THREADS: usize = 2;

/// An open output.
pub enum Destination {
    /// Lines.
    Lines(FileOutput),
    /// Documents.
    Server(Server),
}

/// A server that is set up, and the threads that talk to it.
pub struct Server {
    runtime: Runtime,
    output: Arc<Elasticsearch>,
    delivery: Option<Delivery>,
    collect: Collect,
    stats: Arc<DeliveryStats>,
}

/// How the output ended.
pub enum Finished {
    /// Whoever read our output has seen enough (`tuomin run … | head`).
    NobodyListens,
    /// Everything that could be written is; what became of records, where they went to a server.
    Done(Option<Arc<DeliveryStats>>),
}

impl Destination {
    /// Opens what the configuration names. Fails before anything is read if it can't be written to.
    pub fn open(config: &Config, key: &PseudonymKey) -> anyhow::Result<Self> {
        let Some(settings) = &config.output.elasticsearch else {
            let path = config.output.file.as_deref();
            let name = path.unwrap_or(Path::new("-")).display();
            let output = FileOutput::open(path)
                .map_err(|error| usage(format!("{name}: can't be written: {error}")))?;
            return Ok(Self::Lines(output));
        };
        let offset = config.record.offset_s().unwrap_or_default();
        let table = Arc::new(RecordTable::builtin().with_offset(offset));
        let runtime = Builder::new_multi_thread()
            .worker_threads(NETWORK_THREADS)
            .thread_name("network")
            .enable_all()
            .build()?;
        let key = Zeroizing::new(key.derive(IDENTIFIERS));
        let output = runtime
            .block_on(Elasticsearch::connect(settings, table, &key))
            .map_err(usage)?;
        let collect = Collect {
            bytes: settings.bulk.max_bytes,
            wait: Duration::from_millis(config.pipeline.flush_ms),
        };
        let stats = Arc::default();
        Ok(Self::Server(Server {
            runtime,
            output: Arc::new(output),
            delivery: None,
            collect,
            stats,
        }))
    }

    /// Whether records go to a server.
    pub fn is_server(&self) -> bool {
        matches!(self, Self::Server(_))
    }

    /// A half-written file that must not stay if the process ends at once.
    pub fn temporary(&self) -> Option<PathBuf> {
        match self {
            Self::Lines(output) => output.temporary(),
            Self::Server(_) => None,
        }
    }

    /// The form of the records.
    pub fn shape(&self, kind: Option<Kind>) -> Shape {
        match self {
            Self::Lines(_) => Shape::Lines,
            Self::Server(server) => Shape::Encoded(Arc::new(server.output.encoder(kind))),
        }
    }

    /// Where workers hand batches to. To be called once.
    pub fn sink(&mut self) -> io::Result<Sink> {
        Ok(match self {
            Self::Lines(output) => Sink::InOrder(InOrder::new(output.writer()?)),
            Self::Server(server) => {
                let delivery = Delivery::start(
                    &server.runtime,
                    server.output.clone(),
                    server.collect,
                    server.stats.clone(),
                );
                let push = delivery.push();
                server.delivery = Some(delivery);
                Sink::Anywhere(push)
            }
        })
    }

    /// Waits until all is delivered; gives a file its name, unless an input was left `unfinished`.
    pub fn finish(
        self,
        unwritten: Option<io::Error>,
        unfinished: bool,
    ) -> anyhow::Result<Finished> {
        match self {
            Self::Lines(output) => {
                let failed = format!("{}: can't be written", output.name());
                match unwritten {
                    Some(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                        return Ok(Finished::NobodyListens);
                    }
                    Some(error) => return Err(error).context(failed),
                    None if unfinished => {}
                    None => output.commit().context(failed)?,
                }
                Ok(Finished::Done(None))
            }
            Self::Server(server) => {
                if let Some(delivery) = server.delivery {
                    delivery.finish(&server.runtime)?;
                }
                Ok(Finished::Done(Some(server.stats)))
            }
        }
    }
}
